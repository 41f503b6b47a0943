//! `GET /auth/signed-out`: where the provider sends people back to.

use app::components::PageHead;
use app::document::Page;
use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;

use super::page;
use super::portal::Portal;

pub(super) async fn signed_out(State(portal): State<Portal>) -> Response {
    page::answer(&portal, 200, || {
        let body = view! {
            <PageHead title="You are signed out.".to_owned() />
            <section class="card max-w-3xl">
                <div class="card-body">
                    <p>"Your session in this browser ended. Environments that are running keep running."</p>
                    <p class="actions"><a class="button button-primary" href="/">"Sign in again"</a></p>
                </div>
            </section>
        };
        Page::new("Signed out", body)
    })
}
