use domain::curation::CatalogChange;
use domain::organization::ChangeState;
use domain::view::{CatalogChangePage, SetVersionInput};
use leptos::prelude::*;

use crate::components::{
    Card, ChangeBadge, Clock, Crumb, Fact, Facts, Moment, Operation, PageHead, PostButton, ProblemCallout, Refresh,
};
use crate::document::Page;
use crate::words;

/// One change of the catalog: how far it is, and the way back.
pub fn page(it: CatalogChangePage) -> Page {
    let title = words::catalog_change(&it.change, &it.product_name, &it.version_name);
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new("/admin/changes", "Changes")];
    let retry = it.can_retry.then(|| {
        let fields = vec![("id", it.id.to_string())];
        view! { <PostButton action="/api/retry_catalog_change" label="Try again" fields /> }
    });
    let undo = it.undo.map(|back| {
        let fields = fields(back);
        view! { <PostButton action="/api/set_version" label="Take back" described="Take back this change" fields /> }
    });
    let product = match &it.product {
        Some(id) => view! { <a href=format!("/admin/products/{id}")>{it.product_name.clone()}</a> }.into_any(),
        None => it.product_name.clone().into_any(),
    };
    let template = it.template.map(|id| {
        view! { <Fact term="Template"><a href=format!("/admin/templates/{id}")>"As it was checked"</a></Fact> }
    });
    let next = (it.state == ChangeState::Applied && matches!(it.change, CatalogChange::AddProduct { .. }))
        .then(|| it.product.clone())
        .flatten()
        .map(|id| {
            view! {
                <p>"Nobody may use it yet: give projects access, and bind the parameters that people are not to choose, on "
                    <a href=format!("/admin/products/{id}")>"its page"</a> "."</p>
            }
        });
    let body = view! {
        <PageHead title=title.clone() lead="A change of the catalog, and how far it is." crumbs>
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
                            {(it.state == ChangeState::Applying).then(|| view! { <Refresh /> })}
                        </div>
                        {it.operation.map(|operation| view! { <Operation operation as_of=it.as_of /> })}
                        {next}
                    </div>
                </Card>
            </div>
            <div class="stack">
                <Card title="About">
                    <Facts>
                        <Fact term="Product">{product}</Fact>
                        <Fact term="Version">{it.version_name}</Fact>
                        {template}
                        <Fact term="Asked for by">{it.by}</Fact>
                        <Fact term="Asked for"><Moment at=it.created_at /></Fact>
                        <Fact term="Last change"><Moment at=it.updated_at /></Fact>
                    </Facts>
                </Card>
            </div>
        </div>
        <p class="flex flex-wrap gap-2"><a class="button button-small" href="/admin/changes">"All changes"</a></p>
    };
    Page::new(title, body)
}

fn fields(back: SetVersionInput) -> Vec<(&'static str, String)> {
    let SetVersionInput { product, artifact, active, guidance } = back;
    vec![("product", product), ("artifact", artifact), ("active", active), ("guidance", guidance)]
}
