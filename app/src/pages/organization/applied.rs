use domain::organization::{ChangeState, PolicyChange};
use domain::view::{AppliedChangePage, PolicyChangeInput};
use leptos::prelude::*;

use super::document::Difference;
use super::{Sections, node_address, policy_address};
use crate::components::{
    Card, ChangeBadge, Clock, Crumb, Fact, Facts, Moment, Operation, PageHead, PostButton, ProblemCallout,
};
use crate::document::Page;
use crate::islands::UnderWay;
use crate::words;

/// A change of the service control policies that was decided upon: how far it is, and the way back.
pub fn page(it: AppliedChangePage) -> Page {
    let title = words::policy_change(&it.change, &it.policy_name, it.node_name.as_deref());
    let crumbs = vec![Crumb::new("/organization", "Organization"), Crumb::new("/organization/changes", "Changes")];
    let retry = it.can_retry.then(|| {
        let fields = vec![("id", it.id.to_string())];
        view! { <PostButton action="/api/retry_policy_change" label="Try again" fields /> }
    });
    let undo = it.undo.map(|back| {
        let fields = fields(back);
        view! { <PostButton action="/api/preview_policy_change" label="Take back ..." described="Take back this change" fields /> }
    });
    let difference = (!it.diff.is_empty())
        .then(|| view! { <Card title="The document" flush=true><Difference of="the document" lines=it.diff.clone() /></Card> });
    let policy = match it.policy {
        Some(policy) => view! { <a href=policy_address(&policy.id)>{policy.name}</a> }.into_any(),
        None if matches!(it.change, PolicyChange::Create { .. }) => it.policy_name.into_any(),
        None => view! { {it.policy_name} ", which is no longer there" }.into_any(),
    };
    let node = it.node_name.map(|name| {
        let name = match it.node {
            Some(node) => view! { <a href=node_address(&node.id)>{node.name}</a> }.into_any(),
            None => name.into_any(),
        };
        view! { <Fact term="Node">{name}</Fact> }
    });
    let live = it.state == ChangeState::Applying;
    let body = view! {
        <PageHead title=title.clone() lead="A change of the service control policies, and how far it is." crumbs>
            <ChangeBadge state=it.state />
            {retry}
            {undo}
        </PageHead>
        {it.problem.map(|problem| view! { <ProblemCallout problem /> })}
        <div class="columns">
            <div class="stack">
                <Card title="In AWS">
                    <div class="stack">
                        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                            <span class="text-sm text-muted">"as of " <Clock at=it.as_of /> " UTC"</span>
                            {live.then(|| view! { <UnderWay /> })}
                        </div>
                        {it.operation.map(|operation| view! { <Operation operation as_of=it.as_of /> })}
                    </div>
                </Card>
                {difference}
            </div>
            <div class="stack">
                <Card title="About">
                    <Facts>
                        <Fact term="Policy">{policy}</Fact>
                        {node}
                        <Fact term="Decided by">{it.by}</Fact>
                        <Fact term="Decided"><Moment at=it.created_at /></Fact>
                        <Fact term="Last change"><Moment at=it.updated_at /></Fact>
                    </Facts>
                </Card>
            </div>
        </div>
        <p class="flex flex-wrap gap-2"><Sections /></p>
    };
    Page { live, ..Page::new(title, body) }
}

/// The change that takes it back, to be looked at like any other.
fn fields(back: PolicyChangeInput) -> Vec<(&'static str, String)> {
    let PolicyChangeInput { kind, policy, node, name, description, content, from } = back;
    vec![
        ("kind", kind),
        ("policy", policy),
        ("node", node),
        ("name", name),
        ("description", description),
        ("content", content),
        ("from", from),
    ]
}
