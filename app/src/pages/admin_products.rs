use domain::action::Action;
use domain::view::{AdminProductsPage, FormState};
use leptos::prelude::*;

use super::catalog::Freshness;
use super::url::with_query;
use crate::components::{Badge, Callout, Empty, Icon, PageHead, Pager, PostButton, TextField, Tone};
use crate::document::Page;
use crate::words;

/// All products of the mirror, and what is missing before they can be requested.
pub fn page(admin: AdminProductsPage) -> Page {
    let AdminProductsPage { drifted, q, sheet, products, mirrors, allowed } = admin;
    let refresh = allowed.has(Action::RefreshCatalog).then(|| {
        view! { <PostButton action="/api/refresh_catalog" label="Read the catalog again" fields=Vec::new() /> }
    });
    let address = |page: &str| with_query("/admin/products", &[("q", &q), ("page", page)]);
    let (first, next, further) = (address(""), sheet.next().map(|next| address(&next)), sheet.number > 1);
    let searched = !q.is_empty() || further || next.is_some();
    let search = searched.then(|| {
        let (value, state) = (q.clone(), FormState::default());
        view! {
            <form class="filters" method="get" action="/admin/products" role="search">
                <TextField filter=true label="Name, description or owner" name="q" kind="search" value state />
                <button class="button" type="submit">"Find"</button>
            </form>
        }
    });
    let list = if products.is_empty() && sheet.number > 1 {
        view! { <Empty title="The list ends before this page."></Empty> }.into_any()
    } else if products.is_empty() && searched {
        view! { <Empty title="No product fits."><p><a href="/admin/products">"All products"</a></p></Empty> }.into_any()
    } else if products.is_empty() {
        view! {
            <Empty title="The catalog holds no product yet.">
                <p>"Products come from the portfolios of the shared services account."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = products
            .into_iter()
            .map(|product| {
                let nowhere = product.portfolios.is_empty();
                let (tone, icon, text) = match (product.unbound.is_empty(), product.access_rules) {
                    _ if nowhere => (Tone::Neutral, Icon::Minus, "In no portfolio".to_owned()),
                    (false, _) => {
                        let number = product.unbound.len() as u64;
                        (
                            Tone::Warn,
                            Icon::Warning,
                            format!("{} to bind", words::count(number, "parameter", "parameters")),
                        )
                    }
                    (true, 0) => (Tone::Neutral, Icon::Minus, "Nobody may use it".to_owned()),
                    (true, n) => (Tone::Good, Icon::Check, words::count(n, "access rule", "access rules")),
                };
                view! {
                    <li class="row">
                        <div class="min-w-0 flex-1 basis-64">
                            <a class="row-link" href=format!("/admin/products/{}", product.id)>{product.name}</a>
                            <p class="row-sub">{product.portfolios.join(", ")}</p>
                        </div>
                        <p class="row-sub">{words::count(product.versions, "version", "versions")}</p>
                        <Badge tone icon text />
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let drift = (drifted > 0).then(|| {
        let title = match drifted {
            1 => "A thing of the catalog was changed elsewhere.".to_owned(),
            several => format!("{several} things of the catalog were changed elsewhere."),
        };
        view! {
            <Callout tone=Tone::Warn title>
                <p>"In the AWS console, say. " <a href="/admin/drift">"Keep what is other, or put it back"</a> "."</p>
            </Callout>
        }
    });
    let body = view! {
        <PageHead title="Products" lead="Who may use what, and where the values come from that nobody may choose.">
            {refresh}
            <a class="button button-small" href="/admin/portfolios">"Portfolios"</a>
            <a class="button button-small" href="/admin/tags">"TagOptions"</a>
            <a class="button button-small" href="/admin/templates">"Templates"</a>
            <a class="button button-small" href="/admin/changes">"Changes"</a>
            <a class="button button-small" href="/admin/drift">"Drift"</a>
            <a class="button button-small" href="/admin/catalog-files">"As a file"</a>
        </PageHead>
        {drift}
        {search}
        {list}
        <Pager first next further />
        <Freshness mirrors />
    };
    Page::new("Products", body)
}
