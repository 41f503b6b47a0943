use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use domain::binding::{AccountValue, BindingSource, PersonValue};
use domain::clock::{Clock, ManualClock};
use serde_json::{Value, json};

use crate::context::{Caller, Ctx, RoleSession};
use crate::{AwsError, LocalAws, SimOptions};

use blueprints::{Blueprint, blueprints};

pub(super) const DEV: &str = "601000000002";

pub(super) struct Bench {
    pub(super) aws: LocalAws,
    clock: ManualClock,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(&[], false)
    }

    fn with(products: &[(&str, &str)], exports: bool) -> Self {
        let clock = ManualClock::at(DateTime::from_timestamp(1_750_000_000, 0).unwrap());
        let mut options = SimOptions::new(Arc::new(clock.clone()));
        options.products = products.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        options.exports = exports;
        Self { aws: LocalAws::new(options).unwrap(), clock }
    }

    pub(super) fn minutes(&self, minutes: i64) {
        self.clock.advance(TimeDelta::minutes(minutes));
    }

    pub(super) fn call_as(&self, caller: Caller, operation: &str, body: &Value) -> Result<Value, AwsError> {
        let now = self.clock.now();
        let ctx = Ctx {
            caller,
            region: "eu-west-1".into(),
            now,
            request_id: "test".into(),
            origin: crate::Origin::default(),
        };
        self.aws.with_world(|world| super::handle(world, &ctx, operation, body)).unwrap()
    }

    pub(super) fn session(&self, account: &str, role: &str, name: &str) -> Caller {
        let arn = format!("arn:aws:iam::{account}:role/{role}");
        Caller::Role(Box::new(RoleSession::of_role(&arn, name, self.clock.now()).unwrap()))
    }

    /// As the provisioner of an account.
    pub(super) fn call(&self, account: &str, operation: &str, body: &Value) -> Result<Value, AwsError> {
        self.call_as(self.session(account, "StudiogateProvisioner", "ada"), operation, body)
    }

    pub(super) fn curate(&self, operation: &str, body: &Value) -> Result<Value, AwsError> {
        self.call_as(Caller::Administrator("222222222222".parse().unwrap()), operation, body)
    }

    pub(super) fn product(&self, name: &str) -> (String, String) {
        self.aws
            .with_world(|world| {
                let product = world.service_catalog.products.values().find(|p| p.name == name).unwrap();
                (product.id.clone(), product.artifacts.last().unwrap().id.clone())
            })
            .unwrap()
    }

    pub(super) fn request(&self, product: &str, name: &str, parameters: &BTreeMap<String, String>) -> Value {
        let (product, artifact) = self.product(product);
        let parameters: Vec<Value> = parameters.iter().map(|(k, v)| json!({ "Key": k, "Value": v })).collect();
        json!({
            "ProductId": product,
            "ProvisioningArtifactId": artifact,
            "ProvisionedProductName": name,
            "ProvisionToken": format!("token-{}", name.replace('.', "_")),
            "ProvisioningParameters": parameters,
        })
    }

    fn record(&self, account: &str, answer: &Value) -> Value {
        let id = answer["RecordDetail"]["RecordId"].clone();
        self.call(account, "DescribeRecord", &json!({ "Id": id })).unwrap()
    }
}

/// The values that the bindings of a seeded product give.
pub(super) fn bound(blueprint: &Blueprint, account: &str) -> BTreeMap<String, String> {
    let value = |source: &BindingSource| {
        Some(match source {
            BindingSource::Fixed { value } => value.clone(),
            BindingSource::FromAccount { value } => match value {
                AccountValue::VpcId => format!("vpc-{account}"),
                AccountValue::SubnetIds => format!("subnet-{account}-a,subnet-{account}-b"),
                AccountValue::SecurityGroupIds => format!("sg-{account}"),
                AccountValue::KmsKeyArn => crate::seed::kms_key_arn(account),
                AccountValue::StudioDomainId => format!("d-shared{account}"),
                _ => return None,
            },
            BindingSource::FromPerson { value } => match value {
                PersonValue::StudioUserId => "ada".into(),
                PersonValue::Project => "fraud-detection".into(),
                PersonValue::CostCenter => "CC-4711".into(),
                PersonValue::DataClass => "internal".into(),
                _ => return None,
            },
            BindingSource::Choice { .. } | BindingSource::Ask => return None,
        })
    };
    blueprint.bindings.iter().filter_map(|(key, source)| Some((key.clone(), value(source)?))).collect()
}

