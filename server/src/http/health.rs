//! For whoever keeps the portal running.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::portal::Portal;

/// The process lives.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// It can serve people: the database answers, and it is not about to stop.
pub(super) async fn readyz(State(portal): State<Portal>) -> Response {
    if portal.shutdown().is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match portal.control_plane().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// In the text format of Prometheus.
pub(super) async fn metrics(State(portal): State<Portal>) -> Response {
    match portal.control_plane().backlog().await {
        Ok(backlog) => super::metrics::show(&backlog),
        // What this process measured is of use without it.
        Err(error) => tracing::warn!(%error, "what waits could not be counted"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], portal.metrics().render()).into_response()
}
