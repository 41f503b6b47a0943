//! Why somebody sees a product, or does not: the verdict is the authorizer's, the reasons are what it follows from.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::ProductAccess;
use domain::action::Action;
use domain::catalog::Product;
use domain::id::{AccountId, ProductId, ProjectId};
use domain::person::{Actor, PlatformRole, ProjectRole};
use domain::preflight::LaunchStanding;
use domain::project::{ProjectAccount, Stage};
use domain::view::{ReasonStands, Visibility, VisibilityPage, VisibilityReason};
use store::PersonRecord;

use crate::request_form::Place;
use crate::{Caller, ControlPlane, Error, Result};

/// People of one address that are answered for.
const PEOPLE: usize = 5;

impl ControlPlane {
    /// Says of the people whom `person`, an e-mail address or a Studio user id, names whether they see a product, and why.
    pub async fn visibility(&self, caller: &Caller, id: &ProductId, person: &str) -> Result<VisibilityPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let product = self.store().product(id).await?.ok_or_else(|| Error::not_found("product"))?;
        let person = person.trim().to_owned();
        let mut found: Vec<PersonRecord> = Vec::new();
        if !person.is_empty() {
            found = self.store().people_by_email(&person).await?;
            found.extend(self.store().person_by_studio_user_id(&person).await?);
            found.truncate(PEOPLE);
        }
        let mappings = self.store().group_mappings().await?;
        let mut answers = Vec::new();
        for record in found {
            let knows_groups = record.groups.is_some();
            let actor = self.actor_of(record, &mappings);
            answers.push(self.visibility_of(caller, &product, actor, knows_groups).await?);
        }
        let nobody = answers.is_empty() && !person.is_empty();
        Ok(VisibilityPage { product: product.id, name: product.name, person, nobody, answers })
    }

    async fn visibility_of(
        &self,
        caller: &Caller,
        product: &Product,
        actor: Actor,
        knows_groups: bool,
    ) -> Result<Visibility> {
        let them = Caller::new(actor, caller.request_id.clone());
        let allowed = self.allowed_actions(&them, product, &[Action::ViewProduct, Action::SubmitRequest]).await?;
        let access = self.store().product_access_of_product(&product.id).await?;
        let places = self.places(&them, product).await?;
        let accounts = places.iter().map(|place| &place.account.account);
        let read = self.store().launch_standings(accounts, &product.region, &product.id).await?;
        let actor = &them.actor;
        let mut reasons = Vec::new();
        about_person(actor, knows_groups, &mut reasons);
        about_product(product, &mut reasons);
        about_projects(actor, product, &access, &mut reasons);
        let about = |place: &Place| about_place(&place.account, read.get(&place.account.account));
        let of_places: Vec<VisibilityReason> = places.iter().map(about).collect();
        // A request into any other would be refused, and the request form says so.
        let launches = of_places.iter().any(|it| it.stands != ReasonStands::Against);
        reasons.extend(of_places);
        about_missing_accounts(actor, &access, &places.iter().map(|it| &it.account).collect::<Vec<_>>(), &mut reasons);
        let offered = product.preferred_artifact().is_some();
        Ok(Visibility {
            roles: Self::roles_in_words(actor),
            display_name: actor.display_name.clone(),
            email: actor.email.clone(),
            subject: actor.person.subject.clone(),
            sees: allowed.has(Action::ViewProduct) && !product.portfolios.is_empty(),
            requests: allowed.has(Action::SubmitRequest) && !product.portfolios.is_empty() && offered && launches,
            reasons,
        })
    }
}

fn reason(stands: ReasonStands, what: impl Into<String>) -> VisibilityReason {
    VisibilityReason { stands, what: what.into(), next: String::new(), page: String::new() }
}

fn against(what: impl Into<String>, next: impl Into<String>, page: impl Into<String>) -> VisibilityReason {
    VisibilityReason { stands: ReasonStands::Against, what: what.into(), next: next.into(), page: page.into() }
}

fn about_person(actor: &Actor, knows_groups: bool, reasons: &mut Vec<VisibilityReason>) {
    if actor.cut_off.everything {
        let what = "Their access to the whole portal is revoked.";
        reasons.push(against(what, "Restore it where it was revoked.", "/revocations"));
    }
    for project in &actor.cut_off.projects {
        let what = format!("Their access to {project} is revoked.");
        reasons.push(against(what, "Restore it where it was revoked.", "/revocations"));
    }
    if !knows_groups {
        let what = "The identity provider told no groups of them at their last sign-in.";
        reasons.push(against(what, "Have the provider send the groups claim, and let them sign in again.", ""));
    } else if !actor.has_any_role() && !actor.cut_off.everything {
        let groups = if actor.groups.is_empty() { "none".to_owned() } else { actor.groups.join(", ") };
        let what = format!("No mapping gives any of their groups a role. Their groups at the last sign-in: {groups}.");
        reasons.push(against(what, "Map one of the groups to a project, or add them to a group.", "/admin/mappings"));
    }
    for grant in &actor.platform {
        let role = match grant.role {
            PlatformRole::Admin => "an admin, and admins see every product",
            PlatformRole::Auditor => "an auditor, and auditors see every product",
        };
        reasons.push(reason(ReasonStands::For, format!("Group {} makes them {role}.", grant.because_of_group)));
    }
    if actor.memberships.is_empty() && !actor.platform.is_empty() {
        let what = "They have no part in any project, and a request is made for a project.";
        reasons.push(against(what, "Map one of their groups to a project.", "/admin/mappings"));
    }
}

