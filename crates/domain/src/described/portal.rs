//! What the portal itself holds of a product: who may use it and on what terms, where the values of its parameters come from,
//! and how long it takes. It is no part of Service Catalog: nobody changes it elsewhere, and a step of it is made at once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{DescribedCatalog, DescribedProduct, DescribedVersion};
use crate::access::{InstanceList, ProductAccess, ProductSettings};
use crate::approval::ApprovalRule;
use crate::binding::{BindingSource, ParameterBinding};
use crate::binding_check::check_binding_of;
use crate::catalog::Product;
use crate::changed_member::{ChangedMember, changed_members};
use crate::id::{AccountId, ParameterBindingId, ProductAccessId, ProductId, ProjectId};
use crate::mistake::{Entry, Mistake};
use crate::project::{Project, ProjectAccount, Stage};

const PORTAL: Entry = ("portal", 0);

/// `[product.portal]`. A file that leaves it out says nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedPortal {
    /// See [`ProductSettings::typical_minutes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical_minutes: Option<u16>,
    #[serde(default, rename = "access", skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<DescribedAccess>,
    #[serde(default, rename = "binding", skip_serializing_if = "Vec::is_empty")]
    pub bindings: Vec<DescribedBinding>,
}

/// See [`ProductAccess`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedAccess {
    pub project: ProjectId,
    pub stage: Stage,
    pub approval: ApprovalRule,
    pub max_lease_days: u16,
    #[serde(default, skip_serializing_if = "InstanceList::is_any")]
    pub instances: InstanceList,
}

/// See [`ParameterBinding`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "super::tables::BindingTable")]
pub struct DescribedBinding {
    pub parameter: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(flatten)]
    pub source: BindingSource,
}

/// What the portal holds of all products.
#[derive(Clone, Copy, Debug)]
pub struct PortalNow<'a> {
    pub access: &'a [ProductAccess],
    pub bindings: &'a [ParameterBinding],
    pub settings: &'a [ProductSettings],
    pub projects: &'a [Project],
    pub accounts: &'a [ProjectAccount],
}

/// One thing that is told to the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalStep {
    /// What the product is called, and its id once it is there.
    pub product: String,
    pub id: Option<ProductId>,
    pub says: PortalSays,
    /// The terms of an access and the source of a binding, as far as they are other than what is there.
    pub sets: Vec<ChangedMember>,
}

/// `version`: of what is there; 0 where nothing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalSays {
    SetAccess { access: DescribedAccess, version: i64 },
    RemoveAccess { id: ProductAccessId, project: ProjectId, stage: Stage },
    SetBinding { binding: DescribedBinding, version: i64 },
    RemoveBinding { id: ParameterBindingId, parameter: String, account: Option<AccountId> },
    SetTypicalMinutes { minutes: Option<u16>, version: i64 },
}

/// Adds what the portal holds to a description of `products`, in a stable order.
pub fn describe_portal(catalog: &mut DescribedCatalog, products: &[Product], now: &PortalNow<'_>) {
    for described in &mut catalog.products {
        let Some(product) = products.iter().find(|it| it.name == described.name) else { continue };
        described.portal = Some(of(&product.id, now));
    }
}

fn of(product: &ProductId, now: &PortalNow<'_>) -> DescribedPortal {
    let mut access: Vec<DescribedAccess> =
        now.access.iter().filter(|it| it.product == *product).map(DescribedAccess::of).collect();
    access.sort_by_key(DescribedAccess::key);
    let mut bindings: Vec<DescribedBinding> =
        now.bindings.iter().filter(|it| it.product == *product).map(DescribedBinding::of).collect();
    bindings.sort_by_key(DescribedBinding::key);
    DescribedPortal { typical_minutes: settings(product, now).and_then(|it| it.typical_minutes), access, bindings }
}

