use askama::Template;
use axum::extract::State;
use axum::response::Html;
use chrono::{DateTime, Utc};
use domain::id::{ProjectId, RequestId};
use domain::question::MessageKind;
use domain::request::RequestState;
use http::HeaderMap;
use store::{PageRequest, RequestFilter, Store};

use super::enter::{Shell, enter, projects, scope};
use super::{Answer, PAGE};
use crate::parts::{Badge, Filter, input, request_badge, select};

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
    said: Option<&'static str>,
    submitted_at: DateTime<Utc>,
}

pub(super) async fn requests(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/requests").await?;
    let page = store.requests(&scope(&actor), &RequestFilter::default(), &PageRequest::newest(PAGE)).await?;
    let products = store.product_names(page.items.iter().map(|r| &r.product)).await?;
    let people = store.names_of(page.items.iter().map(|r| &r.requester)).await?;
    let open = page.items.iter().filter(|r| !r.state.is_final()).map(|r| &r.id);
    let messages = store.last_messages(open).await?;
    let rows = page.items.into_iter().map(|r| RequestRow {
        said: messages.get(&r.id).map(|kind| match kind {
            MessageKind::Question => "A question about it waits for an answer.",
            MessageKind::Answer => "A question about it was answered.",
        }),
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
