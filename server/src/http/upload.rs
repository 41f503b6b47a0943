//! A form with a file in it, read as the form that it would be with the file's text typed in: what answers it knows no other.

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::text::without_forbidden;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use template::check::text_of;

/// The field that a file is chosen in.
const FILE: &str = "file";
/// The field that its text goes into.
const TEXT: &str = "template";

pub(super) async fn as_form(request: Request, next: Next) -> Response {
    if !is_multipart(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let read = match Multipart::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(multipart) => fields(multipart).await.ok(),
        Err(_) => None,
    };
    let fields = read.unwrap_or_else(|| {
        let said = "It did not come whole: it is larger than 1 MB, or it was cut off on the way.";
        vec![("unreadable".to_owned(), said.to_owned())]
    });
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    parts.headers.remove(CONTENT_LENGTH);
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// A file that was chosen stands for what would be typed.
async fn fields(mut multipart: Multipart) -> Result<Vec<(String, String)>, axum::extract::multipart::MultipartError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut chosen = None;
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != FILE {
            fields.push((name, field.text().await?));
            continue;
        }
        let file_name = without_forbidden(field.file_name().unwrap_or_default());
        let bytes = field.bytes().await?;
        // A browser sends the field of no file too.
        if file_name.is_empty() && bytes.is_empty() {
            continue;
        }
        chosen = Some((file_name, bytes));
    }
    let typed = fields.iter().any(|(name, text)| name == TEXT && !text.trim().is_empty());
    if chosen.is_some() && typed {
        let said = "A file was chosen, and there is text below it too. Leave one of them out, so that it is clear which is meant.";
        fields.push(("unreadable".to_owned(), said.to_owned()));
        return Ok(fields);
    }
    if let Some((file_name, bytes)) = chosen {
        fields.retain(|(name, _)| name != TEXT && name != "file_name");
        fields.push(("file_name".to_owned(), file_name));
        fields.push(match text_of(&bytes) {
            Ok(text) => (TEXT.to_owned(), text.trim_start_matches('\u{feff}').to_owned()),
            Err(wrong) => ("unreadable".to_owned(), wrong.message),
        });
    }
    Ok(fields)
}