fn settings<'a>(product: &ProductId, now: &PortalNow<'a>) -> Option<&'a ProductSettings> {
    now.settings.iter().find(|it| it.product == *product)
}

/// What has to be told to the portal so that it holds what the files say, product by product; `Err` says why that cannot be meant.
///
/// # Errors
/// A line for each mistake.
pub fn plan_portal(
    wanted: &DescribedCatalog,
    products: &[Product],
    now: &PortalNow<'_>,
) -> Result<Vec<PortalStep>, Vec<Mistake>> {
    let described = || {
        let products = wanted.products.iter().enumerate();
        products.filter_map(|(n, it)| Some((("product", n), it, it.portal.as_ref()?)))
    };
    let mistakes: Vec<Mistake> = described().flat_map(|(at, it, portal)| mistakes(at, &it.name, portal, now)).collect();
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let (mut steps, mut unfit) = (Vec::new(), Vec::new());
    for (at, described, portal) in described() {
        let name = &described.name;
        let there = products.iter().find(|it| it.name == *name);
        let id = there.map(|it| it.id.clone());
        let (says, there_now) = (says(portal, id.as_ref(), now), id.as_ref().map(|id| of(id, now)).unwrap_or_default());
        if let Some(there) = there.filter(|there| keeps_versions(described, there)) {
            // Of a product that nobody can request, nobody can say.
            let is_known = !there.requestable_parameters().is_empty();
            for says in says.iter().filter(|_| is_known) {
                let PortalSays::SetBinding { binding, .. } = says else { continue };
                let Err(why) = fits(binding, there) else { continue };
                let entry = portal.bindings.iter().position(|it| it == binding).map(|n| ("binding", n));
                let at = [at, PORTAL].into_iter().chain(entry);
                unfit.push(Mistake::new(at.collect::<Vec<_>>(), format!("{name}: {why}")));
            }
        }
        steps.extend(says.into_iter().map(|says| {
            let sets = sets(&says, &there_now);
            PortalStep { product: name.clone(), id: id.clone(), says, sets }
        }));
    }
    if unfit.is_empty() { Ok(steps) } else { Err(unfit) }
}

fn sets(says: &PortalSays, now: &DescribedPortal) -> Vec<ChangedMember> {
    let mut sets = match says {
        PortalSays::SetAccess { access, .. } => {
            changed_members(access, now.access.iter().find(|it| it.key() == access.key()))
        }
        PortalSays::SetBinding { binding, .. } => {
            changed_members(binding, now.bindings.iter().find(|it| it.key() == binding.key()))
        }
        _ => Vec::new(),
    };
    // What the step is about it says itself.
    sets.retain(|it| !["project", "stage", "parameter", "account"].contains(&it.member.as_str()));
    sets
}

/// What can be requested of a product stays: of new versions nobody knows here what they ask for.
pub(super) fn keeps_versions(described: &DescribedProduct, there: &Product) -> bool {
    let same =
        |it: &DescribedVersion| there.artifacts.iter().any(|made| made.name == it.name && made.active == it.active);
    described.versions.iter().all(same)
}

/// Whether a binding is one that the product's form would take; `Err` says why not.
fn fits(binding: &DescribedBinding, product: &Product) -> Result<(), String> {
    let key = &binding.parameter;
    if product.declarations(key).next().is_none() {
        return Err(format!("no version that can be requested has a parameter {key}."));
    }
    check_binding_of(product, key, &binding.source).map_err(|why| format!("{key}: {why}"))
}

