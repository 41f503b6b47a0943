//! The wire: awsJson1.1 and Query/XML on one address, told apart by what the request carries, as AWS's SDKs send it.

mod dispatch;
mod listener;
mod local;
mod wire;

pub use listener::{ConnectionSwitch, Listener};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::request::Parts;

use crate::faults::Effect;
use crate::local::LocalAws;

/// More than any request of the offered operations can be.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// All services at `/`; the fault switch and the counter under `/_local`.
pub fn router(aws: LocalAws) -> Router {
    Router::new().merge(local::routes()).fallback(call).layer(DefaultBodyLimit::max(LARGEST_BODY)).with_state(aws)
}

/// One call, with whatever the fault switch makes of it.
async fn call(State(aws): State<LocalAws>, parts: Parts, body: Bytes) -> Response {
    let request_id = aws.request_id();
    let request = match wire::read(&parts, &body) {
        Ok(request) => request,
        Err((protocol, error)) => return wire::refuse(protocol, &error, &request_id),
    };
    let effect = aws.faults().strike(&request.name());
    match &effect {
        Effect::Refuse(error) => return wire::refuse(request.service.protocol(), error, &request_id),
        Effect::Hang => std::future::pending().await,
        Effect::None | Effect::Delay(_) | Effect::LoseResponse => {}
    }
    let protocol = request.service.protocol();
    let result = {
        let (aws, request_id) = (aws.clone(), request_id.clone());
        // Evaluating policies and writing the state takes milliseconds that the runtime should not wait for.
        tokio::task::spawn_blocking(move || {
            dispatch::call(&aws, &parts, &body, &request, &request_id).map(|out| (request, out))
        })
        .await
    };
    if let Effect::Delay(time) = effect {
        tokio::time::sleep(time).await;
    }
    let (response, switch) = match result {
        Ok(Ok((request, output))) => (wire::answer(&request, output.output, &request_id), output.switch),
        Ok(Err((error, switch))) => (wire::refuse(protocol, &error, &request_id), switch),
        Err(_) => return wire::refuse(protocol, &crate::error::AwsError::internal("the operation broke"), &request_id),
    };
    if effect == Effect::LoseResponse { listener::lose(switch.as_ref(), response) } else { response }
}
