//! What templates may say, and what becomes of it.

use std::collections::BTreeMap;

use super::StackUpdate;
use super::tests::{ACCOUNT, Bench, story, values};
use crate::cloudformation::Stack;
use crate::context::Caller;

fn administrator() -> Caller {
    Caller::Administrator(ACCOUNT.parse().unwrap())
}

fn change(bench: &Bench, arn: &str, template: &str) -> Stack {
    let update =
        StackUpdate { caller: administrator(), template: template.into(), parameters: BTreeMap::new(), tags: None };
    bench.world(|world, now| super::update(world, arn, update, now).unwrap());
    bench.after(20, arn)
}

#[test]
fn a_template_that_grows_beyond_bounds_fails_and_leaves_nothing_large_behind() {
    let long = "x".repeat(100_000);
    let many = "{'Fn::FindInMap': [M, a, b]}, ".repeat(60);
    let resources = (0..5)
        .map(|i| {
            format!("  R{i}:\n    Type: AWS::SNS::Topic\n    Properties: {{DisplayName: small, Things: [{many}]}}\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let template = format!("Mappings: {{M: {{a: {{b: '{long}'}}}}}}\nResources:\n{resources}");
    let bench = Bench::new(1.0);
    let arn = bench.create("large", &template, &[]).unwrap();
    let stack = bench.after(20, &arn);
    assert_eq!(stack.status, "ROLLBACK_COMPLETE");
    let told = stack.events.iter().filter_map(|e| e.reason.as_deref()).any(|r| r.contains("more than 16777216 bytes"));
    assert!(told, "{:?}", story(&stack));
    let kept = bench.world(|world, _| crate::persist::world_bytes(world).unwrap().len());
    assert!(kept < 32_000_000, "{kept} bytes are kept");
}

#[test]
fn dynamic_references_are_resolved_and_what_is_missing_is_named() {
    let bench = Bench::new(1.0);
    let parameter = "Resources:\n  P: {Type: AWS::SSM::Parameter, Properties: {Name: /team/size, Type: String, Value: ml.t3.large}}\n";
    let arn = bench.create("parameter", parameter, &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    let uses = |reference: &str| {
        format!(
            "Resources:\n  P: {{Type: AWS::SSM::Parameter, Properties: {{Name: copy, Type: String, Value: 'is {{{{resolve:{reference}}}}}!'}}}}\n"
        )
    };
    let arn = bench.create("copy", &uses("ssm:/team/size:1"), &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    let copied =
        bench.world(|world, _| world.cloudformation.ssm_parameters[&format!("{ACCOUNT}/eu-west-1/copy")].clone());
    assert_eq!(copied, "is ml.t3.large!");
    let arn = bench.create("missing", &uses("ssm:/team/none"), &[]).unwrap();
    let stack = bench.after(5, &arn);
    let reason = stack.events.iter().find(|e| e.status == "CREATE_FAILED").unwrap().reason.clone().unwrap();
    assert_eq!(reason, "Parameters: [ssm:/team/none] cannot be found.");
}

#[test]
fn an_export_in_use_can_neither_go_nor_change() {
    let exports = |value: &str, output: &str| {
        format!(
            "Parameters: {{Team: {{Type: String, Default: blue}}}}\nResources:\n  A: {{Type: AWS::Logs::LogGroup}}\nOutputs:\n  {output}: {{Value: {value}, Export: {{Name: !Sub '${{Team}}-subnet'}}}}\n"
        )
    };
    let bench = Bench::new(1.0);
    let exporting = bench.create("network", &exports("subnet-1", "Subnet"), &[]).unwrap();
    assert_eq!(bench.after(5, &exporting).status, "CREATE_COMPLETE");
    let importing = "Parameters: {Whose: {Type: String, Default: blue}}\nResources:\n  A:\n    Type: AWS::Logs::LogGroup\n    Properties: {Tags: [{Key: subnet, Value: {'Fn::ImportValue': !Join ['-', [!Ref Whose, subnet]]}}]}\n";
    let user = bench.create("user", importing, &[]).unwrap();
    assert_eq!(bench.after(5, &user).status, "CREATE_COMPLETE");
    let gone = bench.world(|world, now| super::delete(world, &exporting, &administrator(), now).unwrap_err());
    assert_eq!(gone, "Cannot delete export blue-subnet as it is in use by user");
    let stack = change(&bench, &exporting, &exports("subnet-2", "Subnet"));
    assert_eq!(stack.status, "UPDATE_ROLLBACK_COMPLETE");
    let told = |stack: &Stack, words: &str| {
        stack.events.iter().any(|e| e.reason.as_deref().is_some_and(|r| r.contains(words)))
    };
    assert!(told(&stack, "Cannot update export blue-subnet as it is in use by user"), "{:?}", stack.events);
    let stack = change(&bench, &exporting, "Resources:\n  A: {Type: AWS::Logs::LogGroup}\n");
    assert!(told(&stack, "Cannot delete export blue-subnet as it is in use by user"), "{:?}", stack.events);
    // Whoever imports no more is in nobody's way.
    let stack = change(&bench, &user, "Resources:\n  A: {Type: AWS::Logs::LogGroup}\n");
    assert_eq!(stack.status, "UPDATE_COMPLETE", "{:?}", stack.events);
    bench.world(|world, now| super::delete(world, &exporting, &administrator(), now).unwrap());
    assert_eq!(bench.after(5, &exporting).status, "DELETE_COMPLETE");
}

#[test]
fn what_is_replaced_stays_where_the_template_says_so() {
    let bucket = |name: &str, policy: &str| {
        format!(
            "Resources:\n  B: {{Type: AWS::S3::Bucket, UpdateReplacePolicy: {policy}, Properties: {{BucketName: {name}}}}}\n"
        )
    };
    let bench = Bench::new(1.0);
    let has = |name: &str| bench.world(|world, _| world.cloudformation.buckets.contains_key(name));
    let arn = bench.create("buckets", &bucket("first-of-three", "Retain"), &[]).unwrap();
    bench.after(5, &arn);
    assert_eq!(change(&bench, &arn, &bucket("second-of-three", "Delete")).status, "UPDATE_COMPLETE");
    assert!(has("first-of-three"), "retained");
    assert_eq!(change(&bench, &arn, &bucket("third-of-three", "Delete")).status, "UPDATE_COMPLETE");
    assert!(!has("second-of-three") && has("third-of-three"));
}

#[test]
fn a_key_needs_no_policy_and_a_sub_of_nothing_known_is_refused() {
    let bench = Bench::new(1.0);
    let arn = bench.create("key", "Resources:\n  K: {Type: AWS::KMS::Key}\n", &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    assert!(
        bench
            .create(
                "sub",
                "Resources:\n  K: {Type: AWS::KMS::Key, Properties: {Description: !Sub '${No}'}}\n",
                &values(&[]).iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>()
            )
            .is_err()
    );
}

#[test]
fn exports_are_seeded_for_names_that_depend_on_parameters() {
    let template = "
Parameters: {Team: {Type: String, Default: blue}, Whole: {Type: String, Default: the-vpc}}
Resources:
  A:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: {'Fn::ImportValue': !Join ['-', [ds, !Ref Team, subnet-id]]}
      VpcId: {'Fn::ImportValue': !Ref Whole}
";
    let bench = Bench::new(1.0);
    let arn = bench.create("without", template, &[]).unwrap();
    let stack = bench.after(5, &arn);
    assert!(stack.events.iter().any(|e| e.reason.as_deref().is_some_and(|r| r.contains("No export named"))));
    bench.world(|world, _| crate::cloudformation::seed_exports(world, &[template], &BTreeMap::new()));
    let arn = bench.create("with", template, &[]).unwrap();
    let stack = bench.after(5, &arn);
    assert_eq!(stack.status, "CREATE_COMPLETE", "{:?}", stack.events);
    let properties = &stack.resource("A").unwrap().properties;
    assert_eq!(properties["GroupDescription"], format!("subnet-{ACCOUNT}-a"));
    assert_eq!(properties["VpcId"], format!("vpc-{ACCOUNT}"));
}

#[test]
fn no_more_than_a_hundred_resources_are_described() {
    let bench = Bench::new(1.0);
    let many = (0..120).map(|i| format!("  Log{i}: {{Type: AWS::Logs::LogGroup}}\n")).collect::<Vec<_>>().concat();
    let arn = bench.create("many", &format!("Resources:\n{many}"), &[]).unwrap();
    assert_eq!(bench.after(5, &arn).status, "CREATE_COMPLETE");
    let shown = bench.world(|world, now| {
        let ctx = crate::Ctx {
            caller: administrator(),
            region: "eu-west-1".into(),
            now,
            request_id: "test".into(),
            origin: crate::Origin::default(),
        };
        let fields = BTreeMap::from([("StackName".to_owned(), arn.clone())]);
        crate::cloudformation::handle(world, &ctx, "DescribeStackResources", &fields).unwrap()
    });
    assert_eq!(shown.matches("<member>").count(), 100);
}
