use domain::organization::{Forbidden, OrganizationState};
use domain::view::GuardrailRow;
use leptos::prelude::*;

use crate::components::{Callout, Card, Moment, ProblemCallout, Tone};

/// What the organization's service control policies forbid where a product may be used.
#[component]
pub fn Guardrails(rows: Vec<GuardrailRow>, organization: OrganizationState) -> impl IntoView {
    let OrganizationState { refreshed_at, problem } = organization;
    let read = match refreshed_at {
        Some(at) => view! { "Read from AWS Organizations on " <Moment at /> "." }.into_any(),
        None => view! { "Not read from AWS Organizations yet." }.into_any(),
    };
    let body = if rows.is_empty() {
        view! { <p class="text-muted">"There is no account that it may be used in."</p> }.into_any()
    } else {
        rows.into_iter().map(|row| view! { <Guardrail row /> }).collect_view().into_any()
    };
    view! {
        <Card title="What the organization forbids here">
            <div class="stack gap-4">
                {body}
                <p class="text-sm text-muted">{read}</p>
                {problem.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
            </div>
        </Card>
    }
}

#[component]
fn Guardrail(row: GuardrailRow) -> impl IntoView {
    let GuardrailRow { stage, accounts, forbidden, refused, unreadable, unknown } = row;
    let what = if unknown {
        let text = "Not known: the portal has not found the account in the organization.";
        view! { <p class="text-muted">{text}</p> }.into_any()
    } else if forbidden.is_empty() {
        view! { <p class="text-muted">"No service control policy denies anything by name."</p> }.into_any()
    } else {
        let items = forbidden.into_iter().map(|denied| view! { <li>{denies(&denied)}</li> }).collect_view();
        view! { <ul class="grid list-disc gap-1.5 pl-5 [overflow-wrap:anywhere]">{items}</ul> }.into_any()
    };
    let refused = (!refused.is_empty()).then(|| {
        let items = refused
            .into_iter()
            .map(|refused| view! { <li><code>{refused.action}</code>": "{refused.why}</li> })
            .collect_view();
        view! {
            <Callout tone=Tone::Warn title="These actions, which the product needs, do not pass:">
                <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{items}</ul>
            </Callout>
        }
    });
    let unreadable = (!unreadable.is_empty()).then(|| {
        let items = unreadable.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="The portal cannot tell what these policies forbid:">
                <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{items}</ul>
            </Callout>
        }
    });
    view! {
        <section class="stack gap-2">
            <h3 class="text-base">{stage.label()} <span class="font-normal text-muted">" " {accounts.join(", ")}</span></h3>
            {refused}
            {what}
            {unreadable}
        </section>
    }
}

/// "deny-sagemaker-endpoints at Sandbox denies sagemaker:CreateEndpoint."
fn denies(denied: &Forbidden) -> String {
    let Forbidden { policy, node, actions, all_but, resources, all_resources_but, conditions, .. } = denied;
    let actions = actions.join(", ");
    let actions = if *all_but { format!("everything but {actions}") } else { actions };
    let on = match (resources.is_empty(), all_resources_but) {
        (true, _) => String::new(),
        (false, true) => format!(" on everything but {}", resources.join(", ")),
        (false, false) => format!(" on {}", resources.join(", ")),
    };
    let when = if conditions.is_empty() { String::new() } else { format!(", where {}", conditions.join(" and ")) };
    format!("{policy} at {node} denies {actions}{on}{when}.")
}
