use domain::action::Action;
use domain::curation::PortfolioText;
use domain::id::Region;
use domain::view::{FormState, PortfolioRow, PortfoliosPage};
use leptos::prelude::*;

use super::admin_portfolio::PortfolioFields;
use super::catalog::Freshness;
use crate::components::{Crumb, Disclosure, Empty, ErrorSummary, PageHead, RegionField};
use crate::document::Page;
use crate::words;

/// The portfolios of the catalog, and a new one.
pub fn page(admin: PortfoliosPage) -> Page {
    let PortfoliosPage { portfolios, regions, mirrors, allowed, form } = admin;
    let several = regions.len() > 1;
    let none = portfolios.is_empty();
    let list = if none {
        view! {
            <Empty title="There is no portfolio yet."><p>"A portfolio is a set of products that is shared to accounts."</p></Empty>
        }
        .into_any()
    } else {
        let rows = portfolios.into_iter().map(|row| view! { <Row row several /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let new = allowed.has(Action::ManageCatalog).then(|| {
        let (state, open) = (form.clone(), none || !form.errors.is_empty());
        view! { <Disclosure summary="Make a portfolio" open id="new"><New regions state /></Disclosure> }
    });
    let crumbs = vec![Crumb::new("/admin/products", "Products")];
    let body = view! {
        <PageHead title="Portfolios" lead="Sets of products that are shared to accounts, and what holds in each." crumbs />
        <ErrorSummary state=form.clone() />
        {list}
        {new}
        <Freshness mirrors />
    };
    Page::new("Portfolios", body).with_errors(&form)
}

#[component]
fn Row(row: PortfolioRow, several: bool) -> impl IntoView {
    let region = several.then(|| view! { <p class="row-sub">{row.region.to_string()}</p> });
    view! {
        <li class="row">
            <div class="min-w-0 flex-1 basis-64">
                <a class="row-link" href=format!("/admin/portfolios/{}", row.id)>{row.name}</a>
                <p class="row-sub">{row.description}</p>
            </div>
            {region}
            <p class="row-sub">{row.provider}</p>
            <p class="row-sub">{words::count(row.products, "product", "products")}</p>
        </li>
    }
}

#[component]
fn New(regions: Vec<Region>, state: FormState) -> impl IntoView {
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/add_portfolio" novalidate>
            <RegionField regions state=state.clone() />
            <PortfolioFields text=PortfolioText::default() state />
            <p class="actions"><button class="button button-primary" type="submit">"Make the portfolio"</button></p>
        </form>
    }
}
