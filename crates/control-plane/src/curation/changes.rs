//! Changes of the catalog: held against what the mirror has, begun as an operation, tried again, and taken back.

use domain::action::Action;
use domain::curation::{
    AppliedCatalogChange, AroundCatalogChange, Before, CatalogChange, Made, Named, TaggedThing, constraint_kind,
};
use domain::described::Planned;
use domain::id::{AccountId, CatalogChangeId, OperationId, PortfolioId, ProductId, Region, TagOptionId, TemplateId};
use domain::operation::{Operation, OperationKind, Step, Subject};
use domain::organization::ChangeState;
use domain::person::PersonKey;
use domain::share::ShareTarget;

use crate::trail::{By, Event};
use crate::{Caller, ControlPlane, Error, Result};

/// A change that is asked for.
pub(super) struct Asked {
    pub(super) change: CatalogChange,
    /// See [`AppliedCatalogChange::rest`].
    pub(super) rest: Option<Vec<Planned>>,
    /// See [`AppliedCatalogChange::takes_back`].
    pub(super) takes_back: Option<CatalogChangeId>,
}

impl From<CatalogChange> for Asked {
    fn from(change: CatalogChange) -> Self {
        Self { change, rest: None, takes_back: None }
    }
}

impl ControlPlane {
    /// Tries a change again that failed: from where it may have been sent on, if it came that far. What was refused before
    /// anything was sent is looked at again.
    pub async fn retry_catalog_change(&self, caller: &Caller, id: &CatalogChangeId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let mut tx = self.store().begin().await?;
        let it = tx.catalog_change(id).await?.ok_or_else(|| Error::not_found("change with this id"))?;
        match it.state {
            ChangeState::Failed => {}
            // It waits for its next try, perhaps: that is now.
            ChangeState::Applying => {
                tx.wake_operation(&it.operation, self.now()).await?;
                tx.commit().await?;
                self.wake();
                return Ok(());
            }
            ChangeState::Applied => {
                return Err(Error::conflict(
                    "There is nothing to try again.",
                    "The change was made by now.",
                    "Look at it.",
                ));
            }
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

    /// Takes a change back by another one; answers that.
    pub async fn undo_catalog_change(&self, caller: &Caller, id: &CatalogChangeId) -> Result<CatalogChangeId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        let it = self.store().catalog_change(id).await?.ok_or_else(|| Error::not_found("change with this id"))?;
        let Some(undo) = it.undo() else {
            return Err(Error::conflict(
                "This change cannot be taken back.",
                "Only what was made has a way back, and not everything that was made.",
                "Ask for the change that you need on the page of the product or portfolio.",
            ));
        };
        if self.changed_since(&it).await? {
            return Err(Error::conflict(
                "Nothing was taken back.",
                "What this change made was changed again since, and that would be lost.",
                "Take the newer change back first, or ask for the change that you need on the page of the product or portfolio.",
            ));
        }
        let asked = Asked { takes_back: Some(it.id), ..Asked::from(undo) };
        self.begin_catalog_change_by(caller.into(), &caller.actor.person, &it.region, asked).await
    }

    /// Whether something is other by now than a change made it: to take that back would overwrite it.
    pub(super) async fn changed_since(&self, it: &AppliedCatalogChange) -> Result<bool> {
        Ok(it.change.sets() && !self.around_catalog_change(&it.change, &it.region).await?.has(&it.change))
    }

    /// Asks for a change. `region`: where it is looked for; that of a product or portfolio is its own.
    pub(super) async fn begin_catalog_change(
        &self,
        caller: &Caller,
        region: &Region,
        change: CatalogChange,
    ) -> Result<CatalogChangeId> {
        self.begin_catalog_change_by(caller.into(), &caller.actor.person, region, change.into()).await
    }

    /// The same for a person.
    pub(super) async fn begin_catalog_change_by(
        &self,
        by: By<'_>,
        person: &PersonKey,
        region: &Region,
        Asked { change, rest, takes_back }: Asked,
    ) -> Result<CatalogChangeId> {
        let around = self.around_catalog_change(&change, region).await?;
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
        let operation = self.operation(OperationKind::ChangeCatalog, subject(&id), person)?;
        let region = change.region(&around).unwrap_or(region).clone();
        if let Some(subject) = change.subject_of_making(&around)
            && self.store().catalog_change_under_way(&region, &subject).await?.is_some()
        {
            return Err(one_at_a_time());
        }
        let it = self.asked_for((id, operation.id.clone()), (change, around), region, person);
        let it = AppliedCatalogChange { rest, takes_back, ..it };
        let mut tx = self.store().begin().await?;
        let inserted = match tx.insert_operation(&operation).await {
            Ok(()) => tx.insert_catalog_change(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &inserted {
            tx.rollback().await?;
            let there = self.store().catalog_change_under_way(&it.region, &it.subject).await?;
            // A second click.
            return match there.filter(|there| there.change == it.change && there.by == it.by) {
                Some(there) => Ok(there.id),
                None => Err(one_at_a_time()),
            };
        }
        inserted?;
        self.record(&mut tx, by, event_of(&it)).await?;
        tx.commit().await?;
        self.wake();
        Ok(it.id)
    }

    fn asked_for(
        &self,
        (id, operation): (CatalogChangeId, OperationId),
        (change, around): (CatalogChange, AroundCatalogChange),
        region: Region,
        person: &PersonKey,
    ) -> AppliedCatalogChange {
        let now = self.now();
        let named = change.named(&around);
        AppliedCatalogChange {
            id,
            region,
            subject: change.subject(&named),
            before: Before { product: around.product, portfolio: around.portfolio, tag_option: around.tag_option },
            named,
            made: Made::default(),
            rest: None,
            takes_back: None,
            by: person.clone(),
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
    pub(crate) async fn around_catalog_change(
        &self,
        change: &CatalogChange,
        region: &Region,
    ) -> Result<AroundCatalogChange> {
        let product = match change.product() {
            Some(id) => self.store().product(id).await?,
            None => None,
        };
        let findings = match change.template() {
            Some(id) => match self.store().template(id).await? {
                Some(it) => Some(self.findings_in(it).await?),
                None => None,
            },
            None => None,
        };
        let portfolios = self.store().portfolios().await?;
        let portfolio = portfolios.iter().find(|it| Some(&it.id) == change.portfolio()).cloned();
        let mut tag_options = self.store().tag_options().await?;
        let tag_option = tag_options.iter().find(|it| Some(&it.id) == change.tag_option()).cloned();
        let own = tag_option.as_ref().map(|it| &it.region).or(portfolio.as_ref().map(|it| &it.region));
        let region = own.or(product.as_ref().map(|it| &it.region)).unwrap_or(region);
        tag_options.retain(|it| it.region == *region);
        let mut others = self.store().all_product_names().await?;
        others.retain(|(at, id, _)| at == region && Some(id) != change.product());
        let of_region = portfolios.iter().filter(|it| it.region == *region && Some(&it.id) != change.portfolio());
        Ok(AroundCatalogChange {
            portfolio_names: of_region.map(|it| it.name.clone()).collect(),
            products_inside: match &portfolio {
                Some(it) => self.store().count_products_in(&it.region, &it.id).await?,
                None => 0,
            },
            tagged: change.tagged().and_then(|on| {
                let product = others.iter().find(|(_, id, _)| id.as_str() == on);
                let portfolio = portfolios.iter().find(|it| it.region == *region && it.id.as_str() == on);
                let product = product.map(|(_, _, name)| TaggedThing::Product(name.clone()));
                product.or(portfolio.map(|it| TaggedThing::Portfolio(it.name.clone())))
            }),
            product_names: others.into_iter().map(|(_, _, name)| name).collect(),
            share_name: match (change.share(), change.account()) {
                (Some(with), _) => Some(self.name_of_share(with).await?),
                (None, Some(account)) => Some(self.name_of_share(&ShareTarget::MemberAccount(account.clone())).await?),
                (None, None) => None,
            },
            tag_option: tag_option.clone(),
            tag_options,
            environments: self.environments_of(change).await?,
            findings,
            product,
            portfolio,
        })
    }

    /// How many environments have what is changed.
    async fn environments_of(&self, change: &CatalogChange) -> Result<u64> {
        let Some(product) = change.product() else { return Ok(0) };
        let have = self.store().environments_by_version(product).await?;
        Ok(match change.artifact() {
            Some(artifact) => have.get(artifact).copied().unwrap_or_default(),
            None => have.values().sum(),
        })
    }
}

fn subject(id: &CatalogChangeId) -> Subject {
    Subject::CatalogChange { id: id.clone() }
}

fn one_at_a_time() -> Error {
    Error::conflict(
        "Another change of it is being applied.",
        "There is one at a time in each product and portfolio.",
        "Wait until it is done, and look again.",
    )
}

fn event_of(it: &AppliedCatalogChange) -> Event<'_> {
    let mut event = Event::done(Action::ManageCatalog.as_str(), "catalog_change", it.id.as_str())
        .version(it.version)
        .with("change", it.change.as_str())
        .with("operation", it.operation.as_str());
    let with = it.change.share().map(ToString::to_string);
    let ids = [
        ("portfolio", it.change.portfolio().map(PortfolioId::as_str)),
        ("product", it.change.product().map(ProductId::as_str)),
        ("template", it.change.template().map(TemplateId::as_str)),
        ("constraint", it.change.constraint()),
        ("tag_option", it.change.tag_option().map(TagOptionId::as_str)),
        ("on", it.change.tagged()),
        ("principal", it.change.principal().map(|principal| principal.arn.as_str())),
        ("share_with", with.as_deref()),
        ("account", it.change.account().map(AccountId::as_str)),
        ("takes_back", it.takes_back.as_ref().map(CatalogChangeId::as_str)),
    ];
    for (key, id) in ids {
        event = id.into_iter().fold(event, |event, id| event.with(key, id));
    }
    let Named { portfolio, product, version, tag_option, share } = &it.named;
    let names = [
        ("portfolio_name", portfolio),
        ("product_name", product),
        ("version_name", version),
        ("tag_option_name", tag_option),
        ("share_name", share),
    ];
    for (key, name) in names {
        if !name.is_empty() {
            event = event.with(key, name);
        }
    }
    match &it.change {
        CatalogChange::SetVersion { active, guidance, .. } => {
            event.with("active", if *active { "yes" } else { "no" }).with("guidance", guidance.as_str())
        }
        CatalogChange::CopyProduct { name, .. } => event.with("copy_name", name),
        CatalogChange::AddShare { options, .. } | CatalogChange::SetShare { options, .. } => {
            let yes = |is: bool| if is { "yes" } else { "no" };
            event.with("tag_options", yes(options.tag_options)).with("principals", yes(options.principals))
        }
        // The whole of it is kept with the change.
        CatalogChange::AddConstraint { new, .. } | CatalogChange::SetConstraint { new, .. } => {
            event.with("kind", constraint_kind(&new.rule))
        }
        _ => event,
    }
}
