//! What a person sees of a page, as far as filling the portal needs it: links by their text, and forms with what stands in
//! them.

/// Where the first link with this text leads.
pub(crate) fn link(page: &str, text: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!(">{text}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(unescaped(address.split_once('"')?.0))
}

/// The fields of the form that posts to `action`, as a browser would send them untouched.
pub(crate) fn fields(page: &str, action: &str) -> Option<Vec<(String, String)>> {
    let (_, form) = page.split_once(&format!("action=\"{action}\""))?;
    let (form, _) = form.split_once("</form>")?;
    let mut fields = Vec::new();
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let element = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        match element {
            "input" | "select" | "textarea" => {
                if let Some(name) = attribute(tag, "name") {
                    let value = if element == "textarea" { Some(unescaped(text)) } else { attribute(tag, "value") };
                    fields.push((name, value, element == "select"));
                }
            }
            "option" => {
                // The first one is chosen until another says that it is.
                if let Some((_, value, true)) = fields.last_mut()
                    && (value.is_none() || tag.split_whitespace().any(|word| word.starts_with("selected")))
                {
                    *value = Some(attribute(tag, "value").unwrap_or_else(|| unescaped(text)));
                }
            }
            _ => {}
        }
    }
    Some(fields.into_iter().map(|(name, value, _)| (name, value.unwrap_or_default())).collect())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<a class="x" href="/a?b=1&amp;c=2">Product</a> <form action="/other"><input name="no"></form>
        <form method="post" action="/api/submit"><input type="hidden" name="token" value="t&quot;1" />
        <select id="s" name="size"><option value="">Any</option><option value="m" selected>M</option></select>
        <select name="first"><option value="a">A</option><option value="b">B</option></select>
        <textarea name="why" rows="3">because</textarea><input name="empty"><button type="submit" name="x">Go</button></form>"#;

    #[test]
    fn a_form_has_what_a_browser_would_send() {
        let found = fields(PAGE, "/api/submit").unwrap();
        let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("token", "t\"1"), ("size", "m"), ("first", "a"), ("why", "because"), ("empty", "")]);
        assert!(fields(PAGE, "/api/none").is_none());
    }

    #[test]
    fn a_link_is_found_by_its_text() {
        assert_eq!(link(PAGE, "Product").as_deref(), Some("/a?b=1&c=2"));
        assert_eq!(link(PAGE, "Produ"), None);
    }
}
