//! What goes around every request: its id, its log line, its time limit, its headers, and a page instead of a panic.

use app::document::ThemeCookie;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::problem::Problem;
use domain::view::LONGEST_CATALOG;
use futures::FutureExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;
use tracing::Instrument as _;

use super::csp;
use super::page;
use super::portal::Portal;

/// How long an answer may take to begin; streams may last longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request in the log, in the audit trail and on every page about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestId(pub(super) String);

/// See the module.
pub(super) async fn frame(State(portal): State<Portal>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = portal.control_plane().ids().uuid().to_string();
    let nonce = Nonce::new();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(nonce.clone());
    let method = request.method().clone();
    let headers = request.headers().clone();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    // The path alone: queries hold codes, states and tokens.
    let span = tracing::info_span!("request", request_id = %id, %method, path = request.uri().path());
    let cookie = ThemeCookie { secure: portal.is_https() };
    let answer = guarded(&portal, &id, next.run(request)).instrument(span.clone());
    let mut response = page::in_colours_of(cookie, &headers, answer).await;

    decorate(&portal, &id, &nonce, &mut response);
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(status, milliseconds = elapsed.as_millis(), "answered"));
    let labels = [("method", method_label(&method).to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("studiogate_http_requests_total", &labels).increment(1);
    metrics::histogram!("studiogate_http_request_duration_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    response
}

/// A method for a label. Anybody can make up others, and each would be a series of its own.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

async fn guarded(portal: &Portal, id: &str, answer: impl Future<Output = Response>) -> Response {
    let (status, what, why) = match tokio::time::timeout(ANSWER_WITHIN, AssertUnwindSafe(answer).catch_unwind()).await {
        Ok(Ok(response)) => return plain_refusal(portal, id, response),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            (500, "The portal could not do this.", "Something in the portal went wrong that should never happen.")
        }
        Err(_) => {
            tracing::error!("an answer took too long");
            (503, "The portal takes too long.", "No answer was ready after 30 seconds.")
        }
    };
    let next = "Try again; if it happens again, tell the platform team the request id on this page.";
    page::problem(portal, status, Problem::new(what, why, next), Some(id))
}

/// Turns the framework's bare refusals into pages.
fn plain_refusal(portal: &Portal, id: &str, response: Response) -> Response {
    let is_html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let problem = match response.status() {
        _ if is_html => return response,
        StatusCode::BAD_REQUEST => Problem::new(
            "This address cannot be read.",
            "Something in it is not as the portal writes it.",
            "Go back and follow a link of the page.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            "This address is not used that way.",
            "It was asked with a method that it does not answer.",
            "Go back and use the buttons of the page.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            "This is too large.",
            format!(
                "A form takes 256 KiB, a template 1 MB and a catalog {} KB; more was sent.",
                LONGEST_CATALOG / 1000
            ),
            "Go back, send less, and try again.",
        ),
        _ => return response,
    };
    page::problem(portal, response.status().as_u16(), problem, Some(id))
}

/// Headers that every answer has, unless it says otherwise itself.
fn decorate(portal: &Portal, id: &str, nonce: &Nonce, response: &mut Response) {
    let mut form_origins = portal.oidc().form_origins();
    form_origins.extend(portal.studio_origins().iter().cloned());
    let csp = csp::policy(nonce, &form_origins);
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &str| {
        if !headers.contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    add(REQUEST_ID, id);
    add(header::CONTENT_SECURITY_POLICY, &csp);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::X_FRAME_OPTIONS, "DENY");
    // The portal itself reads where a form was sent from; nobody else hears of it.
    add(header::REFERRER_POLICY, "same-origin");
    add(header::CACHE_CONTROL, "no-store");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if portal.is_https() {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}
