use http::{HeaderMap, header};

use super::SessionId;

/// Name and attributes of the session cookie.
///
/// `SameSite=Lax`, because the provider's answer is a navigation from another site. Without `Max-Age`, so that it goes
/// with the browser; how long the session lives is the store's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieShape {
    secure: bool,
}

impl CookieShape {
    /// `secure`: the portal is reached by https. Then the name is prefixed, and browsers take the cookie from nobody else
    /// (RFC 6265bis, section 4.1.3.2).
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    pub fn name(self) -> &'static str {
        if self.secure { "__Host-studiogate" } else { "studiogate" }
    }

    /// The session that the request's cookies name; with two of the name, none is believed.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<SessionId> {
        let mut found = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name())
            .map(|(_, value)| value);
        let first = found.next()?;
        if found.next().is_some() { None } else { SessionId::parse(first) }
    }

    pub(super) fn write(self, id: &SessionId) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.name(), id.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn v15_3_7_the_session_is_found_among_other_cookies() {
        let id = "A".repeat(43);
        let shape = CookieShape::new(false);
        let found = shape.read(&headers(&format!("theme=dark; studiogate={id}; x=y"))).unwrap();
        assert_eq!(found.expose(), id);
        assert!(shape.read(&headers(&format!("studiogate={id}; studiogate={}", "B".repeat(43)))).is_none());
        assert!(shape.read(&headers("studiogate=short")).is_none());
        assert!(shape.read(&headers(&format!("__Host-studiogate={id}"))).is_none());
    }

    #[test]
    fn v3_3_1_v3_3_2_v3_3_3_v3_3_4_on_https_the_cookie_is_bound_to_the_host() {
        let id = SessionId::parse(&"A".repeat(43)).unwrap();
        let written = CookieShape::new(true).write(&id);
        assert!(written.starts_with("__Host-studiogate="));
        assert!(written.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    }
}
