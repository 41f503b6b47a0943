use std::collections::BTreeMap;

use domain::catalog::ConstraintRule;
use domain::curation::{CatalogChange, Named, constraint_kind, tags_as_text};
use domain::id::CatalogChangeId;
use domain::organization::ChangeState;
use domain::view::CatalogChangePage;
use leptos::prelude::*;

use crate::components::{
    Card, ChangeBadge, Clock, Crumb, Fact, Facts, Moment, Obstacles, Operation, PageHead, PostButton, ProblemCallout,
    field_label,
};
use crate::document::Page;
use crate::islands::UnderWay;
use crate::words;

/// One change of the catalog: how far it is, and the way back.
pub fn page(it: CatalogChangePage) -> Page {
    let (next, asks) = (made(&it), asked(&it));
    let title = words::catalog_change_since(&it.change, it.was.as_ref(), &it.named);
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new("/admin/changes", "Changes")];
    let retry = it.can_retry.then(|| {
        let fields = vec![("id", it.id.to_string())];
        view! { <PostButton action="/api/retry_catalog_change" label="Try again" fields /> }
    });
    let undo = it.undo.map(|back| {
        let fields = vec![("id", it.id.to_string())];
        let described = format!("Take back this change: {}", words::catalog_change(&back, &it.named));
        view! { <PostButton action="/api/undo_catalog_change" label="Take back" described fields /> }
    });
    let address = |under: &str, id: Option<String>| id.map(|id| format!("{under}/{id}"));
    let portfolio = it.portfolio.as_ref().map(ToString::to_string);
    let portfolio = linked("Portfolio", address("/admin/portfolios", portfolio), it.named.portfolio.clone());
    let product = it.product.as_ref().map(ToString::to_string);
    let product = linked("Product", address("/admin/products", product), it.named.product.clone());
    let version = linked("Version", None, it.named.version.clone());
    let tag_option = linked("TagOption", Some("/admin/tags".to_owned()), it.named.tag_option.clone());
    let said = said(&it.change, it.was.as_ref());
    let deletes = it.deletes.map(|it| {
        let kind = constraint_kind(&it.rule);
        view! {
            <Fact term=field_label("kind")><code>{kind}</code></Fact>
            <Fact term=field_label("rule")><span class="whitespace-pre-line [overflow-wrap:anywhere]">{written(&it.rule)}</span></Fact>
            <Fact term=field_label("constraint_description")>{it.description}</Fact>
        }
    });
    let other = |term, id: CatalogChangeId| {
        linked(term, address("/admin/changes", Some(id.to_string())), "Another change".to_owned())
    };
    let takes_back = it.takes_back.and_then(|id| other("Takes back", id));
    let taken_back_by = it.taken_back_by.and_then(|id| other("Taken back by", id));
    let template = it.template.map(|id| {
        view! { <Fact term="Template"><a href=format!("/admin/templates/{id}")>"As it was checked"</a></Fact> }
    });
    let follows = it.follows.as_slice();
    let follows = (!follows.is_empty()).then(|| view! { <Follows follows=follows.to_vec() /> });
    let obstacles = view! {
        <Obstacles obstacles=it.obstacles title="With it, requests are refused whatever people fill in:" />
    };
    let live = it.state == ChangeState::Applying;
    let body = view! {
        <PageHead title=title.clone() lead="A change of the catalog, and how far it is." crumbs>
            <ChangeBadge state=it.state />
            {retry}
            {undo}
        </PageHead>
        {it.problem.map(|problem| view! { <ProblemCallout problem /> })}
        {it.no_way_back.map(|why| view! { <p class="text-muted">{why}</p> })}
        <div class="columns">
            <div class="stack">
                <Card title="In AWS">
                    <div class="stack">
                        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                            <span class="text-sm text-muted">"as of " <Clock at=it.as_of /> " UTC"</span>
                            {live.then(|| view! { <UnderWay /> })}
                        </div>
                        {it.operation.map(|operation| view! { <Operation operation as_of=it.as_of /> })}
                        {next}
                        {asks}
                        {follows}
                        {obstacles}
                    </div>
                </Card>
            </div>
            <div class="stack">
                <Card title="About">
                    <Facts>
                        {portfolio}
                        {product}
                        {version}
                        {tag_option}
                        {said}
                        {deletes}
                        {template}
                        {takes_back}
                        {taken_back_by}
                        <Fact term="Asked for by">{it.by}</Fact>
                        <Fact term="Asked for"><Moment at=it.created_at /></Fact>
                        <Fact term="Last change"><Moment at=it.updated_at /></Fact>
                    </Facts>
                </Card>
            </div>
        </div>
        <p class="flex flex-wrap gap-2"><a class="button button-small" href="/admin/changes">"All changes"</a></p>
    };
    Page { live, ..Page::new(title, body) }
}

/// What to do next with a product that was made.
fn made(it: &CatalogChangePage) -> Option<AnyView> {
    let is_new = it.state == ChangeState::Applied && matches!(it.change, CatalogChange::AddProduct { .. });
    let id = it.product.as_ref().filter(|_| is_new)?;
    let link = format!("/admin/products/{id}");
    Some(
        view! {
            <p>"Nobody may use it yet: give projects access, and bind the parameters that people are not to choose, on "
                <a href=link>"its page"</a> "."</p>
        }
        .into_any(),
    )
}

