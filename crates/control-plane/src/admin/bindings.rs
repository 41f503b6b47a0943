use domain::action::Action;
use domain::binding::{BindingSource, ParameterBinding};
use domain::binding_check::{check_binding_of, check_declared};
use domain::id::{AccountId, ParameterBindingId, ProductId};
use domain::view::ParameterBindingInput;

use super::proposals::propose;
use super::version::There;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result, words};

impl ControlPlane {
    /// Binds a parameter of a product, in all accounts or in one.
    pub async fn save_parameter_binding(
        &self,
        caller: &Caller,
        input: ParameterBindingInput,
    ) -> Result<ParameterBindingId> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let id: ProductId = input.product.trim().parse().map_err(|_| Error::not_found("product"))?;
        let product = self.store().product(&id).await?.ok_or_else(|| Error::not_found("product"))?;
        let known = product.requestable_parameters();
        let Some(parameter) = known.iter().find(|p| p.key == input.parameter.trim()) else {
            return Err(Error::field("parameter", "Choose a parameter of the product."));
        };
        let mut accounts = self.store().all_project_accounts().await?;
        let account = match input.account.trim() {
            "" => None,
            text => {
                accounts.retain(|account| account.account.as_str() == text);
                let known = accounts.first().map(|account| account.account.clone());
                Some(known.ok_or_else(|| Error::field("account", "Choose an account of a project, or all accounts."))?)
            }
        };
        let source = BindingSource::read_posted(&input.source, &input.value)
            .map_err(|(field, message)| Error::field(field, message))?;
        check_binding_of(&product, &parameter.key, &source).map_err(|message| Error::field("value", message))?;
        let here = accounts.iter().filter(|account| account.region == product.region);
        check_declared(parameter, &source, here).map_err(|message| Error::field("source", message))?;
        let mut binding = self.binding(&id, account, &parameter.key, source)?;
        let mut tx = self.store().begin().await?;
        let all = tx.parameter_bindings(&id).await?;
        let before = all.into_iter().find(|b| b.parameter == binding.parameter && b.account == binding.account);
        if let Some(before) = &before {
            binding.id = before.id.clone();
        }
        let there = before.map(|b| There { version: b.version, is_same: b.source == binding.source });
        let taken = Error::field("parameter", "It is bound there already: change the binding in the list.");
        let named = ("parameter_binding", binding.id.as_str());
        let Some(version) = self.next_version(caller, named, &input.version, there, "binding", taken).await? else {
            return Ok(binding.id);
        };
        binding.version = version;
        if version == 1 {
            tx.insert_parameter_binding(&binding).await?;
            self.record(&mut tx, caller, event(&binding, "added")).await?;
        } else {
            tx.update_parameter_binding(&binding).await?;
            self.record(&mut tx, caller, event(&binding, "changed")).await?;
        }
        tx.commit().await?;
        Ok(binding.id)
    }

    /// Removes a binding: from then on the parameter is asked for, or, where nobody may be asked, missing.
    pub async fn remove_parameter_binding(&self, caller: &Caller, id: &ParameterBindingId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let mut tx = self.store().begin().await?;
        let Some(removed) = tx.delete_parameter_binding(id).await? else {
            tx.rollback().await?;
            return self.removed_already(caller, "parameter_binding", id.as_str(), "binding").await;
        };
        let removed = ParameterBinding { version: removed.version + 1, ..removed };
        self.record(&mut tx, caller, event(&removed, "removed")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes over every proposed binding; answers how many.
    pub async fn accept_binding_proposals(&self, caller: &Caller, id: &ProductId) -> Result<u32> {
        self.authorize_portal(caller, Action::ManageProductAccess).await?;
        let product = self.store().product(id).await?.ok_or_else(|| Error::not_found("product"))?;
        let bindings = self.store().parameter_bindings(id).await?;
        let mut accepted = 0;
        let mut tx = self.store().begin().await?;
        for (key, source) in propose(&product.requestable_parameters(), &bindings) {
            let binding = self.binding(id, None, &key, source)?;
            tx.insert_parameter_binding(&binding).await?;
            self.record(&mut tx, caller, event(&binding, "proposal accepted")).await?;
            accepted += 1;
        }
        tx.commit().await?;
        Ok(accepted)
    }

    fn binding(
        &self,
        product: &ProductId,
        account: Option<AccountId>,
        parameter: &str,
        source: BindingSource,
    ) -> Result<ParameterBinding> {
        let id = self.ids().next()?;
        let (product, parameter) = (product.clone(), parameter.to_owned());
        Ok(ParameterBinding { id, product, account, parameter, source, version: 1 })
    }
}

fn event<'a>(binding: &'a ParameterBinding, change: &str) -> Event<'a> {
    Event::done(Action::ManageProductAccess.as_str(), "parameter_binding", binding.id.as_str())
        .version(binding.version)
        .with("change", change)
        .with("product", binding.product.as_str())
        .with("parameter", &binding.parameter)
        .with("account", binding.account.as_ref().map_or("all", AccountId::as_str))
        .with("source", words::binding(&binding.source))
}
