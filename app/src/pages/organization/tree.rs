use domain::organization::NodeKind;
use domain::view::{OrganizationPage, OrganizationRow};
use leptos::prelude::*;

use super::{Freshness, NodeLink, PolicyLinks, Sections, Stages};
use crate::components::{Crumb, Empty, PageHead, Pager, Table};
use crate::document::Page;
use crate::pages::url::with_query;

/// The tree of units and accounts, with the policies on each.
pub fn page(organization: OrganizationPage) -> Page {
    let OrganizationPage { rows, next, query, within, state } = organization;
    let address = |after: &str| with_query("/organization", &[("within", &query.within), ("after", after)]);
    let list = if rows.is_empty() {
        view! { <Empty title="There is no node to show."><p>"The portal has not read the organization yet."</p></Empty> }
            .into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
        let columns = vec!["Node", "Stage", "Projects", "Attached", "Inherited"];
        view! { <Table label="Units and accounts" columns stack=true>{rows}</Table> }.into_any()
    };
    let title = within.as_ref().map_or("Organization".to_owned(), |node| format!("Below {}", node.name));
    let crumbs = if within.is_some() { vec![Crumb::new("/organization", "Organization")] } else { Vec::new() };
    let body = view! {
        <PageHead
            title=title.clone()
            lead="Units and accounts, and the service control policies on them. What a policy denies it denies everywhere below."
            crumbs
        >
            <Sections />
        </PageHead>
        {list}
        <Pager first=address("") next=next.as_deref().map(address) further=!query.after.is_empty() />
        <Freshness state />
    };
    Page::new(title, body)
}

#[component]
fn Row(row: OrganizationRow) -> impl IntoView {
    let OrganizationRow { node, depth, stages, projects, attached, inherited, exempt } = row;
    let below = (node.kind == NodeKind::Unit).then(|| {
        let href = with_query("/organization", &[("within", &node.id)]);
        view! { " " <a class="text-sm" href=href aria-label=format!("Only this part: {} and what is below it", node.name)>"Only this part"</a> }
    });
    let kind = node.kind.label();
    let id = node.id.clone();
    let exempt = exempt.then(|| view! { <p class="row-sub">"No service control policy reaches it."</p> });
    // Below the root there are five levels of units at most, and an account.
    let indent = match depth {
        0 => "",
        1 => "pl-4",
        2 => "pl-8",
        3 => "pl-12",
        4 => "pl-16",
        5 => "pl-20",
        _ => "pl-24",
    };
    view! {
        <tr>
            <th scope="row" class="min-w-56 whitespace-normal!">
                <div class=indent>
                    <p><NodeLink node />{below}</p>
                    <p class="row-sub">{kind} " " {id}</p>
                    {exempt}
                </div>
            </th>
            <td data-label="Stage"><Stages stages /></td>
            <td data-label="Projects">{projects.join(", ")}</td>
            <td data-label="Attached"><PolicyLinks policies=attached none="none" /></td>
            <td data-label="Inherited"><PolicyLinks policies=inherited none="nothing more" /></td>
        </tr>
    }
}
