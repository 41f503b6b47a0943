//! The HTML part of a mail: one column of text that every reader can draw, dark or light, without pictures from anywhere.

use std::fmt::Write as _;

use crate::Message;

/// Makes text of a person harmless in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

pub(crate) fn of(message: &Message<'_>) -> String {
    let mut html = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\
         <body style=\"font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 1.5rem auto; padding: 0 1rem\">",
    );
    let _ = write!(html, "<h1 style=\"font-size: 1.25rem\">{}</h1>", escape(&message.notice.title));
    for paragraph in message.notice.text.lines().filter(|line| !line.trim().is_empty()) {
        let _ = write!(html, "<p>{}</p>", escape(paragraph));
    }
    let _ = write!(
        html,
        "<p><a href=\"{}\">Open it in Studiogate</a></p><hr><p style=\"font-size: 0.875rem\">\
         Opening the page changes nothing. <a href=\"{}/inbox\">Choose what comes by e-mail.</a></p></body></html>",
        escape(&message.link()),
        escape(message.portal),
    );
    html
}

/// The same in plain text.
pub(crate) fn text_of(message: &Message<'_>) -> String {
    let mut text = format!("{}\n\n", message.notice.title);
    if !message.notice.text.is_empty() {
        let _ = write!(text, "{}\n\n", message.notice.text);
    }
    let _ = write!(
        text,
        "{}\n\n-- \nOpening the page changes nothing. Choose what comes by e-mail: {}/inbox\n",
        message.link(),
        message.portal
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_2_1_what_a_person_typed_is_text_in_a_mail_too() {
        let hostile = "<img src=x onerror=\"alert(1)\"> & 'more'";
        let safe = escape(hostile);
        assert_eq!(safe, "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;more&#39;");
    }
}
