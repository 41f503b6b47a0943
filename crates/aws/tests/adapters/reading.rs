//! Lists are read to their end, and answers become the domain's types.

use crate::wire::{Answer, Wire};
use aws::service_catalog::{AccessLevel, RecordStatus};
use serde_json::json;

fn portfolio(id: &str) -> serde_json::Value {
    json!({ "Id": id, "DisplayName": "Studio", "ProviderName": "Platform" })
}

#[tokio::test]
async fn pages_are_read_to_the_end_also_past_an_empty_one() {
    let wire = Wire::start().await;
    wire.will_json(200, &json!({ "PortfolioDetails": [portfolio("port-1")], "NextPageToken": "a" }))
        .will_json(200, &json!({ "PortfolioDetails": [], "NextPageToken": "b" }))
        .will_json(200, &json!({ "PortfolioDetails": [portfolio("port-2")] }));
    let found = wire.session().await.service_catalog().list_portfolios().await.unwrap();
    assert_eq!(found.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["port-1", "port-2"]);
    assert_eq!(found[0].region.as_str(), "eu-west-1");
}

#[tokio::test]
async fn a_record_brings_the_outputs_of_all_its_pages() {
    let wire = Wire::start().await;
    let record = json!({ "RecordId": "rec-1", "Status": "SUCCEEDED", "ProvisionedProductId": "pp-1" });
    let output = |key: &str| json!({ "OutputKey": key, "OutputValue": format!("value of {key}") });
    wire.will_json(200, &json!({ "RecordDetail": record, "RecordOutputs": [output("A")], "NextPageToken": "n" }))
        .will_json(200, &json!({ "RecordDetail": record, "RecordOutputs": [output("CloudformationStackARN")] }));
    let catalog = wire.session().await.service_catalog();
    let view = catalog.describe_record(&"rec-1".parse().unwrap()).await.unwrap();
    assert_eq!(view.status, RecordStatus::Succeeded);
    assert_eq!(view.outputs.len(), 2);
    assert_eq!(view.stack_arn(), Some("value of CloudformationStackARN"));
}

#[tokio::test]
async fn a_search_says_whose_products_it_covers() {
    let wire = Wire::start().await;
    wire.will_json(200, &json!({ "ProvisionedProducts": [] }));
    let catalog = wire.session().await.service_catalog();
    catalog.search_provisioned_products(AccessLevel::Account, Some("idempotencyToken:t")).await.unwrap();
    let sent: serde_json::Value = serde_json::from_str(&wire.asked("SearchProvisionedProducts")[0].body).unwrap();
    assert_eq!(sent["AccessLevelFilter"], json!({ "Key": "Account", "Value": "self" }));
    assert_eq!(sent["Filters"], json!({ "SearchQuery": ["idempotencyToken:t"] }));
}

#[tokio::test]
async fn parameters_keep_every_limit() {
    let wire = Wire::start().await;
    wire.will_json(
        200,
        &json!({
            "ProvisioningArtifactParameters": [{
                "ParameterKey": "Size", "DefaultValue": "5", "ParameterType": "Number", "IsNoEcho": true,
                "Description": "In GB",
                "ParameterConstraints": {
                    "AllowedValues": ["5", "50"], "AllowedPattern": "", "ConstraintDescription": "5 or 50",
                    "MinLength": "1", "MaxLength": "2", "MinValue": "5", "MaxValue": "50"
                }
            }],
            "UsageInstructions": [{ "Type": "rules", "Value": "{}" }],
            "TagOptions": [{ "Key": "data-class", "Values": ["internal", "restricted"] }],
            "ConstraintSummaries": [{ "Type": "LAUNCH", "Description": "role" }],
            "ProvisioningArtifactOutputKeys": [{ "Key": "Url", "Description": "where" }]
        }),
    );
    let catalog = wire.session().await.service_catalog();
    let (product, artifact) = ("prod-1".parse().unwrap(), "pa-1".parse().unwrap());
    let asked = catalog.describe_provisioning_parameters(&product, &artifact, Some("lpv3-1")).await.unwrap();
    let parameter = &asked.parameters[0];
    assert_eq!(
        *parameter,
        domain::catalog::Parameter {
            key: "Size".into(),
            default: Some("5".into()),
            kind: "Number".into(),
            no_echo: true,
            description: "In GB".into(),
            allowed_values: vec!["5".into(), "50".into()],
            allowed_pattern: None,
            constraint_description: Some("5 or 50".into()),
            min_length: Some(1),
            max_length: Some(2),
            min_value: Some("5".into()),
            max_value: Some("50".into()),
        }
    );
    assert_eq!(asked.tag_options[0].values, ["internal", "restricted"]);
    assert_eq!(asked.outputs["Url"], "where");
}

fn events(ids: &[&str], next: Option<&str>) -> Answer {
    let member = |id: &&str| {
        format!(
            "<member><EventId>{id}</EventId><StackId>s</StackId><StackName>n</StackName>\
             <LogicalResourceId>Domain</LogicalResourceId><ResourceType>AWS::SageMaker::Domain</ResourceType>\
             <Timestamp>2026-03-02T09:00:00Z</Timestamp><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></member>"
        )
    };
    let members = ids.iter().map(member).collect::<Vec<_>>().concat();
    let next = next.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    Answer::Xml(
        200,
        format!(
            "<DescribeStackEventsResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\">\
             <DescribeStackEventsResult><StackEvents>{members}</StackEvents>{next}</DescribeStackEventsResult>\
             </DescribeStackEventsResponse>"
        ),
    )
}

#[tokio::test]
async fn stack_events_are_read_back_to_the_known_one_and_given_oldest_first() {
    let wire = Wire::start().await;
    wire.will(events(&["e5", "e4"], Some("more"))).will(events(&["e3", "e2"], Some("even-more")));
    let cloudformation = wire.session().await.cloudformation();
    let found = cloudformation.stack_events_after("s", Some("e2")).await.unwrap();
    assert_eq!(found.iter().map(|e| e.event_id.as_str()).collect::<Vec<_>>(), ["e3", "e4", "e5"]);
    assert_eq!(wire.asked("DescribeStackEvents").len(), 2, "nothing is read behind the known event");
}

#[tokio::test]
async fn a_quota_is_the_accounts_own_or_else_that_of_everybody() {
    let wire = Wire::start().await;
    let quota = |value: f64| json!({ "Quota": { "QuotaCode": "L-B683BCB0", "Value": value } });
    let none = json!({ "__type": "NoSuchResourceException", "Message": "none" });
    wire.will_json(200, &quota(12.0)).will_json(400, &none).will_json(200, &quota(10.0)).will_json(200, &quota(-1.0));
    let quotas = wire.session().await.service_quotas();
    assert_eq!(quotas.of_sagemaker("L-B683BCB0").await.unwrap(), 12);
    assert_eq!(quotas.of_sagemaker("L-B683BCB0").await.unwrap(), 10);
    assert_eq!(wire.asked("GetAWSDefaultServiceQuota").len(), 1);
    assert!(
        matches!(quotas.of_sagemaker("L-B683BCB0").await, Err(aws::Error::Unavailable { .. })),
        "no number of things"
    );
}

#[tokio::test]
async fn what_an_account_has_is_counted_over_all_pages() {
    let wire = Wire::start().await;
    wire.will_json(200, &json!({ "Domains": [{}, {}], "NextToken": "n" })).will_json(200, &json!({ "Domains": [{}] }));
    assert_eq!(wire.session().await.sagemaker().count_domains().await.unwrap(), 3);
}
