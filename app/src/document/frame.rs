use leptos::nonce::Nonce;

/// Where the stylesheet and the module of the islands are, as the page links them. The server may provide other addresses
/// as a context, with a digest of the content in them, so that browsers keep them for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    pub stylesheet: String,
    pub script: String,
    pub wasm: String,
}

impl Default for Assets {
    fn default() -> Self {
        Self {
            stylesheet: "/pkg/studiogate.css".into(),
            script: "/pkg/studiogate.js".into(),
            wasm: "/pkg/studiogate_bg.wasm".into(),
        }
    }
}

/// A person's choice of colours; without one the system's goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The cookie that holds the choice.
    pub const COOKIE: &'static str = "theme";

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Out of a form or a cookie; anything else is the system's choice.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// Out of a `Cookie` header (RFC 6265, section 4.2).
    pub fn from_cookies(header: &str) -> Option<Self> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == Self::COOKIE)
            .and_then(|(_, value)| Self::parse(value))
    }
}

/// What the document needs to know of the HTTP request.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub assets: Assets,
    pub theme: Option<Theme>,
    pub nonce: Option<Nonce>,
    /// Path and query of the page.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_is_found_among_other_cookies() {
        assert_eq!(Theme::from_cookies("a=b; theme=dark; __Host-session=x"), Some(Theme::Dark));
        assert_eq!(Theme::from_cookies("theme=blue"), None);
        assert_eq!(Theme::from_cookies(""), None);
    }
}