fn about_product(product: &Product, reasons: &mut Vec<VisibilityReason>) {
    let page = format!("/admin/products/{}", product.id);
    if product.portfolios.is_empty() {
        let what = "The product is in no portfolio, from which nobody could launch it: the catalog leaves it out.";
        reasons.push(against(what, "Put it into a portfolio.", page.as_str()));
    }
    if product.preferred_artifact().is_none() {
        let what = "None of its versions is offered: it is shown, and cannot be requested.";
        reasons.push(against(what, "Activate a version, or make one.", page));
    }
}

/// What each project of theirs may do with the product.
fn about_projects(actor: &Actor, product: &Product, access: &[ProductAccess], reasons: &mut Vec<VisibilityReason>) {
    let mut by_project: BTreeMap<&ProjectId, BTreeSet<&str>> = BTreeMap::new();
    for membership in &actor.memberships {
        by_project.entry(&membership.project).or_default().insert(membership.because_of_group.as_str());
    }
    for (project, groups) in by_project {
        let roles: BTreeSet<&str> = actor
            .memberships
            .iter()
            .filter(|it| it.project == *project)
            .map(|it| match it.role {
                ProjectRole::Member => "member",
                ProjectRole::Lead => "lead",
            })
            .collect();
        let roles: Vec<&str> = roles.into_iter().collect();
        let groups: Vec<&str> = groups.into_iter().collect();
        let part = format!("They are {} of {project}, by group {}", roles.join(" and "), groups.join(", "));
        let stages: Vec<Stage> = access.iter().filter(|it| it.project == *project).map(|it| it.stage).collect();
        if stages.is_empty() {
            let what = format!("{part}. The project may not use the product.");
            let page = format!("/admin/products/{}#access", product.id);
            reasons.push(against(what, "Give the project access.", page));
        } else {
            let stages: Vec<&str> = stages.iter().map(|stage| stage.label()).collect();
            reasons
                .push(reason(ReasonStands::For, format!("{part}. The project may use it in {}.", stages.join(", "))));
        }
    }
    let others: BTreeSet<&ProjectId> =
        access.iter().map(|it| &it.project).filter(|it| !actor.projects().contains(it)).collect();
    if !others.is_empty() {
        let named: Vec<&str> = others.iter().take(PEOPLE).map(|it| it.as_str()).collect();
        let what = format!("Projects that may use it and that they have no part in: {}.", named.join(", "));
        reasons.push(reason(ReasonStands::Note, what));
    }
    if access.is_empty() {
        let what = "No project may use the product yet.";
        reasons.push(against(what, "Give a project access.", format!("/admin/products/{}#access", product.id)));
    }
}

/// Whether the portal can launch it in an account that they may request it in, as was read last.
fn about_place(account: &ProjectAccount, read: Option<&LaunchStanding>) -> VisibilityReason {
    let place = format!("account {} ({})", account.name, account.stage.label());
    match read.map(|it| &it.paths) {
        Some(Ok(paths)) if paths.is_empty() => against(
            format!(
                "Nothing of it can be launched in {place}: no portfolio with it is shared there with the portal's role."
            ),
            "Share a portfolio that holds it to the account, with the portal's principal.",
            "/admin/portfolios",
        ),
        Some(Ok(_)) => reason(ReasonStands::For, format!("It can be launched in {place}.")),
        Some(Err(why)) => {
            reason(ReasonStands::Note, format!("Whether it can be launched in {place} could not be read: {why}"))
        }
        None => reason(ReasonStands::Note, format!("Whether it can be launched in {place} is read before a request.")),
    }
}

/// Stages that a project may use it in and has no account for.
fn about_missing_accounts(
    actor: &Actor,
    access: &[ProductAccess],
    places: &[&ProjectAccount],
    reasons: &mut Vec<VisibilityReason>,
) {
    for rule in access.iter().filter(|it| actor.projects().contains(&it.project)) {
        let there: Vec<&AccountId> = places
            .iter()
            .filter(|it| it.project == rule.project && it.stage == rule.stage)
            .map(|it| &it.account)
            .collect();
        if there.is_empty() {
            let what = format!("{} has no account in {} in the product's region.", rule.project, rule.stage.label());
            reasons.push(against(what, "Add one to the project.", format!("/admin/projects/{}", rule.project)));
        }
    }
}
