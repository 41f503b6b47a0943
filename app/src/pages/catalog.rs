use std::collections::BTreeSet;

use domain::catalog::MirrorState;
use domain::project::{DataClass, Stage};
use domain::view::{CatalogPage, CatalogQuery, FormState, ProductCard};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Choice, Empty, Fact, Facts, Moment, PageHead, Pager, ProblemCallout, Select, TextField, Tone};
use crate::document::Page;
use crate::words;

/// The products that the person's projects may use.
pub fn page(catalog: CatalogPage) -> Page {
    let CatalogPage { sheet, products, query, projects, mirrors, any } = catalog;
    let first = address(&query, "");
    let next = sheet.next().map(|next| address(&query, &next));
    let further = sheet.number > 1;
    let list = match (products.is_empty(), any) {
        (true, false) => view! {
            <Empty title="There is no product for your projects yet.">
                <p>"The platform team decides which project may use which product. Ask them for access."</p>
            </Empty>
        }
        .into_any(),
        (true, true) => view! {
            <Empty title="No product matches these filters.">
                <p><a href="/catalog">"Clear the filters"</a></p>
            </Empty>
        }
        .into_any(),
        (false, _) => {
            let tiles = products.into_iter().map(|product| view! { <ProductTile product /> }).collect_view();
            view! {
                <h2 class="sr-only">"Products"</h2>
                <ul class="grid gap-4 md:grid-cols-2">{tiles}</ul>
            }
            .into_any()
        }
    };
    let body = view! {
        <PageHead title="Catalog" lead="Approved products: what they create, where you may use them, and who has to agree." />
        {any.then(|| view! { <Filters query projects=projects.iter().map(ToString::to_string).collect() /> })}
        {list}
        <Pager first next further />
        <Freshness mirrors />
    };
    Page::new("Catalog", body)
}

/// The list with its filters, and the part of it that is shown.
fn address(query: &CatalogQuery, page: &str) -> String {
    let CatalogQuery { q, stage, project, data_class, approval, within, page: _ } = query;
    let pairs = [("q", q), ("stage", stage), ("project", project), ("data_class", data_class)];
    let mut pairs: Vec<(&str, &str)> = pairs.into_iter().map(|(name, value)| (name, value.as_str())).collect();
    pairs.extend([("approval", approval.as_str()), ("within", within.as_str()), ("page", page)]);
    with_query("/catalog", &pairs)
}

#[component]
fn Filters(query: CatalogQuery, projects: Vec<String>) -> impl IntoView {
    let state = FormState::default();
    let any = |label: &str| Choice::new("", label);
    let stages =
        std::iter::once(any("Any stage")).chain(Stage::ALL.map(|s| Choice::new(s.as_str(), s.label()))).collect();
    let projects = std::iter::once(any("Any project")).chain(projects.into_iter().map(Choice::plain)).collect();
    let classes = std::iter::once(any("Any data class"))
        .chain(DataClass::ALL.map(|class| Choice::new(class.as_str(), words::data_class(class))))
        .collect();
    let times = std::iter::once(any("Any time"))
        .chain([5, 10, 20, 60].map(|minutes| Choice::new(minutes.to_string(), format!("At most {minutes} min"))))
        .collect();
    let approvals = std::iter::once(any("With or without"))
        .chain([Choice::new("none", "No approval needed"), Choice::new("some", "Somebody approves")])
        .collect();
    view! {
        <form class="filters" method="get" action="/catalog" role="search">
            <TextField filter=true label="Name or description" name="q" kind="search" value=query.q state=state.clone() />
            <Select filter=true label="Stage" name="stage" value=query.stage choices=stages state=state.clone() />
            <Select filter=true label="Project" name="project" value=query.project choices=projects state=state.clone() />
            <Select filter=true label="Approval" name="approval" value=query.approval choices=approvals state=state.clone() />
            <Select filter=true label="Data class" name="data_class" value=query.data_class choices=classes state=state.clone() />
            <Select filter=true label="Time to come up" name="within" value=query.within choices=times state />
            <button class="button" type="submit">"Filter"</button>
        </form>
    }
}

/// A product as a card whose whole face is a link.
#[component]
pub fn ProductTile(product: ProductCard) -> impl IntoView {
    let ProductCard { id, name, description, portfolio, access, typical } = product;
    let mut stages: Vec<_> = access.iter().map(|row| row.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    let mut classes: Vec<_> = access.iter().map(|row| words::data_class(row.data_class)).collect();
    classes.sort_unstable();
    classes.dedup();
    let nobody = access.is_empty();
    let asked: BTreeSet<String> = access
        .iter()
        .filter(|row| !row.approval.asks_nobody())
        .map(|row| words::capitalized(row.approval.in_words()))
        .collect();
    let everywhere = access.iter().all(|row| !row.approval.asks_nobody());
    let approval = match (asked.len(), asked.into_iter().next()) {
        _ if nobody => "Nobody may use it yet".to_owned(),
        (1, Some(who)) if everywhere => who,
        (1, Some(who)) => format!("{who}, in some stages"),
        (0, _) => "Not needed".to_owned(),
        _ => "Depends on the stage".to_owned(),
    };
    let chips = stages.into_iter().map(|stage| view! { <li class="chip">{stage.label()}</li> }).collect_view();
    view! {
        <li class="card row flex-col items-stretch gap-3 p-4">
            <div>
                <p class="text-sm text-muted">{portfolio}</p>
                <h3 class="text-base"><a class="row-link" href=format!("/catalog/{id}")>{name}</a></h3>
                <p class="mt-1 text-muted">{description}</p>
            </div>
            {(!nobody).then(|| view! { <ul class="mt-auto flex flex-wrap gap-1.5" aria-label="Stages">{chips}</ul> })}
            <div class="border-t border-line pt-3">
                <Facts tile=true>
                    <Fact term="Approval">{approval}</Fact>
                    {(!nobody).then(|| view! { <Fact term="Data class">{classes.join(", ")}</Fact> })}
                    <Fact term="Time to come up">{words::typical(typical)}</Fact>
                </Facts>
            </div>
        </li>
    }
}

/// How fresh the mirror of the catalog is, and what is wrong with it.
#[component]
pub fn Freshness(mirrors: Vec<MirrorState>) -> impl IntoView {
    let lines = mirrors
        .into_iter()
        .map(|mirror| {
            let region = mirror.region.to_string();
            let read = match mirror.refreshed_at {
                Some(at) => view! { "The catalog of " {region} " was read from AWS on " <Moment at /> "." }.into_any(),
                None => view! { "The catalog of " {region} " was not read from AWS yet." }.into_any(),
            };
            view! {
                <div class="stack gap-2">
                    <p class="text-sm text-muted">{read}</p>
                    {mirror.problem.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
                </div>
            }
        })
        .collect_view();
    view! { <div class="stack gap-2">{lines}</div> }
}
