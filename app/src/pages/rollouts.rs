use domain::view::{RolloutRow, RolloutsPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Day, Empty, PageHead, Pager, RolloutBadge};
use crate::document::Page;

/// Every time that several environments were updated together. `after`: where the page of the list begins.
pub fn page(rollouts: RolloutsPage, after: &str) -> Page {
    let rows = rollouts.rows;
    let next = rows.next.as_deref().map(|after| with_query("/rollouts", &[("after", after)]));
    let first = "/rollouts".to_owned();
    let list = if rows.items.is_empty() {
        let outdated = with_query("/environments", &[("version", "outdated")]);
        view! {
            <Empty title="Nothing was rolled out yet.">
                <p>
                    "Tick environments in the list and choose to update them: "
                    <a href=outdated>"those on an outdated version"</a> "."
                </p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        <PageHead title="Rollouts" lead="Updates of several environments, one after the other; each stops at the first that fails." />
        {list}
        <Pager first next further=!after.is_empty() />
    };
    Page::new("Rollouts", body)
}

#[component]
fn Row(row: RolloutRow) -> impl IntoView {
    let wher = row.project.map_or_else(|| "Several projects".to_owned(), |project| project.to_string());
    view! {
        <li class="row row-req">
            <div class="row-main">
                <a class="row-link" href=format!("/rollouts/{}", row.id)>{row.reason}</a>
                <p class="row-sub">{wher} ", by " {row.by}</p>
            </div>
            <p class="row-sub">{format!("{} of {} updated", row.done, row.all)}</p>
            <RolloutBadge state=row.state />
            <p class="row-sub row-date"><Day at=row.created_at /></p>
        </li>
    }
}
