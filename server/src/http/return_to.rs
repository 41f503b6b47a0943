//! Where to go after the sign-in: only ever a page of this portal.

use http::{HeaderMap, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// The longest that is remembered.
const LONGEST: usize = 2_000;
/// What may stand as it is in the value of a query parameter.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Path and query of a page; anything that is not one becomes the home page.
pub(super) fn local(text: &str, public: &Url) -> String {
    parse(text, public).unwrap_or_else(|| "/".to_owned())
}

fn parse(text: &str, public: &Url) -> Option<String> {
    let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
    if !is_path || text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let url = public.join(text).ok()?;
    let is_page = !["/auth/", "/api/"].iter().any(|prefix| url.path().starts_with(prefix));
    if url.origin() != public.origin() || !is_page {
        return None;
    }
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

/// The page that a form was sent from, by its `Referer`.
pub(super) fn from_referer(headers: &HeaderMap, public: &Url) -> Option<String> {
    let url = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    if url.origin() != public.origin() {
        return None;
    }
    parse(&url[url::Position::BeforePath..url::Position::AfterQuery], public)
}

/// The address with `draft` in its query, instead of any draft that was there.
pub(super) fn with_draft(page: &str, draft: &str) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("draft=")).collect();
    let draft = format!("draft={}", encode(draft));
    pairs.push(&draft);
    format!("{path}?{}", pairs.join("&"))
}

/// The address that signs in and comes back to `page`.
pub(super) fn sign_in(page: &str) -> String {
    format!("/auth/login?return_to={}", encode(page))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        local(text, &"https://portal.example".parse().unwrap())
    }

    #[test]
    fn v1_2_2_v3_7_2_only_pages_of_the_portal_are_returned_to() {
        assert_eq!(of("/catalog/prod-1?target=a%2Fb"), "/catalog/prod-1?target=a%2Fb");
        for other in [
            "",
            "catalog",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/a\r\nSet-Cookie:x",
            "/auth/login",
            "/api/launch_environment",
            "/x/../auth/logout",
            "javascript:alert(1)",
        ] {
            assert_eq!(of(other), "/", "{other:?}");
        }
    }

    #[test]
    fn a_draft_takes_the_place_of_the_one_before() {
        assert_eq!(with_draft("/a?x=1&draft=old", "new"), "/a?x=1&draft=new");
        assert_eq!(with_draft("/a", "new"), "/a?draft=new");
        assert_eq!(sign_in("/a?x=1&y=2"), "/auth/login?return_to=/a%3Fx%3D1%26y%3D2");
    }
}