/// What a version that was made asks people for, and no other.
fn asked(it: &CatalogChangePage) -> Option<AnyView> {
    let id = it.product.as_ref().filter(|_| !it.asks.is_empty())?;
    let keys = it.asks.iter().map(|key| view! { <li><code>{key.clone()}</code></li> }).collect_view();
    let link = format!("/admin/products/{id}#binding");
    Some(
        view! {
            <div class="grid gap-1">
                <p>"The version asks for what no other that can be requested does, and what is bound to nothing:"</p>
                <ul class="flex flex-wrap gap-x-3 gap-y-1">{keys}</ul>
                <p>"What people are not to choose is bound on " <a href=link>"the page of the product"</a> "."</p>
            </div>
        }
        .into_any(),
    )
}

/// What the portal goes on with by itself.
#[component]
fn Follows(follows: Vec<(CatalogChange, Named)>) -> impl IntoView {
    let lines = follows
        .into_iter()
        .map(|(change, named)| view! { <li class="[overflow-wrap:anywhere]">{words::catalog_change(&change, &named)}</li> })
        .collect_view();
    view! {
        <div class="grid gap-1">
            <p>"It puts back what was changed elsewhere, and the portal goes on by itself with:"</p>
            <ol class="grid list-decimal gap-1 pl-10">{lines}</ol>
        </div>
    }
}

/// The name of what it is about, and a link while it is there.
fn linked(term: &'static str, address: Option<String>, name: String) -> Option<AnyView> {
    if name.is_empty() {
        return None;
    }
    let shown = match address {
        Some(address) => view! { <a href=address>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    Some(view! { <Fact term>{shown}</Fact> }.into_any())
}

/// What it is to be, and what it was where that is other.
fn said(change: &CatalogChange, was: Option<&CatalogChange>) -> AnyView {
    let before: BTreeMap<&str, String> = was.map(says).unwrap_or_default().into_iter().collect();
    let or_none = |value: String| if value.is_empty() { "none".to_owned() } else { value };
    let facts = says(change).into_iter().map(|(name, value)| {
        let was = before.get(name).filter(|it| **it != value).cloned().map(|it| {
            view! { <span class="block text-sm text-muted">"was " {or_none(it)}</span> }
        });
        view! {
            <Fact term=field_label(name)>
                <span class="whitespace-pre-line [overflow-wrap:anywhere]">{or_none(value)}{was}</span>
            </Fact>
        }
    });
    facts.collect_view().into_any()
}

/// What it is to be, of what people read; and what holds for a product that is put into a portfolio.
fn says(change: &CatalogChange) -> Vec<(&'static str, String)> {
    match change {
        CatalogChange::SetProduct { text, .. } => vec![
            ("product_name", text.name.clone()),
            ("product_description", text.description.clone()),
            ("product_owner", text.owner.clone()),
            ("support", text.support.clone()),
            ("product_tags", tags_as_text(&text.tags)),
        ],
        CatalogChange::AddPortfolio { text, .. } | CatalogChange::SetPortfolio { text, .. } => vec![
            ("portfolio_name", text.name.clone()),
            ("portfolio_description", text.description.clone()),
            ("provider", text.provider.clone()),
            ("portfolio_tags", tags_as_text(&text.tags)),
        ],
        CatalogChange::CopyProduct { name, .. } => vec![("copy_name", name.clone())],
        CatalogChange::AddConstraint { new, .. } | CatalogChange::SetConstraint { new, .. } => {
            vec![("rule", written(&new.rule)), ("constraint_description", new.description.clone())]
        }
        CatalogChange::AssociateProduct { constraints, .. } => {
            let kinds: Vec<&str> = constraints.iter().map(|it| constraint_kind(&it.rule)).collect();
            vec![("constraints", kinds.join(", "))]
        }
        CatalogChange::AssociatePrincipal { principal, .. }
        | CatalogChange::DisassociatePrincipal { principal, .. } => {
            vec![("principal", principal.arn.clone())]
        }
        CatalogChange::AddShare { with, options, .. } | CatalogChange::SetShare { with, options, .. } => {
            let yes = |is: bool| if is { "given along" } else { "kept back" }.to_owned();
            vec![
                ("shared_to", with.id().to_owned()),
                ("share_principals", yes(options.principals)),
                ("TagOptions", yes(options.tag_options)),
            ]
        }
        CatalogChange::DeleteShare { with, .. } => vec![("shared_to", with.id().to_owned())],
        CatalogChange::SetVersion { active, guidance, .. } => {
            let active = if *active { "yes" } else { "no" };
            vec![("active", active.to_owned()), ("guidance", guidance.as_str().to_owned())]
        }
        _ => Vec::new(),
    }
}

/// A rule as it is told to AWS.
fn written(rule: &ConstraintRule) -> String {
    match rule {
        ConstraintRule::Launch { role } => role.clone(),
        ConstraintRule::Template { rules } => rules.clone(),
        ConstraintRule::TagUpdate { allowed } => if *allowed { "ALLOWED" } else { "NOT_ALLOWED" }.to_owned(),
        ConstraintRule::Notification { topics } => topics.join("\n"),
        ConstraintRule::StackSet { parameters } => parameters.clone(),
    }
}
