//! Addresses with filters in them.

use std::fmt::Write as _;

/// Percent-encodes one value of a query (RFC 3986, section 2.3: everything but the unreserved characters).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `path?name=value&...` with the empty values left out.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(if url.contains('?') { '&' } else { '?' });
        let _ = write!(url, "{name}={}", encode(value));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_2_2_values_are_encoded_and_empty_ones_left_out() {
        assert_eq!(
            with_query("/audit", &[("actor", ""), ("from", "a b&c"), ("to", "x")]),
            "/audit?from=a%20b%26c&to=x"
        );
    }
}
