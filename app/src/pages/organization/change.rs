use std::collections::BTreeMap;

use domain::organization::{ChangedOutlook, PolicyChange};
use domain::view::{
    ChangeEffects, EnvironmentEffect, GovernedEffect, PolicyChangePage, PolicyChangeView, ProductEffect,
};
use leptos::prelude::*;

use super::document::{Difference, Findings};
use super::node::Unreadable;
use super::outlook::{ChangedOutlooks, OutlookBadge, OutlookView};
use super::{Freshness, applied, node_address, policy_address};
use crate::components::{Callout, Card, Crumb, Disclosure, PageHead, PostButton, Table, Tone};
use crate::document::Page;
use crate::words;

pub(super) type Names = BTreeMap<String, String>;

/// Actions that are read without opening anything.
const READ_AT_ONCE: usize = 12;

/// A change of the service control policies: before it is made, or since.
pub fn page(view: PolicyChangeView) -> Page {
    match view {
        PolicyChangeView::Preview(page) => preview(*page),
        PolicyChangeView::Applied(page) => applied::page(*page),
    }
}

/// What a change changes and what that does.
fn preview(page: PolicyChangePage) -> Page {
    let title = title(&page);
    let PolicyChangePage {
        id,
        change,
        policy,
        node,
        diff,
        findings,
        mistakes,
        moved,
        effects,
        names,
        under_way,
        state,
    } = page;
    let can_be_made = moved.is_empty() && mistakes.is_empty() && under_way.is_none();
    let apply = can_be_made.then(|| {
        let fields = vec![("id", id)];
        let described = title.clone();
        view! { <PostButton action="/api/apply_policy_change" label="Apply" class="button button-primary" described=format!("Apply: {described}") fields /> }
    });
    let under_way = under_way.map(|other| {
        view! {
            <Callout tone=Tone::Info title="Another change is being applied.">
                <p>
                    "Each change is decided upon by what stands before it, so there is one at a time. "
                    <a href=format!("/organization/changes/{other}")>"See how far it is"</a> ", then come back here."
                </p>
            </Callout>
        }
    });
    let back = match (&change, &policy, &node) {
        (PolicyChange::Create { .. }, ..) | (_, None, None) => Crumb::new("/organization/policies", "Policies"),
        (_, _, Some(node)) => Crumb::new(node_address(&node.id), node.name.clone()),
        (_, Some(policy), None) => Crumb::new(policy_address(&policy.id), policy.name.clone()),
    };
    let moved = (!moved.is_empty()).then(|| {
        let items = moved.into_iter().map(|what| view! { <li>{what}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="This is no longer as it was when you entered the change:">
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
                <p>"Below is what the change would do now. To make it all the same, enter it again."</p>
            </Callout>
        }
    });
    let mistakes = (!mistakes.is_empty()).then(|| {
        let items = mistakes.into_iter().map(|what| view! { <li>{what}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Bad title="It cannot be made as things stand:"><ul class="grid list-disc gap-1 pl-5">{items}</ul></Callout>
        }
    });
    let findings = (!findings.is_empty()).then(|| {
        view! { <Callout tone=Tone::Warn title="This is legal and most likely not meant:"><Findings findings /></Callout> }
    });
    let difference = (!diff.is_empty())
        .then(|| view! { <Card title="The document" flush=true><Difference of="the document" lines=diff /></Card> });
    let crumbs = vec![Crumb::new("/organization", "Organization"), back];
    let lead =
        "Nothing is changed yet. This is what the change would do, by the policies as the portal last read them.";
    let body = view! {
        <PageHead title=title.clone() lead crumbs>{apply}</PageHead>
        {under_way}
        {moved}
        {mistakes}
        {findings}
        <Effects effects names />
        {difference}
        <Freshness state />
    };
    Page::new(title, body)
}

fn title(page: &PolicyChangePage) -> String {
    let policy = page.policy.as_ref().map_or("a policy that is gone", |policy| policy.name.as_str());
    let node = page.node.as_ref().map(|node| node.name.as_str());
    words::policy_change(&page.change, policy, node)
}

#[component]
pub(super) fn Effects(effects: ChangeEffects, names: Names) -> impl IntoView {
    let nothing = effects.is_nothing();
    let ChangeEffects { accounts, environments, products, governed, unreadable, more_environments } = effects;
    let reach = match accounts {
        0 => "It reaches no account of a project.".to_owned(),
        n => format!("It reaches {} of projects.", words::count(n as u64, "account", "accounts")),
    };
    let all = environments.iter().map(|e| e.changed.len()).chain(products.iter().map(|p| p.changed.len()));
    let open = all.sum::<usize>() <= READ_AT_ONCE;
    let nothing = nothing.then(|| {
        view! { <p>"No environment, no product and no governed action stands differently afterwards."</p> }
    });
    let more = more_environments
        .then(|| view! { <p class="text-muted">"There are more environments than were looked at."</p> });
    let environments = (!environments.is_empty()).then(|| {
        let items = environments
            .into_iter()
            .map(|e| view! { <OnEnvironments effect=e names=names.clone() open /> })
            .collect_view();
        view! { <Card title="Environments that stand differently"><div class="stack gap-6">{items}</div></Card> }
    });
    let products = (!products.is_empty()).then(|| {
        let items =
            products.into_iter().map(|p| view! { <OnProduct effect=p names=names.clone() open /> }).collect_view();
        view! { <Card title="Products on offer that stand differently"><div class="stack gap-6">{items}</div></Card> }
    });
    let governed = (!governed.is_empty()).then(|| view! { <OnGoverned governed names=names.clone() /> });
    view! {
        <Card title="What it does">
            <div class="stack gap-2"><p>{reach}</p>{nothing}{more}<Unreadable unreadable /></div>
        </Card>
        {environments}
        {products}
        {governed}
    }
}

#[component]
fn OnEnvironments(effect: EnvironmentEffect, names: Names, open: bool) -> impl IntoView {
    let EnvironmentEffect { environments, product, account, stage, changed } = effect;
    let count = words::count(environments.len() as u64, "environment", "environments");
    let links = environments
        .into_iter()
        .take(20)
        .enumerate()
        .map(|(index, (id, name))| {
            let comma = (index > 0).then_some(", ");
            view! { {comma}<a href=format!("/environments/{id}")>{name}</a> }
        })
        .collect_view();
    let label = format!("What changes for {product} in {account}");
    view! {
        <section class="stack gap-2">
            <h3 class="text-base">{product} " in " {account} " (" {stage.label()} "), " {count}</h3>
            <p class="[overflow-wrap:anywhere]">{links}</p>
            <Folded label changed names open />
        </section>
    }
}

#[component]
fn OnProduct(effect: ProductEffect, names: Names, open: bool) -> impl IntoView {
    let ProductEffect { product, name, accounts, stage, changed } = effect;
    let label = format!("What changes for {name} in {}", stage.label());
    view! {
        <section class="stack gap-2">
            <h3 class="text-base"><a href=format!("/catalog/{product}")>{name}</a> " in " {stage.label()}</h3>
            <p class="row-sub">{accounts.join(", ")}</p>
            <Folded label changed names open />
        </section>
    }
}

/// Action by action, for whoever wants to know.
#[component]
fn Folded(label: String, changed: Vec<ChangedOutlook>, names: Names, open: bool) -> impl IntoView {
    let summary = format!("{} differently", words::count(changed.len() as u64, "action stands", "actions stand"));
    view! { <Disclosure summary open><ChangedOutlooks label changed names /></Disclosure> }
}

#[component]
fn OnGoverned(governed: Vec<GovernedEffect>, names: Names) -> impl IntoView {
    let rows = governed
        .into_iter()
        .map(|effect| {
            let GovernedEffect { label, action, accounts, before, after } = effect;
            view! {
                <tr>
                    <th scope="row" class="whitespace-normal!">{label} <p class="row-sub">{action}</p></th>
                    <td data-label="Accounts">{accounts.join(", ")}</td>
                    <td data-label="Now"><OutlookBadge outlook=before.outlook /></td>
                    <td data-label="Afterwards"><OutlookView outlook=after names=names.clone() /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Card title="Governed actions that stand differently" flush=true>
            <Table label="Governed actions" columns=vec!["Action", "Accounts", "Now", "Afterwards"] stack=true>{rows}</Table>
        </Card>
    }
}
