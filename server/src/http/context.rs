//! What pages and server functions find in their context.

use app::document::ThemeCookie;
use axum::extract::Request;
use control_plane::Caller;
use leptos::nonce::Nonce;
use leptos::prelude::provide_context;

use super::portal::Portal;

/// Everything of the request that a page may use.
pub(super) fn of(portal: &Portal, request: &Request) -> impl Fn() + Clone + Send + Sync + 'static {
    let portal = portal.clone();
    let caller = request.extensions().get::<Caller>().cloned();
    let nonce = request.extensions().get::<Nonce>().cloned();
    move || {
        provide_context(portal.control_plane().clone());
        provide_context(portal.assets().clone());
        provide_context(ThemeCookie { secure: portal.is_https() });
        if let Some(caller) = &caller {
            provide_context(caller.clone());
        }
        if let Some(nonce) = &nonce {
            provide_context(nonce.clone());
        }
    }
}
