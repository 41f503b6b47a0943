use domain::template::{Fate, ResourceChange};
use domain::view::{ParameterChange, UpdatePreview};
use leptos::prelude::*;

use crate::components::{Badge, Callout, Card, Disclosure, Icon, Tone};
use crate::words;

/// What an update does: what is lost first, then resources, then parameters.
#[component]
pub fn PreviewCard(
    preview: UpdatePreview,
    /// What stands above it, where that is not the page's own form.
    #[prop(optional, into)]
    note: String,
) -> impl IntoView {
    view! { <Card title="What the update does" note><PreviewParts preview /></Card> }
}

/// The same without the card around it.
#[component]
pub fn PreviewParts(preview: UpdatePreview) -> impl IntoView {
    let UpdatePreview { parameters, resources, unread } = preview;
    let nothing = parameters.is_empty() && resources.is_empty() && unread.is_none();
    let lost: Vec<&ResourceChange> = resources.iter().filter(|it| !it.lost.is_empty()).collect();
    let lost = (!lost.is_empty()).then(|| {
        let items = lost
            .iter()
            .map(|it| {
                let sure = if it.fate == Fate::Unclear { "may be lost" } else { "is lost" };
                view! { <li>{it.logical_id.clone()} ": " {it.lost.clone()} " " {sure} "."</li> }
            })
            .collect_view();
        view! {
            <Callout tone=Tone::Bad title="Data is lost by this update.">
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
                <p>"Copy what you need before it is made."</p>
            </Callout>
        }
    });
    let keeps = (lost.is_none() && !nothing && unread.is_none())
        .then(|| view! { <Callout tone=Tone::Good title="No data is lost by it, as far as the templates tell." /> });
    let same = nothing.then(|| {
        view! { <p class="text-muted">"Nothing is other than it is now: it is provisioned once more with the same version and values, which mends what was changed past the portal."</p> }
    });
    let unread = unread.map(|why| {
        view! {
            <Callout tone=Tone::Warn title="What becomes of its resources cannot be told.">
                <p>{why} " AWS may replace some, with what is in them. Copy what you need before it is made."</p>
            </Callout>
        }
    });
    let changes = (!resources.is_empty()).then(|| {
        let rows = resources.into_iter().map(|change| view! { <Change change /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }
    });
    let parameters = (!parameters.is_empty()).then(|| {
        let summary = format!("Parameters that change ({})", parameters.len());
        let rows = parameters.into_iter().map(|change| view! { <Parameter change /> }).collect_view();
        view! { <Disclosure summary><dl class="facts facts-wide">{rows}</dl></Disclosure> }
    });
    view! { <div class="stack gap-3">{lost} {keeps} {unread} {same} {changes} {parameters}</div> }
}

#[component]
fn Change(change: ResourceChange) -> impl IntoView {
    let ResourceChange { logical_id, resource_type, fate, .. } = change;
    let (tone, icon, word, why) = match fate {
        Fate::Created => (Tone::Good, Icon::Check, "Made", None),
        Fate::Deleted => (Tone::Bad, Icon::Cross, "Deleted", None),
        Fate::Replaced { by } => {
            let why = format!("Another takes its place, by {}.", by.join(", "));
            (Tone::Bad, Icon::Warning, "Replaced", Some(why))
        }
        Fate::Changed => (Tone::Info, Icon::Info, "Changed", Some("It stays the same resource.".to_owned())),
        Fate::Unclear => {
            let why = "What becomes of it is not sure: AWS changes it, another takes its place, or it goes.".to_owned();
            (Tone::Warn, Icon::Warning, "Not sure", Some(why))
        }
    };
    view! {
        <li class="row row-change">
            <div class="row-main">
                <p class="font-semibold break-words">{logical_id}</p>
                <p class="row-sub">{words::resource_type(&resource_type)}</p>
                {why.map(|why| view! { <p class="row-sub">{why}</p> })}
            </div>
            <Badge tone icon text=word />
        </li>
    }
}

#[component]
fn Parameter(change: ParameterChange) -> impl IntoView {
    let ParameterChange { key, before, after } = change;
    let told = match (before, after) {
        (None, Some(after)) => view! { "New: " <code>{after}</code> }.into_any(),
        (Some(before), None) => view! { "Not asked any more; it was " <code>{before}</code> }.into_any(),
        (before, after) => view! {
            <code>{before}</code>
            <span class="text-muted">" becomes "</span>
            <code>{after}</code>
        }
        .into_any(),
    };
    view! {
        <div>
            <dt class="font-mono">{key}</dt>
            <dd class="break-words">{told}</dd>
        </div>
    }
}
