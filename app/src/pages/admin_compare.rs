use domain::view::{
    ComparedLine, Difference, FormState, GrantDifference, ParameterDifference, ResourceDifference, TemplateComparison,
    ValueDifference, VersionsPage,
};
use leptos::prelude::*;

use crate::components::{Badge, Card, Choice, Crumb, Empty, Icon, PageHead, ProblemCallout, Select, Table, Tone};
use crate::document::Page;

/// Two versions of a product side by side.
pub fn page(it: VersionsPage) -> Page {
    let VersionsPage { product, name, versions, before, after, comparison } = it;
    let address = format!("/admin/products/{product}");
    let choose = {
        let choices: Vec<_> = versions.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect();
        let state = FormState::default();
        view! {
            <form class="filters" method="get" action=format!("{address}/versions")>
                <Select label="Before" name="before" filter=true value=before.to_string() choices=choices.clone() state=state.clone() />
                <Select label="After" name="after" filter=true value=after.to_string() choices state />
                <button class="button" type="submit">"Compare"</button>
            </form>
        }
    };
    let called = |id| versions.iter().find(|(there, _)| there == id).map(|(_, name)| name.clone()).unwrap_or_default();
    let (old, new) = (called(&before), called(&after));
    let title = format!("{name}: {old} and {new}");
    let compared = match comparison {
        Err(problem) => view! { <ProblemCallout problem /> }.into_any(),
        Ok(same) if same == TemplateComparison::default() => {
            view! { <Empty title="They differ in nothing."></Empty> }.into_any()
        }
        Ok(it) => view! { <Comparison it old new /> }.into_any(),
    };
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new(address, name)];
    let body = view! {
        <PageHead title="Two versions side by side" lead="What an update from one to the other brings." crumbs />
        {choose}
        {compared}
    };
    Page::new(title, body)
}

#[component]
fn Comparison(it: TemplateComparison, old: String, new: String) -> impl IntoView {
    let TemplateComparison { parameters, resources, grants, parts, cut } = it;
    let titled = |title: &'static str, number: usize| format!("{title} ({number})");
    let asks = titled("What it asks for", parameters.len());
    let makes = titled("What it makes", resources.len());
    let gives = titled("What it grants", grants.len());
    let cut =
        cut.then(|| view! { <p class="card-body text-sm text-muted">"There is more: the rest is not shown."</p> });
    view! {
        <Card title=asks flush=true><Parameters parameters /></Card>
        <Card title=makes flush=true><Resources resources /></Card>
        <Card title=gives flush=true><Grants grants /></Card>
        <Card title="The templates" flush=true><Lines parts old new /> {cut}</Card>
    }
}

#[component]
fn Mark(difference: Difference) -> impl IntoView {
    let (tone, icon, text) = match difference {
        Difference::New => (Tone::Good, Icon::Check, "New"),
        Difference::Gone => (Tone::Bad, Icon::Cross, "Gone"),
        Difference::Changed => (Tone::Info, Icon::Info, "Changed"),
    };
    view! { <Badge tone icon text /> }
}

#[component]
fn Parameters(parameters: Vec<ParameterDifference>) -> impl IntoView {
    if parameters.is_empty() {
        return view! { <Empty title="Both ask for the same."></Empty> }.into_any();
    }
    let value = |it: ValueDifference| {
        let shown = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        view! {
            <li class="[overflow-wrap:anywhere]">
                {it.what} ": " <del>{shown(it.before)}</del> " " <ins>{shown(it.after)}</ins>
            </li>
        }
    };
    let rows = parameters.into_iter().map(|it| {
        let difference = it.difference;
        let values = it.values.into_iter().map(value).collect_view();
        view! {
            <tr>
                <th scope="row"><code>{it.key}</code></th>
                <td data-label="Difference"><Mark difference /></td>
                <td data-label="What"><ul class="grid gap-1">{values}</ul></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = vec!["Parameter", "Difference", "What"];
    view! { <Table label="Parameters" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn Resources(resources: Vec<ResourceDifference>) -> impl IntoView {
    if resources.is_empty() {
        return view! { <Empty title="Both make the same."></Empty> }.into_any();
    }
    let rows = resources.into_iter().map(|it| {
        let difference = it.difference;
        let replaced = it.replaced.then(|| {
            view! { <p><Badge tone=Tone::Warn icon=Icon::Warning text="Another takes its place" /></p> }
        });
        let by = if it.by.is_empty() { "the whole resource".to_owned() } else { it.by.join(", ") };
        view! {
            <tr>
                <th scope="row"><code>{it.logical_id}</code></th>
                <td data-label="Type"><code class="[overflow-wrap:anywhere]">{it.kind}</code></td>
                <td data-label="Difference"><Mark difference /></td>
                <td data-label="What" class="[overflow-wrap:anywhere]">{by} {replaced}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = vec!["Resource", "Type", "Difference", "What"];
    view! { <Table label="Resources" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn Grants(grants: Vec<GrantDifference>) -> impl IntoView {
    if grants.is_empty() {
        return view! { <Empty title="Both grant the same."></Empty> }.into_any();
    }
    let rows = grants.into_iter().map(|GrantDifference { difference, grant }| {
        let condition = grant.condition.map(|condition| {
            view! { <p class="text-sm text-muted">"Where " <code class="[overflow-wrap:anywhere]">{condition}</code></p> }
        });
        view! {
            <tr>
                <th scope="row"><code>{grant.resource}</code></th>
                <td data-label="Difference"><Mark difference /></td>
                <td data-label="Effect">{grant.effect}</td>
                <td data-label="What" class="[overflow-wrap:anywhere]">{grant.actions.join(", ")}</td>
                <td data-label="On" class="[overflow-wrap:anywhere]">{grant.on.join(", ")} {condition}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = vec!["Resource", "Difference", "Effect", "What", "On"];
    view! { <Table label="Grants" columns stack=true>{rows}</Table> }.into_any()
}

/// The lines of both beside each other; on a narrow page what differs is below each other, and what is the same there once.
#[component]
fn Lines(parts: Vec<Vec<ComparedLine>>, old: String, new: String) -> impl IntoView {
    if parts.is_empty() {
        return view! { <Empty title="Line by line they are the same."></Empty> }.into_any();
    }
    let side = |line: Option<(u32, String)>, differs: bool, is_new: bool| {
        let Some((number, text)) = line else {
            return view! { <td class="compare-none" colspan="2"></td> }.into_any();
        };
        let text = match (differs, is_new) {
            (false, _) => text.into_any(),
            (true, false) => view! { <del>{text}</del> }.into_any(),
            (true, true) => view! { <ins>{text}</ins> }.into_any(),
        };
        view! { <td class="compare-number">{number}</td> <td class="compare-line">{text}</td> }.into_any()
    };
    let bodies = parts.into_iter().map(|part| {
        let rows = part.into_iter().map(|line| {
            let class = if line.differs { "" } else { "compare-same" };
            view! { <tr class=class>{side(line.before, line.differs, false)} {side(line.after, line.differs, true)}</tr> }
        });
        view! { <tbody>{rows.collect_view()}</tbody> }
    });
    view! {
        <div class="compare" role="region" aria-label="Lines that differ" tabindex="0">
            <table>
                <colgroup><col /><col /><col /><col /></colgroup>
                <thead><tr><th scope="col" colspan="2">{old}</th><th scope="col" colspan="2">{new}</th></tr></thead>
                {bodies.collect_view()}
            </table>
        </div>
    }
    .into_any()
}
