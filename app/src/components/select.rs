use domain::view::FormState;
use leptos::prelude::*;

use super::{Field, describe, field_id};

/// One line of a select: the value that is posted and what people read.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }

    /// A value that people read as it is.
    pub fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { label: value.clone(), value }
    }
}

/// One of several values.
#[component]
pub fn Select(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] help: String,
    #[prop(optional_no_strip)] limits: Option<String>,
    #[prop(into, optional)] value: String,
    choices: Vec<Choice>,
    state: FormState,
    #[prop(default = true)] required: bool,
    /// A filter may stay empty, and nobody has to be told.
    #[prop(optional)]
    filter: bool,
    #[prop(optional)] part: &'static str,
) -> impl IntoView {
    let id = field_id(part, &name);
    let error = state.error(&name).map(str::to_owned);
    let chosen = state.value(&name).map_or(value, str::to_owned);
    let described = describe(&id, !help.is_empty() || limits.is_some(), error.is_some());
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == chosen;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <Field id=id.clone() label help limits error=error.clone() required filter>
            <select
                class="input"
                id=id
                name=name
                required=required && !filter
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
        </Field>
    }
}
