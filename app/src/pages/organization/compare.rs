use domain::view::{ComparePage, ComparedNode, FormState};
use leptos::prelude::*;

use super::node::{Levels, Unreadable};
use super::statement::{Said, Statements};
use super::{Freshness, NodeLink, Sections, Stages, node_choices};
use crate::components::{Card, Crumb, PageHead, Select};
use crate::document::Page;

/// Two nodes side by side.
pub fn page(page: ComparePage) -> Page {
    let ComparePage { query, choices, comparison, state } = page;
    let compared = comparison.map(|comparison| {
        let both = if comparison.both.is_empty() {
            view! { <p class="text-muted">"No statement denies the same at both."</p> }.into_any()
        } else {
            view! { <Statements statements=comparison.both said=Said::WithPolicyAndNode /> }.into_any()
        };
        view! {
            <div class="grid items-start gap-4 lg:grid-cols-2">
                <Side node=comparison.left />
                <Side node=comparison.right />
            </div>
            <Card title="Denied at both">{both}</Card>
        }
    });
    let crumbs = vec![Crumb::new("/organization", "Organization")];
    let fields = FormState::default();
    let body = view! {
        <PageHead title="Compare two nodes" lead="What one stage denies and the other does not." crumbs><Sections /></PageHead>
        <form class="filters" method="get" action="/organization/compare">
            <Select
                filter=true label="Left" name="left" value=query.left.clone()
                choices=node_choices("Choose a node", choices.clone()) state=fields.clone()
            />
            <Select
                filter=true label="Right" name="right" value=query.right.clone()
                choices=node_choices("Choose a node", choices) state=fields
            />
            <button class="button" type="submit">"Compare"</button>
        </form>
        {compared}
        <Freshness state />
    };
    Page::new("Compare two nodes", body)
}

#[component]
fn Side(node: ComparedNode) -> impl IntoView {
    let ComparedNode { node, stages, exempt, only_here, narrow_levels, unreadable } = node;
    let title = format!("Only at {}", node.name);
    let denied = if exempt {
        view! { <p>"No service control policy reaches this account."</p> }.into_any()
    } else if only_here.is_empty() {
        view! { <p class="text-muted">"Nothing is denied here that is not denied there too."</p> }.into_any()
    } else {
        view! { <Statements statements=only_here said=Said::WithPolicyAndNode /> }.into_any()
    };
    let narrow = (!narrow_levels.is_empty()).then(|| {
        view! {
            <h3 class="text-base">"Levels that let only this through"</h3>
            <Levels levels=narrow_levels />
        }
    });
    view! {
        <Card title>
            <div class="stack gap-3">
                <p class="flex flex-wrap gap-2"><NodeLink node /><Stages stages /></p>
                {denied}
                {narrow}
                <Unreadable unreadable />
            </div>
        </Card>
    }
}
