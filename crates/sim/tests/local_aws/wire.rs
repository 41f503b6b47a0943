//! Over real connections: faults, lost answers, the counter, and a state that survives.

use std::sync::Arc;
use std::time::Duration;

use crate::common::{DEV, Harness, Keys};
use chrono::DateTime;
use domain::clock::ManualClock;
use serde_json::{Value, json};
use sim::{FaultKind, LocalAws, Running, ServeOptions, SimOptions, serve};

async fn running() -> Running {
    let clock = ManualClock::at(DateTime::from_timestamp(1_767_225_600, 0).unwrap());
    serve(LocalAws::new(SimOptions::new(Arc::new(clock))).unwrap(), ServeOptions::any()).await.unwrap()
}

fn request(http: &reqwest::Client, url: &str, operation: &str, body: &Value) -> reqwest::RequestBuilder {
    http.post(url)
        .header("x-amz-target", format!("SageMaker.{operation}"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={DEV}/20260101/eu-west-1/sagemaker/aws4_request, SignedHeaders=host, Signature=00"))
        .body(body.to_string())
}

fn profile(name: &str) -> Value {
    json!({ "DomainId": format!("d-shared{DEV}"), "UserProfileName": name })
}

#[tokio::test]
async fn a_lost_answer_means_the_act_was_done_and_nothing_came_back() {
    let running = running().await;
    let http = reqwest::Client::new();
    running.aws.faults().next("sagemaker:CreateUserProfile", FaultKind::ResponseLost, 1);
    let lost = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada")).send().await;
    assert!(lost.is_err(), "{lost:?}");
    let again = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada")).send().await.unwrap();
    assert_eq!(again.headers()["x-amzn-errortype"], "ResourceInUse");
    assert_eq!(running.aws.faults().calls("sagemaker:CreateUserProfile"), 2);
}

#[tokio::test]
async fn throttling_errors_and_timeouts_come_before_the_act() {
    let running = running().await;
    let http = reqwest::Client::new();
    let faults = running.aws.faults();
    faults.next("sagemaker:*", FaultKind::Throttle, 1);
    let throttled = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada")).send().await.unwrap();
    assert_eq!(
        (throttled.status().as_u16(), &throttled.headers()["x-amzn-errortype"]),
        (400, &"ThrottlingException".parse().unwrap())
    );
    faults.next("*", FaultKind::Error { code: "InternalFailure".into(), status: 500, message: "no".into() }, 1);
    let failed = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada")).send().await.unwrap();
    assert_eq!(failed.status().as_u16(), 500);
    faults.next("sagemaker:CreateUserProfile", FaultKind::Timeout, 1);
    let hung = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada"))
        .timeout(Duration::from_millis(300))
        .send()
        .await;
    assert!(hung.unwrap_err().is_timeout());
    let made = request(&http, &running.aws_url, "CreateUserProfile", &profile("ada")).send().await.unwrap();
    assert_eq!(made.status().as_u16(), 200);
}

#[tokio::test]
async fn the_fault_switch_works_from_another_process() {
    let running = running().await;
    let http = reqwest::Client::new();
    let switch = format!("{}/_local/faults", running.aws_url);
    let fault = json!({ "operation": "sagemaker:ListDomains", "kind": "throttle", "count": 1 });
    assert_eq!(http.post(&switch).json(&fault).send().await.unwrap().status().as_u16(), 204);
    let form = http.post(&switch).form(&[("operation", "*")]).send().await.unwrap();
    assert_eq!(form.status().as_u16(), 415, "a browser's form is not listened to");
    let wrong = http.post(&switch).json(&json!({ "operation": "*", "kind": "flood" })).send().await.unwrap();
    assert_eq!(wrong.status().as_u16(), 422);
    let list = || request(&http, &running.aws_url, "ListDomains", &json!({})).send();
    assert_eq!(list().await.unwrap().status().as_u16(), 400);
    assert_eq!(list().await.unwrap().status().as_u16(), 200);
    let calls: Value =
        http.get(format!("{}/_local/calls", running.aws_url)).send().await.unwrap().json().await.unwrap();
    assert_eq!(calls, json!({ "sagemaker:ListDomains": 2 }));
}

#[tokio::test]
async fn requests_that_say_nothing_are_told_so() {
    let running = running().await;
    let http = reqwest::Client::new();
    let bare = http.post(&running.aws_url).body("").send().await.unwrap();
    assert_eq!(bare.status().as_u16(), 400);
    let unsigned =
        http.post(&running.aws_url).header("x-amz-target", "SageMaker.ListDomains").body("{}").send().await.unwrap();
    assert_eq!(unsigned.headers()["x-amzn-errortype"], "MissingAuthenticationTokenException");
    let unknown = request(&http, &running.aws_url, "TrainModel", &json!({})).send().await.unwrap();
    assert_eq!(unknown.headers()["x-amzn-errortype"], "UnknownOperationException");
    let null = request(&http, &running.aws_url, "ListDomains", &json!({ "MaxResults": null, "NextToken": null }));
    assert_eq!(null.send().await.unwrap().status().as_u16(), 200, "a null is nothing");
    let broken = request(&http, &running.aws_url, "ListDomains", &json!([])).send().await.unwrap();
    assert_eq!(broken.headers()["x-amzn-errortype"], "SerializationException");
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let clock = ManualClock::at(DateTime::from_timestamp(1_767_225_600, 0).unwrap());
    let aws = LocalAws::new(SimOptions::new(Arc::new(clock))).unwrap();
    let options = ServeOptions { aws: "0.0.0.0:0".parse().unwrap(), ..ServeOptions::any() };
    assert!(serve(aws, options).await.is_err());
}

#[tokio::test]
async fn the_state_survives_a_restart_and_sessions_do_too() {
    let dir = std::env::temp_dir().join(format!("studiogate-sim-{}", std::process::id()));
    let keep = |o: &mut SimOptions| o.data_dir = Some(dir.clone());
    let before = Harness::with(keep);
    let domain = before.profile("ada").await;
    let ada = before.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let body = json!({ "DomainId": domain, "UserProfileName": "ada", "ExpiresInSeconds": 300 });
    let url = before.json(&ada, "SageMaker.CreatePresignedDomainUrl", body.clone()).await.unwrap();
    let url = url["AuthorizedUrl"].as_str().unwrap().to_owned();
    let roles = before.aws.summary();
    drop(before);

    let after = Harness::with(|o| {
        keep(o);
        o.entropy = [9; 32];
    });
    assert_eq!(after.aws.summary(), roles);
    after.pass(60);
    let described = json!({ "DomainId": domain, "UserProfileName": "ada" });
    let found = after.json(&Keys::administrator(DEV), "SageMaker.DescribeUserProfile", described).await.unwrap();
    assert_eq!(found["Status"], "InService");
    after.json(&ada, "SageMaker.CreatePresignedDomainUrl", body).await.unwrap();
    let entered = after.studio("GET", &url[url.find("/auth").unwrap()..], None).await;
    assert_eq!(entered.status(), 303);
    let mut options = SimOptions::new(Arc::new(after.clock.clone()));
    keep(&mut options);
    let taken = LocalAws::new(options.clone()).unwrap_err().to_string();
    assert!(taken.contains("is in use by another local AWS"), "{taken}");
    drop(after);
    std::fs::write(dir.join("aws.json"), "{").unwrap();
    let broken = LocalAws::new(options).unwrap_err().to_string();
    assert!(broken.contains("aws.json is not a state of the local AWS"), "{broken}");
    std::fs::remove_dir_all(&dir).unwrap();
}
