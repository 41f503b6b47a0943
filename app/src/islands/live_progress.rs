use leptos::prelude::*;

use crate::components::ProgressView;

/// Keeps the progress of an environment up to date from the server-sent events at `url`.
///
/// The server draws `children`; the first event replaces them, so the state is sent once and not twice. When the operation
/// ends, the page is loaded again: what can be done now (open, retry, terminate) is the server's to say.
#[island]
pub fn LiveProgress(url: String, children: Children) -> impl IntoView {
    let latest = RwSignal::new(None::<domain::view::Progress>);
    let connection = RwSignal::new("");
    #[cfg(feature = "hydrate")]
    listen(&url, latest, connection);
    #[cfg(not(feature = "hydrate"))]
    let _ = url;
    view! {
        <p class="text-sm text-muted" role="status">{connection}</p>
        <div hidden=move || latest.with(Option::is_some)>{children()}</div>
        {move || latest.get().map(|progress| view! { <ProgressView progress live=true /> })}
    }
}

#[cfg(feature = "hydrate")]
fn listen(url: &str, latest: RwSignal<Option<domain::view::Progress>>, connection: RwSignal<&'static str>) {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::prelude::Closure;

    let Ok(source) = web_sys::EventSource::new(url) else { return };
    let opened = Closure::<dyn Fn()>::new(move || connection.set("Live: this page follows along by itself."));
    let lost = Closure::<dyn Fn()>::new(move || connection.set("The live connection was lost. Trying again."));
    let stream = source.clone();
    let message = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let Ok(progress) = serde_json::from_str::<domain::view::Progress>(&text) else { return };
        if progress.state.is_passing() {
            latest.set(Some(progress));
        } else {
            stream.close();
            // Nothing is lost when it fails: the state is already on the page, with a link to load it again.
            let _ = window().location().reload();
            latest.set(Some(progress));
        }
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    source.set_onerror(Some(lost.as_ref().unchecked_ref()));
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    // They live as long as the page does.
    opened.forget();
    lost.forget();
    message.forget();
}
