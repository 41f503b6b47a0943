//! The browser's side: wakes the islands of a page that the server drew.
// `app` is not named below, but its islands are exported from here: without this line they would vanish.
use app as _;

/// Called by the page's script once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
