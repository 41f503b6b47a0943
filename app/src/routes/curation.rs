//! The platform team's side of the catalog.

use domain::id::{CatalogChangeId, PortfolioId, ProductId, TagOptionId, TemplateId};
use leptos::prelude::*;

use crate::load::{draw, path_id, query_value};
use crate::pages;

#[component]
pub(crate) fn AdminProducts() -> impl IntoView {
    let (q, page) = (query_value("q"), query_value("page"));
    draw(|portal, caller| async move { portal.admin_products(&caller, &q, &page).await }, pages::admin_products::page)
}

#[component]
pub(crate) fn AdminProduct() -> impl IntoView {
    let id = path_id::<ProductId>("id", "product with this id");
    let draft = query_value("draft");
    let (edit, sheet, rules) = (query_value("edit"), query_value("page"), query_value("rules"));
    draw(
        |portal, caller| async move { portal.admin_product(&caller, &id?, Some(&draft), &sheet).await },
        move |page| pages::admin_product::page(page, &edit, &rules),
    )
}

#[component]
pub(crate) fn AdminCompare() -> impl IntoView {
    let id = path_id::<ProductId>("id", "product with this id");
    let (before, after) = (query_value("before"), query_value("after"));
    draw(
        |portal, caller| async move { portal.compare_versions(&caller, &id?, &before, &after).await },
        pages::admin_compare::page,
    )
}

#[component]
pub(crate) fn AdminVisibility() -> impl IntoView {
    let id = path_id::<ProductId>("id", "product with this id");
    let person = query_value("person");
    draw(|portal, caller| async move { portal.visibility(&caller, &id?, &person).await }, pages::admin_visibility::page)
}

#[component]
pub(crate) fn AdminConstraints() -> impl IntoView {
    let id = path_id::<ProductId>("id", "product with this id");
    let (portfolio, draft, edit) = (query_value("portfolio"), query_value("draft"), query_value("edit"));
    draw(
        |portal, caller| async move { portal.constraints(&caller, &id?, &portfolio, &draft).await },
        move |page| pages::admin_constraints::page(page, &edit),
    )
}

#[component]
pub(crate) fn AdminTagPolicy() -> impl IntoView {
    let draft = query_value("draft");
    let edit = query_value("edit");
    draw(
        |portal, caller| async move { portal.tag_policy(&caller, Some(&draft)).await },
        move |page| pages::admin_tag_policy::page(page, &edit),
    )
}

#[component]
pub(crate) fn AdminTagOptions() -> impl IntoView {
    let (draft, page) = (query_value("draft"), query_value("page"));
    draw(
        |portal, caller| async move { portal.tag_options(&caller, &draft, &page).await },
        pages::admin_tag_options::page,
    )
}

#[component]
pub(crate) fn AdminTagOption() -> impl IntoView {
    let id = path_id::<TagOptionId>("id", "TagOption with this id");
    let (draft, page) = (query_value("draft"), query_value("page"));
    draw(
        |portal, caller| async move { portal.tag_option(&caller, &id?, &draft, &page).await },
        pages::admin_tag_option::page,
    )
}

#[component]
pub(crate) fn AdminPortfolios() -> impl IntoView {
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.portfolios(&caller, &draft).await }, pages::admin_portfolios::page)
}

#[component]
pub(crate) fn AdminPortfolio() -> impl IntoView {
    let id = path_id::<PortfolioId>("id", "portfolio with this id");
    let (draft, page, shares) = (query_value("draft"), query_value("page"), query_value("shares"));
    draw(
        |portal, caller| async move { portal.portfolio(&caller, &id?, &draft, &page).await },
        move |page| pages::admin_portfolio::page(page, &shares),
    )
}

#[component]
pub(crate) fn AdminTemplates() -> impl IntoView {
    let (after, draft) = (query_value("after"), query_value("draft"));
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.templates(&caller, &after, &draft).await },
        move |page| pages::admin_templates::page(page, &shown),
    )
}

#[component]
pub(crate) fn AdminTemplate() -> impl IntoView {
    let id = path_id::<TemplateId>("id", "template with this id");
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.template(&caller, &id?, &draft).await }, pages::admin_template::page)
}

#[component]
pub(crate) fn AdminCatalogChanges() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.catalog_changes(&caller, &after).await },
        move |page| pages::admin_catalog_changes::page(page, &shown),
    )
}

#[component]
pub(crate) fn AdminDrift() -> impl IntoView {
    let sheet = query_value("page");
    draw(|portal, caller| async move { portal.catalog_drift(&caller, &sheet).await }, pages::admin_drift::page)
}

#[component]
pub(crate) fn AdminCatalogFiles() -> impl IntoView {
    let (region, fill, draft) = (query_value("region"), query_value("fill"), query_value("draft"));
    draw(
        |portal, caller| async move { portal.catalog_files(&caller, &region, !fill.is_empty(), Some(&draft)).await },
        pages::admin_catalog_files::page,
    )
}

#[component]
pub(crate) fn AdminCatalogChange() -> impl IntoView {
    let id = path_id::<CatalogChangeId>("id", "change with this id");
    draw(|portal, caller| async move { portal.catalog_change(&caller, &id?).await }, pages::admin_catalog_change::page)
}
