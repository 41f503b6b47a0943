use domain::view::{CatalogChangeRow, CatalogChangesPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{ChangeBadge, Crumb, Empty, Moment, PageHead, Pager};
use crate::document::Page;
use crate::words;

const ADDRESS: &str = "/admin/changes";

/// Every change of the catalog that was asked for here. `after`: where the page of the list begins.
pub fn page(changes: CatalogChangesPage, after: &str) -> Page {
    let rows = changes.rows;
    let next = rows.next.as_deref().map(|after| with_query(ADDRESS, &[("after", after)]));
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="The catalog was not changed here yet.">
                <p>"A product or version is made on the page of a template that was checked; everything else is changed on the pages of products and portfolios."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let crumbs = vec![Crumb::new("/admin/products", "Products")];
    let lead = "What was changed through the portal, by whom, and whether Service Catalog has it. The audit log has every step.";
    let body = view! {
        <PageHead title="Changes of the catalog" lead crumbs />
        {list}
        <Pager first=ADDRESS.to_owned() next further=!after.is_empty() />
    };
    Page::new("Changes of the catalog", body)
}

#[component]
fn Row(row: CatalogChangeRow) -> impl IntoView {
    let title = words::catalog_change_since(&row.change, row.was.as_ref(), &row.named);
    let back = match (row.takes_back, row.taken_back) {
        (_, true) => ", taken back since",
        (true, false) => ", to take another one back",
        (false, false) => "",
    };
    view! {
        <li class="row row-req">
            <div class="row-main"><a class="row-link" href=format!("{ADDRESS}/{}", row.id)>{title}</a></div>
            <p class="row-sub">"by " {row.by} {back}</p>
            <div><ChangeBadge state=row.state /></div>
            <p class="row-sub row-date"><Moment at=row.created_at /></p>
        </li>
    }
}
