use leptos::prelude::*;

/// The link to the following page of a list, and back to its beginning.
#[component]
pub fn Pager(
    /// The address of the first page, filters included.
    first: String,
    /// The address of the following page.
    next: Option<String>,
    /// Whether this is not the first page.
    further: bool,
    /// Of a page with several: which list.
    #[prop(optional)]
    of: &'static str,
) -> impl IntoView {
    let label = if of.is_empty() { "Pages of this list".to_owned() } else { format!("Pages of {of}") };
    (further || next.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label=label>
                {further.then(|| view! { <a class="button button-small" href=first>"First page"</a> })}
                {next.map(|next| view! { <a class="button button-small" href=next rel="next">"Next page"</a> })}
            </nav>
        }
    })
}
