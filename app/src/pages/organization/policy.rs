use domain::action::Action;
use domain::guardrail::Finding;
use domain::view::{FormState, NodeRef, PolicyPage};
use leptos::prelude::*;

use super::document::Findings;
use super::policies::PolicyFields;
use super::statement::{Said, Statements};
use super::{Freshness, NodeLink, Sections, node_choices};
use crate::components::{
    Callout, Card, Crumb, Disclosure, Empty, ErrorSummary, Hidden, Numbered, PageHead, PostButton, Select, Tone,
    form_part, only_known_fields,
};
use crate::document::Page;

/// One policy: its document, what was found in it, and where it is attached.
pub fn page(page: PolicyPage) -> Page {
    let PolicyPage {
        policy,
        characters,
        limits,
        unreadable,
        findings,
        statements,
        attached,
        more_attached,
        attachable,
        state,
        allowed,
        form,
    } = page;
    let manage = allowed.has(Action::ManageOrganization);
    let edit_form = form_part(&form, "edit");
    // What belongs to no named form belongs to the first.
    let attach_form = only_known_fields(if edit_form == form { FormState::default() } else { form.clone() }, &["node"]);
    let title = policy.name.clone();
    let marked: Vec<u32> = unreadable.iter().chain(&findings).map(|finding| finding.line).collect();
    let said = if statements.is_empty() {
        ().into_any()
    } else {
        view! { <Card title="In words"><Statements statements said=Said::Alone /></Card> }.into_any()
    };
    let unused = attached.is_empty();
    let attach = manage.then(|| {
        let choices = node_choices("Choose a node", attachable);
        let (id, state) = (policy.id.clone(), attach_form.clone());
        view! {
            <Disclosure summary="Attach to a unit" open=!attach_form.errors.is_empty() id="attach">
                <form class="fieldset max-w-2xl" method="post" action="/api/preview_policy_change" novalidate>
                    <Hidden name="kind" value="attach" />
                    <Hidden name="from" value="policy" />
                    <Hidden name="policy" value=id />
                    <Select
                        label="Node" name="node" choices state
                        help="To attach it to one account, open the account. You see what it does before anything is changed."
                    />
                    <p class="actions"><button class="button button-primary" type="submit">"See what it does"</button></p>
                </form>
            </Disclosure>
        }
    });
    let change = (manage && !policy.aws_managed).then(|| {
        let (policy, state) = (policy.clone(), edit_form.clone());
        let delete = unused.then(|| {
            let fields =
                vec![("kind", "delete".to_owned()), ("from", "policy".to_owned()), ("policy", policy.id.clone())];
            view! {
                <PostButton
                    action="/api/preview_policy_change" label="Delete ..." class="button button-small button-danger"
                    described=format!("Delete {}", policy.name) fields
                />
            }
        });
        view! {
            <Disclosure summary="Edit" open=!edit_form.values.is_empty() id="edit">
                <form class="fieldset max-w-3xl" method="post" action="/api/preview_policy_change" novalidate>
                    <Hidden name="form" value="edit" />
                    <Hidden name="kind" value="edit" />
                    <Hidden name="from" value="policy" />
                    <Hidden name="policy" value=policy.id.clone() />
                    <PolicyFields limits name=policy.name description=policy.description content=policy.content state />
                    <p class="actions"><button class="button button-primary" type="submit">"See what it does"</button></p>
                </form>
            </Disclosure>
            {delete}
        }
    });
    let size = format!("{characters} of {} characters", limits.characters);
    let crumbs = vec![Crumb::new("/organization", "Organization"), Crumb::new("/organization/policies", "Policies")];
    let lead =
        if policy.aws_managed { "AWS's own policy: nobody changes it.".to_owned() } else { policy.description.clone() };
    let body = view! {
        <PageHead title=title.clone() lead crumbs><Sections /></PageHead>
        <ErrorSummary state=attach_form.clone() />
        <ErrorSummary state=edit_form.clone() />
        <Remarks unreadable findings />
        {said}
        <Card title="Document" note=size flush=true><Numbered content=policy.content.clone() marked /></Card>
        <Card title="Attached to" flush=true><AttachedTo policy=policy.id.clone() attached more=more_attached manage /></Card>
        {attach}
        {change}
        <Freshness state />
    };
    Page::new(title, body).with_errors(&form)
}

/// What is wrong with the document, or most likely not meant.
#[component]
fn Remarks(unreadable: Option<Finding>, findings: Vec<Finding>) -> impl IntoView {
    if let Some(error) = unreadable {
        return view! {
            <Callout tone=Tone::Bad title="The portal cannot evaluate this document.">
                <Findings findings=vec![error] linked=true />
            </Callout>
        }
        .into_any();
    }
    if findings.is_empty() {
        return ().into_any();
    }
    view! {
        <Callout tone=Tone::Warn title="This is legal and most likely not meant:">
            <Findings findings linked=true />
        </Callout>
    }
    .into_any()
}

#[component]
fn AttachedTo(policy: String, attached: Vec<NodeRef>, more: bool, manage: bool) -> impl IntoView {
    if attached.is_empty() {
        return view! { <Empty title="It is attached nowhere: it does nothing yet."></Empty> }.into_any();
    }
    let rows = attached
        .into_iter()
        .map(|node| {
            let detach = manage.then(|| {
                let fields = vec![
                    ("kind", "detach".to_owned()),
                    ("from", "policy".to_owned()),
                    ("policy", policy.clone()),
                    ("node", node.id.clone()),
                ];
                let described = format!("Detach from {}", node.name);
                view! {
                    <PostButton action="/api/preview_policy_change" label="Detach ..." class="button button-small" described=described fields />
                }
            });
            let kind = node.kind.label();
            view! {
                <li class="row">
                    <div class="row-main grow"><NodeLink node /> <p class="row-sub">{kind}</p></div>
                    {detach}
                </li>
            }
        })
        .collect_view();
    let more = more.then(|| view! { <p class="card-body text-muted">"It is attached to more nodes than these."</p> });
    view! { <ul class="rows">{rows}</ul> {more} }.into_any()
}
