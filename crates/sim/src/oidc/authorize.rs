//! The authorization endpoint: the page that asks who one is.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use url::Url;

use super::personas::{PERSONAS, find};
use super::provider::{CLIENT_ID, Code, Misbehaviour, Provider};
use crate::studio::html;
use crate::value::xml as esc;

type Fields = BTreeMap<String, String>;

fn problem(message: &str) -> Response {
    let body = format!(
        "<header><h1>Sign-in is not possible</h1><p>Demo identity provider</p></header><main><section><h2>The request is not valid</h2><p>{}</p></section></main>",
        esc(message)
    );
    html(StatusCode::BAD_REQUEST, "Sign-in is not possible", &body, "")
}

/// Client and redirect URI: as long as they are not right, nobody is sent anywhere.
fn check_client(provider: &Provider, fields: &Fields) -> Result<Url, Box<Response>> {
    let get = |key: &str| fields.get(key).map(String::as_str).unwrap_or_default();
    if get("client_id") != CLIENT_ID {
        return Err(Box::new(problem("The client_id is not known here.")));
    }
    let expected = format!("{}/auth/callback", provider.portal_origin());
    if get("redirect_uri") != expected {
        return Err(Box::new(problem(&format!("The redirect_uri is not {expected}."))));
    }
    Url::parse(&expected).map_err(|_| Box::new(problem("The redirect_uri is no URL.")))
}

/// Back to the client, with `iss` (RFC 9207) and the state that was given.
fn back(provider: &Provider, mut to: Url, fields: &Fields, result: &[(&str, &str)]) -> Response {
    {
        let mut query = to.query_pairs_mut();
        query.extend_pairs(result);
        if let Some(state) = fields.get("state") {
            query.append_pair("state", state);
        }
        if provider.misbehaves(Misbehaviour::WrongResponseIssuer) {
            query.append_pair("iss", "https://another-issuer.example");
        } else if !provider.misbehaves(Misbehaviour::MissingResponseIssuer) {
            query.append_pair("iss", &provider.issuer());
        }
    }
    Redirect::to(to.as_str()).into_response()
}

/// What is wrong with the rest of the request, in OAuth's words.
fn check_request(fields: &Fields) -> Result<(), (&'static str, &'static str)> {
    let get = |key: &str| fields.get(key).map(String::as_str).unwrap_or_default();
    if get("response_type") != "code" {
        return Err(("unsupported_response_type", "response_type has to be code"));
    }
    if !get("scope").split(' ').any(|scope| scope == "openid") {
        return Err(("invalid_scope", "the scope openid is required"));
    }
    if get("code_challenge_method") != "S256" || get("code_challenge").len() != 43 {
        return Err(("invalid_request", "PKCE with S256 is required"));
    }
    if get("prompt") == "none" {
        return Err(("login_required", "nobody is signed in at the demo provider"));
    }
    Ok(())
}

/// `GET /authorize`: a button per persona.
pub(super) async fn ask(State(provider): State<Provider>, Query(fields): Query<Fields>) -> Response {
    let to = match check_client(&provider, &fields) {
        Ok(to) => to,
        Err(response) => return *response,
    };
    if let Err((error, description)) = check_request(&fields) {
        return back(&provider, to, &fields, &[("error", error), ("error_description", description)]);
    }
    let hidden: Vec<String> = fields
        .iter()
        .map(|(k, v)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", esc(k), esc(v)))
        .collect();
    let rows: Vec<String> = PERSONAS
        .iter()
        .map(|p| {
            format!(
                "<tr><td><button name=\"persona\" value=\"{}\">{}</button></td><td>{}</td><td>{}</td></tr>",
                p.subject,
                esc(p.name),
                esc(p.role),
                p.subject
            )
        })
        .collect();
    let body = format!(
        "<header><h1>Demo identity provider</h1><p>Nobody is asked for a password here.</p></header><main><section><h2>Who are you?</h2><form method=\"post\" action=\"/authorize\">{}<table><thead><tr><th scope=\"col\">Sign in as</th><th scope=\"col\">Role</th><th scope=\"col\">Subject</th></tr></thead><tbody>{}</tbody></table></form></section></main>",
        hidden.concat(),
        rows.concat()
    );
    // A form's policy covers the redirect that follows it.
    html(StatusCode::OK, "Sign in", &body, &provider.portal_origin())
}

/// `POST /authorize`: somebody pressed a button.
pub(super) async fn decide(State(provider): State<Provider>, Form(fields): Form<Fields>) -> Response {
    let to = match check_client(&provider, &fields) {
        Ok(to) => to,
        Err(response) => return *response,
    };
    if let Err((error, description)) = check_request(&fields) {
        return back(&provider, to, &fields, &[("error", error), ("error_description", description)]);
    }
    let Some(persona) = fields.get("persona").and_then(|subject| find(subject)) else {
        return problem("There is no such persona.");
    };
    let code = provider.issue_code(Code {
        persona,
        redirect_uri: fields.get("redirect_uri").cloned().unwrap_or_default(),
        nonce: fields.get("nonce").cloned(),
        challenge: fields.get("code_challenge").cloned().unwrap_or_default(),
        scope: fields.get("scope").cloned().unwrap_or_default(),
        issued: provider.now(),
    });
    back(&provider, to, &fields, &[("code", &code)])
}
