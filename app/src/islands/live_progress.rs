use domain::view::Progress;
use leptos::prelude::*;

use super::Connection;
use crate::components::{ProgressView, Refresh};

/// Keeps the progress of an environment up to date from the server-sent events of its page (`PAGE/events`).
///
/// The server draws `children`; the first event replaces them, so the state is sent once and not twice. When the operation
/// ends, the page is loaded again, at its outcome: what can be done now (open, retry, terminate) is the server's to say. It
/// has no properties: those would bring a JSON parser into the browser, which has one.
#[island]
pub fn LiveProgress(children: Children) -> impl IntoView {
    let latest = RwSignal::new(None::<Progress>);
    let connection = RwSignal::new(Connection::Opening);
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    super::events::follow(latest, connection, said);
    view! {
        <div class="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
            <p role="status">{move || connection.get().words()}</p>
            {move || connection.get().is_stale().then(|| view! { <Refresh /> })}
        </div>
        <p class="sr-only" role="status">{said}</p>
        <div hidden=move || latest.with(Option::is_some)>{children()}</div>
        {move || latest.get().map(|progress| view! { <ProgressView progress live=true /> })}
    }
}
