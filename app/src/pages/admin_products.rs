use domain::action::Action;
use domain::view::AdminProductsPage;
use leptos::prelude::*;

use super::catalog::Freshness;
use crate::components::{Badge, Empty, Icon, PageHead, PostButton, Tone};
use crate::document::Page;
use crate::words;

/// All products of the mirror, and what is missing before they can be requested.
pub fn page(admin: AdminProductsPage) -> Page {
    let AdminProductsPage { products, mirrors, allowed } = admin;
    let refresh = allowed.has(Action::RefreshCatalog).then(|| {
        view! { <PostButton action="/api/refresh_catalog" label="Read the catalog again" fields=Vec::new() /> }
    });
    let list = if products.is_empty() {
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
    let body = view! {
        <PageHead title="Products" lead="Who may use what, and where the values come from that nobody may choose.">
            {refresh}
            <a class="button button-small" href="/admin/portfolios">"Portfolios"</a>
            <a class="button button-small" href="/admin/tags">"TagOptions"</a>
            <a class="button button-small" href="/admin/templates">"Templates"</a>
            <a class="button button-small" href="/admin/changes">"Changes"</a>
        </PageHead>
        {list}
        <Freshness mirrors />
    };
    Page::new("Products", body)
}
