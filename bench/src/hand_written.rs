//! What the portal is measured against: its list pages as a person would write them by hand for axum. Each makes the same
//! calls of `store` as the portal's page, in the same order, and fills a compiled template that is the same document. Roles
//! are compared in place, without policies.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context as _;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{ApprovalRule, ProductAccess};
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::catalog::MirrorState;
use domain::environment::EnvironmentState;
use domain::id::{EnvironmentId, ProductId, ProjectId, RequestId};
use domain::person::{Actor, ProjectRole};
use domain::project::Stage;
use domain::request::RequestState;
use domain::view::Flash;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest as _, Sha256};
use store::{AuditFilter, EnvironmentFilter, PageRequest, RequestFilter, Scope, Store};
use tokio::net::TcpListener;

use crate::parts::{
    Badge, Filter, approval_word, class_word, environment_badge, input, outcome_badge, request_badge, select, stages,
    typical,
};

/// As the portal's settings have it by default.
const IDLE: TimeDelta = TimeDelta::hours(1);
/// As `studiogate demo` sets it.
const ADMIN_GROUP: &str = "platform-admins";
const PAGE: u32 = 20;

/// Serves until the process is killed; says its address when it listens.
#[expect(clippy::print_stdout, reason = "whoever started it waits for the address")]
pub(crate) async fn serve(database: &str) -> anyhow::Result<()> {
    let store = Store::connect(database).await?;
    let router = Router::new()
        .route("/environments", get(environments))
        .route("/requests", get(requests))
        .route("/catalog", get(catalog))
        .route("/audit", get(audit))
        .with_state(store);
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.context("no port is free")?;
    println!("Hand-written pages are ready at http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

enum Failure {
    SignedOut,
    NotAllowed,
    Store(store::Error),
    Template(askama::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed out").into_response(),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "not allowed").into_response(),
            Self::Store(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
            Self::Template(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

type Answer = Result<Html<String>, Failure>;

#[expect(clippy::disallowed_methods, reason = "a program that measures has no other clock")]
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

struct Item {
    href: &'static str,
    label: &'static str,
    count: i64,
}

/// The frame around a page.
struct Shell {
    path: &'static str,
    name: String,
    roles: Vec<String>,
    items: Vec<Item>,
    waiting: i64,
    flash: Option<Flash>,
}

fn session_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let id = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("studiogate="))?;
    Some(hex::encode(Sha256::digest(URL_SAFE_NO_PAD.decode(id).ok()?)))
}

/// Who asks, with the roles that hold now, and the frame for them.
async fn enter(store: &Store, headers: &HeaderMap, path: &'static str) -> Result<(Actor, Shell), Failure> {
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
    let waiting = if decides { store.count_requests_waiting(&Scope::Projects(led), Some(&key)).await? } else { 0 };
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
fn scope(actor: &Actor) -> Scope {
    let led: Vec<ProjectId> = actor.projects_as(ProjectRole::Lead).into_iter().cloned().collect();
    if actor.is_admin() || actor.is_auditor() {
        Scope::All
    } else if led.is_empty() {
        Scope::Person(actor.person.clone())
    } else {
        Scope::ProjectsOrOwner { projects: led, person: actor.person.clone() }
    }
}

async fn projects(store: &Store, actor: &Actor) -> Result<Filter, Failure> {
    let ids: Vec<ProjectId> = if actor.is_admin() || actor.is_auditor() {
        store.projects(&Scope::All).await?.into_iter().map(|p| p.id).collect()
    } else {
        actor.projects().into_iter().cloned().collect()
    };
    Ok(select("Project", "project", "Any project", ids.iter().map(|id| (id, id))))
}

#[derive(Template)]
#[template(path = "environments.html")]
struct Environments {
    shell: Shell,
    filters: Vec<Filter>,
    rows: Vec<EnvironmentRow>,
    next: Option<String>,
}

struct EnvironmentRow {
    id: EnvironmentId,
    name: String,
    product: String,
    owner: String,
    project: ProjectId,
    stage: &'static str,
    badge: Badge,
    lease_ends_at: DateTime<Utc>,
    opens: bool,
}

async fn environments(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/environments").await?;
    let filter = EnvironmentFilter { live: true, ..EnvironmentFilter::default() };
    let page = store.environments(&scope(&actor), &filter, &PageRequest::newest(PAGE)).await?;
    let products = store.product_names(page.items.iter().map(|e| &e.product)).await?;
    let people = store.names_of(page.items.iter().map(|e| &e.owner)).await?;
    let rows = page.items.into_iter().map(|e| {
        let opens = e.owner == actor.person && e.state == EnvironmentState::Available;
        EnvironmentRow {
            product: products.get(&e.product).cloned().unwrap_or_else(|| e.product.to_string()),
            owner: people.get(&e.owner).cloned().unwrap_or(e.owner.subject),
            id: e.id,
            name: e.name,
            project: e.project,
            stage: e.stage.label(),
            badge: environment_badge(e.state),
            lease_ends_at: e.lease_ends_at,
            opens,
        }
    });
    let rows = rows.collect();
    let states = EnvironmentState::ALL.map(|s| (s.as_str(), environment_badge(s).text));
    let states = [("all", "All")].into_iter().chain(states);
    let filters = vec![
        input("Name", "q", "search"),
        select("State", "state", "Not terminated", states),
        projects(&store, &actor).await?,
        stages(),
        select("Whose", "whose", "Everybody's I may see", [("mine", "Mine")]),
    ];
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Html(Environments { shell, filters, rows, next }.render()?))
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    shell: Shell,
    filters: Vec<Filter>,
    rows: Vec<RequestRow>,
    next: Option<String>,
}

struct RequestRow {
    id: RequestId,
    name: String,
    product: String,
    requester: String,
    project: ProjectId,
    stage: &'static str,
    badge: Badge,
    submitted_at: DateTime<Utc>,
}

async fn requests(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/requests").await?;
    let page = store.requests(&scope(&actor), &RequestFilter::default(), &PageRequest::newest(PAGE)).await?;
    let products = store.product_names(page.items.iter().map(|r| &r.product)).await?;
    let people = store.names_of(page.items.iter().map(|r| &r.requester)).await?;
    let rows = page.items.into_iter().map(|r| RequestRow {
        product: products.get(&r.product).cloned().unwrap_or_else(|| r.product.to_string()),
        requester: people.get(&r.requester).cloned().unwrap_or(r.requester.subject),
        id: r.id,
        name: r.name,
        project: r.project,
        stage: r.stage.label(),
        badge: request_badge(r.state),
        submitted_at: r.submitted_at,
    });
    let rows = rows.collect();
    let states = RequestState::ALL.map(|s| (s.as_str(), request_badge(s).text));
    let filters = vec![
        input("Name", "q", "search"),
        select("State", "state", "Any state", states),
        projects(&store, &actor).await?,
    ];
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Html(Requests { shell, filters, rows, next }.render()?))
}

#[derive(Template)]
#[template(path = "catalog.html")]
struct Catalog {
    shell: Shell,
    filters: Vec<Filter>,
    tiles: Vec<Tile>,
    mirrors: Vec<MirrorState>,
}

struct Tile {
    id: ProductId,
    name: String,
    description: String,
    portfolio: String,
    stages: Vec<&'static str>,
    approval: &'static str,
    classes: String,
    typical: String,
}

async fn catalog(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/catalog").await?;
    let mine: Vec<ProjectId> = actor.projects().into_iter().cloned().collect();
    let access = store.product_access_of_projects(&mine).await?;
    let projects: BTreeMap<_, _> = store.projects(&Scope::All).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
    let portfolios = store.portfolios().await?;
    let mirrors = store.mirror_states().await?;
    let mut products = store.products("").await?;
    products.retain(|product| access.iter().any(|rule| rule.product == product.id));
    let ids: Vec<ProductId> = products.iter().map(|product| product.id.clone()).collect();
    let mut measured = store.provisioning_seconds_of(&ids, 50).await?;
    let expected = store.product_settings_of(&ids).await?;
    let mut tiles = Vec::new();
    for product in products {
        let rules: Vec<&ProductAccess> = access.iter().filter(|rule| rule.product == product.id).collect();
        let mut stages: Vec<Stage> = rules.iter().map(|rule| rule.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        let mut classes: Vec<_> = rules
            .iter()
            .filter_map(|rule| projects.get(&rule.project))
            .map(|project| class_word(project.data_class))
            .collect();
        classes.sort_unstable();
        classes.dedup();
        let approval = match rules.iter().filter(|rule| rule.approval == ApprovalRule::OneLead).count() {
            0 => "Not needed",
            n if n == rules.len() => "A team lead",
            _ => "A team lead, in some stages",
        };
        let named = portfolios.iter().filter(|p| product.portfolios.contains(&p.id)).map(|p| p.name.as_str());
        tiles.push(Tile {
            typical: typical(
                measured.remove(&product.id).unwrap_or_default(),
                expected.get(&product.id).and_then(|settings| settings.typical_minutes),
            ),
            portfolio: named.collect::<Vec<_>>().join(", "),
            stages: stages.into_iter().map(Stage::label).collect(),
            classes: classes.join(", "),
            approval,
            id: product.id,
            name: product.name,
            description: product.description,
        });
    }
    let approvals = ApprovalRule::ALL.map(|rule| (rule.as_str(), approval_word(rule)));
    let filters = vec![
        input("Name or description", "q", "search"),
        stages(),
        select("Project", "project", "Any project", mine.iter().map(|id| (id, id))),
        select("Approval", "approval", "With or without", approvals),
    ];
    Ok(Html(Catalog { shell, filters, tiles, mirrors }.render()?))
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    shell: Shell,
    sealed: String,
    filters: Vec<Filter>,
    rows: Vec<AuditRow>,
    next: Option<String>,
}

struct AuditRow {
    event: AuditEvent,
    who: String,
    position: Option<i64>,
    folder: Option<&'static str>,
    badge: Badge,
}

async fn audit(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/audit").await?;
    if !actor.is_admin() && !actor.is_auditor() {
        return Err(Failure::NotAllowed);
    }
    let page = store.audit_events(&Scope::All, &AuditFilter::default(), &PageRequest::newest(PAGE)).await?;
    let projects = projects(&store, &actor).await?;
    let people = page.items.iter().filter_map(|stored| match &stored.event.actor {
        AuditActor::SystemFor { person } => Some(person),
        AuditActor::Person { .. } | AuditActor::System => None,
    });
    let people = store.names_of(people).await?;
    let rows = page.items.into_iter().map(|stored| AuditRow {
        who: match &stored.event.actor {
            AuditActor::Person { display_name, .. } => display_name.clone(),
            AuditActor::SystemFor { person } => {
                format!("The portal, for {}", people.get(person).unwrap_or(&person.subject))
            }
            AuditActor::System => "The portal".to_owned(),
        },
        folder: match stored.event.resource_kind.as_str() {
            "request" => Some("/requests/"),
            "environment" => Some("/environments/"),
            "project" => Some("/admin/projects/"),
            _ => None,
        },
        badge: outcome_badge(stored.event.outcome),
        position: stored.position,
        event: stored.event,
    });
    let rows = rows.collect();
    let actions = store.audit_actions().await?;
    let (waiting, _) = store.unsealed_backlog().await?;
    let waiting = match waiting {
        0 => "No event waits to be sealed.".to_owned(),
        1 => "1 event waits to be sealed.".to_owned(),
        n => format!("{n} events wait to be sealed."),
    };
    let sealed = match store.audit_head().await? {
        Some(head) => {
            let at = head.sealed_at.format("%-d %b %Y at %H:%M:%S UTC");
            format!("Sealed up to position {}, last on {at}. {waiting}", head.last_position)
        }
        None => format!("Nothing is sealed yet. {waiting}"),
    };
    let filters = vec![
        input("Who", "actor", "text"),
        select("Action", "action", "Any action", actions.iter().map(|action| (action, action))),
        input("Resource", "resource", "text"),
        projects,
        select("Outcome", "outcome", "Any outcome", Outcome::ALL.map(|o| (o.as_str(), outcome_badge(o).text))),
        input("Correlation", "correlation", "text"),
        input("From", "from", "date"),
        input("To", "to", "date"),
    ];
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Html(Audit { shell, sealed, filters, rows, next }.render()?))
}
