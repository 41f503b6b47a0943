use std::collections::BTreeMap;

use domain::guardrail::Outlook;
use domain::organization::{ChangedOutlook, OtherDenial, OutlookOf};
use leptos::prelude::*;

use super::policy_address;
use crate::components::{Badge, Icon, Table, Tone};

#[component]
pub(super) fn OutlookBadge(outlook: Outlook) -> impl IntoView {
    let (tone, icon, text) = match outlook {
        Outlook::Passes => (Tone::Good, Icon::Check, "Passes"),
        Outlook::Depends => (Tone::Warn, Icon::Warning, "Depends"),
        Outlook::Denied => (Tone::Bad, Icon::Cross, "Denied"),
    };
    view! { <Badge tone icon text /> }
}

/// The verdict with what it rests on.
#[component]
pub(super) fn OutlookView(outlook: OutlookOf, names: BTreeMap<String, String>) -> impl IntoView {
    let OutlookOf { outlook, policy_id, statement, node, denied_where, others } = outlook;
    let decided = (outlook != Outlook::Passes).then(|| by(&policy_id, &statement, &node, &names));
    let depends = (outlook == Outlook::Depends)
        .then(|| view! { <p class="row-sub">{format!("Denied where {}", denied_where.join("; and "))}</p> });
    let others = others
        .into_iter()
        .map(|OtherDenial { policy_id, statement, node, denied_where }| {
            view! {
                {by(&policy_id, &statement, &node, &names)}
                <p class="row-sub">{format!("Denied too where {}", denied_where.join("; and "))}</p>
            }
        })
        .collect_view();
    view! {
        <div class="stack gap-1 min-w-40 [overflow-wrap:anywhere]">
            <p><OutlookBadge outlook /></p>
            {decided}
            {depends}
            {others}
        </div>
    }
}

/// The statement with its policy and node, or the node where nothing allows it.
fn by(policy_id: &str, statement: &str, node: &str, names: &BTreeMap<String, String>) -> AnyView {
    if policy_id.is_empty() {
        return view! { <p class="row-sub">{format!("Nothing at {node} allows it")}</p> }.into_any();
    }
    let name = names.get(policy_id).cloned().unwrap_or_else(|| policy_id.to_owned());
    view! {
        <p class="row-sub">
            {format!("{statement} of ")} <a href=policy_address(policy_id)>{name}</a> {format!(" at {node}")}
        </p>
    }
    .into_any()
}

/// Calls whose outlook is another after a change.
#[component]
pub(super) fn ChangedOutlooks(
    label: String,
    changed: Vec<ChangedOutlook>,
    names: BTreeMap<String, String>,
) -> impl IntoView {
    let rows = changed
        .into_iter()
        .map(|changed| {
            let ChangedOutlook { need, before, after } = changed;
            view! {
                <tr>
                    <th scope="row"><code>{need.action}</code></th>
                    <td data-label="Needed">{need.purpose} <p class="row-sub">"by " {need.role}</p></td>
                    <td data-label="Now"><OutlookBadge outlook=before.outlook /></td>
                    <td data-label="Afterwards"><OutlookView outlook=after names=names.clone() /></td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label columns=vec!["Action", "Needed", "Now", "Afterwards"] stack=true>{rows}</Table> }
}
