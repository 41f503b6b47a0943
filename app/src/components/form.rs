use domain::view::FormState;
use leptos::prelude::*;

use super::{Icon, IconView, field_id};

/// A value that goes along with a form and that nobody edits.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// The part of a page's form state that belongs to one of its forms: a page with several forms names each in the hidden
/// field `form`.
pub fn form_part(state: &FormState, form: &str) -> FormState {
    if state.value("form") == Some(form) { state.clone() } else { FormState::default() }
}

/// The name of a posted field as people read it: "Lease days", or the key of a parameter.
fn field_words(name: &str) -> String {
    if let Some((_, key)) = name.split_once('[') {
        return key.trim_end_matches(']').to_owned();
    }
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Mistakes in fields that the form does not have become mistakes of the form as a whole, which say what they are about.
pub fn only_known_fields(mut state: FormState, known: &[&str]) -> FormState {
    for error in state.errors.iter_mut().filter(|e| !e.field.is_empty() && !known.contains(&e.field.as_str())) {
        error.message = format!("{}: {}", field_words(&error.field), error.message);
        error.field.clear();
    }
    state
}

/// All mistakes at once, each a link to its field.
#[component]
pub fn ErrorSummary(
    state: FormState,
    #[prop(optional)] part: &'static str,
    #[prop(default = "This was not sent yet. What you typed is kept.")] title: &'static str,
) -> impl IntoView {
    (!state.errors.is_empty()).then(|| {
        let items = state
            .errors
            .into_iter()
            .map(|error| {
                let item = if error.field.is_empty() {
                    view! { <span>{error.message}</span> }.into_any()
                } else {
                    let href = format!("#{}", field_id(part, &error.field));
                    view! { <a href=href>{field_words(&error.field)} ": " {error.message}</a> }.into_any()
                };
                view! { <li>{item}</li> }
            })
            .collect_view();
        view! {
            <div class="callout tone-bad" role="alert" tabindex="-1" id=format!("{}-errors", field_id(part, ""))>
                <IconView icon=Icon::Cross />
                <div class="callout-body">
                    <p class="callout-title">{title}</p>
                    <ul class="grid list-disc gap-1 pl-5">{items}</ul>
                </div>
            </div>
        }
    })
}

/// A form that is one button.
#[component]
pub fn PostButton(
    action: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "button")] class: &'static str,
    /// What a screen reader says instead of `label`, where the same word stands in many rows.
    #[prop(into, optional)]
    described: Option<String>,
    fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <form method="post" action=action class="contents">
            {fields.into_iter().map(|(name, value)| view! { <Hidden name value /> }).collect_view()}
            <button type="submit" class=class aria-label=described>{label}</button>
        </form>
    }
}
