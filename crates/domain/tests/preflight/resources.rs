//! Resources, the stack and what opens it, against service control policies.

use std::collections::BTreeMap;

use domain::id::Region;
use domain::organization::{Chain, OrganizationNode, ServiceControlPolicy};
use domain::preflight::{Calls, Finding, Reach, Verdict, calls_of_the_portal, resources};
use domain::resource_actions::{all, known, properties};
use domain::template::{Given, Resolver, TemplateDigest};
use proptest::prelude::*;

use crate::account;

const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const NOTEBOOK: &str = "\
Parameters:
  Type: {Type: String}
Conditions:
  Wanted: !Equals [!Ref Type, ml.t3.medium]
  Secret: !Equals [!Ref Unknown, x]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      PermissionsBoundary: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/Bound'
      Policies: [{PolicyName: x}]
  Book:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: !Ref Type
      RoleArn: !GetAtt Role.Arn
      SubnetId: subnet-1
      KmsKeyId: !GetAtt Key.Arn
      Tags: [{Key: own, Value: !Ref Type}]
  Gone:
    Type: AWS::SageMaker::Endpoint
    Condition: Wanted
  Perhaps:
    Type: AWS::SageMaker::Endpoint
    Condition: Secret
";

fn chain(statement: &str) -> (Chain, BTreeMap<String, ServiceControlPolicy>) {
    let policy = |id: &str, statements: &str| {
        let content = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        let (id, name) = (id.to_owned(), format!("name of {id}"));
        (id.clone(), ServiceControlPolicy { id, name, content, ..ServiceControlPolicy::default() })
    };
    let policies: BTreeMap<_, _> = [policy("full", ALL), policy("deny", statement)].into();
    let node = |id: &str, policies: &[&str]| OrganizationNode {
        id: id.into(),
        name: id.to_uppercase(),
        policies: policies.iter().map(|p| (*p).to_owned()).collect(),
    };
    let nodes = [node("root", &["full"]), node("dev", &["full", "deny"]), node("account", &["full"])];
    (Chain::read(&nodes, &policies), policies)
}

fn assess(template: &str, values: &[(&str, &str)], statement: &str) -> Vec<Finding> {
    let (chain, policies) = chain(statement);
    let digest = TemplateDigest::read(template, properties);
    let values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let given =
        Given { values: &values, parameters: &[], account: "601000000002", region: "eu-west-1", partition: "aws" };
    let region: Region = "eu-west-1".parse().unwrap();
    let tags = BTreeMap::from([("project".to_owned(), "fraud".to_owned())]);
    let calls = Calls {
        reach: Reach::Chain(&chain, &policies),
        account: &account(),
        region: &region,
        partition: "aws",
        role: "StudiogateLaunchRole",
        tags: &tags,
    };
    resources(&calls, Some(&digest), &Resolver::new(&digest, given))
}

fn verdict(findings: &[Finding], of: &str) -> (Verdict, String) {
    let found = findings.iter().find(|f| f.subject.starts_with(of)).unwrap_or_else(|| panic!("{of}: {findings:?}"));
    (found.verdict, found.why.clone())
}

