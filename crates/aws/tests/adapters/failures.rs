//! Each way a call can fail, over the wire, and what the portal makes of it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::wire::{Answer, Wire};
use aws::service_catalog::{ProvisionCall, ProvisionedProductRef};
use aws::{AssumeGrant, Aws, Error};
use serde_json::{Value, json};

fn aws_error(code: &str, message: &str) -> Value {
    json!({ "__type": code, "message": message })
}

fn provision_call() -> ProvisionCall {
    ProvisionCall {
        product: "prod-1".parse().unwrap(),
        artifact: "pa-1".parse().unwrap(),
        path: None,
        name: "ada-studio".into(),
        token: "token-1".into(),
        parameters: BTreeMap::from([("Password".to_owned(), "hunter2".to_owned())]),
        tags: BTreeMap::new(),
    }
}

async fn provision(wire: &Wire) -> Error {
    wire.session().await.service_catalog().provision_product(&provision_call()).await.unwrap_err()
}

async fn describe(wire: &Wire) -> Error {
    let catalog = wire.session().await.service_catalog();
    catalog.describe_provisioned_product(ProvisionedProductRef::Name("ada-studio")).await.unwrap_err()
}

#[tokio::test]
async fn an_act_is_sent_once_and_its_refusal_is_sorted_by_code() {
    for (code, kind) in [
        ("ThrottlingException", "throttled"),
        ("AccessDeniedException", "denied"),
        ("ResourceNotFoundException", "not found"),
        ("DuplicateResourceException", "conflict"),
        ("ResourceInUseException", "conflict"),
        ("InvalidStateException", "conflict"),
        ("InvalidParametersException", "invalid"),
        ("TagOptionNotMigratedException", "invalid"),
        ("LimitExceededException", "quota reached"),
        ("ExpiredTokenException", "unavailable"),
    ] {
        let wire = Wire::start().await;
        wire.will_json(400, &aws_error(code, "AWS says so"));
        let error = provision(&wire).await;
        assert_eq!(
            error.to_string(),
            format!("{kind}: servicecatalog:ProvisionProduct: {code}: AWS says so (AWS request req-1)")
        );
        assert!(!error.outcome_unknown(), "{code}: AWS said no");
        assert_eq!(error.is_retryable(), matches!(kind, "throttled" | "unavailable"), "{code}");
        assert_eq!(wire.asked("ProvisionProduct").len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_fault_of_aws_leaves_the_outcome_of_an_act_open() {
    let wire = Wire::start().await;
    wire.will_json(500, &aws_error("InternalFailure", "oops"));
    let error = provision(&wire).await;
    assert!(matches!(error, Error::Unavailable { outcome_unknown: true, .. }), "{error}");
    assert!(error.is_retryable());
    assert_eq!(wire.asked("ProvisionProduct").len(), 1);
}

#[tokio::test]
async fn a_reading_call_is_tried_twice() {
    let wire = Wire::start().await;
    let throttled = aws_error("ThrottlingException", "Rate exceeded");
    wire.will_json(400, &throttled).will_json(400, &throttled);
    assert!(matches!(describe(&wire).await, Error::Throttled(_)));
    assert_eq!(wire.asked("DescribeProvisionedProduct").len(), 2);
}

#[tokio::test]
async fn silence_ends_by_the_time_limit() {
    let wire = Wire::start().await;
    wire.will(Answer::Silence);
    let mut config = wire.config();
    config.timeouts.attempt = Duration::from_millis(500);
    let aws = Aws::with_sdk_config(&crate::wire::sdk(&wire.endpoint), config);
    let session = aws.assume(&crate::wire::observer(), &AssumeGrant::system("studiogate")).await.unwrap();
    let error = session.service_catalog().provision_product(&provision_call()).await.unwrap_err();
    assert_eq!(error.failure().code, "Timeout");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn an_unreadable_answer_leaves_the_outcome_open() {
    let wire = Wire::start().await;
    wire.will(Answer::Json(200, "<html>captive portal</html>".into()));
    let error = provision(&wire).await;
    assert_eq!(error.failure().code, "UnreadableAnswer");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn an_answer_without_what_aws_promises_is_not_taken() {
    let wire = Wire::start().await;
    wire.will_json(200, &json!({ "RecordDetail": { "RecordId": "rec-1" } }));
    let error = provision(&wire).await;
    assert_eq!(error.failure().code, "IncompleteAnswer");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_leaves_the_outcome_open() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
        }
    });
    let wire = Wire::start().await;
    let aws = Aws::with_sdk_config(&crate::wire::sdk(&endpoint), wire.config());
    let error = aws.hub_identity().await.unwrap_err();
    assert_eq!(error.failure().code, "NoConnection");
    assert!(error.outcome_unknown() && error.is_retryable());
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let wire = Wire::start().await;
    let sdk = aws_types::SdkConfig::builder()
        .endpoint_url(&wire.endpoint)
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .build();
    let error = Aws::with_sdk_config(&sdk, wire.config())
        .assume(&crate::wire::observer(), &AssumeGrant::system("studiogate"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Unavailable { outcome_unknown: false, .. }), "{error}");
    assert_eq!(error.failure().code, "NoCredentials");
    assert!(wire.asked("AssumeRole").is_empty());
}

#[tokio::test]
async fn a_missing_stack_or_notebook_instance_is_not_found() {
    let wire = Wire::start().await;
    wire.will(Answer::Xml(
        400,
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>ValidationError</Code><Message>Stack [x] does not exist</Message></Error>\
         <RequestId>req-xml</RequestId></ErrorResponse>"
            .into(),
    ));
    let error = wire.session().await.cloudformation().stack_events_after("x", None).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound(failure) if failure.message == "Stack [x] does not exist"), "{error}");

    wire.will_json(400, &aws_error("ValidationException", "RecordNotFound"));
    let error = wire.session().await.sagemaker().describe_notebook_instance("n").await.unwrap_err();
    assert!(matches!(error, Error::NotFound(_)), "{error}");
}

