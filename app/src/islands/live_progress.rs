use domain::view::Progress;
use leptos::prelude::*;

use crate::components::ProgressView;

/// Keeps the progress of an environment up to date from the server-sent events of its page (`PAGE/events`).
///
/// The server draws `children`; the first event replaces them, so the state is sent once and not twice. When the operation
/// ends, the page is loaded again: what can be done now (open, retry, terminate) is the server's to say. It has no
/// properties: those would bring a JSON parser into the browser, which has one.
#[island]
pub fn LiveProgress(children: Children) -> impl IntoView {
    let latest = RwSignal::new(None::<Progress>);
    let connection = RwSignal::new("");
    #[cfg(feature = "hydrate")]
    super::events::follow(latest, connection);
    view! {
        <p class="mb-2 text-sm text-muted" role="status">{connection}</p>
        <div hidden=move || latest.with(Option::is_some)>{children()}</div>
        {move || latest.get().map(|progress| view! { <ProgressView progress live=true /> })}
    }
}
