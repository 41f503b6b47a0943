use http::header::SET_COOKIE;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, answer_with};
use super::form::Form;
use crate::document::{Theme, ThemeCookie};

/// Keeps the choice of colours in a cookie of this browser; anything but `light` and `dark` is the system's choice.
#[server(endpoint = "set_theme", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_theme(#[server(default)] theme: String, #[server(default)] return_to: String) -> Posted {
    let cookie = use_context::<ThemeCookie>().unwrap_or_default().write(Theme::parse(&theme));
    answer_with(Form::at("/"), |_, _| async move {
        Ok(Answer::redirect(local(&return_to)).with_header(SET_COOKIE, &cookie))
    })
    .await
}

/// A path of this portal; anything that a browser could take for another origin becomes the home page.
fn local(path: &str) -> &str {
    let inside = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if inside && path.bytes().all(|b| b.is_ascii_graphic()) { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn v3_7_2_no_other_origin_is_returned_to() {
        assert_eq!(local("/catalog?q=a"), "/catalog?q=a");
        for other in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb"] {
            assert_eq!(local(other), "/", "{other:?}");
        }
    }
}
