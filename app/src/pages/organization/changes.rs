use domain::view::{PolicyChangeRow, PolicyChangesPage};
use leptos::prelude::*;

use super::Sections;
use crate::components::{ChangeBadge, Crumb, Day, Empty, PageHead, Pager};
use crate::document::Page;
use crate::pages::url::with_query;
use crate::words;

const ADDRESS: &str = "/organization/changes";

/// Every change of the service control policies that was decided upon here. `after`: where the page of the list begins.
pub fn page(changes: PolicyChangesPage, after: &str) -> Page {
    let rows = changes.rows;
    let next = rows.next.as_deref().map(|after| with_query(ADDRESS, &[("after", after)]));
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="No policy was changed here yet.">
                <p>"An admin changes a policy, or where it is attached, on the page of the policy or of a node. What a blueprint did stands on " <a href="/organization/blueprint">"its page"</a> "."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let crumbs = vec![Crumb::new("/organization", "Organization")];
    let lead = "What was changed through the portal, by whom, and whether AWS has it. The audit log has every step.";
    let body = view! {
        <PageHead title="Changes of policies" lead crumbs><Sections /></PageHead>
        {list}
        <Pager first=ADDRESS.to_owned() next further=!after.is_empty() />
    };
    Page::new("Changes of policies", body)
}

#[component]
fn Row(row: PolicyChangeRow) -> impl IntoView {
    let title = words::policy_change(&row.change, &row.policy_name, row.node_name.as_deref());
    view! {
        <li class="row row-req">
            <div class="row-main"><a class="row-link" href=format!("{ADDRESS}/{}", row.id)>{title}</a></div>
            <p class="row-sub">"by " {row.by}</p>
            <div><ChangeBadge state=row.state /></div>
            <p class="row-sub row-date"><Day at=row.created_at /></p>
        </li>
    }
}
