use domain::environment::EnvironmentState;
use domain::question::MessageKind;
use domain::request::RequestKind;
use domain::view::{EnvironmentRow, RequestRow};
use leptos::prelude::*;

use super::{Day, EnvironmentBadge, Hidden, Icon, IconView, RequestBadge};
use crate::words;

/// Environments, each row a link to its page.
#[component]
pub fn EnvironmentRows(
    rows: Vec<EnvironmentRow>,
    #[prop(optional)] owners: bool,
    /// A box to tick in each row, named `id`, of the form with this `id`.
    #[prop(optional_no_strip)]
    choose: Option<&'static str>,
) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let open = row.can_launch.then(|| view! { <Open id=row.id.to_string() name=row.name.clone() /> });
            let left = if row.owner_left { " (no longer here)" } else { "" };
            let marks = row.marks.iter().map(|mark| words::environment_mark(*mark)).collect::<Vec<_>>().join(" ");
            let marks = (!marks.is_empty()).then(|| view! { <p class="row-sub font-semibold">{marks}</p> });
            let owner = owners.then(|| format!("{}{left}, ", row.owner));
            view! {
                <li class="row row-env">
                    <div class="row-main">
                        {choose.map(|form| view! { <Choose id=row.id.to_string() name=format!("environment {}", row.name) form=form /> })}
                        <a class="row-link" href=format!("/environments/{}", row.id)>{row.name}</a>
                        <p class="row-sub">{row.product_name}</p>
                        {marks}
                    </div>
                    <p class="row-sub">{owner} {row.project.to_string()} " / " {row.stage.label()}</p>
                    <EnvironmentBadge state=row.state />
                    <p class="row-sub row-date">
                        {(row.state != EnvironmentState::Terminated)
                            .then(|| view! { "Lease ends " <Day at=row.lease_ends_at /> })}
                    </p>
                    {open}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}

/// The way in, without a look at the page before.
#[component]
fn Open(id: String, name: String) -> impl IntoView {
    view! {
        <form class="row-act" method="post" action="/api/launch_environment" target="_blank">
            <Hidden name="id" value=id />
            <button class="button button-small" type="submit">
                "Open"
                <span class="sr-only">{format!(" {name} (in a new tab)")}</span>
                <IconView icon=Icon::External />
            </button>
        </form>
    }
}

/// Requests, each row a link to its page. Where they wait for a decision, `reasons` says why they were made and until when
/// they can be decided.
#[component]
pub fn RequestRows(
    rows: Vec<RequestRow>,
    #[prop(optional)] reasons: bool,
    /// A box to tick in each row, named `id`.
    #[prop(optional)]
    choose: bool,
) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let kind = match row.kind {
                RequestKind::Provision => None,
                RequestKind::Update => Some("Update: "),
                RequestKind::Extension => Some("More time: "),
            };
            let said = row.last_message.map(|kind| match kind {
                MessageKind::Question => "A question about it waits for an answer.",
                MessageKind::Answer => "A question about it was answered.",
            });
            view! {
                <li class="row row-req">
                    <div class="row-main">
                        {choose.then(|| view! { <Choose id=row.id.to_string() name=format!("request {}", row.name) /> })}
                        <a class="row-link" href=format!("/requests/{}", row.id)>{row.name}</a>
                        <p class="row-sub">{kind} {row.product_name}</p>
                        {reasons.then(|| view! { <p class="row-reason">{row.justification}</p> })}
                        {said.map(|said| view! { <p class="row-sub font-semibold">{said}</p> })}
                    </div>
                    <p class="row-sub">
                        {row.requester} <br class="hidden min-[52rem]:block" />
                        <span class="min-[52rem]:hidden">", "</span>
                        {row.project.to_string()} " / " {row.stage.label()}
                    </p>
                    <RequestBadge state=row.state />
                    <p class="row-sub row-date">
                        "Asked " <Day at=row.submitted_at />
                        {reasons.then(|| view! { <span class="block">"Expires " <Day at=row.expires_at /></span> })}
                    </p>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}

/// Above the link that covers the row.
#[component]
fn Choose(
    id: String,
    name: String,
    /// The form that it belongs to, where it does not stand in it.
    #[prop(optional)]
    form: Option<&'static str>,
) -> impl IntoView {
    let label = format!("Choose {name}");
    view! { <input class="row-choose" type="checkbox" name="id" value=id form=form aria-label=label /> }
}