fn says(wanted: &DescribedPortal, id: Option<&ProductId>, now: &PortalNow<'_>) -> Vec<PortalSays> {
    let access: Vec<&ProductAccess> = now.access.iter().filter(|it| Some(&it.product) == id).collect();
    let bindings: Vec<&ParameterBinding> = now.bindings.iter().filter(|it| Some(&it.product) == id).collect();
    let mut says = Vec::new();
    // Before anybody may use it, it is known where its values come from.
    for binding in &wanted.bindings {
        let there = bindings.iter().find(|it| DescribedBinding::of(it).key() == binding.key());
        if there.is_none_or(|there| there.source != binding.source) {
            let version = there.map_or(0, |there| there.version);
            says.push(PortalSays::SetBinding { binding: binding.clone(), version });
        }
    }
    for there in bindings {
        let key = DescribedBinding::of(there);
        if !wanted.bindings.iter().any(|it| it.key() == key.key()) {
            let (parameter, account) = (there.parameter.clone(), there.account.clone());
            says.push(PortalSays::RemoveBinding { id: there.id.clone(), parameter, account });
        }
    }
    for wanted in &wanted.access {
        let there = access.iter().find(|it| DescribedAccess::of(it).key() == wanted.key());
        if there.is_none_or(|there| DescribedAccess::of(there) != *wanted) {
            let version = there.map_or(0, |there| there.version);
            says.push(PortalSays::SetAccess { access: wanted.clone(), version });
        }
    }
    for there in access {
        let key = DescribedAccess::of(there);
        if !wanted.access.iter().any(|it| it.key() == key.key()) {
            let (project, stage) = (there.project.clone(), there.stage);
            says.push(PortalSays::RemoveAccess { id: there.id.clone(), project, stage });
        }
    }
    let there = id.and_then(|id| settings(id, now));
    if there.and_then(|it| it.typical_minutes) != wanted.typical_minutes {
        let version = there.map_or(0, |it| it.version);
        says.push(PortalSays::SetTypicalMinutes { minutes: wanted.typical_minutes, version });
    }
    says
}

fn mistakes(at: Entry, product: &str, portal: &DescribedPortal, now: &PortalNow<'_>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut wrong = |entry: Entry, message: String| {
        mistakes.push(Mistake::new([at, PORTAL, entry], format!("{product}: {message}")));
    };
    let mut access = BTreeSet::new();
    for (n, it) in portal.access.iter().enumerate() {
        let (at, project, stage) = (("access", n), &it.project, it.stage);
        if !access.insert(it.key()) {
            wrong(at, format!("the access of {project} in {stage} is described twice."));
        }
        if now.projects.iter().all(|it| it.id != *project) {
            wrong(at, format!("its access in {stage}: there is no project {project}."));
        }
        if !(1..=365).contains(&it.max_lease_days) {
            wrong(at, format!("a lease of {project} in {stage} takes 1 to 365 days."));
        }
    }
    let mut bindings = BTreeSet::new();
    for (n, it) in portal.bindings.iter().enumerate() {
        let at = ("binding", n);
        if !bindings.insert(it.key()) {
            wrong(at, format!("the binding of {} is described twice.", it.parameter));
        }
        if let Some(account) =
            it.account.as_ref().filter(|account| now.accounts.iter().all(|it| it.account != **account))
        {
            wrong(at, format!("{}: {account} is no account of a project.", it.parameter));
        }
    }
    if portal.typical_minutes.is_some_and(|it| !(1..=1_440).contains(&it)) {
        wrong(("typical_minutes", 0), "it comes up within 1 to 1440 minutes.".to_owned());
    }
    mistakes
}

impl DescribedAccess {
    fn of(it: &ProductAccess) -> Self {
        Self {
            project: it.project.clone(),
            stage: it.stage,
            approval: it.approval.clone(),
            max_lease_days: it.max_lease_days,
            instances: it.instances.clone(),
        }
    }

    fn key(&self) -> (ProjectId, Stage) {
        (self.project.clone(), self.stage)
    }
}

impl DescribedBinding {
    fn of(it: &ParameterBinding) -> Self {
        Self { parameter: it.parameter.clone(), account: it.account.clone(), source: it.source.clone() }
    }

    fn key(&self) -> (String, Option<AccountId>) {
        (self.parameter.clone(), self.account.clone())
    }
}