fn deny(action: &str, more: &str) -> String {
    format!(r#"{{"Sid":"No","Effect":"Deny","Action":"{action}","Resource":"*"{more}}}"#)
}

#[test]
fn a_denial_names_statement_policy_and_node() {
    let of = |statement: &str| assess(NOTEBOOK, &[("Type", "ml.t3.large")], statement);
    let found = of(&deny("sagemaker:CreateNotebookInstance", ""));
    let (it, why) = verdict(&found, "Book");
    assert_eq!(it, Verdict::Denied);
    assert_eq!(why, "Statement No of name of deny at DEV denies sagemaker:CreateNotebookInstance.");
    assert_eq!(verdict(&found, "Role").0, Verdict::Fine);
    assert!(!found.iter().any(|f| f.subject.starts_with("Gone")), "its condition does not hold");
}

#[test]
fn what_the_template_says_of_a_call_decides() {
    let book = |condition: &str| {
        let statement = deny("sagemaker:CreateNotebookInstance", &format!(r#","Condition":{{{condition}}}"#));
        verdict(&assess(NOTEBOOK, &[("Type", "ml.t3.large")], &statement), "Book").0
    };
    for (condition, expected) in [
        (r#""Null":{"sagemaker:VpcSubnets":"true"}"#, Verdict::Fine),
        (r#""Null":{"sagemaker:VpcSecurityGroupIds":"true"}"#, Verdict::Denied),
        (r#""Null":{"sagemaker:VolumeKmsKey":"true"}"#, Verdict::Fine),
        (r#""StringNotLike":{"sagemaker:VolumeKmsKey":"*:key/k"}"#, Verdict::Depends),
        (r#""ForAnyValue:StringNotLike":{"sagemaker:InstanceTypes":"ml.t3.*"}"#, Verdict::Fine),
        (r#""ForAnyValue:StringNotLike":{"sagemaker:InstanceTypes":"ml.m5.*"}"#, Verdict::Denied),
        (r#""StringEquals":{"sagemaker:DirectInternetAccess":"Enabled"}"#, Verdict::Denied),
        (r#""Null":{"aws:RequestTag/project":"true"}"#, Verdict::Fine),
        (r#""Null":{"aws:RequestTag/own":"true"}"#, Verdict::Fine),
        (r#""Null":{"aws:RequestTag/other":"true"}"#, Verdict::Denied),
        (r#""StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}"#, Verdict::Fine),
        (r#""ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/StudiogateLaunchRole"}"#, Verdict::Fine),
        (r#""StringEquals":{"aws:PrincipalOrgID":"o-other"}"#, Verdict::Depends),
        (r#""Null":{"aws:SourceVpc":"true"}"#, Verdict::Denied),
    ] {
        assert_eq!(book(condition), expected, "{condition}");
    }
}

#[test]
fn roles_are_judged_by_the_name_they_will_have_and_the_boundary_they_carry() {
    let role = |statement: &str| verdict(&assess(NOTEBOOK, &[("Type", "x")], statement), "Role").0;
    let on = |resource: &str| {
        format!(r#"{{"Sid":"No","Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:role/{resource}"}}"#)
    };
    assert_eq!(role(&on("Studiogate*")), Verdict::Fine);
    assert_eq!(role(&on("SC-*")), Verdict::Denied);
    let unbound = |policy: &str| {
        let condition = format!(r#","Condition":{{"StringNotEquals":{{"iam:PermissionsBoundary":"{policy}"}}}}"#);
        deny("iam:CreateRole", &condition)
    };
    assert_eq!(role(&unbound("arn:aws:iam::601000000002:policy/Bound")), Verdict::Fine);
    assert_eq!(role(&unbound("arn:aws:iam::601000000002:policy/Other")), Verdict::Denied);
    let attach = deny("iam:AttachRolePolicy", "");
    assert_eq!(role(&attach), Verdict::Fine, "the template attaches none");
    let passing =
        deny("iam:PassRole", "").replace(r#""Resource":"*""#, r#""Resource":"arn:aws:iam::*:role/Studiogate*""#);
    assert_eq!(verdict(&assess(NOTEBOOK, &[("Type", "x")], &passing), "Book").0, Verdict::Fine);
}

#[test]
fn what_may_not_be_made_depends() {
    let found = assess(NOTEBOOK, &[("Type", "ml.t3.medium")], &deny("sagemaker:CreateEndpoint", ""));
    assert_eq!(verdict(&found, "Gone").0, Verdict::Denied);
    assert_eq!(verdict(&found, "Perhaps").0, Verdict::Depends);
}

#[test]
fn a_policy_that_cannot_be_read_leaves_nothing_fine() {
    let found = assess(NOTEBOOK, &[("Type", "x")], "{");
    assert!(!found.is_empty() && found.iter().all(|f| f.verdict == Verdict::NotAssessed), "{found:?}");
}

#[test]
fn an_account_that_is_not_found_is_not_assessed_and_one_that_no_policy_reaches_is_fine() {
    let digest = TemplateDigest::read(NOTEBOOK, properties);
    let region: Region = "eu-west-1".parse().unwrap();
    let of = |reach| {
        let (account, tags) = (account(), BTreeMap::new());
        let calls = Calls { reach, account: &account, region: &region, partition: "aws", role: "R", tags: &tags };
        let none = BTreeMap::new();
        let given = Given { values: &none, parameters: &[], account: "1", region: "r", partition: "aws" };
        let found = calls_of_the_portal(&calls, Some(&digest), &Resolver::new(&digest, given));
        found.into_iter().map(|f| f.verdict).collect::<Vec<_>>()
    };
    assert_eq!(of(Reach::Unknown), [Verdict::NotAssessed; 3]);
    assert_eq!(of(Reach::Exempt), [Verdict::Fine; 3]);
}

/// Launch, stack and opening, for a template whose notebook instance is made where `Type` is `book`.
fn of_the_portal(kind: Option<&str>, statement: &str) -> Vec<(String, Verdict)> {
    let template = "\
Conditions:
  Wanted: !Equals [!Ref Type, book]
Resources:
  Book: {Type: AWS::SageMaker::NotebookInstance, Condition: Wanted}
  Profile: {Type: AWS::SageMaker::UserProfile}
";
    let (chain, policies) = chain(statement);
    let digest = TemplateDigest::read(template, properties);
    let values = kind.map(|kind| ("Type".to_owned(), kind.to_owned())).into_iter().collect();
    let given =
        Given { values: &values, parameters: &[], account: "601000000002", region: "eu-west-1", partition: "aws" };
    let region: Region = "eu-west-1".parse().unwrap();
    let (account, tags, reach) = (account(), BTreeMap::new(), Reach::Chain(&chain, &policies));
    let calls = Calls { reach, account: &account, region: &region, partition: "aws", role: "Launch", tags: &tags };
    let found = calls_of_the_portal(&calls, Some(&digest), &Resolver::new(&digest, given));
    found.into_iter().map(|f| (f.subject, f.verdict)).collect()
}

#[test]
fn opening_is_refused_for_what_is_made_alone() {
    let opening = |kind| of_the_portal(kind, &deny("sagemaker:CreatePresignedNotebookInstanceUrl", ""))[2].1;
    assert_eq!(opening(Some("book")), Verdict::Denied);
    assert_eq!(opening(Some("none")), Verdict::Fine);
    assert_eq!(opening(None), Verdict::Depends);
}

#[test]
fn the_stack_itself_is_looked_at_under_the_launch_role() {
    let stack = |statement: &str| of_the_portal(None, statement)[1].clone();
    assert_eq!(stack(ALL), ("The stack".to_owned(), Verdict::Fine));
    assert_eq!(stack(&deny("cloudformation:CreateStack", "")).1, Verdict::Denied);
    let but_launch = r#","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/Launch"}}"#;
    assert_eq!(stack(&deny("cloudformation:*", but_launch)).1, Verdict::Fine);
}

#[test]
fn a_property_outside_the_map_leaves_its_resource_not_assessed() {
    let bucket = |properties: &str, statement: &str| {
        let template = format!("Resources: {{Data: {{Type: 'AWS::S3::Bucket', Properties: {{{properties}}}}}}}");
        verdict(&assess(&template, &[], statement), "Data")
    };
    let controls = "OwnershipControls: {Rules: []}";
    assert_eq!(bucket(controls, ALL).0, Verdict::Fine);
    assert_eq!(bucket(controls, &deny("s3:PutBucketOwnershipControls", "")).0, Verdict::Denied);
    assert_eq!(bucket("BucketName: data", &deny("s3:PutBucketOwnershipControls", "")).0, Verdict::Fine);
    let (it, why) = bucket("MetadataConfiguration: {}", ALL);
    assert_eq!(it, Verdict::NotAssessed);
    assert!(why.contains("MetadataConfiguration"), "{why}");
    assert_eq!(bucket("MetadataConfiguration: {}", &deny("s3:CreateBucket", "")).0, Verdict::Denied);
}

#[test]
fn what_is_made_is_judged_by_the_arn_it_will_have() {
    let template = "\
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Path: /ml/, RoleName: train}}
  Key: {Type: AWS::KMS::Key}
  Own: {Type: AWS::SageMaker::Domain}
  Given: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !Ref Domain, UserProfileName: ada}}
  Made: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !Ref Own, UserProfileName: ada}}
  Other: {Type: AWS::SageMaker::UserProfile, Properties: {DomainId: !ImportValue domain, UserProfileName: ada}}
  App: {Type: AWS::SageMaker::App, Properties: {DomainId: d-abc, UserProfileName: ada, AppType: KernelGateway, AppName: k}}
";
    let on = |action: &str, resource: &str, of: &str| {
        let statement =
            format!(r#"{{"Sid":"No","Effect":"Deny","Action":"{action}","Resource":"arn:aws:{resource}"}}"#);
        verdict(&assess(template, &[("Domain", "d-abc")], &statement), of).0
    };
    assert_eq!(on("iam:CreateRole", "iam::*:role/ml/*", "Role"), Verdict::Denied);
    assert_eq!(on("iam:CreateRole", "iam::*:role/train", "Role"), Verdict::Fine, "its path stands before its name");
    assert_eq!(on("kms:TagResource", "kms:*:*:key/*", "Key"), Verdict::Denied);
    assert_eq!(on("kms:CreateKey", "kms:*:*:key/*", "Key"), Verdict::Fine, "there is no key yet");
    let profiles = "sagemaker:*:*:user-profile/d-abc/*";
    assert_eq!(on("sagemaker:CreateUserProfile", profiles, "Given"), Verdict::Denied);
    assert_eq!(on("sagemaker:CreateUserProfile", profiles, "Made"), Verdict::Fine, "nobody knows its domain yet");
    assert_eq!(on("sagemaker:CreateUserProfile", profiles, "Other"), Verdict::Depends);
    assert_eq!(on("sagemaker:CreateApp", "sagemaker:*:*:app/*/*/KernelGateway/*", "App"), Verdict::Denied);
    assert_eq!(on("sagemaker:CreateApp", "sagemaker:*:*:app/*/*/JupyterLab/*", "App"), Verdict::Fine);
}

#[test]
fn a_role_passed_on_for_spaces_counts_as_one_for_users() {
    let template = "\
Resources:
  Own:
    Type: AWS::SageMaker::Domain
    Properties:
      DefaultUserSettings: {ExecutionRole: 'arn:aws:iam::601000000002:role/One'}
      DefaultSpaceSettings:
        ExecutionRole: 'arn:aws:iam::601000000002:role/Other'
        JupyterLabAppSettings: {DefaultResourceSpec: {InstanceType: ml.p3.2xlarge}}
";
    let of = |statement: &str| verdict(&assess(template, &[], statement), "Own").0;
    let passing = |role: &str| {
        deny("iam:PassRole", "").replace(r#""Resource":"*""#, &format!(r#""Resource":"arn:aws:iam::*:role/{role}""#))
    };
    assert_eq!(
        [of(&passing("One")), of(&passing("Other")), of(&passing("Third"))],
        [Verdict::Denied, Verdict::Denied, Verdict::Fine]
    );
    let types = r#","Condition":{"ForAnyValue:StringLike":{"sagemaker:InstanceTypes":"ml.p3.*"}}"#;
    assert_eq!(of(&deny("sagemaker:CreateDomain", types)), Verdict::Denied);
}

proptest! {
    /// Whatever a type is called: what is not in the map is not assessed.
    #[test]
    fn a_type_outside_the_map_is_never_fine(kind in "[A-Z][A-Za-z]{1,8}::[A-Za-z]{1,9}::[A-Za-z]{1,12}", pick in 0..all().count(), cut in 0..4_usize) {
        let near = all().nth(pick).unwrap().resource_type;
        for kind in [kind, near.to_lowercase(), format!("{near}s"), near[..near.len() - cut].to_owned()] {
            if known(&kind).is_some() {
                continue;
            }
            let template = format!("Resources: {{It: {{Type: '{kind}'}}}}");
            let found = assess(&template, &[], ALL);
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].verdict, Verdict::NotAssessed);
        }
    }

    /// A Deny more never makes anything better.
    #[test]
    fn one_more_denial_never_helps(action in "(sagemaker|iam|s3|kms):(Create|Put|\\*)[A-Za-z]{0,8}\\*?") {
        let values = [("Type", "ml.t3.medium")];
        let before = assess(NOTEBOOK, &values, ALL);
        let after = assess(NOTEBOOK, &values, &deny(&action, ""));
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(after.verdict >= before.verdict);
        }
    }
}
