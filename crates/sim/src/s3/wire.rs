//! Requests to S3 and its answers: REST with XML.

use axum::body::Body;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::error::AwsError;
use crate::value::xml;

/// What a call is about.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) bucket: String,
    /// Empty for the bucket itself.
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: String,
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) changed: Option<DateTime<Utc>>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, etag: None, changed: None, content_type: None, body: None }
    }
}

/// The operation and its input. `None`: the request is not signed for S3.
pub(crate) fn read(parts: &Parts, body: &[u8]) -> Option<Result<(&'static str, Call), AwsError>> {
    let signed = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    signed.contains("/s3/aws4_request").then(|| call(parts, body))
}

fn call(parts: &Parts, body: &[u8]) -> Result<(&'static str, Call), AwsError> {
    let path = parts.uri.path().trim_start_matches('/');
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    // The SDKs name the operation in `x-id`; any other parameter asks for what is not offered.
    let query = parts.uri.query().unwrap_or_default();
    let offered = query.split('&').all(|pair| pair.is_empty() || pair.starts_with("x-id="));
    let operation = match (&parts.method, key.is_empty()) {
        _ if !offered || bucket.is_empty() => None,
        (&Method::PUT, true) => Some("CreateBucket"),
        (&Method::HEAD, true) => Some("HeadBucket"),
        (&Method::PUT, false) => Some("PutObject"),
        (&Method::GET, false) => Some("GetObject"),
        (&Method::HEAD, false) => Some("HeadObject"),
        (&Method::DELETE, false) => Some("DeleteObject"),
        _ => None,
    };
    let operation = operation.ok_or_else(|| {
        let what = format!("The local AWS offers no {} {} of S3.", parts.method, parts.uri);
        AwsError::with_status(501, "NotImplemented", what)
    })?;
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = match header("x-amz-content-sha256") {
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => unchunked(body).ok_or_else(incomplete)?,
        kind if kind.starts_with("STREAMING-") => {
            return Err(AwsError::with_status(501, "NotImplemented", format!("The local AWS reads no {kind}.")));
        }
        _ => body.to_vec(),
    };
    let content_type = header("content-type").to_owned();
    Ok((operation, Call { bucket: bucket.to_owned(), key: key.to_owned(), body, content_type }))
}

fn incomplete() -> AwsError {
    AwsError::new("IncompleteBody", "The request body terminated unexpectedly.")
}

/// The content of a body in chunks (`aws-chunked`): each `size CR LF content CR LF`, the last of size 0, trailers after it.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let end = body.windows(2).position(|pair| pair == b"\r\n")?;
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        body = &body[end + 2..];
        if size == 0 {
            return Some(content);
        }
        content.extend(body.get(..size)?);
        body = body.get(size + 2..)?;
    }
}

pub(crate) fn respond(answer: Answer, head: bool, request_id: &str) -> Response {
    let length = answer.body.as_ref().map_or(0, Vec::len);
    let body = answer.body.filter(|_| !head).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let etag = answer.etag.map(|etag| format!("\"{etag}\""));
    let changed = answer.changed.map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let fields = [
        (HeaderName::from_static("x-amz-request-id"), Some(request_id.to_owned())),
        (header::ETAG, etag),
        (header::LAST_MODIFIED, changed),
        (header::CONTENT_TYPE, answer.content_type.filter(|kind| !kind.is_empty())),
        (header::CONTENT_LENGTH, head.then(|| length.to_string())),
    ];
    for (name, value) in fields {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

pub(crate) fn refusal(error: &AwsError, request_id: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{}</Code><Message>{}</Message><RequestId>{request_id}</RequestId></Error>",
        xml(&error.code),
        xml(&error.message)
    );
    let answer = Answer {
        status: error.status,
        content_type: Some("application/xml".to_owned()),
        body: Some(body.into_bytes()),
        ..Answer::default()
    };
    respond(answer, false, request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_chunks_is_put_together_and_a_cut_one_refused() {
        let whole = b"5\r\nResou\r\n4;x=y\r\nrces\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        assert_eq!(unchunked(whole).as_deref(), Some(b"Resources".as_slice()));
        for cut in [&whole[..3], &whole[..9], &whole[..20], b"zz\r\n".as_slice(), b""] {
            assert_eq!(unchunked(cut), None, "{:?}", String::from_utf8_lossy(cut));
        }
    }
}
