//! A connection to a server on loopback that is kept open, and answers read whole.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What is sent, as often as wanted.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        let headers = HeaderMap::from_iter([(header::ACCEPT, header::HeaderValue::from_static("text/html,*/*;q=0.8"))]);
        Self { method: Method::GET, path: path.to_owned(), headers, body: Bytes::new() }
    }

    /// A form, as a browser posts it from a page of the same site.
    pub(crate) fn post(path: &str, fields: &[(String, String)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut ask = Self { method: Method::POST, body: body.into(), ..Self::get(path) };
        let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        ask.headers.insert(header::CONTENT_TYPE, form);
        ask.headers.insert("sec-fetch-site", header::HeaderValue::from_static("same-origin"));
        ask
    }

    pub(crate) fn post_json(path: &str, value: &serde_json::Value) -> Self {
        Self { method: Method::POST, ..Self::put_json(path, value) }
    }

    pub(crate) fn put_json(path: &str, value: &serde_json::Value) -> Self {
        let mut ask = Self { method: Method::PUT, body: value.to_string().into(), ..Self::get(path) };
        ask.headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        ask
    }

    pub(crate) fn with(mut self, name: header::HeaderName, value: &str) -> Result<Self> {
        self.headers.insert(name, value.parse().context("a header that cannot be sent")?);
        Ok(self)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    fn request(&self, host: &header::HeaderValue) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().context("a path that cannot be asked for")?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().insert(header::HOST, host.clone());
        Ok(request)
    }
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// One connection. It is an error when the server ends it: every measurement is with keep-alive.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: header::HeaderValue,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} does not listen"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_string().parse()? })
    }

    pub(crate) async fn send(&mut self, ask: &Ask) -> Result<Answer> {
        self.sender.ready().await.context("the server ended the connection")?;
        let response = self.sender.send_request(ask.request(&self.host)?).await?;
        let (parts, body) = response.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }
}
