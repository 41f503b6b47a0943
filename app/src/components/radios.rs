use domain::view::FormState;
use leptos::prelude::*;

use super::{Choice, ErrorLine, describe, field_id};

/// One of a few values, none of which is chosen beforehand: for what nobody should come to by leaving it alone.
#[component]
pub fn Radios(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] help: String,
    choices: Vec<Choice>,
    state: FormState,
) -> impl IntoView {
    let id = field_id("", &name);
    let error = state.error(&name).map(str::to_owned);
    let chosen = state.value(&name).unwrap_or_default().to_owned();
    let described = describe(&id, !help.is_empty(), error.is_some());
    let (help_id, error_id, invalid) = (format!("{id}-help"), format!("{id}-error"), error.is_some());
    let legend_id = format!("{id}-legend");
    let labelled_by = legend_id.clone();
    // The link to a mistake leads to the first of them.
    let mut own = Some(id);
    let options = choices
        .into_iter()
        .map(|choice| {
            let checked = choice.value == chosen;
            view! {
                <label class="check">
                    <input
                        type="radio"
                        id=own.take()
                        name=name.clone()
                        value=choice.value
                        checked=checked
                        required
                    />
                    <span>{choice.label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-labelledby=labelled_by
            aria-required="true"
            aria-invalid=invalid.then_some("true")
            aria-describedby=described
        >
            <legend class="field-label field-required" id=legend_id>{label}</legend>
            {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> })}
            {error.map(|error| view! { <ErrorLine error id=error_id /> })}
            {options}
        </fieldset>
    }
}
