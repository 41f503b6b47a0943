//! Listens to the server-sent events of an environment.

use domain::view::Progress;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{EventSource, MessageEvent};

use super::reader;

/// Writes each event into `latest`, and what becomes of the connection, in words, into `connection`.
pub(super) fn follow(latest: RwSignal<Option<Progress>>, connection: RwSignal<&'static str>) {
    let location = window().location();
    let Ok(path) = location.pathname() else { return };
    let Ok(source) = EventSource::new(&(path + "/events")) else { return };
    let opened = Closure::<dyn Fn()>::new(move || connection.set("Live: this page follows along by itself."));
    let lost = Closure::<dyn Fn()>::new(move || connection.set("The live connection was lost. Trying again."));
    let stream = source.clone();
    let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(progress) = event.data().as_string().and_then(|text| reader::progress(&text)) else { return };
        if !progress.state.is_passing() {
            stream.close();
            // Nothing is lost when it fails: the new state is on the page all the same.
            let _ = location.reload();
        }
        latest.set(Some(progress));
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    source.set_onerror(Some(lost.as_ref().unchecked_ref()));
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    // They live as long as the page does.
    opened.forget();
    lost.forget();
    message.forget();
}
