use leptos::prelude::*;

/// A titled part of a page.
#[component]
pub fn Card(
    #[prop(into)] title: String,
    #[prop(into, optional)] note: String,
    /// Without the padding: for rows and tables, which reach to the edge.
    #[prop(optional)]
    flush: bool,
    #[prop(into, optional)] id: Option<String>,
    children: Children,
) -> impl IntoView {
    let body =
        if flush { children().into_any() } else { view! { <div class="card-body">{children()}</div> }.into_any() };
    view! {
        <section class="card" id=id>
            <div class="card-head">
                <h2>{title}</h2>
                {(!note.is_empty()).then(|| view! { <p class="card-note">{note}</p> })}
            </div>
            {body}
        </section>
    }
}
