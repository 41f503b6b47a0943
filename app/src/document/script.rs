use leptos::nonce::Nonce;
use leptos::prelude::*;

use super::Assets;

/// Loads the islands' module when the browser is idle and hydrates them; only on pages that hold one.
#[component]
pub fn IslandScript(assets: Assets, nonce: Option<Nonce>) -> impl IntoView {
    // Both addresses are ours; as JSON strings they are JavaScript strings.
    let call = format!("({:?}, {:?});", assets.script, assets.wasm);
    let script = format!("{}{call}", include_str!("script.js").trim_end());
    view! {
        <link rel="modulepreload" href=assets.script nonce=nonce.clone() />
        <script type="module" nonce=nonce>{script}</script>
    }
}
