//! `/_local`: what AWS does not have. Faults and the call counter, for tests in other processes.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::local::LocalAws;

/// `POST /_local/faults` with one fault (see [`Fault`]) or a list; `GET` lists them, `DELETE` takes all back.
/// `GET /_local/calls` counts calls by operation, `DELETE` starts anew. A browser's form cannot reach them: they read JSON
/// alone, which other origins cannot send without being asked first.
pub(super) fn routes() -> Router<LocalAws> {
    Router::new()
        .route("/_local/faults", post(add_faults).get(list_faults).delete(clear_faults))
        .route("/_local/calls", get(calls).delete(reset_calls))
        .route("/_local/accounts", get(accounts))
}

async fn add_faults(State(aws): State<LocalAws>, Json(body): Json<Value>) -> Result<StatusCode, (StatusCode, String)> {
    let list = if body.is_array() { body } else { json!([body]) };
    let faults: Vec<Fault> =
        serde_json::from_value(list).map_err(|e| (StatusCode::UNPROCESSABLE_ENTITY, e.to_string()))?;
    for fault in faults {
        aws.faults().add(fault);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn list_faults(State(aws): State<LocalAws>) -> Json<Vec<Fault>> {
    Json(aws.faults().list())
}

async fn clear_faults(State(aws): State<LocalAws>) -> StatusCode {
    aws.faults().clear();
    StatusCode::NO_CONTENT
}

async fn calls(State(aws): State<LocalAws>) -> Json<BTreeMap<String, u64>> {
    Json(aws.faults().all_calls())
}

async fn reset_calls(State(aws): State<LocalAws>) -> StatusCode {
    aws.faults().reset_calls();
    StatusCode::NO_CONTENT
}

async fn accounts(State(aws): State<LocalAws>) -> String {
    aws.summary()
}