#[tokio::test]
async fn an_act_without_its_own_token_is_never_sent() {
    let wire = Wire::start().await;
    let call = ProvisionCall { token: String::new(), ..provision_call() };
    let error = wire.session().await.service_catalog().provision_product(&call).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)));
    assert!(wire.asked("ProvisionProduct").is_empty());
}

#[tokio::test]
async fn a_person_reads_what_happened_and_what_to_do() {
    let wire = Wire::start().await;
    wire.will_json(400, &aws_error("AccessDeniedException", "User: ... is not authorized"));
    let problem = provision(&wire).await.problem();
    assert_eq!(problem.what, "AWS did not allow the portal to start the environment.");
    assert_eq!(problem.why, "User: ... is not authorized (AccessDeniedException, AWS request req-1)");
    assert!(problem.next.contains("docs/roles.md"), "{}", problem.next);
}

#[test]
fn v16_2_5_parameter_values_are_not_printed() {
    let text = format!("{:?}", provision_call());
    assert!(text.contains("Password") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn what_organizations_is_busy_with_is_asked_for_again_later() {
    for (code, kind) in [
        ("TooManyRequestsException", "throttled"),
        ("ConcurrentModificationException", "throttled"),
        ("PolicyChangesInProgressException", "throttled"),
        ("FinalizingOrganizationException", "throttled"),
        ("ConstraintViolationException", "conflict"),
        ("PolicyNotFoundException", "not found"),
        ("TargetNotFoundException", "not found"),
        ("AccessDeniedException", "denied"),
        ("InvalidInputException", "invalid"),
    ] {
        let wire = Wire::start().await;
        wire.will_json(400, &aws_error(code, "AWS says so"));
        let error = wire.session().await.organizations().attach_policy("p-1", "ou-1").await.unwrap_err();
        assert!(error.to_string().starts_with(&format!("{kind}: organizations:AttachPolicy: {code}")), "{error}");
        assert_eq!(error.is_retryable(), kind == "throttled", "{code}");
    }
}
