use domain::action::Action;
use domain::changed_member::ChangedMember;
use domain::id::Region;
use domain::view::{CatalogFilesPage, CatalogPlanView, FormState};
use leptos::prelude::*;

use super::catalog::Freshness;
use super::url::with_query;
use crate::components::{
    Callout, Card, Checks, Crumb, ErrorSummary, Mistakes, Notices, Numbered, PageHead, RegionField, Stays, TextArea,
    Tick, Tone,
};
use crate::document::Page;
use crate::words;

const ADDRESS: &str = "/admin/catalog-files";

/// The catalog as a file, and what bringing it in would change.
pub fn page(it: CatalogFilesPage) -> Page {
    let CatalogFilesPage { regions, region, text, left_out, plan, mirrors, allowed, form } = it;
    let manage = allowed.has(Action::ManageCatalog);
    let errors = form.clone();
    let several = regions.len() > 1;
    let plan = plan.map(|plan| view! { <PlanOf plan region=several.then(|| region.clone()) /> });
    let left_out = (!left_out.is_empty()).then(|| {
        let items = left_out.into_iter().map(|it| view! { <li>{it}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="The file is not the whole catalog:"><ul class="grid list-disc gap-1 pl-5">{items}</ul></Callout>
        }
    });
    let begin = regions.iter().map(|region| {
        let (label, query) = if several {
            (format!("The catalog of {region} as it is"), vec![("region", region.as_str()), ("fill", "yes")])
        } else {
            ("The catalog as it is".to_owned(), vec![("fill", "yes")])
        };
        view! { <a class="button button-small" href=with_query(ADDRESS, &query)>{label}</a> }
    });
    let begin = begin.collect_view();
    let body = view! {
        <PageHead
            title="Catalog as a file"
            lead="What a catalog.toml would change, looked at before the command brings it in: portfolios, products, versions, constraints, TagOptions, principals and shares by their names, and who may use what."
            crumbs=vec![Crumb::new("/admin/products", "Products")]
        >
            {begin}
        </PageHead>
        <ErrorSummary state=form.clone() />
        {left_out}
        {plan}
        <Entered regions region text manage state=form />
        <Freshness mirrors />
    };
    Page::new("Catalog as a file", body).with_errors(&errors)
}

/// What would be done.
#[component]
fn PlanOf(plan: CatalogPlanView, region: Option<Region>) -> impl IntoView {
    let CatalogPlanView { changes, portal, stays, notices, mistakes } = plan;
    let title = match region {
        Some(region) => format!("What it would change in {region}"),
        None => "What it would change".to_owned(),
    };
    if !mistakes.is_empty() {
        return view! {
            <Mistakes mistakes>
                <p>"A template that is new is given under " <a href="/admin/templates">"Templates"</a> " first, with the name that its file has here."</p>
            </Mistakes>
        }
        .into_any();
    }
    let none_stays = stays.is_empty();
    let stays = view! { <Stays stays /> };
    if changes.is_empty() && portal.is_empty() {
        let nothing = if none_stays { "Nothing: the catalog is as the file says." } else { "Nothing." };
        return view! { <Card title><div class="stack gap-3"><p>{nothing}</p>{stays}</div></Card> }.into_any();
    }
    let number = match changes.len() + portal.len() {
        1 => "1 change".to_owned(),
        several => format!("{several} changes, one after the other"),
    };
    let of_catalog = changes.into_iter().map(|(change, named, sets)| (words::catalog_change(&change, &named), sets));
    // What the portal itself holds comes last: it is about products that are there.
    let said = of_catalog.chain(portal.into_iter().map(|it| (words::portal_step(&it), it.sets)));
    let line = |(says, sets): (String, Vec<ChangedMember>)| {
        let sets = sets.into_iter().map(|it| view! { <li>{it.to_string()}</li> }).collect::<Vec<_>>();
        let sets = (!sets.is_empty()).then(|| view! { <ul class="list-disc pl-5 text-sm text-muted">{sets}</ul> });
        view! { <li class="[overflow-wrap:anywhere]">{says} {sets}</li> }
    };
    let lines = said.map(line).collect_view();
    view! {
        <Notices notices />
        <Card title>
            <div class="stack gap-3">
                <p>{number} ". The command " <code>"studiogate catalog apply"</code> " brings the file in, from the folder that the file lives in."</p>
                <ol class="grid list-decimal gap-1 pl-10">{lines}</ol>
                {stays}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Entered(regions: Vec<Region>, region: Region, text: String, manage: bool, state: FormState) -> impl IntoView {
    if !manage {
        return (!text.is_empty())
            .then(|| view! { <Card title="catalog.toml" flush=true><Numbered content=text label="catalog.toml" marked=Vec::new() /></Card> })
            .into_any();
    }
    let mut chosen = state.clone();
    chosen.values.entry("region".to_owned()).or_insert_with(|| region.to_string());
    let ticks = vec![Tick { name: "delete".into(), label: "Take it away too".into(), ticked: false }];
    view! {
        <Card title="The file">
            <form class="fieldset" method="post" action="/api/plan_catalog" novalidate>
                <RegionField regions state=chosen />
                <TextArea
                    label="catalog.toml" name="catalog" value=text code=true lines=24 state=state.clone()
                    help="Nothing is changed before the command is run. A template of a version that is there is known by its path; a new one is found among the templates that were given to the portal, by the name of its file. What is described is described whole: constraints, shares, principals, TagOptions, access and bindings that are left out of it go."
                />
                <Checks label="What it does not describe" name="deletes" ticks state />
                <p class="actions"><button class="button button-primary" type="submit">"Look at what it would change"</button></p>
            </form>
        </Card>
    }
    .into_any()
}
