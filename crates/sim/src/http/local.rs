//! `/_local`: what AWS does not have. Faults, the call counter and what there is, for tests in other processes.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use domain::id::AccountId;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call_limits::CallLimits;
use crate::faults::Fault;
use crate::local::LocalAws;
use crate::sagemaker::Quotas;
use crate::servicecatalog::many::{Many, multiply};

/// `POST /_local/faults` with one fault (see [`Fault`]) or a list; `GET` lists them, `DELETE` takes all back.
/// `GET /_local/calls` counts calls by operation, `DELETE` starts anew; `GET /_local/throttled` counts those that were refused by
/// [`crate::call_limits`]. `PUT /_local/quotas` sets SageMaker's quotas of an account and region, as Service Quotas would on
/// request. `GET /_local/provisioned-products` lists those of all accounts. `POST /_local/products` copies a product ([`Many`]). A
/// browser's form cannot reach them: they read JSON alone, which other origins cannot send without being asked first.
pub(super) fn routes() -> Router<LocalAws> {
    Router::new()
        .route("/_local/faults", post(add_faults).get(list_faults).delete(clear_faults))
        .route("/_local/calls", get(calls).delete(reset_calls))
        .route("/_local/quotas", put(set_quotas))
        .route("/_local/throttled", get(throttled))
        .route("/_local/accounts", get(accounts))
        .route("/_local/products", post(add_products))
        .route("/_local/provisioned-products", get(provisioned_products))
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

/// Of one account and region.
#[derive(Deserialize)]
struct Raise {
    account: AccountId,
    region: String,
    quotas: Quotas,
}

async fn set_quotas(State(aws): State<LocalAws>, Json(raise): Json<Raise>) -> Result<StatusCode, (StatusCode, String)> {
    let Raise { account, region, quotas } = raise;
    let set = aws.with_world(|world| world.sagemaker(&account, &region).quotas = quotas);
    set.map(|()| StatusCode::NO_CONTENT).map_err(|e| (StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))
}

async fn add_products(State(aws): State<LocalAws>, Json(many): Json<Many>) -> Result<StatusCode, (StatusCode, String)> {
    let now = aws.now();
    match aws.with_world(|world| multiply(world, &many, now)) {
        Ok(true) => Ok(StatusCode::NO_CONTENT),
        Ok(false) => Err((StatusCode::UNPROCESSABLE_ENTITY, format!("there is no product {}", many.like))),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

async fn throttled(State(aws): State<LocalAws>) -> Json<BTreeMap<String, u64>> {
    Json(aws.call_limits().map(CallLimits::throttled).unwrap_or_default())
}

async fn provisioned_products(State(aws): State<LocalAws>) -> Result<Json<Vec<Value>>, (StatusCode, String)> {
    let listed = aws.with_world(|world| {
        let all = world.service_catalog.provisioned.values();
        all.map(|it| json!({ "Id": it.id, "Name": it.name, "Account": it.account, "Status": it.status })).collect()
    });
    listed.map(Json).map_err(|e| (StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))
}

async fn accounts(State(aws): State<LocalAws>) -> String {
    aws.summary()
}
