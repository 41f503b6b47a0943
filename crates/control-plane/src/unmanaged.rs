//! Provisioned products that no environment stands for: the list of them, and making an environment of one.

use std::collections::BTreeMap;

use domain::access::ProductAccess;
use domain::action::Action;
use domain::approval::{ApprovalRule, Approver, Step as ApprovalStep};
use domain::environment::Environment;
use domain::id::{EnvironmentId, ProductId, ProvisionedProductId, ProvisioningArtifactId, RecordId, RequestId};
use domain::observed::ProductStatus;
use domain::operation::{Operation, Step};
use domain::person::PersonKey;
use domain::problem::{FieldError, Problem};
use domain::project::ProjectAccount;
use domain::request::{Agreement, Decision, Request, RequestKind, RequestState, StepDecision, Verdict};
use domain::unmanaged::UnmanagedProduct;
use domain::view::{AdoptInput, Listing, UnmanagedPage, UnmanagedProductPage, UnmanagedRow};
use store::Order;

use crate::authorize::Portal;
use crate::rows::page_after;
use crate::submit::check_justification;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Days that the form proposes where nobody asks for others.
const PROPOSED_DAYS: u16 = 30;

/// What an environment can be made of, and where.
struct Adoptable {
    product: ProductId,
    artifact: ProvisioningArtifactId,
    record: RecordId,
    account: ProjectAccount,
    access: ProductAccess,
}

