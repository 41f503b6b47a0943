use domain::view::Removal;
use leptos::prelude::*;

use super::PostButton;

/// Removing something: what it means stands before the button that does it.
#[component]
pub fn Remove(
    action: &'static str,
    /// What is removed: "Remove account fraud-detection-dev".
    described: String,
    fields: Vec<(&'static str, String)>,
    removal: Option<Removal>,
    #[prop(default = "Remove")] label: &'static str,
) -> impl IntoView {
    let Removal { consequence, blocked } =
        removal.unwrap_or_else(|| Removal { consequence: String::new(), blocked: false });
    let button = (!blocked).then(|| {
        view! { <PostButton action label=described.clone() class="button button-small button-danger" fields /> }
    });
    view! {
        <details class="removal">
            <summary class="button button-small" aria-label=described>{label}</summary>
            <div class="stack gap-2">
                <p>{consequence}</p>
                {button}
            </div>
        </details>
    }
}
