use domain::problem::Problem;
use leptos::prelude::*;

use super::{Icon, IconView, Tone};

/// A message that stands out. `role` is `status` or `alert` when it appears because of what a person just did.
#[component]
pub fn Callout(
    tone: Tone,
    #[prop(into)] title: String,
    #[prop(optional)] role: Option<&'static str>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let icon = match tone {
        Tone::Neutral | Tone::Info => Icon::Info,
        Tone::Good => Icon::Check,
        Tone::Warn => Icon::Warning,
        Tone::Bad => Icon::Cross,
    };
    view! {
        <div class=format!("callout {}", tone.class()) role=role>
            <IconView icon />
            <div class="callout-body">
                <p class="callout-title">{title}</p>
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// What happened, why, and what to do next.
#[component]
pub fn ProblemCallout(problem: Problem, #[prop(default = Tone::Bad)] tone: Tone) -> impl IntoView {
    view! {
        <Callout tone title=problem.what>
            <p class="whitespace-pre-line">{problem.why}</p>
            <p><strong>"What to do: "</strong>{problem.next}</p>
        </Callout>
    }
}
