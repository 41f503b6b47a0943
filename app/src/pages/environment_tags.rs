use domain::action::Action;
use domain::tag_policy::TagDifference;
use domain::view::{EnvironmentPage, TagsView};
use leptos::prelude::*;

use super::request_form::Generated;
use crate::components::{Callout, Hidden, PostButton, Table, Tone};

/// Tags that are not as they would be given now: what AWS can still change, what it cannot, and what can take the environment's place.
#[component]
pub fn TagsCallout(environment: EnvironmentPage) -> impl IntoView {
    let tags = environment.tag_differences?;
    let may = environment.allowed.has(Action::TagEnvironment);
    let waits = environment.transfer.is_some();
    let TagsView { differences, fields, refused, keeps, started, request } = tags;
    let state = environment.form.clone();
    let rows = differences.into_iter().map(|it| view! { <Difference it /> }).collect_view();
    let push = match refused {
        Some(problem) => {
            view! { <p><strong>{problem.what}</strong> " " {problem.why} " " {problem.next}</p> }.into_any()
        }
        None if waits => view! { <p>"It changes hands: its tags are put right after that."</p> }.into_any(),
        None if may => {
            let (id, version) = (environment.id.to_string(), environment.version.to_string());
            let asked = fields.into_iter().map(|field| {
                let state = state.clone();
                view! { <Generated field state retyped=false /> }
            });
            view! {
                <form class="fieldset max-w-2xl" method="post" action="/api/push_tags" novalidate>
                    <Hidden name="id" value=id />
                    <Hidden name="version" value=version />
                    {asked.collect_view()}
                    <p class="actions"><button class="button" type="submit">"Put the tags right"</button></p>
                </form>
            }
            .into_any()
        }
        None => view! { <p>"A lead of its project or an admin can have them put right."</p> }.into_any(),
    };
    let stays: Vec<String> = keeps
        .into_iter()
        .map(|it| format!("{it} keeps the tags that it was made with."))
        .chain(started.into_iter().map(|it| format!("{it} keeps its tags until it is stopped and started anew.")))
        .collect();
    let stays = (!stays.is_empty()).then(|| {
        let items = stays.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
        view! { <div><p>"What AWS does not change with them:"</p><ul class="grid list-disc gap-1 pl-5">{items}</ul></div> }
    });
    let again = vec![("id", request.to_string())];
    Some(view! {
        <Callout tone=Tone::Warn title="Its tags are not as they would be given now.">
            <div class="stack gap-3">
                <Table label="Tags that are not as they would be given now" columns=vec!["Tag", "Is", "Would be"] stack=true>{rows}</Table>
                {push}
                {stays}
                <div class="actions"><PostButton action="/api/request_again" label="Request one in its place" class="button button-small" fields=again /></div>
            </div>
        </Callout>
    })
}

#[component]
fn Difference(it: TagDifference) -> impl IntoView {
    let is = it.is.map_or_else(|| view! { "missing" }.into_any(), |is| view! { <code>{is}</code> }.into_any());
    let wanted = match it.value {
        Some(value) => view! { <code>{value}</code> }.into_any(),
        None => view! { {it.wanted} }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="[overflow-wrap:anywhere]"><code>{it.key}</code></th>
            <td data-label="Is" class="[overflow-wrap:anywhere]">{is}</td>
            <td data-label="Would be" class="[overflow-wrap:anywhere]">{wanted}</td>
        </tr>
    }
}
