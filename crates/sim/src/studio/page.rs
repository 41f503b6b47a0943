//! The HTML of Studio's pages: no script, one style sheet in the page.

use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::state::{OpenSession, Target};
use crate::value::xml as esc;

const STYLE: &str = "\
:root{color-scheme:light dark;--fg:#16191f;--muted:#545b64;--bg:#f2f3f3;--card:#fff;--line:#d5dbdb;--accent:#0b5cad}\
@media (prefers-color-scheme:dark){:root{--fg:#e9ebed;--muted:#b6bec9;--bg:#0f141a;--card:#1b232d;--line:#414d5c;--accent:#7cbcff}}\
*{box-sizing:border-box}body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}\
header{padding:1rem 1.5rem;background:#161e2d;color:#fff}header p{margin:0;color:#d5dbdb}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.125rem;margin:0 0 .75rem}\
main{max-width:60rem;margin:0 auto;padding:1.5rem;display:grid;gap:1.5rem}\
section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.25rem}\
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.5rem 1rem;margin:0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .5rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}\
form{display:inline}button{font:inherit;padding:.5rem 1rem;border-radius:.375rem;border:1px solid var(--accent);background:transparent;color:var(--accent);cursor:pointer}\
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}\
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}";

/// A page with the headers that keep it to itself. `forms` names the origins besides its own that its forms may lead to.
pub(crate) fn html(status: StatusCode, title: &str, body: &str, forms: &str) -> Response {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action 'self' {forms}; base-uri 'none'; frame-ancestors 'none'"
    );
    let text = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{}</title><style>{STYLE}</style></head><body>{body}</body></html>",
        esc(title)
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // With less, a browser sends the forms of the page itself without their origin.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(policy) = HeaderValue::from_str(policy.trim()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Where an expired or unknown URL leads, as AWS sends it to its console.
pub(super) fn sign_in(reason: &str) -> Response {
    let why = match reason {
        "session" => "Your Studio session has ended.",
        "unknown" => "This link is not valid.",
        _ => "The link you followed has expired. Presigned links live for seconds and open only in that time.",
    };
    html(
        StatusCode::OK,
        "Sign in to the console",
        &format!(
            "<header><h1>Sign in to the console</h1><p>Local AWS</p></header><main><section><h2>You are not signed in</h2><p>{why}</p><p>Go back to the portal and open the environment again: it asks for a new link every time.</p></section></main>"
        ),
        "",
    )
}

/// AWS refused, in its own words.
pub(super) fn refused(status: StatusCode, message: &str) -> Response {
    html(
        status,
        "Access denied",
        &format!(
            "<header><h1>Access denied</h1><p>Local AWS</p></header><main><section><h2>Amazon SageMaker refused this request</h2><p>{}</p><p>Permissions are checked with every request: they may have been taken back since this page was opened.</p></section></main>",
            esc(message)
        ),
        "",
    )
}

/// One app that runs for the profile or in one of its spaces.
pub(super) struct AppRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) place: String,
    pub(super) status: String,
}

/// What is shown of Studio or of a notebook instance.
pub(super) struct View<'a> {
    pub(super) session: &'a OpenSession,
    pub(super) path: &'a str,
    pub(super) now: DateTime<Utc>,
    pub(super) execution_role: Option<String>,
    pub(super) apps: Vec<AppRow>,
    pub(super) spaces: Vec<(String, String)>,
}

fn row(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("<dt>{name}</dt><dd>{}</dd>", esc(value)) }
}

fn left(now: DateTime<Utc>, ends: DateTime<Utc>) -> String {
    let minutes = (ends - now).num_minutes().max(0);
    format!("{} h {} min (until {})", minutes / 60, minutes % 60, ends.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn button(path: &str, action: &str, label: &str) -> String {
    format!("<form method=\"post\" action=\"{}/{action}\"><button>{label}</button></form> ", esc(path))
}

pub(super) fn opened(view: &View<'_>) -> Response {
    let session = view.session;
    let caller = &session.by.caller;
    let (title, mut facts) = match &session.by.target {
        Target::Studio { domain, profile, space, .. } => (
            "SageMaker Studio",
            row("Domain", domain) + &row("User profile", profile) + &row("Space", space.as_deref().unwrap_or_default()),
        ),
        Target::NotebookInstance { name, .. } => ("Notebook instance", row("Notebook instance", name)),
    };
    facts += &row("Account", caller.account().as_str());
    facts += &row("Region", &session.by.region);
    facts += &row("Opened by", &caller.arn());
    facts += &row("Source identity", caller.session().and_then(|s| s.source_identity.as_deref()).unwrap_or_default());
    facts += &row("Execution role", view.execution_role.as_deref().unwrap_or_default());
    facts += &row("Landing", session.by.landing.as_deref().unwrap_or_default());
    facts += &row("Time left", &left(view.now, session.ends));
    let tags = caller.session().map(|s| s.tags.clone()).unwrap_or_default();
    let tags: Vec<String> =
        tags.iter().map(|(k, v)| format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", esc(k), esc(v))).collect();
    let tags = if tags.is_empty() {
        "<p>None.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th scope=\"col\">Key</th><th scope=\"col\">Value</th></tr></thead><tbody>{}</tbody></table>",
            tags.concat()
        )
    };
    let work = if matches!(session.by.target, Target::Studio { .. }) { work(view) } else { String::new() };
    let body = format!(
        "<header><h1>{title}</h1><p>Local AWS</p></header><main><section aria-labelledby=\"s\"><h2 id=\"s\">Session</h2><dl>{facts}</dl></section><section aria-labelledby=\"t\"><h2 id=\"t\">Session tags</h2>{tags}</section>{work}<section aria-labelledby=\"e\"><h2 id=\"e\">Leave</h2>{}</section></main>",
        button(view.path, "sign-out", "Sign out")
    );
    html(StatusCode::OK, title, &body, "")
}

/// Apps and spaces, which run as the execution role.
fn work(view: &View<'_>) -> String {
    let apps: Vec<String> = view
        .apps
        .iter()
        .map(|a| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                esc(&a.kind),
                esc(&a.name),
                esc(&a.place),
                esc(&a.status)
            )
        })
        .collect();
    let spaces: Vec<String> = view
        .spaces
        .iter()
        .map(|(name, status)| format!("<tr><td>Space</td><td>{}</td><td></td><td>{}</td></tr>", esc(name), esc(status)))
        .collect();
    let table = if apps.is_empty() && spaces.is_empty() {
        "<p>Nothing runs here.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th scope=\"col\">Kind</th><th scope=\"col\">Name</th><th scope=\"col\">In</th><th scope=\"col\">Status</th></tr></thead><tbody>{}{}</tbody></table>",
            spaces.concat(),
            apps.concat()
        )
    };
    format!(
        "<section aria-labelledby=\"a\"><h2 id=\"a\">Apps and spaces</h2>{table}<p>{}{}{}</p></section>",
        button(view.path, "start", "Run JupyterServer"),
        button(view.path, "space", "Create a private space"),
        button(view.path, "stop", "Stop JupyterServer")
    )
}