pub(super) fn blueprint(name: &str) -> Blueprint {
    blueprints().into_iter().find(|b| b.name == name).unwrap()
}

#[test]
fn every_seeded_product_comes_up_and_goes_in_every_stage_it_is_for() {
    let bench = Bench::new();
    for blueprint in blueprints() {
        for account in crate::seed::project_accounts() {
            if !blueprint.stages.contains(&account.stage) || account.project.as_str() != "fraud-detection" {
                continue;
            }
            let account = account.account.as_str();
            let versions = bench.product(&blueprint.name).0;
            let artifacts =
                bench.aws.with_world(|world| world.service_catalog.products[&versions].artifacts.clone()).unwrap();
            for artifact in artifacts {
                let name = format!("{}-{}", blueprint.name.replace(' ', "-"), artifact.name);
                let mut parameters = bound(&blueprint, account);
                let template = template::Template::parse(&artifact.template).unwrap();
                parameters.retain(|key, _| template.parameter(key).is_some());
                let mut request = bench.request(&blueprint.name, &name, &parameters);
                request["ProvisioningArtifactId"] = json!(artifact.id);
                let answer = bench.call(account, "ProvisionProduct", &request).unwrap();
                assert_eq!(answer["RecordDetail"]["Status"], "CREATED");
                bench.minutes(30);
                let record = bench.record(account, &answer);
                assert_eq!(record["RecordDetail"]["Status"], "SUCCEEDED", "{name} in {account}: {record:#}");
                let keys: Vec<&str> = record["RecordOutputs"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|o| o["OutputKey"].as_str())
                    .collect();
                assert!(keys.contains(&"CloudformationStackARN") && keys.len() > 1, "{keys:?}");
                let id = answer["RecordDetail"]["ProvisionedProductId"].clone();
                let end = json!({ "ProvisionedProductId": id, "TerminateToken": "t1" });
                let answer = bench.call(account, "TerminateProvisionedProduct", &end).unwrap();
                bench.minutes(30);
                let record = bench.record(account, &answer);
                assert_eq!(record["RecordDetail"]["Status"], "SUCCEEDED", "{name} in {account}: {record:#}");
                let gone = bench.call(account, "TerminateProvisionedProduct", &end).unwrap_err();
                assert_eq!(gone.code, "ResourceNotFoundException");
            }
        }
    }
}

#[test]
fn one_token_is_one_provisioned_product() {
    let bench = Bench::new();
    let parameters = bound(&blueprint("Studio environment"), DEV);
    let request = bench.request("Studio environment", "ada-studio", &parameters);
    let first = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    let again = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    assert_eq!(first["RecordDetail"]["RecordId"], again["RecordDetail"]["RecordId"]);
    bench.minutes(30);
    let later = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    assert_eq!(first["RecordDetail"]["RecordId"], later["RecordDetail"]["RecordId"]);

    let mut other = request.clone();
    other["ProvisionedProductName"] = json!("other");
    assert_eq!(bench.call(DEV, "ProvisionProduct", &other).unwrap_err().code, "InvalidParametersException");
    let mut second = request;
    second["ProvisionToken"] = json!("another");
    assert_eq!(bench.call(DEV, "ProvisionProduct", &second).unwrap_err().code, "DuplicateResourceException");
    let all = bench.call(DEV, "ScanProvisionedProducts", &json!({})).unwrap();
    assert_eq!(all["ProvisionedProducts"].as_array().unwrap().len(), 1);
}

