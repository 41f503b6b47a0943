//! Looks whether what a page shows has ended.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// What the page has while it shows something that is under way.
const MARK: &str = "data-under-way";
const LOOK: Duration = Duration::from_secs(2);
/// Looks of one page: what takes longer is looked at by whoever reads it. A page that is left open keeps no session alive.
const LOOKS: u32 = 150;

/// Asks for the page every other second while somebody looks at it, and loads it once nothing is under way any more.
pub(super) fn wait() {
    let looks = Cell::new(0);
    set_interval(
        move || {
            if looks.get() < LOOKS && !document().hidden() {
                looks.set(looks.get() + 1);
                spawn_local(async {
                    // A network that fails is tried again.
                    if let Ok(true) = has_ended().await {
                        let _ = window().location().reload();
                    }
                });
            }
        },
        LOOK,
    );
}

async fn has_ended() -> Result<bool, JsValue> {
    // The path alone: a draft that the page was asked for with is shown once.
    let path = window().location().pathname()?;
    let response: Response = JsFuture::from(window().fetch_with_str(&path)).await?.dyn_into()?;
    // An answer that tells of a failure says nothing of what the page shows.
    if !response.ok() {
        return Ok(false);
    }
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().is_some_and(|text| !text.contains(MARK)))
}
