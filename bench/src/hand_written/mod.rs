//! What the portal is measured against: its list pages as a person would write them by hand for axum. Each makes the same
//! calls of `store` as the portal's page, in the same order, and fills a compiled template that is the same document. Roles
//! are compared in place, without policies.

mod audit;
mod catalog;
mod enter;
mod environments;
mod requests;

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use chrono::{DateTime, Utc};
use http::StatusCode;
use store::Store;
use tokio::net::TcpListener;

const PAGE: u32 = 20;

/// Serves until the process is killed; says its address when it listens.
#[expect(clippy::print_stdout, reason = "whoever started it waits for the address")]
pub(crate) async fn serve(database: &str) -> anyhow::Result<()> {
    let store = Store::connect(database).await?;
    let router = Router::new()
        .route("/environments", get(environments::environments))
        .route("/requests", get(requests::requests))
        .route("/catalog", get(catalog::catalog))
        .route("/audit", get(audit::audit))
        .with_state(store);
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.context("no port is free")?;
    println!("Hand-written pages are ready at http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

enum Failure {
    SignedOut,
    NotAllowed,
    Store(store::Error),
    Template(askama::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed out").into_response(),
            Self::NotAllowed => (StatusCode::FORBIDDEN, "not allowed").into_response(),
            Self::Store(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
            Self::Template(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

type Answer = Result<Html<String>, Failure>;

#[expect(clippy::disallowed_methods, reason = "a program that measures has no other clock")]
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
