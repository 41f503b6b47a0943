//! Who asks, and the frame around each page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::approval::Approver;
use domain::id::ProjectId;
use domain::person::{Actor, ProjectRole};
use domain::request::RequestState;
use domain::view::Flash;
use http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};
use store::{Part, RequestFilter, Scope, Store};

use super::{Failure, now};
use crate::parts::{Filter, select};

/// As the portal's settings have it by default.
const IDLE: TimeDelta = TimeDelta::hours(1);
/// As `studiogate demo` sets it.
const ADMIN_GROUP: &str = "platform-admins";

pub(super) struct Item {
    pub(super) href: &'static str,
    pub(super) label: &'static str,
    pub(super) count: i64,
}

/// The frame around a page.
pub(super) struct Shell {
    pub(super) path: &'static str,
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) waiting: i64,
    pub(super) flash: Option<Flash>,
}

fn session_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let id = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("studiogate="))?;
    Some(hex::encode(Sha256::digest(URL_SAFE_NO_PAD.decode(id).ok()?)))
}

/// Who asks, with the roles that hold now, and the frame for them.
pub(super) async fn enter(store: &Store, headers: &HeaderMap, path: &'static str) -> Result<(Actor, Shell), Failure> {
    let id = session_of(headers).ok_or(Failure::SignedOut)?;
    let session = store.session(&id, now(), IDLE).await?.ok_or(Failure::SignedOut)?;
    let key = session.person.ok_or(Failure::SignedOut)?;
    let person = store.person(&key).await?.ok_or(Failure::SignedOut)?;
    let mappings = store.group_mappings().await?;
    let groups = person.groups.unwrap_or_default();
    let actor =
        Actor::from_groups(person.person, person.display_name, person.email, groups, &mappings, Some(ADMIN_GROUP));
    let led: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
    // Admins decide too, where a project has no lead; none of them comes here.
    let decides = !led.is_empty();
    let part = Part { who: Some(Approver::Lead), projects: led, free: vec![key], ..Part::default() };
    let undecided = RequestFilter { state: Some(RequestState::Submitted), ..RequestFilter::default() };
    let waiting = if decides { store.count_requests(&Scope::Requests(vec![part]), &undecided).await? } else { 0 };
    let flash = store.take_flash(&id).await?;
    let item = |href, label| Item { href, label, count: 0 };
    let mut items = vec![item("/", "Home"), item("/catalog", "Catalog"), item("/requests", "Requests")];
    if decides {
        items.push(Item { count: waiting, ..item("/approvals", "Approvals") });
    }
    items.push(item("/environments", "Environments"));
    if actor.is_admin() || actor.is_auditor() {
        items.push(item("/audit", "Audit log"));
        items.push(item("/admin/projects", "Projects"));
        items.push(item("/admin/products", "Products"));
        items.push(item("/admin/mappings", "Group mappings"));
    }
    let role = |role: ProjectRole| if role == ProjectRole::Lead { "Team lead" } else { "Data scientist" };
    let mut roles: Vec<String> = actor.platform.iter().map(|grant| format!("{:?}", grant.role)).collect();
    roles.extend(actor.memberships.iter().map(|m| format!("{} in {}", role(m.role), m.project)));
    Ok((actor.clone(), Shell { path, name: actor.display_name, roles, items, waiting, flash }))
}

/// The requests and environments that the person may see.
pub(super) fn scope(actor: &Actor) -> Scope {
    let led: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
    if actor.is_admin() || actor.is_auditor() {
        Scope::All
    } else if led.is_empty() {
        Scope::Person(actor.person.clone())
    } else {
        Scope::ProjectsOrOwner { projects: led, person: actor.person.clone() }
    }
}

pub(super) async fn projects(store: &Store, actor: &Actor) -> Result<Filter, Failure> {
    let ids: Vec<ProjectId> = if actor.is_admin() || actor.is_auditor() {
        store.projects(&Scope::All).await?.into_iter().map(|p| p.id).collect()
    } else {
        actor.projects().into_iter().cloned().collect()
    };
    Ok(select("Project", "project", "Any project", ids.iter().map(|id| (id, id))))
}
