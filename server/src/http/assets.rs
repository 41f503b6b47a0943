//! The files that the binary holds: stylesheet, islands, icons; compressed when it was built.

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::portal::Portal;

/// One file.
#[derive(Debug)]
pub(super) struct Asset {
    /// Path from the root: `/pkg/studiogate.css`.
    path: &'static str,
    content_type: &'static str,
    /// Digest of the content: part of its address, and its entity tag.
    version: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A year: an address with a version in it never changes its content.
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Whether the binary was built with the assets.
pub(super) fn are_there() -> bool {
    ASSETS.iter().any(|asset| asset.path == "/pkg/studiogate.css")
}

/// One route per file.
pub(super) fn routes() -> Router<Portal> {
    ASSETS.iter().fold(Router::new(), |router, asset| {
        router.route(asset.path, get(move |uri: Uri, headers: HeaderMap| async move { answer(asset, &uri, &headers) }))
    })
}

/// The addresses that pages link, each with the version of its content.
pub(super) fn addresses() -> app::Assets {
    let versioned = |path: String| match ASSETS.iter().find(|asset| asset.path == path) {
        Some(asset) => format!("{path}?v={}", asset.version),
        None => path,
    };
    let usual = app::Assets::default();
    app::Assets {
        stylesheet: versioned(usual.stylesheet),
        script: versioned(usual.script),
        wasm: versioned(usual.wasm),
    }
}

fn answer(asset: &'static Asset, uri: &Uri, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", asset.version);
    let mut response = Response::new(Body::empty());
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let (encoding, bytes) = encoded(asset, headers);
        *response.body_mut() = Body::from(bytes);
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    let is_versioned = uri.query().and_then(|query| query.strip_prefix("v=")) == Some(asset.version);
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(if is_versioned { FOREVER } else { ASK_AGAIN }));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.insert(header::ETAG, tag);
    }
    response
}

/// The smallest form that the browser takes.
fn encoded(asset: &'static Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| {
        accepted.split(',').map(str::trim).any(|item| {
            let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
            coding.trim() == name && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    match (asset.brotli.filter(|_| takes("br")), asset.gzip.filter(|_| takes("gzip"))) {
        (Some(bytes), _) => (Some("br"), bytes),
        (None, Some(bytes)) => (Some("gzip"), bytes),
        (None, None) => (None, asset.plain),
    }
}
