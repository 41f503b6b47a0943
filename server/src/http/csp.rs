//! The Content Security Policy (Level 3).

use std::fmt::Write as _;

/// The policy of one answer. `nonce` marks the scripts that are the portal's own; `form_origins` are where a form may lead
/// besides the portal itself: `form-action` holds for every hop of a redirect.
pub(super) fn policy(nonce: &str, form_origins: &[String]) -> String {
    let mut policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; form-action 'self'"
    );
    for origin in form_origins.iter().filter(|origin| is_source(origin)) {
        let _ = write!(policy, " {origin}");
    }
    policy
}

/// Whether the text can stand in a policy without changing the rest of it.
fn is_source(origin: &str) -> bool {
    !origin.is_empty() && origin.bytes().all(|b| b.is_ascii_graphic() && !b";,'\"".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_2_1_v3_4_3_an_origin_cannot_add_a_directive() {
        let policy = policy("n", &["https://a.example".into(), "x; script-src *".into(), String::new()]);
        assert!(policy.ends_with("form-action 'self' https://a.example"), "{policy}");
        assert!(policy.contains("script-src 'self' 'nonce-n' 'wasm-unsafe-eval';"));
    }
}