impl ControlPlane {
    /// All of them, those that were found last first.
    pub async fn unmanaged(&self, caller: &Caller, after: &str) -> Result<UnmanagedPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let page = self.store().unmanaged_products(&page_after(after, Order::NewestFirst)?).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        Ok(UnmanagedPage { rows: Listing { items: self.unmanaged_rows(page.items).await?, next, filtered: false } })
    }

    /// One of them.
    pub async fn unmanaged_product(
        &self,
        caller: &Caller,
        id: &ProvisionedProductId,
        draft: &str,
    ) -> Result<UnmanagedProductPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let it = self.store().unmanaged_product(id).await?.ok_or_else(not_there)?;
        let adoptable = self.adoptable(&it).await?;
        let (longest, owners) = match &adoptable {
            Ok(found) => (
                found.access.max_lease_days,
                self.addresses_in(&found.account.project, |person| *person != caller.actor.person).await?,
            ),
            Err(_) => (PROPOSED_DAYS, Vec::new()),
        };
        let mut rows = self.unmanaged_rows(vec![it]).await?;
        Ok(UnmanagedProductPage {
            product: rows.pop().ok_or_else(not_there)?,
            hindrance: adoptable.err(),
            max_lease_days: longest,
            owners,
            allowed: self.allowed_actions(caller, &Portal, &[Action::AdoptProduct]).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// Makes an environment of it, which is its owner's from then on. What it is, is read from AWS; nothing is changed there. A
    /// second click answers the environment that the first made.
    pub async fn adopt_product(
        &self,
        caller: &Caller,
        id: &ProvisionedProductId,
        input: AdoptInput,
    ) -> Result<EnvironmentId> {
        self.authorize_portal(caller, Action::AdoptProduct).await?;
        let Some(it) = self.store().unmanaged_product(id).await? else {
            return self.store().environment_of_product(id).await?.ok_or_else(not_there);
        };
        let place = self.adoptable(&it).await?.map_err(Error::Conflict)?;
        let mut request = self.adoption(caller, &it, &place, &input).await?;
        let (environment, operation) = self.adopted(caller, &it, &place, &request)?;
        request.environment = Some(environment.id.clone());
        let mut tx = self.store().begin().await?;
        if tx.unmanaged_product(id).await?.is_none() {
            tx.rollback().await?;
            return self.store().environment_of_product(id).await?.ok_or_else(not_there);
        }
        if tx.live_environment_named(&it.account, &it.region, &it.name).await?.is_some() {
            return Err(Error::conflict(
                "There is an environment of this name in the account.",
                "Names are unique in an account. What that environment stood for is gone, or has another name in AWS.",
                "Terminate that environment first: what is not there any more is left as it is.",
            ));
        }
        tx.insert_request(&request).await?;
        tx.insert_request_decision(&decision_of(&request, caller)).await?;
        tx.insert_environment(&environment).await?;
        tx.insert_operation(&operation).await?;
        tx.delete_unmanaged_product(id).await?;
        let event = Event::done(Action::AdoptProduct.as_str(), "environment", environment.id.as_str())
            .project(&environment.project)
            .version(environment.version)
            .with("name", &environment.name)
            .with("provisioned_product", id.as_str())
            .with("made_by", &it.made_by)
            .with("owner", environment.studio_user_id.as_str())
            .with("reason", &request.justification)
            .with("request", request.id.as_str())
            .with("operation", operation.id.as_str());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.changed(&environment.id);
        Ok(environment.id)
    }

    /// Whether the portal could look after it: it knows the product, and the project of the account may use it there.
    async fn adoptable(&self, it: &UnmanagedProduct) -> Result<Result<Adoptable, Problem>> {
        let cannot = |why: String, next: &str| {
            Ok(Err(Problem::new("No environment can be made of it as it stands.", why, next)))
        };
        if matches!(it.status, ProductStatus::UnderChange | ProductStatus::Error) {
            let said = if it.said.is_empty() { String::new() } else { format!(" AWS says: {}", it.said) };
            let why = format!("In Service Catalog it is being changed, or has no running stack.{said}");
            return cannot(why, "Wait until that is over; terminate in AWS what is in error.");
        }
        let accounts = self.store().all_project_accounts().await?;
        let account = accounts.into_iter().find(|known| known.account == it.account && known.region == it.region);
        let Some(account) = account else {
            return cannot("Its account belongs to no project.".to_owned(), "Add the account to a project first.");
        };
        let (Some(product), Some(artifact), Some(record)) = (&it.product, &it.artifact, &it.record) else {
            let why = "AWS does not say of which product it is, or by which record it was made.".to_owned();
            return cannot(why, "Terminate it in AWS, and have its owner request another here.");
        };
        let known = self.store().product(product).await?;
        if known.as_ref().and_then(|known| known.artifact(artifact)).is_none() {
            let why = "Its product, or its version of it, is not in the catalog of the portal.".to_owned();
            return cannot(why, "Share the portfolio of the product with the portal first.");
        }
        let access = self.store().product_access(product, &account.project, account.stage).await?;
        let Some(access) = access else {
            let why = format!("{} may not use its product in stage {}.", account.project, account.stage.label());
            return cannot(why, "Let the project use it first.");
        };
        let (product, artifact, record) = (product.clone(), artifact.clone(), record.clone());
        Ok(Ok(Adoptable { product, artifact, record, account, access }))
    }

    /// The request that it would have come from, as the caller decides it.
    async fn adoption(
        &self,
        caller: &Caller,
        it: &UnmanagedProduct,
        place: &Adoptable,
        input: &AdoptInput,
    ) -> Result<Request> {
        let mut mistakes = Vec::new();
        let longest = place.access.max_lease_days;
        let days = input.adopt_days.trim().parse::<u16>().ok().filter(|days| (1..=longest).contains(days));
        if days.is_none() {
            mistakes.push(FieldError::new("adopt_days", format!("A whole number of days from 1 to {longest}.")));
        }
        let reason = check_justification(&input.adopt_reason).unwrap_or_else(|_| {
            mistakes.push(FieldError::new("adopt_reason", "Say why: its owner and auditors read it."));
            String::new()
        });
        let found = self.store().people_by_email(input.adopt_owner.trim()).await?;
        let [owner] = found.as_slice() else {
            let says = "The e-mail address of somebody of the project who signed in here before.";
            mistakes.push(FieldError::new("adopt_owner", says));
            return Err(Error::Invalid(mistakes));
        };
        let request = self.adopted_by(caller, it, place, &owner.person, days.unwrap_or(1), reason)?;
        let refused = if owner.person == caller.actor.person {
            Some("Nobody gives themselves what was made past the portal: another admin does.".to_owned())
        } else {
            self.cannot_have(&self.environment_for(&request)?.0, &owner.person).await?
        };
        mistakes.extend(refused.map(|says| FieldError::new("adopt_owner", says)));
        if mistakes.is_empty() { Ok(request) } else { Err(Error::Invalid(mistakes)) }
    }

    fn adopted_by(
        &self,
        caller: &Caller,
        it: &UnmanagedProduct,
        place: &Adoptable,
        owner: &PersonKey,
        lease_days: u16,
        justification: String,
    ) -> Result<Request> {
        let (id, now): (RequestId, _) = (self.ids().next()?, self.now());
        let by = caller.actor.person.clone();
        let rule = ApprovalRule::new(vec![ApprovalStep { who: Approver::Admin, people: 1 }])
            .map_err(|error| Error::internal("The portal could not write this down", &error))?;
        Ok(Request {
            id,
            kind: RequestKind::Provision,
            project: place.account.project.clone(),
            requester: owner.clone(),
            product: place.product.clone(),
            artifact: place.artifact.clone(),
            account: it.account.clone(),
            region: it.region.clone(),
            stage: place.account.stage,
            name: it.name.clone(),
            asked: BTreeMap::new(),
            sealed: None,
            tags: BTreeMap::new(),
            justification,
            lease_days,
            approval: rule,
            agreed: vec![Agreement { step: 0, by: by.clone(), on_behalf_of: None }],
            state: RequestState::Approved,
            decision: Some(Decision::Approve { by: Some(by), on_behalf_of: None, comment: String::new() }),
            submitted_at: now,
            decided_at: Some(now),
            environment: None,
            version: 1,
        })
    }

    /// The environment as an approval makes it, with an operation that begins where a provisioning ends: at reading what is there.
    fn adopted(
        &self,
        caller: &Caller,
        it: &UnmanagedProduct,
        place: &Adoptable,
        request: &Request,
    ) -> Result<(Environment, Operation)> {
        let (mut environment, mut operation) = self.environment_for(request)?;
        environment.provisioned_product = Some(it.id.clone());
        operation.step = Step::Collect { record: place.record.clone() };
        operation.on_behalf_of = caller.actor.person.clone();
        Ok((environment, operation))
    }

    async fn unmanaged_rows(&self, found: Vec<UnmanagedProduct>) -> Result<Vec<UnmanagedRow>> {
        let accounts = self.store().all_project_accounts().await?;
        let mut rows = Vec::with_capacity(found.len());
        let mut products = BTreeMap::new();
        for it in found {
            let account = accounts.iter().find(|known| known.account == it.account && known.region == it.region);
            if let Some(id) = it.product.as_ref().filter(|id| !products.contains_key(*id)) {
                products.insert(id.clone(), self.store().product(id).await?);
            }
            let product = it.product.as_ref().and_then(|id| products.get(id)).and_then(Option::as_ref);
            let version = it.artifact.as_ref().and_then(|id| product?.artifact(id));
            let name = |known: Option<&String>, id: Option<String>| known.cloned().or(id).unwrap_or_default();
            rows.push(UnmanagedRow {
                account_name: account.map_or_else(|| it.account.to_string(), |known| known.name.clone()),
                project: account.map(|known| known.project.clone()),
                product_name: name(product.map(|known| &known.name), it.product.as_ref().map(ToString::to_string)),
                version_name: name(version.map(|known| &known.name), it.artifact.as_ref().map(ToString::to_string)),
                found: it,
            });
        }
        Ok(rows)
    }
}

fn decision_of(request: &Request, caller: &Caller) -> StepDecision {
    StepDecision {
        request: request.id.clone(),
        step: 0,
        who: Approver::Admin,
        by: caller.actor.person.clone(),
        on_behalf_of: None,
        verdict: Verdict::Approve,
        comment: String::new(),
        at: request.submitted_at,
    }
}

fn not_there() -> Error {
    Error::not_found("provisioned product that no environment stands for")
}
