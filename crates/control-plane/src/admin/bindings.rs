use domain::action::Action;
use domain::binding::{BindingSource, ParameterBinding, check_binding};
use domain::id::{AccountId, ParameterBindingId, ProductId};
use domain::view::ParameterBindingInput;

use super::products::parameters;
use super::proposals::propose;
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
        let known = parameters(&product);
        let Some(parameter) = known.iter().find(|p| p.key == input.parameter.trim()) else {
            return Err(Error::field("parameter", "Choose a parameter of the product."));
        };
        let account = match input.account.trim() {
            "" => None,
            text => {
                let accounts = self.store().all_project_accounts().await?;
                let known = accounts.into_iter().find(|a| a.account.as_str() == text).map(|a| a.account);
                Some(known.ok_or_else(|| Error::field("account", "Choose an account of a project, or all accounts."))?)
            }
        };
        let source = read_source(&input)?;
        check_binding(parameter, &source).map_err(|message| Error::field("value", message))?;
        let binding = self.binding(&id, account, &parameter.key, source)?;
        let mut tx = self.store().begin().await?;
        let saved = tx.save_parameter_binding(&binding).await?;
        let binding = ParameterBinding { id: saved, ..binding };
        self.record(&mut tx, caller, event(&binding, "saved")).await?;
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
        for (key, source) in propose(&parameters(&product), &bindings) {
            let binding = self.binding(id, None, &key, source)?;
            let saved = tx.save_parameter_binding(&binding).await?;
            let binding = ParameterBinding { id: saved, ..binding };
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
        Ok(ParameterBinding { id, product: product.clone(), account, parameter: parameter.to_owned(), source })
    }
}

fn read_source(input: &ParameterBindingInput) -> Result<BindingSource> {
    let value = input.value.trim();
    let named = |value: &str| serde_json::Value::String(value.to_owned());
    match input.source.as_str() {
        "fixed" => Ok(BindingSource::Fixed { value: value.to_owned() }),
        "from_account" => serde_json::from_value(named(value))
            .map(|value| BindingSource::FromAccount { value })
            .map_err(|_| Error::field("value", "Choose which value of the account.")),
        "from_person" => serde_json::from_value(named(value))
            .map(|value| BindingSource::FromPerson { value })
            .map_err(|_| Error::field("value", "Choose which value of the person or the project.")),
        "choice" => Ok(BindingSource::Choice {
            values: value.lines().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect(),
        }),
        "ask" => Ok(BindingSource::Ask),
        _ => Err(Error::field("source", "Choose where the value comes from.")),
    }
}

fn event<'a>(binding: &'a ParameterBinding, change: &str) -> Event<'a> {
    Event::done(Action::ManageProductAccess.as_str(), "parameter_binding", binding.id.as_str())
        .with("change", change)
        .with("product", binding.product.as_str())
        .with("parameter", &binding.parameter)
        .with("account", binding.account.as_ref().map_or("all", AccountId::as_str))
        .with("source", words::binding(&binding.source))
}
