use domain::view::FormState;
use leptos::prelude::*;

use super::{Callout, Tone, field_label};

/// What was typed into fields that the page has no more, since somebody else was quicker: it is there to be copied, and not
/// lost.
#[component]
pub fn Unsent(
    state: FormState,
    /// The fields of text that are gone.
    gone: Vec<&'static str>,
) -> impl IntoView {
    let typed: Vec<_> = gone
        .into_iter()
        .filter_map(|name| Some((name, state.value(name)?.to_owned())))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    (!typed.is_empty()).then(|| {
        let texts = typed
            .into_iter()
            .map(|(name, text)| {
                view! {
                    <p>{field_label(name)} ":"</p>
                    <p class="whitespace-pre-line break-words">{text}</p>
                }
            })
            .collect_view();
        view! { <Callout tone=Tone::Info title="What you typed, which was not sent">{texts}</Callout> }
    })
}
