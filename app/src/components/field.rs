use std::fmt::Write as _;

use leptos::prelude::*;

use super::{Icon, IconView};

/// The `id` of the control of a field: `param[VpcId]` becomes `field-param-VpcId`; `part` keeps the forms of one page apart.
pub fn field_id(part: &str, name: &str) -> String {
    let mut id = String::from("field");
    for word in part.split_inclusive(' ').chain(name.split(|c: char| !c.is_ascii_alphanumeric())) {
        if !word.is_empty() {
            let _ = write!(id, "-{word}");
        }
    }
    id
}

/// The ids for `aria-describedby`: of help and error, where there are any.
pub fn describe(id: &str, help: bool, error: bool) -> Option<String> {
    match (help, error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-help")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-help {id}-error")),
    }
}

/// Label, help, limits and error around a control.
#[component]
pub fn Field(
    id: String,
    label: String,
    help: String,
    limits: Option<String>,
    error: Option<String>,
    required: bool,
    /// Neither required nor to be called optional.
    #[prop(optional)]
    filter: bool,
    children: Children,
) -> impl IntoView {
    let helped = !help.is_empty() || limits.is_some();
    let help_id = format!("{id}-help");
    let error_id = format!("{id}-error");
    view! {
        <div class="field">
            <label class=if required && !filter { "field-label field-required" } else { "field-label" } for=id>
                {label}
                {(!required && !filter).then(|| view! { <span class="field-optional">" (optional)"</span> })}
            </label>
            {helped
                .then(|| {
                    view! {
                        <div class="field-help" id=help_id>
                            {(!help.is_empty()).then(|| view! { <p>{help}</p> })}
                            {limits.map(|limits| view! { <p>"Limits: " {limits}</p> })}
                        </div>
                    }
                })}
            {error.map(|error| view! { <ErrorLine error id=error_id /> })}
            {children()}
        </div>
    }
}

/// What is wrong with a field, or with several under one heading.
#[component]
pub fn ErrorLine(error: String, id: String) -> impl IntoView {
    view! {
        <p class="field-error" id=id>
            <IconView icon=Icon::Cross />
            <span><span class="sr-only">"Error: "</span>{error}</span>
        </p>
    }
}
