use domain::action::Action;
use domain::curation::{CatalogChange, Named};
use domain::described::Thing;
use domain::id::Region;
use domain::organization::DiffLine;
use domain::view::{CatalogDriftPage, DriftedThingView, RegionDrift, ThingStands};
use leptos::prelude::*;

use super::catalog::Freshness;
use super::organization::Difference;
use super::url::with_query;
use crate::components::{Badge, Card, Crumb, Disclosure, Empty, Icon, Moment, PageHead, Pager, PostButton, Tone};
use crate::document::Page;
use crate::words;

const ADDRESS: &str = "/admin/drift";

/// What was changed elsewhere: taken as it is, or put back.
pub fn page(it: CatalogDriftPage) -> Page {
    let CatalogDriftPage { regions, mirrors, allowed } = it;
    let refresh = allowed.has(Action::RefreshCatalog).then(|| {
        let fields = vec![("from", "drift".to_owned())];
        view! { <PostButton action="/api/refresh_catalog" label="Read the catalog again" fields /> }
    });
    let manage = allowed.has(Action::ManageCatalog);
    let several = regions.len() > 1;
    let none = regions.is_empty().then(|| {
        view! {
            <Empty title="There is nothing to compare with yet.">
                <p>"The catalog is to be as the portal first reads it as a whole, and as it is changed here since."</p>
            </Empty>
        }
    });
    let regions = regions.into_iter().map(|it| view! { <OfRegion it several manage /> }).collect_view();
    let crumbs = vec![Crumb::new("/admin/products", "Products")];
    let lead = "What is other in Service Catalog than it was left here: changed in the AWS console, say. What is changed in the portal or by its command is no drift.";
    let body = view! {
        <PageHead title="Drift of the catalog" lead crumbs>{refresh}</PageHead>
        {none}
        {regions}
        <Freshness mirrors />
        <p class="flex flex-wrap gap-2"><a class="button button-small" href="/admin/changes">"Changes"</a></p>
    };
    Page::new("Drift of the catalog", body)
}

#[component]
fn OfRegion(it: RegionDrift, several: bool, manage: bool) -> impl IntoView {
    let RegionDrift { region, number, sheet, things, left_out, compared_at } = it;
    let heading = several.then(|| view! { <h2 class="text-lg font-semibold">{region.to_string()}</h2> });
    let all = (number > things.len()).then(|| {
        view! { <p class="text-muted">{words::count(number as u64, "thing is", "things are")} " other."</p> }
    });
    let next = sheet.next().map(|next| with_query(ADDRESS, &[("page", &next)]));
    let whole = left_out.is_empty();
    let none = (number == 0).then(|| {
        let title = if whole {
            "Nothing is other than it was left here."
        } else {
            "Of what could be compared, nothing is other."
        };
        view! { <Empty title><p>"Compared " <Moment at=compared_at /> "."</p></Empty> }
    });
    let things = things.into_iter().map(|it| view! { <Drifted it region=region.clone() manage /> }).collect_view();
    let left_out = (!left_out.is_empty()).then(|| {
        let items = left_out.into_iter().map(|it| view! { <li>{it}</li> }).collect_view();
        view! { <Disclosure summary="What could not be compared" open=true><ul class="grid list-disc gap-1 pl-5">{items}</ul></Disclosure> }
    });
    view! {
        {heading}
        {none}
        {all}
        {things}
        <Pager first=ADDRESS.to_owned() next further=sheet.number != 1 />
        {left_out}
    }
}

