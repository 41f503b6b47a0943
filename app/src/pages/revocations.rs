use domain::view::{RevocationRow, RevocationsPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Badge, Day, Empty, Icon, PageHead, Pager, RevocationBadge, Tone};
use crate::document::Page;

/// Every time that somebody was cut off. `after`: where the page of the list begins.
pub fn page(revocations: RevocationsPage, after: &str) -> Page {
    let rows = revocations.rows;
    let next = rows.next.as_deref().map(|after| with_query("/revocations", &[("after", after)]));
    let first = "/revocations".to_owned();
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="Nobody was ever cut off.">
                <p>"An environment's page has the button for it; for admins, the list of people too."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        <PageHead title="Revocations" lead="Who was cut off from what, by whom, and whether it still holds." />
        {list}
        <Pager first next further=!after.is_empty() />
    };
    Page::new("Revocations", body)
}

#[component]
fn Row(row: RevocationRow) -> impl IntoView {
    let problem = row.has_problem.then(|| view! { <Badge tone=Tone::Bad icon=Icon::Cross text="Not all done" /> });
    view! {
        <li class="row row-req">
            <div class="row-main">
                <a class="row-link" href=format!("/revocations/{}", row.id)>{row.person}</a>
                <p class="row-sub">{row.reach}</p>
            </div>
            <p class="row-sub">"by " {row.by}</p>
            <div class="flex flex-wrap gap-1"><RevocationBadge state=row.state /> {problem}</div>
            <p class="row-sub row-date"><Day at=row.created_at /></p>
        </li>
    }
}
