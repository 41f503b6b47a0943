//! Listens to the server-sent events of an environment.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use domain::view::Progress;
use js_sys::Date;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{EventSource, MessageEvent};

use super::{Connection, reader};
use crate::components::summary;
use crate::words;

/// The server sends an event every ten seconds. A stream that is silent for longer than two of them is dead, whether or not the
/// browser has noticed: a network that went away tells nobody.
const SILENT: f64 = 25_000.0;
const LOOK: Duration = Duration::from_secs(5);

/// Writes each event into `latest`, what becomes of the connection into `connection`, and what a screen reader should say
/// into `said`: only when it changes, not at every event.
///
/// A page that nobody looks at has no stream: browsers open six connections to one origin over HTTP/1.1, and a seventh page
/// would wait for one of them.
pub(super) fn follow(latest: RwSignal<Option<Progress>>, connection: RwSignal<Connection>, said: RwSignal<String>) {
    let mut stream = None::<EventSource>;
    let mut look = move || {
        if !document().hidden() {
            if stream.is_none() {
                stream = listen(latest, connection, said);
            }
        } else if let Some(stream) = stream.take() {
            stream.close();
        }
    };
    look();
    let looked = Closure::<dyn FnMut()>::new(look);
    let _ = document().add_event_listener_with_callback("visibilitychange", looked.as_ref().unchecked_ref());
    // It lives as long as the page does.
    looked.forget();
}

/// Opens the stream.
fn listen(
    latest: RwSignal<Option<Progress>>,
    connection: RwSignal<Connection>,
    said: RwSignal<String>,
) -> Option<EventSource> {
    // The path alone: a draft that the page was asked for with is shown once.
    let path = window().location().pathname().ok()?;
    let Ok(source) = EventSource::new(&format!("{path}/events")) else {
        connection.set(Connection::Closed);
        return None;
    };
    let heard = Rc::new(Cell::new(Date::now()));
    let last = Rc::clone(&heard);
    let opened = Closure::<dyn Fn()>::new(move || {
        last.set(Date::now());
        connection.set(Connection::Live);
    });
    let stream = source.clone();
    let broken = Closure::<dyn Fn()>::new(move || {
        let closed = stream.ready_state() == EventSource::CLOSED;
        connection.set(if closed { Connection::Closed } else { Connection::Lost });
    });
    let stream = source.clone();
    let last = Rc::clone(&heard);
    let message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(progress) = event.data().as_string().and_then(|text| reader::progress(&text)) else { return };
        last.set(Date::now());
        connection.set(Connection::Live);
        let state = words::environment_state(progress.state);
        retitle(state);
        if progress.state.is_passing() {
            let now = summary(progress.operation.as_ref()).unwrap_or_else(|| state.to_owned());
            if said.with_untracked(|last| *last != now) {
                said.set(now);
            }
        } else {
            stream.close();
            // Nothing is lost when it fails: the new state is on the page all the same.
            let _ = window().location().replace(&format!("{path}?ended=1#outcome"));
        }
        latest.set(Some(progress));
    });
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    source.set_onerror(Some(broken.as_ref().unchecked_ref()));
    source.set_onmessage(Some(message.as_ref().unchecked_ref()));
    let stream = source.clone();
    let timer = Rc::new(Cell::new(None::<IntervalHandle>));
    let own = Rc::clone(&timer);
    let started = set_interval_with_handle(
        move || {
            if stream.ready_state() == EventSource::CLOSED {
                if let Some(timer) = own.take() {
                    timer.clear();
                }
                return;
            }
            if connection.get_untracked() == Connection::Live && Date::now() - heard.get() > SILENT {
                connection.set(Connection::Silent);
            }
        },
        LOOK,
    );
    timer.set(started.ok());
    // They live as long as the page does.
    opened.forget();
    broken.forget();
    message.forget();
    Some(source)
}

/// The title begins with the state, as the server wrote it: "Provisioning: name".
fn retitle(state: &str) {
    let title = document().title();
    if let Some((before, rest)) = title.split_once(": ")
        && before != state
    {
        document().set_title(&format!("{state}: {rest}"));
    }
}