#[component]
fn Drifted(it: DriftedThingView, region: Region, manage: bool) -> impl IntoView {
    let DriftedThingView { thing, stands, difference, back, lacks, renamed, holds, in_use, taken, key, seen } = it;
    let can_put_back = lacks.is_empty() && holds.is_empty() && in_use.is_none() && !back.is_empty();
    let holds = (!holds.is_empty()).then(|| {
        view! { <p>{format!("It is not deleted while it holds a product, so that is put back or taken out first: {}.", holds.join(", "))}</p> }
    });
    let is_called = renamed.map(|now| view! { <p>"It is called " <strong>{name_of(&now)}</strong> " in AWS."</p> });
    let kept = in_use.map(|what| view! { <p>{format!("{what} is not deleted: environments have it.")}</p> });
    let is_taken = taken.then(|| {
        view! { <p>"Another one is expected to be called so, and names tell them apart: put it back, or give it a name of its own on its page."</p> }
    });
    let of_template = difference.iter().any(|line| match line {
        DiffLine::Removed(text) | DiffLine::Added(text) => text.trim_start().starts_with("template = "),
        DiffLine::Same(_) => false,
    });
    let digests = of_template.then(|| {
        view! { <p class="text-sm text-muted">"A template stands there by the digest of its text. Versions side by side, on the page of the product, show what is other in them."</p> }
    });
    let title = called(&thing);
    let of = title.clone();
    let (tone, icon, text) = match stands {
        ThingStands::New => (Tone::Warn, Icon::Warning, "Not made here"),
        ThingStands::Gone => (Tone::Bad, Icon::Cross, "Gone from AWS"),
        ThingStands::Other => (Tone::Warn, Icon::Warning, "Changed in AWS"),
    };
    let adopt = match stands {
        ThingStands::New => "Keep it",
        ThingStands::Gone => "Leave it gone",
        ThingStands::Other => "Keep it as it is in AWS",
    };
    let put_back = match stands {
        ThingStands::New => "Take it away",
        ThingStands::Gone => "Make it again",
        ThingStands::Other => "Put it back",
    };
    let fields = vec![("region", region.to_string()), ("thing", key), ("seen", seen)];
    let buttons = manage.then(|| {
        let (adopted, back) = (format!("{adopt}: {title}"), format!("{put_back}: {title}"));
        let class = if stands == ThingStands::New { "button button-danger" } else { "button" };
        let back = can_put_back.then(|| {
            view! { <PostButton action="/api/put_catalog_drift_back" label=put_back class described=back fields=fields.clone() /> }
        });
        let keep = (!taken).then(|| {
            view! { <PostButton action="/api/adopt_catalog_drift" label=adopt described=adopted fields /> }
        });
        view! {
            <div class="actions">
                {keep}
                {back}
            </div>
        }
    });
    view! {
        <Card title>
            <div class="stack gap-3">
                <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <Badge tone icon text />
                    <span class="text-sm text-muted">{lines_say(stands)}</span>
                </p>
                <Difference of lines=difference />
                {digests}
                {is_called}
                {is_taken}
                <Back back stands lacks />
                {holds}
                {kept}
                {buttons}
            </div>
        </Card>
    }
}

/// What the marks of the lines mean.
fn lines_say(stands: ThingStands) -> &'static str {
    match stands {
        ThingStands::New => "+ as it is in AWS",
        ThingStands::Gone => "- as it was left here",
        ThingStands::Other => "- as it was left here, + as it is in AWS",
    }
}

/// What would put it back.
#[component]
fn Back(back: Vec<(CatalogChange, Named)>, stands: ThingStands, lacks: Vec<String>) -> impl IntoView {
    if back.is_empty() {
        return view! {
            <p>"What is other here no change of the portal's sets: keep it, or change it in AWS."</p>
        }
        .into_any();
    }
    let lead = match stands {
        ThingStands::New => "What takes it away:",
        ThingStands::Gone => "What makes it again. It gets another id, and environments of the old one keep that:",
        ThingStands::Other => "What puts it back:",
    };
    let waits = (!lacks.is_empty()).then(|| {
        view! { <p>{format!("It needs what is not there, so that comes first: {}.", lacks.join(", "))}</p> }
    });
    let items = back
        .into_iter()
        .map(|(change, named)| view! { <li class="[overflow-wrap:anywhere]">{words::catalog_change(&change, &named)}</li> })
        .collect_view();
    view! {
        <div class="stack gap-1">
            <p>{lead}</p>
            <ol class="grid list-decimal gap-1 pl-10">{items}</ol>
            {waits}
        </div>
    }
    .into_any()
}

fn called(thing: &Thing) -> String {
    let kind = match thing {
        Thing::Portfolio { .. } => "Portfolio",
        Thing::Product { .. } => "Product",
        Thing::TagOption { .. } => "TagOption",
    };
    format!("{kind} {}", name_of(thing))
}

fn name_of(thing: &Thing) -> String {
    match thing {
        Thing::Portfolio { name } | Thing::Product { name } => name.clone(),
        Thing::TagOption { key, value } => format!("{key} = {value}"),
    }
}
