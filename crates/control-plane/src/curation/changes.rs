//! Changes of the catalog: asked for in forms, held against what the mirror has, and applied by an operation.

use domain::action::Action;
use domain::catalog::Product;
use domain::curation::{AppliedCatalogChange, AroundCatalogChange, CatalogChange};
use domain::id::{CatalogChangeId, OperationId, ProductId, Region};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::organization::ChangeState;
use domain::view::{AddProductInput, AddVersionInput, SetVersionInput};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Makes a product of a template that was given to the portal; answers the change that does it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a field is wrong, [`Error::Conflict`] where another change is under way.
    pub async fn add_product(&self, caller: &Caller, input: AddProductInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let text = |text: &str| text.trim().to_owned();
        let change = CatalogChange::AddProduct {
            template: input.template.parse().map_err(|_| Error::not_found("template"))?,
            portfolio: input.portfolio.parse().map_err(|_| Error::field("portfolio", "Choose a portfolio."))?,
            name: text(&input.product_name),
            description: text(&input.product_description),
            owner: text(&input.product_owner),
            support: text(&input.support),
            version: text(&input.version_name),
            note: text(&input.version_note),
        };
        self.begin_catalog_change(caller, change).await
    }

    /// Makes a template a version of a product.
    pub async fn add_version(&self, caller: &Caller, input: AddVersionInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::AddVersion {
            product: input.product.parse().map_err(|_| Error::field("product", "Choose a product of the catalog."))?,
            template: input.template.parse().map_err(|_| Error::not_found("template"))?,
            version: input.version_name.trim().to_owned(),
            note: input.version_note.trim().to_owned(),
        };
        self.begin_catalog_change(caller, change).await
    }

    /// Says whether a version can be requested, and what is said of it.
    pub async fn set_version(&self, caller: &Caller, input: SetVersionInput) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let change = CatalogChange::SetVersion {
            product: input.product.parse().map_err(|_| Error::not_found("product"))?,
            artifact: input.artifact.parse().map_err(|_| Error::not_found("version"))?,
            active: input.active == "yes",
            guidance: input.guidance.parse().map_err(|_| Error::field("guidance", "Choose what is said of it."))?,
        };
        self.begin_catalog_change(caller, change).await
    }

    /// Tries a change again that failed: from where it may have been sent on, if it came that far. What was refused before
    /// anything was sent is looked at again.
    pub async fn retry_catalog_change(&self, caller: &Caller, id: &CatalogChangeId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let mut tx = self.store().begin().await?;
        let it = tx.catalog_change(id).await?.ok_or_else(|| Error::not_found("change with this id"))?;
        // A second click, or somebody was quicker.
        if it.state != ChangeState::Failed {
            return Ok(());
        }
        let before = self.store().operation(&it.operation).await?;
        let sent = before.is_some_and(|before| before.step.position() >= Step::Change.position());
        let operation = self.operation(OperationKind::ChangeCatalog, subject(id), &caller.actor.person)?;
        let operation = if sent { Operation { step: Step::Change, ..operation } } else { operation };
        let it = AppliedCatalogChange {
            state: ChangeState::Applying,
            problem: None,
            operation: operation.id.clone(),
            updated_at: self.now(),
            version: it.version + 1,
            ..it
        };
        let written = match tx.insert_operation(&operation).await {
            Ok(()) => tx.update_catalog_change(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &written {
            return Err(one_at_a_time());
        }
        written?;
        self.record(&mut tx, caller, event_of(&it).with("again", "yes")).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    async fn begin_catalog_change(&self, caller: &Caller, change: CatalogChange) -> Result<CatalogChangeId> {
        let around = self.around_catalog_change(&change).await?;
        let mistakes = change.mistakes(&around);
        if !mistakes.is_empty() {
            return Err(Error::Invalid(mistakes));
        }
        if change.template().is_some() && self.settings().templates_bucket.is_none() {
            return Err(Error::conflict(
                "Nothing was made of the template.",
                "The portal was told no bucket that Service Catalog could load it from (aws.templates_bucket).",
                "Ask whoever runs the portal to set one.",
            ));
        }
        let id: CatalogChangeId = self.ids().next()?;
        let operation = self.operation(OperationKind::ChangeCatalog, subject(&id), &caller.actor.person)?;
        let region = change.region(&around).cloned().ok_or_else(|| Error::not_found("region"))?;
        let it = self.asked_for(id, (change, around), operation.id.clone(), region, caller);
        let mut tx = self.store().begin().await?;
        let inserted = match tx.insert_operation(&operation).await {
            Ok(()) => tx.insert_catalog_change(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &inserted {
            tx.rollback().await?;
            let there = self.store().catalog_change_under_way(&it.region, &it.product_name).await?;
            // A second click.
            return match there.filter(|there| there.change == it.change && there.by == it.by) {
                Some(there) => Ok(there.id),
                None => Err(one_at_a_time()),
            };
        }
        inserted?;
        self.record(&mut tx, caller, event_of(&it)).await?;
        tx.commit().await?;
        self.wake();
        Ok(it.id)
    }

    fn asked_for(
        &self,
        id: CatalogChangeId,
        (change, around): (CatalogChange, AroundCatalogChange),
        operation: OperationId,
        region: Region,
        caller: &Caller,
    ) -> AppliedCatalogChange {
        let now = self.now();
        let (product_name, version_name) = names_of(&change, around.product.as_ref());
        AppliedCatalogChange {
            id,
            region,
            before: around.product,
            product_name,
            version_name,
            made: None,
            by: caller.actor.person.clone(),
            state: ChangeState::Applying,
            problem: None,
            operation,
            created_at: now,
            updated_at: now,
            version: 1,
            change,
        }
    }

    /// What the change is about, as the mirror has it.
    pub(crate) async fn around_catalog_change(&self, change: &CatalogChange) -> Result<AroundCatalogChange> {
        let product = match change.product() {
            Some(id) => self.store().product(id).await?,
            None => None,
        };
        let portfolio = match change.portfolio() {
            Some(id) => self.store().portfolios().await?.into_iter().find(|portfolio| portfolio.id == *id),
            None => None,
        };
        let findings = match change.template() {
            Some(id) => match self.store().template(id).await? {
                Some(it) => Some(self.findings_in(it.text).await?),
                None => None,
            },
            None => None,
        };
        let names = match &portfolio {
            Some(portfolio) => self.names_of_products(&portfolio.region).await?,
            None => Vec::new(),
        };
        Ok(AroundCatalogChange { portfolio, product, names, findings })
    }

    async fn names_of_products(&self, region: &Region) -> Result<Vec<String>> {
        let all = self.store().products("").await?;
        Ok(all.into_iter().filter(|product| product.region == *region).map(|product| product.name).collect())
    }
}

fn subject(id: &CatalogChangeId) -> Subject {
    Subject::CatalogChange { id: id.clone() }
}

fn names_of(change: &CatalogChange, product: Option<&Product>) -> (String, String) {
    let there = product.map(|product| product.name.clone()).unwrap_or_default();
    match change {
        CatalogChange::AddProduct { name, version, .. } => (name.clone(), version.clone()),
        CatalogChange::AddVersion { version, .. } => (there, version.clone()),
        CatalogChange::SetVersion { artifact, .. } => {
            let version = product.and_then(|product| product.artifact(artifact));
            (there, version.map_or_else(|| artifact.to_string(), |version| version.name.clone()))
        }
    }
}

fn one_at_a_time() -> Error {
    Error::conflict(
        "Another change of this product is being applied.",
        "There is one at a time in each product.",
        "Wait until it is done, and look again.",
    )
}

fn event_of(it: &AppliedCatalogChange) -> Event<'_> {
    let event = Event::done(Action::ManageCatalog.as_str(), "catalog_change", it.id.as_str())
        .version(it.version)
        .with("change", it.change.as_str())
        .with("product_name", &it.product_name)
        .with("version_name", &it.version_name)
        .with("operation", it.operation.as_str());
    let event = match it.change.template() {
        Some(template) => event.with("template", template.as_str()),
        None => event,
    };
    let event = match &it.change {
        CatalogChange::SetVersion { active, guidance, .. } => {
            event.with("active", if *active { "yes" } else { "no" }).with("guidance", guidance.as_str())
        }
        CatalogChange::AddProduct { .. } | CatalogChange::AddVersion { .. } => event,
    };
    match it.change.product().map(ProductId::as_str) {
        Some(product) => event.with("product", product),
        None => event,
    }
}
