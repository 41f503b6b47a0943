//! `/auth/login`, `/auth/callback` and `/auth/logout`.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use control_plane::{ControlPlane, Error, SignIn};
use domain::problem::Problem;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

use super::identify::{failed, of_session, request_id};
use super::portal::Portal;
use super::{page, return_to};
use crate::oidc::SignInFailure::{self, MissingState, OtherBrowser, UnknownState};
use crate::oidc::{Identity, Secrets};
use crate::sessions::{Answered, Presented, SessionId};

type Parameters = BTreeMap<String, String>;

/// `GET /auth/login?return_to=PATH`: to the provider, and back to the path.
pub(super) async fn login(State(portal): State<Portal>, Query(query): Query<Parameters>, request: Parts) -> Response {
    let back = return_to::local(query.get("return_to").map_or("/", String::as_str), portal.public_url());
    begin(&portal, &request, back).await.unwrap_or_else(|failure| refuse(&portal, &request, failure))
}

/// What a handler here can end with instead of an answer.
enum Failure {
    SignIn {
        failure: SignInFailure,
        /// The page that was asked for: the next try leads there too.
        back: String,
        /// Removes the cookie of the sign-in that failed.
        forget: Option<HeaderValue>,
    },
    Portal(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Portal(error)
    }
}

fn refuse(portal: &Portal, request: &Parts, failure: Failure) -> Response {
    match failure {
        Failure::SignIn { failure, back, forget } => {
            tracing::warn!(reason = %failure, "a sign-in failed");
            let again = return_to::sign_in(&back);
            let id = request_id(request);
            with_forgotten(page::not_signed_in(portal, failure.status(), failure.problem(), &id, again), forget)
        }
        Failure::Portal(error) => failed(portal, request, &error),
    }
}

async fn begin(portal: &Portal, request: &Parts, back: String) -> Result<Response, Failure> {
    let presented = portal.sessions().presented(&request.headers).await?;
    if let Presented::Live(session) = &presented
        && of_session(portal, session, &request_id(request)).await?.is_ok()
    {
        return Ok(Redirect::to(&back).into_response());
    }
    let begun = match portal.oidc().begin(secrets(portal.control_plane()), back.clone()).await {
        Ok((url, login)) => portal.logins().remember(&login, &request.headers).await.map(|cookies| (url, cookies))?,
        Err(failure) => return Err(Failure::SignIn { failure, back, forget: None }),
    };
    let (url, cookies) = begun;
    let mut redirect = Redirect::to(url.as_str()).into_response();
    for cookie in cookies {
        redirect.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(redirect)
}

fn secrets(control_plane: &ControlPlane) -> Secrets {
    let draw = || URL_SAFE_NO_PAD.encode(control_plane.random().bytes::<32>());
    Secrets { state: draw(), nonce: draw(), pkce_verifier: draw() }
}

/// `GET /auth/callback`: the provider's answer.
pub(super) async fn callback(
    State(portal): State<Portal>,
    Query(response): Query<Parameters>,
    request: Parts,
) -> Response {
    match finish(&portal, &request, &response).await {
        Ok(response) => response,
        Err(failure) => {
            if let Failure::SignIn { failure, .. } = &failure {
                let id = request_id(&request);
                if let Err(error) = portal.control_plane().sign_in_refused(&failure.to_string(), &id).await {
                    tracing::warn!(%error, "a refused sign-in could not be written to the audit log");
                }
            }
            match failure {
                // An answer that was used before, and somebody is signed in: they went back to the provider's page.
                Failure::SignIn { failure: failure @ UnknownState, .. } if is_signed_in(&portal, &request).await => {
                    let problem = Problem::new(
                        "This sign-in is over.",
                        failure.problem().why,
                        "You are signed in all the same: go to the home page.",
                    );
                    page::problem(&portal, failure.status(), problem, Some(&request_id(&request)))
                }
                failure => refuse(&portal, &request, failure),
            }
        }
    }
}

async fn is_signed_in(portal: &Portal, request: &Parts) -> bool {
    match portal.sessions().presented(&request.headers).await {
        Ok(Presented::Live(session)) => {
            matches!(of_session(portal, &session, &request_id(request)).await, Ok(Ok(_)))
        }
        _ => false,
    }
}

async fn finish(portal: &Portal, request: &Parts, response: &Parameters) -> Result<Response, Failure> {
    let home = |failure| Failure::SignIn { failure, back: "/".to_owned(), forget: None };
    let state = response.get("state").filter(|state| !state.is_empty()).ok_or_else(|| home(MissingState))?;
    // Taken before anything else happens: a state is good for one answer.
    let (login, forget) = match portal.logins().take(state, &request.headers).await? {
        Answered::Login(login, forget) => (login, forget),
        Answered::NoCookie => return Err(home(OtherBrowser)),
        Answered::Unknown => return Err(home(UnknownState)),
    };
    let back = login.return_to.clone();
    match portal.oidc().redeem(login, response).await {
        Ok(identity) => {
            let id = sign_in(portal, request, identity).await?;
            Ok(with_forgotten(with_cookie(portal, &id, Redirect::to(&back).into_response()), forget))
        }
        Err(failure) => Err(Failure::SignIn { failure, back, forget }),
    }
}

fn with_forgotten(mut response: Response, forget: Option<HeaderValue>) -> Response {
    if let Some(forget) = forget {
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    response
}

/// A session of its own for the person; the one before it ends, so that its id is worth nothing.
async fn sign_in(portal: &Portal, request: &Parts, identity: Identity) -> Result<SessionId, Error> {
    let control_plane = portal.control_plane();
    control_plane
        .sign_in(SignIn {
            person: identity.person.clone(),
            display_name: identity.display_name,
            email: identity.email,
            groups: identity.groups,
            request_id: request_id(request),
        })
        .await?;
    if let Presented::Live(before) = portal.sessions().presented(&request.headers).await? {
        portal.sessions().end(&before).await?;
    }
    portal.sessions().open(identity.person, user_agent(&request.headers), &identity.id_token).await
}

/// `POST /auth/logout`: here, and at the provider where it offers that. The cookie stays, naming a session that ended: what
/// another tab still sends is kept for the person.
pub(super) async fn logout(State(portal): State<Portal>, request: Parts) -> Response {
    end(&portal, &request).await.unwrap_or_else(|error| failed(&portal, &request, &error))
}

async fn end(portal: &Portal, request: &Parts) -> Result<Response, Error> {
    let Presented::Live(session) = portal.sessions().presented(&request.headers).await? else {
        return Ok(Redirect::to(portal.oidc().signed_out_uri()).into_response());
    };
    if let Ok(caller) = of_session(portal, &session, &request_id(request)).await? {
        portal.control_plane().sign_out(&caller).await?;
    }
    let id_token = session.data.id_token.as_deref().and_then(|sealed| session.id.open(sealed));
    portal.sessions().end(&session).await?;
    let url = portal.oidc().end_session_url(id_token.as_deref()).await;
    let redirect = Redirect::to(url.as_ref().map_or(portal.oidc().signed_out_uri(), |url| url.as_str()));
    // Pages are never cached, but the one that was left is held for the back button.
    Ok(([("clear-site-data", "\"cache\"")], redirect).into_response())
}

fn with_cookie(portal: &Portal, id: &SessionId, mut response: Response) -> Response {
    if let Some((name, value)) = portal.sessions().set_cookie(id) {
        response.headers_mut().append(name, value);
    }
    response
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
