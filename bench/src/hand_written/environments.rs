use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{DateTime, Utc};
use domain::environment::EnvironmentState;
use domain::id::{EnvironmentId, ProjectId};
use http::HeaderMap;
use store::{EnvironmentFilter, PageRequest, Store};

use super::enter::{Shell, enter, projects, scope};
use super::{Answer, PAGE};
use crate::parts::{Badge, Filter, environment_badge, input, select, stages};

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

pub(super) async fn environments(State(store): State<Store>, headers: HeaderMap) -> Answer {
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
