//! The progress of an environment as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Extension, Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use control_plane::{Caller, Error};
use domain::id::EnvironmentId;
use domain::view::Progress;
use futures::StreamExt as _;

use super::page;
use super::portal::Portal;

/// Keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// `GET /environments/{id}/events`.
pub(super) async fn events(
    State(portal): State<Portal>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Response {
    match watch(&portal, &caller, &id).await {
        Ok(response) => response,
        Err(error) => page::problem(&portal, error.status(), error.problem(), Some(&caller.request_id)),
    }
}

async fn watch(portal: &Portal, caller: &Caller, id: &str) -> Result<Response, Error> {
    let id: EnvironmentId = id.parse().map_err(|_| Error::NotFound { what: "environment with this id".to_owned() })?;
    let progress = portal.control_plane().watch(caller, &id).await?;
    let stream = progress
        .take_until(portal.shutdown().clone().cancelled_owned())
        .map(|progress| Ok::<_, Infallible>(event(progress)));
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

fn event(progress: Progress) -> Event {
    Event::default().json_data(progress).unwrap_or_else(|error| {
        tracing::error!(%error, "a progress cannot be written");
        Event::default().comment("a progress could not be written")
    })
}
