//! Refuses addresses with control characters in them: no page has such a one, and not every database can look for it. Forms
//! are read, and refused for the same, in `app::api`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::problem::Problem;
use domain::text;
use percent_encoding::percent_decode_str;

use super::identify::request_id;
use super::page;
use super::portal::Portal;

pub(super) async fn plain_text(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let Some(where_) = in_address(request.uri()) else { return next.run(request).await };
    let (parts, _) = request.into_parts();
    let problem = Problem::new(
        "The address of the page cannot be read.",
        format!("{where_} holds a control character, which no text may hold."),
        "Take it out of the address, or go to the home page and find your way from there.",
    );
    page::problem(&portal, 400, problem, Some(&request_id(&parts)))
}

/// What of the address holds a control character.
fn in_address(uri: &http::Uri) -> Option<String> {
    let path = percent_decode_str(uri.path()).decode_utf8_lossy();
    if text::forbidden(&path).is_some() {
        return Some("It".to_owned());
    }
    let mut query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let (name, _) = query.find(|(name, value)| text::forbidden(name).or_else(|| text::forbidden(value)).is_some())?;
    Some(format!("The field \u{201c}{}\u{201d}", text::without_forbidden(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_with_the_control_character_is_named() {
        let of = |address: &str| in_address(&address.parse().unwrap());
        assert_eq!(of("/audit?actor=Ada%20L%C3%A9vy&from=a%0D%0Ab"), None);
        assert_eq!(of("/audit?q=ok&actor=a%00b").as_deref(), Some("The field \u{201c}actor\u{201d}"));
        assert_eq!(of("/requests/%00").as_deref(), Some("It"));
    }
}
