use leptos::prelude::*;

/// What most people need not see: opened by hand, or by `open` when something inside wants attention.
#[component]
pub fn Disclosure(
    #[prop(into)] summary: String,
    #[prop(optional)] open: bool,
    #[prop(into, optional)] id: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open id=id>
            <summary>{summary}</summary>
            <div class="stack gap-4">{children()}</div>
        </details>
    }
}