#[test]
fn what_breaks_a_rule_is_refused_with_its_words() {
    let bench = Bench::new();
    let good = bound(&blueprint("Studio environment"), DEV);
    let with = |key: &str, value: &str| {
        let mut parameters = good.clone();
        parameters.insert(key.into(), value.into());
        bench.request("Studio environment", "ada", &parameters)
    };
    let refused = bench.call(DEV, "ProvisionProduct", &with("InstanceType", "ml.g4dn.xlarge")).unwrap_err();
    assert_eq!(refused.code, "InvalidParametersException");
    assert!(refused.message.contains("'AffordableInstances'"), "{refused}");
    assert!(refused.message.contains("GPU instances are not offered here"), "{refused}");
    let refused = bench.call(DEV, "ProvisionProduct", &with("Unknown", "x")).unwrap_err();
    assert_eq!(refused.message, "Parameters: [Unknown] do not exist in the template");
    let mut missing = good.clone();
    missing.remove("VpcId");
    let refused =
        bench.call(DEV, "ProvisionProduct", &bench.request("Studio environment", "ada", &missing)).unwrap_err();
    assert_eq!(refused.message, "Parameters: [VpcId] must have values");
    for name in ["-x", "a b", "é", &"x".repeat(129)] {
        let refused =
            bench.call(DEV, "ProvisionProduct", &bench.request("Studio environment", name, &good)).unwrap_err();
        assert_eq!(refused.code, "ValidationException", "{name}");
    }
    let mut both = with("InstanceType", "ml.t3.medium");
    both["ProductName"] = json!("Studio environment");
    assert_eq!(bench.call(DEV, "ProvisionProduct", &both).unwrap_err().code, "InvalidParametersException");
    let mut unknown = with("InstanceType", "ml.t3.medium");
    unknown["ProductId"] = json!("prod-nope");
    assert_eq!(bench.call(DEV, "ProvisionProduct", &unknown).unwrap_err().code, "ResourceNotFoundException");
    let mut tagged = with("InstanceType", "ml.t3.medium");
    tagged["Tags"] = json!([{ "Key": "cost-center", "Value": "CC-0000" }]);
    let refused = bench.call(DEV, "ProvisionProduct", &tagged).unwrap_err();
    assert!(refused.message.contains("CC-0000") && refused.message.contains("CC-4711"), "{refused}");
}

