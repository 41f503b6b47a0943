use domain::view::{EnvironmentRow, RequestRow};
use leptos::prelude::*;

use super::{Day, EnvironmentBadge, RequestBadge};

/// Environments, each row a link to its page.
#[component]
pub fn EnvironmentRows(rows: Vec<EnvironmentRow>, #[prop(optional)] owners: bool) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let owner = owners.then(|| format!("{}, ", row.owner));
            view! {
                <li class="row row-env">
                    <div class="row-main">
                        <a class="row-link" href=format!("/environments/{}", row.id)>{row.name}</a>
                        <p class="row-sub">{row.product_name}</p>
                    </div>
                    <p class="row-sub">{owner} {row.project.to_string()} " / " {row.stage.label()}</p>
                    <EnvironmentBadge state=row.state />
                    <p class="row-sub row-date">"Lease ends " <Day at=row.lease_ends_at /></p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}

/// Requests, each row a link to its page.
#[component]
pub fn RequestRows(rows: Vec<RequestRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <li class="row row-req">
                    <div class="row-main">
                        <a class="row-link" href=format!("/requests/{}", row.id)>{row.name}</a>
                        <p class="row-sub">{row.product_name}</p>
                    </div>
                    <p class="row-sub">
                        {row.requester} <br class="hidden min-[52rem]:block" />
                        <span class="min-[52rem]:hidden">", "</span>
                        {row.project.to_string()} " / " {row.stage.label()}
                    </p>
                    <RequestBadge state=row.state />
                    <p class="row-sub row-date">"Asked " <Day at=row.submitted_at /></p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}
