//! A server on loopback that gives scripted answers and keeps what it was asked, and an [`Aws`] pointed at it.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![allow(clippy::disallowed_methods, reason = "this is what the adapters' own tests are about")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::{Aws, AwsConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, ManualClock};
use domain::id::Region;
use domain::session::RoleName;

/// What came in: the operation and the body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub operation: String,
    pub body: String,
}

#[derive(Clone, Debug)]
pub enum Answer {
    Json(u16, String),
    Xml(u16, String),
    /// Nothing, ever.
    Silence,
}

#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<Asked>>,
}

/// See the module. Every `AssumeRole` is answered by itself, with a session that lasts as asked; all else by the script.
#[derive(Debug)]
pub struct Wire {
    script: Arc<Script>,
    pub endpoint: String,
    pub clock: ManualClock,
}

impl Wire {
    pub async fn start() -> Self {
        let script = Arc::new(Script::default());
        let clock = ManualClock::at(start_time());
        let app = Router::new().fallback(answer).with_state((Arc::clone(&script), clock.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { script, endpoint, clock }
    }

    pub fn will(&self, answer: Answer) -> &Self {
        self.script.answers.lock().unwrap().push_back(answer);
        self
    }

    pub fn will_json(&self, status: u16, body: &serde_json::Value) -> &Self {
        self.will(Answer::Json(status, body.to_string()))
    }

    /// What was asked of `operation`, in order.
    pub fn asked(&self, operation: &str) -> Vec<Asked> {
        self.script.asked.lock().unwrap().iter().filter(|a| a.operation == operation).cloned().collect()
    }

    pub fn config(&self) -> AwsConfig {
        let mut config = AwsConfig::new(
            "eu-west-1".parse().unwrap(),
            "222222222222".parse().unwrap(),
            "111111111111".parse().unwrap(),
            Arc::new(self.clock.clone()),
        );
        config.external_id = Some("the-external-id".to_owned().into());
        config
    }

    pub fn aws(&self) -> Aws {
        Aws::with_sdk_config(&sdk(&self.endpoint), self.config())
    }

    /// A session in the fraud-detection project's dev account.
    pub async fn session(&self) -> aws::Session {
        self.aws().assume(&observer(), &aws::AssumeGrant::system("studiogate")).await.unwrap()
    }
}

pub fn observer() -> aws::RoleRef {
    aws::RoleRef {
        account: "601000000002".parse().unwrap(),
        region: "eu-west-1".parse::<Region>().unwrap(),
        role: RoleName::StudiogateObserver,
    }
}

pub fn sdk(endpoint: &str) -> SdkConfig {
    let keys = Credentials::new("222222222222", "base-secret", None, None, "test");
    SdkConfig::builder()
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .build()
}

pub fn start_time() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

async fn answer(
    State((script, clock)): State<(Arc<Script>, ManualClock)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let operation = operation(&headers, &body);
    script.asked.lock().unwrap().push(Asked { operation: operation.clone(), body: body.clone() });
    if operation == "AssumeRole" {
        return xml(200, assumed(&body, clock.now()));
    }
    let next = script.answers.lock().unwrap().pop_front();
    match next {
        Some(Answer::Json(status, body)) => {
            let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amzn-requestid", "req-1")];
            (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
        }
        Some(Answer::Xml(status, body)) => xml(status, body),
        Some(Answer::Silence) => std::future::pending().await,
        None => panic!("nothing scripted for {operation}"),
    }
}

/// `X-Amz-Target: Service.Operation`, or `Action=Operation` of the query protocol.
fn operation(headers: &HeaderMap, body: &str) -> String {
    match headers.get("x-amz-target") {
        Some(target) => target.to_str().unwrap().rsplit('.').next().unwrap().to_owned(),
        None => field(body, "Action").unwrap_or_default(),
    }
}

fn field(body: &str, name: &str) -> Option<String> {
    body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
}

fn assumed(body: &str, now: DateTime<Utc>) -> String {
    let seconds: i64 = field(body, "DurationSeconds").unwrap().parse().unwrap();
    let until = (now + TimeDelta::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIAKEPTSECRET</AccessKeyId><SecretAccessKey>never-printed</SecretAccessKey>\
         <SessionToken>never-printed-either</SessionToken><Expiration>{until}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn xml(status: u16, body: String) -> Response {
    let headers = [("content-type", "text/xml"), ("x-amzn-requestid", "req-1")];
    (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
}
