use leptos::prelude::*;

/// What stands where a list would be: nothing yet, or nothing that matches.
#[component]
pub fn Empty(#[prop(into)] title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children.map(|children| children())}
        </div>
    }
}
