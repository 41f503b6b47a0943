use domain::view::FormState;
use leptos::prelude::*;

use super::{ErrorLine, describe, field_id};

/// One box of several: its field, what people read, and whether it is ticked before anything was posted.
#[derive(Clone, Debug)]
pub struct Tick {
    pub name: String,
    pub label: String,
    pub ticked: bool,
}

/// Boxes to tick, under one heading. An error about them all stands under `name`.
#[component]
pub fn Checks(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] help: String,
    ticks: Vec<Tick>,
    state: FormState,
    #[prop(optional)] part: &'static str,
) -> impl IntoView {
    let error = state.error(&name).map(str::to_owned);
    // A form that came back shows what was ticked in it; of a box that was not nothing is posted, and nothing is kept as an empty text.
    let came_back = !state.values.is_empty();
    let first = field_id(part, &name);
    let described = describe(&first, !help.is_empty(), error.is_some());
    let (help_id, error_id) = (format!("{first}-help"), format!("{first}-error"));
    let boxes = ticks
        .into_iter()
        .enumerate()
        .map(|(i, Tick { name, label, ticked })| {
            let checked = if came_back { state.value(&name).is_some_and(|value| !value.is_empty()) } else { ticked };
            let id = (i == 0).then(|| first.clone());
            view! {
                <label class="check"><input type="checkbox" id=id name=name value="yes" checked=checked />{label}</label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="grid gap-2" aria-describedby=described>
            <legend class="field-label mb-1">{label}</legend>
            {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> })}
            {error.map(|error| view! { <ErrorLine error id=error_id /> })}
            {boxes}
        </fieldset>
    }
}
