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
}

/// The cookie that holds the choice. The server provides it as a context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThemeCookie {
    /// The portal is reached by https: then the name is prefixed, as the session cookie's is (RFC 6265bis, section 4.1.3.2).
    pub secure: bool,
}

impl ThemeCookie {
    fn name(self) -> &'static str {
        if self.secure { "__Host-theme" } else { "theme" }
    }

    /// Out of a `Cookie` header (RFC 6265, section 4.2).
    pub fn read(self, header: &str) -> Option<Theme> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .and_then(|(_, value)| Theme::parse(value))
    }

    /// The `Set-Cookie` header: for a year, or, without a choice, away with it.
    pub fn write(self, theme: Option<Theme>) -> String {
        let (value, age) = theme.map_or(("", 0), |theme| (theme.as_str(), 31_536_000));
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; Max-Age={age}; SameSite=Lax; HttpOnly{secure}", self.name())
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
        let cookie = ThemeCookie::default();
        assert_eq!(cookie.read("a=b; theme=dark; __Host-session=x"), Some(Theme::Dark));
        assert_eq!(cookie.read("theme=blue"), None);
        assert_eq!(cookie.read(""), None);
        assert_eq!(ThemeCookie { secure: true }.read("theme=dark; __Host-theme=light"), Some(Theme::Light));
    }

    #[test]
    fn v3_3_1_v3_3_2_v3_3_3_v3_3_4_on_https_the_theme_is_bound_to_the_host() {
        let written = ThemeCookie { secure: true }.write(Some(Theme::Dark));
        assert_eq!(written, "__Host-theme=dark; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure");
        assert!(ThemeCookie::default().write(None).starts_with("theme=; Path=/; Max-Age=0;"));
    }
}
