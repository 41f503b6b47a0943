//! The organization and its service control policies.

mod applied;
mod blueprint;
mod change;
mod changes;
mod compare;
mod document;
mod matrix;
mod node;
mod outlook;
mod policies;
mod policy;
mod probe;
mod statement;
mod tree;

pub(super) use document::Difference;

pub use blueprint::page as blueprint;
pub use change::page as change;
pub use changes::page as changes;
pub use compare::page as compare;
pub use matrix::page as matrix;
pub use node::page as node;
pub use policies::page as policies;
pub use policy::page as policy;
pub use tree::page as tree;

use domain::organization::OrganizationState;
use domain::project::Stage;
use domain::view::{NodeRef, PolicyRef};
use leptos::prelude::*;

use super::url::encode;
use crate::components::{Choice, Moment, ProblemCallout, Tone};

/// Where the parts of the organization lead to each other.
#[component]
fn Sections() -> impl IntoView {
    view! {
        <a class="button button-small" href="/organization">"Tree"</a>
        <a class="button button-small" href="/organization/policies">"Policies"</a>
        <a class="button button-small" href="/organization/blueprint">"Blueprint"</a>
        <a class="button button-small" href="/organization/compare">"Compare two nodes"</a>
        <a class="button button-small" href="/organization/matrix">"Governed actions"</a>
        <a class="button button-small" href="/organization/changes">"Changes"</a>
    }
}

/// How fresh what is shown is, and what stands in the way of reading it anew.
#[component]
fn Freshness(state: OrganizationState) -> impl IntoView {
    let OrganizationState { refreshed_at, problem } = state;
    let read = match refreshed_at {
        Some(at) => view! { "Read from AWS Organizations on " <Moment at /> "." }.into_any(),
        None => view! { "Not read from AWS Organizations yet." }.into_any(),
    };
    view! {
        <p class="text-sm text-muted">{read}</p>
        {problem.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
    }
}

fn node_address(id: &str) -> String {
    format!("/organization/{}", encode(id))
}

fn policy_address(id: &str) -> String {
    format!("/organization/policies/{}", encode(id))
}

#[component]
fn NodeLink(node: NodeRef) -> impl IntoView {
    view! { <a href=node_address(&node.id)>{node.name}</a> }
}

/// Policies, each a link, with commas between them; a word where there are none.
#[component]
fn PolicyLinks(policies: Vec<PolicyRef>, none: &'static str) -> impl IntoView {
    if policies.is_empty() {
        return view! { <span class="text-muted">{none}</span> }.into_any();
    }
    let links = policies
        .into_iter()
        .enumerate()
        .map(|(index, policy)| {
            let comma = (index > 0).then_some(", ");
            view! { {comma}<a href=policy_address(&policy.id)>{policy.name}</a> }
        })
        .collect_view();
    view! { <span class="[overflow-wrap:anywhere]">{links}</span> }.into_any()
}

#[component]
fn Stages(stages: Vec<Stage>) -> impl IntoView {
    stages.into_iter().map(|stage| view! { <span class="chip">{stage.label()}</span> }).collect_view()
}

fn node_choices(empty: &'static str, nodes: Vec<NodeRef>) -> Vec<Choice> {
    let choice = |node: NodeRef| {
        let label = format!("{} ({})", node.name, node.kind.label().to_lowercase());
        Choice::new(node.id, label)
    };
    std::iter::once(Choice::new("", empty)).chain(nodes.into_iter().map(choice)).collect()
}