#[test]
fn a_value_that_cloudformation_refuses_ends_in_error_with_a_way_out() {
    let bench = Bench::new();
    let mut parameters = bound(&blueprint("Studio environment"), DEV);
    parameters.insert("DataClass".into(), "secret".into());
    let request = bench.request("Studio environment", "ada", &parameters);
    let answer = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    bench.minutes(5);
    let record = bench.record(DEV, &answer);
    assert_eq!(record["RecordDetail"]["Status"], "FAILED");
    let words = record["RecordDetail"]["RecordErrors"][0]["Description"].as_str().unwrap();
    assert_eq!(words, "Parameter 'DataClass' must be one of AllowedValues");
    let id = answer["RecordDetail"]["ProvisionedProductId"].clone();
    let described = bench.call(DEV, "DescribeProvisionedProduct", &json!({ "Id": id })).unwrap();
    assert_eq!(described["ProvisionedProductDetail"]["Status"], "ERROR");
    assert_eq!(described["ProvisionedProductDetail"]["StatusMessage"], words);
    bench
        .call(DEV, "TerminateProvisionedProduct", &json!({ "ProvisionedProductId": id, "TerminateToken": "t" }))
        .unwrap();
    bench.minutes(1);
    let gone = bench.call(DEV, "DescribeProvisionedProduct", &json!({ "Id": id })).unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[test]
fn the_search_index_lags_and_levels_hide_what_is_others() {
    let bench = Bench::new();
    let parameters = bound(&blueprint("Studio environment"), DEV);
    let request = bench.request("Studio environment", "ada", &parameters);
    bench.call(DEV, "ProvisionProduct", &request).unwrap();
    let by_token = json!({ "Filters": { "SearchQuery": ["idempotencyToken:token-ada"] } });
    let found = |body: &Value| bench.call(DEV, "SearchProvisionedProducts", body).unwrap()["TotalResultsCount"].clone();
    assert_eq!(found(&by_token), 0, "not indexed yet");
    bench.clock.advance(TimeDelta::seconds(6));
    assert_eq!(found(&by_token), 1);
    assert_eq!(found(&json!({ "Filters": { "SearchQuery": ["status:AVAILABLE"] } })), 0);
    let bob = || bench.session(DEV, "StudiogateProvisioner", "bob");
    let seen_by_bob = |level: &str| {
        let body = json!({ "AccessLevelFilter": { "Key": level, "Value": "self" } });
        bench.call_as(bob(), "SearchProvisionedProducts", &body).unwrap()["TotalResultsCount"].clone()
    };
    assert_eq!(seen_by_bob("User"), 0);
    assert_eq!(seen_by_bob("Role"), 1);
    assert_eq!(seen_by_bob("Account"), 1);
    bench.minutes(30);
    assert_eq!(found(&json!({ "Filters": { "SearchQuery": ["status:AVAILABLE", "name:ad*"] } })), 1);
    let end = json!({ "ProvisionedProductName": "ada", "TerminateToken": "t" });
    bench.call(DEV, "TerminateProvisionedProduct", &end).unwrap();
    bench.minutes(30);
    assert_eq!(found(&by_token), 0);
}

#[test]
fn updates_take_previous_values_and_tags_where_allowed() {
    let bench = Bench::new();
    let parameters = bound(&blueprint("Studio environment"), DEV);
    let request = bench.request("Studio environment", "ada", &parameters);
    let answer = bench.call(DEV, "ProvisionProduct", &request).unwrap();
    let id = answer["RecordDetail"]["ProvisionedProductId"].clone();
    bench.minutes(30);
    let update = json!({
        "ProvisionedProductId": id,
        "UpdateToken": "u1",
        "ProvisioningParameters": [
            { "Key": "UserProfileName", "UsePreviousValue": true },
            { "Key": "InstanceType", "Value": "ml.t3.large" },
        ],
        "Tags": [{ "Key": "data-class", "Value": "internal" }],
    });
    let first = bench.call(DEV, "UpdateProvisionedProduct", &update).unwrap();
    let again = bench.call(DEV, "UpdateProvisionedProduct", &update).unwrap();
    assert_eq!(first["RecordDetail"]["RecordId"], again["RecordDetail"]["RecordId"]);
    bench.minutes(30);
    let record = bench.record(DEV, &first);
    assert_eq!(record["RecordDetail"]["Status"], "SUCCEEDED", "{record:#}");
    assert_eq!(record["RecordDetail"]["RecordType"], "UPDATE_PROVISIONED_PRODUCT");
    let described = bench.call(DEV, "DescribeProvisionedProduct", &json!({ "Id": id })).unwrap();
    assert_eq!(described["ProvisionedProductDetail"]["Status"], "AVAILABLE");
}

#[test]
fn parameters_and_outputs_are_described() {
    let bench = Bench::new();
    let (product, artifact) = bench.product("Studio environment");
    let body = json!({ "ProductId": product, "ProvisioningArtifactId": artifact });
    let described = bench.call(DEV, "DescribeProvisioningParameters", &body).unwrap();
    let parameters = described["ProvisioningArtifactParameters"].as_array().unwrap();
    let vpc = parameters.iter().find(|p| p["ParameterKey"] == "VpcId").unwrap();
    assert_eq!(vpc["ParameterType"], "AWS::EC2::VPC::Id");
    let minutes = parameters.iter().find(|p| p["ParameterKey"] == "IdleTimeoutInMinutes").unwrap();
    assert_eq!(minutes["ParameterConstraints"]["MaxValue"], "1440");
    assert_eq!(minutes["DefaultValue"], "120");
    let kinds: Vec<&str> =
        described["ConstraintSummaries"].as_array().unwrap().iter().filter_map(|c| c["Type"].as_str()).collect();
    assert!(["LAUNCH", "TEMPLATE", "RESOURCE_UPDATE"].iter().all(|k| kinds.contains(k)), "{kinds:?}");
    assert_eq!(described["TagOptions"][0], json!({ "Key": "cost-center", "Values": ["CC-4711", "CC-4712"] }));
    assert!(described["ProvisioningArtifactOutputKeys"].as_array().unwrap().len() >= 4);
}

#[test]
fn an_offered_template_is_a_product_and_a_broken_one_is_not() {
    let template = "
Description: A log group
Parameters:
  Env: {Type: String, Default: dev}
Resources:
  Log: {Type: AWS::Logs::LogGroup}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: {'Fn::ImportValue': !Sub 'vpc-${Env}'}
";
    let products = [("Logs", template), ("Broken", "Resources:\n  A: {}\n")];
    assert!(super::seed::check(products[1].1).unwrap_err().to_string().contains("must contain a Type"));
    let run = |exports: bool| {
        let bench = Bench::with(&products, exports);
        assert!(bench.aws.with_world(|w| w.service_catalog.products.values().all(|p| p.name != "Broken")).unwrap());
        let answer = bench.call(DEV, "ProvisionProduct", &bench.request("Logs", "logs", &BTreeMap::new())).unwrap();
        bench.minutes(10);
        bench.record(DEV, &answer)["RecordDetail"].clone()
    };
    assert_eq!(run(true)["Status"], "SUCCEEDED");
    let failed = run(false);
    assert_eq!(failed["Status"], "FAILED");
    assert_eq!(failed["RecordErrors"][0]["Description"], "No export named vpc-dev found. Rollback requested by user.");
}
