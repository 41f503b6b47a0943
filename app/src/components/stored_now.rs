use domain::view::FormState;
use leptos::prelude::*;

use super::{Callout, PairList, Tone, field_label};

/// Where somebody else changed what a form edits: what is stored now, where it is not what was typed.
#[component]
pub fn StoredNow(
    state: FormState,
    /// Fields and their values.
    stored: Vec<(&'static str, String)>,
) -> impl IntoView {
    let told = state.errors.iter().any(|error| error.field.is_empty());
    let differing: Vec<(String, String)> = stored
        .into_iter()
        .filter(|(name, value)| told && state.value(name).is_some_and(|typed| typed.trim() != value))
        .map(|(name, value)| (field_label(name), if value.is_empty() { "none".to_owned() } else { value }))
        .collect();
    (!differing.is_empty()).then(|| {
        view! {
            <Callout tone=Tone::Info title="What is stored now, where it is not what you typed">
                <PairList pairs=differing />
            </Callout>
        }
    })
}
