//! A client that nobody's SDK is behind: it signs by AWS's documentation and calls the routers directly.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "every test file uses a part of it")]

use std::sync::Arc;

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, ManualClock};
use hmac::{Hmac, Mac};
use http::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sim::{LocalAws, SimOptions};
use tower::ServiceExt;

pub const HUB: &str = "arn:aws:iam::222222222222:role/StudiogateHub";
pub const DEV: &str = "601000000002";

/// Access key, secret and token.
#[derive(Clone, Debug)]
pub struct Keys {
    pub access_key: String,
    pub secret: String,
    pub token: Option<String>,
}

impl Keys {
    pub fn administrator(account: &str) -> Self {
        Self { access_key: account.into(), secret: "any".into(), token: None }
    }
}

pub struct Harness {
    pub aws: LocalAws,
    pub clock: ManualClock,
}

impl Harness {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut SimOptions)) -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_767_225_600, 0).unwrap());
        let mut options = SimOptions::new(Arc::new(clock.clone()));
        change(&mut options);
        Self { aws: LocalAws::new(options).unwrap(), clock }
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    async fn send(
        &self,
        service: &str,
        region: &str,
        keys: &Keys,
        headers: &[(&str, &str)],
        body: String,
    ) -> (u16, String) {
        self.send_to("/", service, region, keys, headers, body).await
    }

    async fn send_to(
        &self,
        path: &str,
        service: &str,
        region: &str,
        keys: &Keys,
        headers: &[(&str, &str)],
        body: String,
    ) -> (u16, String) {
        let request = signed(path, service, region, keys, headers, body);
        let response = self.aws.router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, text(response).await)
    }

    /// A call of SageMaker's runtime that is refused: status, code and message.
    pub async fn rest(&self, keys: &Keys, path: &str, body: &str) -> (u16, String, String) {
        let headers = [("content-type", "application/json")];
        let (status, text) = self.send_to(path, "sagemaker", "eu-west-1", keys, &headers, body.to_owned()).await;
        let value: Value = serde_json::from_str(&text).unwrap();
        let part = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        (status, part("__type"), part("message"))
    }

    /// awsJson1.1; the target is `SageMaker.CreateApp`.
    pub async fn json(&self, keys: &Keys, target: &str, body: Value) -> Result<Value, (String, String)> {
        self.json_in("eu-west-1", keys, target, body).await
    }

    pub async fn json_in(
        &self,
        region: &str,
        keys: &Keys,
        target: &str,
        body: Value,
    ) -> Result<Value, (String, String)> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        let service = if target.starts_with("SageMaker") { "sagemaker" } else { "other" };
        let (status, text) = self.send(service, region, keys, &headers, body.to_string()).await;
        let value: Value = serde_json::from_str(&text).unwrap();
        if status == 200 {
            return Ok(value);
        }
        let part = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Err((part("__type"), part("message")))
    }

    /// The Query protocol; a service is told by its version.
    pub async fn query(
        &self,
        keys: &Keys,
        service: &str,
        version: &str,
        fields: &[(&str, &str)],
    ) -> Result<String, (String, String)> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Version", version).extend_pairs(fields);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let (status, text) = self.send(service, "eu-west-1", keys, &headers, form.finish()).await;
        if status == 200 { Ok(text) } else { Err((tag(&text, "Code"), tag(&text, "Message"))) }
    }

    pub async fn sts(&self, keys: &Keys, fields: &[(&str, &str)]) -> Result<String, (String, String)> {
        self.query(keys, "sts", "2011-06-15", fields).await
    }

    pub async fn assume(&self, keys: &Keys, role: &str, more: &[(&str, &str)]) -> Result<Keys, (String, String)> {
        let mut fields = vec![("Action", "AssumeRole"), ("RoleArn", role), ("RoleSessionName", "test-session")];
        fields.extend(more);
        let text = self.sts(keys, &fields).await?;
        Ok(Keys {
            access_key: tag(&text, "AccessKeyId"),
            secret: tag(&text, "SecretAccessKey"),
            token: Some(tag(&text, "SessionToken")),
        })
    }

    pub async fn hub(&self) -> Keys {
        self.assume(&Keys::administrator("222222222222"), HUB, &[]).await.unwrap()
    }

    /// A role of an account, as the portal takes it for a person.
    pub async fn as_person(&self, account: &str, role: &str, person: &str, policy: Option<&str>) -> Keys {
        let hub = self.hub().await;
        let role = format!("arn:aws:iam::{account}:role/{role}");
        let mut fields = vec![
            ("ExternalId", sim::seed::EXTERNAL_ID),
            ("SourceIdentity", person),
            ("Tags.member.1.Key", "studiouserid"),
            ("Tags.member.1.Value", person),
            ("Tags.member.2.Key", "project"),
            ("Tags.member.2.Value", "fraud-detection"),
        ];
        if let Some(policy) = policy {
            fields.push(("Policy", policy));
        }
        self.assume(&hub, &role, &fields).await.unwrap()
    }

    /// A role of an account, as the portal takes it for itself.
    pub async fn as_role(&self, account: &str, role: &str) -> Keys {
        let hub = self.hub().await;
        let role = format!("arn:aws:iam::{account}:role/{role}");
        self.assume(&hub, &role, &[("ExternalId", sim::seed::EXTERNAL_ID)]).await.unwrap()
    }

    /// A user profile in the shared domain of the fraud project's development account; gives the domain's id.
    pub async fn profile(&self, person: &str) -> String {
        let admin = Keys::administrator(DEV);
        let domain = format!("d-shared{DEV}");
        let body = json!({
            "DomainId": domain,
            "UserProfileName": person,
            "Tags": [{ "Key": "studiouserid", "Value": person }],
        });
        self.json(&admin, "SageMaker.CreateUserProfile", body).await.unwrap();
        self.pass(60);
        domain
    }

    pub async fn studio(&self, method: &str, path: &str, cookie: Option<&str>) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        self.aws.studio_router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }
}

pub async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The text of the first element of this name.
pub fn tag(xml: &str, name: &str) -> String {
    let Some(start) = xml.find(&format!("<{name}>")) else { return String::new() };
    let rest = &xml[start + name.len() + 2..];
    let raw = &rest[..rest.find("</").unwrap()];
    raw.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

pub fn location(response: &Response<Body>) -> String {
    response.headers().get("location").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn signed(
    path: &str,
    service: &str,
    region: &str,
    keys: &Keys,
    headers: &[(&str, &str)],
    body: String,
) -> Request<Body> {
    let time = "20260101T000000Z";
    let mut all: Vec<(String, String)> = headers.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    all.push(("host".into(), "127.0.0.1:4566".into()));
    all.push(("x-amz-date".into(), time.into()));
    if let Some(token) = &keys.token {
        all.push(("x-amz-security-token".into(), token.clone()));
    }
    all.sort();
    let names = all.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>().join(";");
    let listed = all.iter().map(|(k, v)| format!("{k}:{v}\n")).collect::<Vec<_>>().concat();
    let canonical = format!("POST\n{path}\n\n{listed}\n{names}\n{}", hex::encode(Sha256::digest(&body)));
    let scope = format!("20260101/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
    let mut key = mac(format!("AWS4{}", keys.secret).as_bytes(), b"20260101");
    for part in [region, service, "aws4_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex::encode(mac(&key, to_sign.as_bytes()));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.access_key
    );
    let mut request = Request::post(path).header("authorization", authorization);
    for (name, value) in all {
        request = request.header(name, value);
    }
    request.body(Body::from(body)).unwrap()
}
