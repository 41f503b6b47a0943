use domain::action::Action;
use domain::organization::{EffectiveLevel, EffectivePolicy, ScpLimits};
use domain::view::{NodePage, NodeRef, PolicyRef};
use leptos::prelude::*;

use super::statement::{Said, Statements};
use super::{Freshness, PolicyLinks, Sections, Stages, node_address, policy_address};
use crate::components::{
    Callout, Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, PageHead, PostButton, Select,
    Tone, only_known_fields,
};
use crate::document::Page;
use crate::pages::url::with_query;

/// One node: what is attached and inherited, and what all levels together come to.
pub fn page(page: NodePage) -> Page {
    let NodePage {
        node,
        above,
        stages,
        projects,
        exempt,
        attached,
        inherited,
        effective,
        attachable,
        limits,
        state,
        allowed,
        form,
    } = page;
    let manage = allowed.has(Action::ManageOrganization);
    let form = only_known_fields(form, &["policy"]);
    let title = node.name.clone();
    let crumbs = std::iter::once(Crumb::new("/organization", "Organization"))
        .chain(above.into_iter().map(|up| Crumb::new(node_address(&up.id), up.name)))
        .collect();
    let attach = manage.then(|| {
        let choices = std::iter::once(Choice::new("", "Choose a policy"))
            .chain(attachable.into_iter().map(|policy| Choice::new(policy.id, policy.name)))
            .collect::<Vec<_>>();
        let state = form.clone();
        let id = node.id.clone();
        view! {
            <Disclosure summary="Attach a policy" open=!form.errors.is_empty() id="attach">
                <form class="fieldset max-w-2xl" method="post" action="/api/preview_policy_change" novalidate>
                    <Hidden name="kind" value="attach" />
                    <Hidden name="from" value="node" />
                    <Hidden name="node" value=id />
                    <Select label="Policy" name="policy" help="You see what it does before anything is changed." choices state />
                    <p class="actions"><button class="button button-primary" type="submit">"See what it does"</button></p>
                </form>
            </Disclosure>
        }
    });
    let inherited = inherited
        .into_iter()
        .map(|(from, policies)| {
            view! { <Fact term=from.name><PolicyLinks policies none="none" /></Fact> }
        })
        .collect_view();
    let compare = with_query("/organization/compare", &[("left", &node.id)]);
    let matrix = with_query("/organization/matrix", &[("within", &node.id)]);
    let projects = if projects.is_empty() { "none that the portal knows".to_owned() } else { projects.join(", ") };
    let body = view! {
        <PageHead title=title.clone() lead=format!("{} {}", node.kind.label(), node.id) crumbs><Sections /></PageHead>
        <ErrorSummary state=form.clone() />
        <Facts>
            <Fact term="Stages"><span class="flex flex-wrap gap-2"><Stages stages /></span></Fact>
            <Fact term="Projects">{projects}</Fact>
        </Facts>
        <p class="actions">
            <a class="button button-small" href=compare>"Compare with another node"</a>
            <a class="button button-small" href=matrix>"Governed actions here"</a>
        </p>
        <Card title="Attached here" flush=true><Attached node=node.clone() attached limits manage /></Card>
        {attach}
        <Card title="Inherited">
            <Facts wide=true>{inherited}</Facts>
        </Card>
        <Effective effective exempt />
        <Freshness state />
    };
    Page::new(title, body).with_errors(&form)
}

#[component]
fn Attached(node: NodeRef, attached: Vec<PolicyRef>, limits: ScpLimits, manage: bool) -> impl IntoView {
    if attached.is_empty() {
        return view! { <Empty title="Nothing is attached here."></Empty> }.into_any();
    }
    let last = attached.len() == 1;
    let count = attached.len();
    let rows = attached
        .into_iter()
        .map(|policy| {
            let detach = if !manage {
                ().into_any()
            } else if last {
                view! { <p class="row-sub">"The last one stays: AWS keeps one at every node."</p> }.into_any()
            } else {
                let described = format!("Detach {}", policy.name);
                let fields = vec![
                    ("kind", "detach".to_owned()),
                    ("from", "node".to_owned()),
                    ("node", node.id.clone()),
                    ("policy", policy.id.clone()),
                ];
                view! {
                    <PostButton action="/api/preview_policy_change" label="Detach ..." class="button button-small" described=described fields />
                }
                .into_any()
            };
            view! {
                <li class="row">
                    <div class="row-main grow"><a href=policy_address(&policy.id)>{policy.name}</a></div>
                    {detach}
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="rows">{rows}</ul>
        <p class="card-body text-sm text-muted">{format!("{count} of {} that may be attached to one node.", limits.per_node)}</p>
    }
    .into_any()
}

#[component]
fn Effective(effective: EffectivePolicy, exempt: bool) -> impl IntoView {
    let EffectivePolicy { denied, levels, unreadable } = effective;
    if exempt {
        return view! {
            <Card title="What holds here">
                <p>"No service control policy reaches this account: it is the management account, or the organization has not turned on all features."</p>
            </Card>
        }
        .into_any();
    }
    let denied = if denied.is_empty() {
        view! { <p class="text-muted">"No statement denies anything by name."</p> }.into_any()
    } else {
        view! { <Statements statements=denied said=Said::WithPolicyAndNode /> }.into_any()
    };
    view! {
        <Card title="Denied here" note="Whatever a role's own policies allow.">{denied}</Card>
        <Card title="Let through, level by level" note="A call has to be let through by every level, and be denied by none.">
            <Levels levels />
        </Card>
        <Unreadable unreadable />
    }
    .into_any()
}

/// What each level lets through.
#[component]
pub(super) fn Levels(levels: Vec<EffectiveLevel>) -> impl IntoView {
    let levels = levels
        .into_iter()
        .map(|level| {
            let what = if level.everything {
                view! { <p>"Everything."</p> }.into_any()
            } else if level.allowed.is_empty() {
                view! { <p>"Nothing: no statement there allows anything."</p> }.into_any()
            } else {
                view! { <Statements statements=level.allowed said=Said::WithPolicyAndNode /> }.into_any()
            };
            view! { <Fact term=level.node>{what}</Fact> }
        })
        .collect_view();
    view! { <Facts wide=true>{levels}</Facts> }
}

/// Policies that say something which nobody here can tell.
#[component]
pub(super) fn Unreadable(unreadable: Vec<String>) -> impl IntoView {
    (!unreadable.is_empty()).then(|| {
        let items = unreadable.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="The portal cannot tell what these policies say:">
                <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{items}</ul>
            </Callout>
        }
    })
}
