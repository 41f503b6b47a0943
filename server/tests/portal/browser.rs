//! A browser without a screen: cookies, forms, and the provider's page.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, Response, header};
use tower::ServiceExt as _;
use url::Url;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
    /// The page that forms are sent from.
    pub(crate) page: String,
    provider: reqwest::Client,
}

impl Browser {
    pub(crate) fn new(router: Router, origin: &str) -> Self {
        let provider = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let origin = origin.trim_end_matches('/').to_owned();
        Self { router, origin, cookies: BTreeMap::new(), page: "/".to_owned(), provider }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, body.len())
            .header(header::ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin")
            .header(header::REFERER, format!("{}{}", self.origin, self.page))
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let host = self.origin.split_once("://").unwrap().1;
        let builder = Request::builder().method(method).uri(path).header(header::HOST, host);
        let builder = builder.header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        if cookies.is_empty() { builder } else { builder.header(header::COOKIE, cookies.join("; ")) }
    }

    /// An answer whose body is not read yet.
    pub(crate) async fn open(&self, path: &str) -> Response<Body> {
        self.router.clone().oneshot(self.request("GET", path).body(Body::empty()).unwrap()).await.unwrap()
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("; Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = to_bytes(body, 16 * 1024 * 1024).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Signs in as a persona and answers what the callback answers.
    pub(crate) async fn sign_in(&mut self, persona: &str, path: &str) -> Answer {
        let callback = self.callback(persona, path).await;
        self.get(&callback).await
    }

    /// Goes as far as the provider's answer: path and query of the callback.
    pub(crate) async fn callback(&mut self, persona: &str, path: &str) -> String {
        let login = format!(
            "/auth/login?return_to={}",
            url::form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>()
        );
        let answer = self.get(&login).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.choose(answer.location(), persona).await
    }

    /// Presses a persona's button on the provider's page.
    pub(crate) async fn choose(&self, authorize: &str, persona: &str) -> String {
        let url = Url::parse(authorize).unwrap();
        let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        fields.push(("persona".to_owned(), persona.to_owned()));
        let mut endpoint = url.clone();
        endpoint.set_query(None);
        let answer = self.provider.post(endpoint).form(&fields).send().await.unwrap();
        let status = answer.status();
        let Some(location) = answer.headers().get(header::LOCATION) else {
            panic!("the provider answers {status}: {}", answer.text().await.unwrap());
        };
        let back = Url::parse(location.to_str().unwrap()).unwrap();
        back[url::Position::BeforePath..].to_owned()
    }
}
