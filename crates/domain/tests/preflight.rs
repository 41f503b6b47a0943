//! What preflight says, check by check: what was not looked at is never called fine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use domain::catalog::{Constraint, ConstraintRule};
use domain::id::{AccountId, Region};
use domain::organization::{Chain, OrganizationNode, ServiceControlPolicy};
use domain::preflight::{
    AccountQuota, AccountQuotas, Calls, Check, Counted, Finding, FoundRole, LaunchStanding, Preflight, Reach,
    RoleStanding, SharedPortfolio, TagChoices, Verdict, calls_of_the_portal, constraints, launching, limits, quotas,
    resources, tag_options,
};
use domain::resource_actions::{MAP, known, properties};
use domain::template::{Given, Resolver, TemplateDigest};
use proptest::prelude::*;

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

fn account() -> AccountId {
    "601000000002".parse().unwrap()
}

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
    fn a_type_outside_the_map_is_never_fine(kind in "[A-Z][A-Za-z]{1,8}::[A-Za-z]{1,9}::[A-Za-z]{1,12}", pick in 0..MAP.len(), cut in 0..4_usize) {
        let near = MAP[pick].resource_type;
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

fn standing() -> LaunchStanding {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"Service":"servicecatalog.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    LaunchStanding {
        account: account(),
        region: "eu-west-1".parse().unwrap(),
        product: "prod-1".parse().unwrap(),
        paths: Ok(vec!["lpv2-1".into()]),
        shared: Ok(vec![SharedPortfolio { id: "port-1".parse().unwrap(), name: "ML".into() }]),
        associated: Ok(true),
        role: Some(RoleStanding {
            name: "Launch".into(),
            found: Ok(Some(FoundRole { arn: "arn:aws:iam::601000000002:role/Launch".into(), trust: trust.into() })),
        }),
        tag_choices: Ok(TagChoices::new()),
        read_at: chrono::DateTime::UNIX_EPOCH,
    }
}

fn of_launch(change: impl FnOnce(&mut LaunchStanding)) -> [Verdict; 3] {
    let mut standing = standing();
    change(&mut standing);
    let found = launching(Some(&standing), &["Launch"], &account());
    [found[0].verdict, found[1].verdict, found[2].verdict]
}

#[test]
fn launch_path_principal_and_role_fail_each_on_its_own() {
    use Verdict::{Denied, Depends, Fine, NotAssessed};
    assert_eq!(of_launch(|_| {}), [Fine, Fine, Fine]);
    assert_eq!(launching(None, &["Launch"], &account()).iter().map(|f| f.verdict).max(), Some(NotAssessed));
    let unshared = |it: &mut LaunchStanding| (it.paths, it.shared, it.associated) = (Ok(vec![]), Ok(vec![]), Ok(false));
    assert_eq!(of_launch(unshared)[..2], [Denied, NotAssessed]);
    assert_eq!(of_launch(|it| (it.paths, it.associated) = (Ok(vec![]), Ok(false)))[..2], [NotAssessed, Denied]);
    assert_eq!(of_launch(|it| it.paths = Ok(vec![]))[..2], [Denied, Fine]);
    assert_eq!(of_launch(|it| it.paths = Err("busy".into()))[..2], [NotAssessed, Fine]);
    let role = |it: &mut LaunchStanding, found| it.role.as_mut().unwrap().found = found;
    assert_eq!(of_launch(|it| role(it, Ok(None)))[2], Denied);
    assert_eq!(of_launch(|it| role(it, Err("busy".into())))[2], NotAssessed);
    let trusting = |trust: &str| {
        let trust = trust.to_owned();
        of_launch(|it| role(it, Ok(Some(FoundRole { arn: "arn:aws:iam::601000000002:role/L".into(), trust }))))[2]
    };
    let lambda = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    assert_eq!(trusting(lambda), Denied);
    assert_eq!(trusting("{"), NotAssessed);
    let hub = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::600000000001:role/Hub"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}}"#;
    assert_eq!(trusting(hub), Denied, "somebody else may, under a condition");
    let under = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"servicecatalog.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"x"}}}}"#;
    assert_eq!(trusting(under), Depends);
    let named = |named: &[&str]| launching(Some(&standing()), named, &account())[2].verdict;
    assert_eq!(named(&[]), NotAssessed);
    assert_eq!(named(&["arn:aws:iam::601000000009:role/Launch"]), NotAssessed);
    assert_eq!(named(&["arn:aws:iam::601000000002:role/Launch"]), Fine);
    assert_eq!(named(&["Launch", "Other"]), NotAssessed, "one of two");
    assert_eq!(named(&["Other"]), NotAssessed, "it was not read");
}

#[test]
fn tags_keep_to_the_options() {
    let choices = |values: &[&str]| TagChoices::from([("team".into(), values.iter().map(|v| (*v).into()).collect())]);
    let sent = |value: Option<&str>| value.map(|value| ("team".to_owned(), value.to_owned())).into_iter().collect();
    let of = |values: &[&str], value: Option<&str>| tag_options(&choices(values), &sent(value))[0].verdict;
    assert_eq!(of(&["a", "b"], Some("a")), Verdict::Fine);
    assert_eq!(of(&["a"], None), Verdict::Fine, "AWS sets it");
    assert_eq!(of(&["a", "b"], None), Verdict::Denied);
    assert_eq!(of(&["a", "b"], Some("c")), Verdict::Denied);
    assert_eq!(of(&[], Some("c")), Verdict::Denied);
    assert_eq!(tag_options(&TagChoices::new(), &BTreeMap::new())[0].verdict, Verdict::Fine);
}

#[test]
fn what_service_catalog_takes_is_counted() {
    let tags = |count: usize| (0..count).map(|n| (format!("t{n}"), String::new())).collect();
    let none = BTreeMap::new();
    let worst = |findings: Vec<Finding>| findings.into_iter().map(|f| f.verdict).max().unwrap();
    assert_eq!(worst(limits(&none, &tags(50))), Verdict::Fine);
    assert_eq!(worst(limits(&none, &tags(51))), Verdict::Denied);
    let long = |length: usize| BTreeMap::from([("It".to_owned(), "x".repeat(length))]);
    assert_eq!(worst(limits(&long(4_096), &none)), Verdict::Fine);
    assert_eq!(worst(limits(&long(4_097), &none)), Verdict::Denied);
    assert_eq!(worst(limits(&none, &long(257))), Verdict::Denied);
}

#[test]
fn what_the_template_makes_is_counted_against_what_the_account_has_left() {
    let template = "\
Parameters:
  Type: {Type: String}
Conditions:
  Large: !Equals [!Ref Type, large]
Resources:
  Domain: {Type: AWS::SageMaker::Domain}
  One: {Type: AWS::SageMaker::UserProfile}
  Two: {Type: AWS::SageMaker::UserProfile, Condition: Large}
  App: {Type: AWS::SageMaker::App}
  Data: {Type: AWS::S3::Bucket}
";
    let digest = TemplateDigest::read(template, properties);
    let none = BTreeMap::new();
    let of = |values: &BTreeMap<String, String>, used: u64, region_read: bool| -> Vec<(String, Verdict, String)> {
        let (account, region) = (account(), "eu-west-1".parse::<Region>().unwrap());
        let given =
            Given { values, parameters: &[], account: account.as_str(), region: region.as_str(), partition: "aws" };
        let quota = Ok(AccountQuota { most: 3, used });
        let counts = [(Counted::Domain, Err("AWS is busy.".to_owned())), (Counted::UserProfile, quota)];
        let read_at = chrono::DateTime::UNIX_EPOCH;
        let read = AccountQuotas { account: account.clone(), region: region.clone(), quotas: counts.into(), read_at };
        let findings = quotas(Some(&digest), &Resolver::new(&digest, given), region_read.then_some(&read));
        findings.into_iter().map(|finding| (finding.subject, finding.verdict, finding.why)).collect()
    };
    let large = BTreeMap::from([("Type".to_owned(), "large".to_owned())]);
    let small = BTreeMap::from([("Type".to_owned(), "small".to_owned())]);
    let profiles = |values: &BTreeMap<String, String>, used| of(values, used, true)[1].clone();
    let (subject, verdict, why) = profiles(&large, 1);
    assert_eq!((subject.as_str(), verdict), (Counted::UserProfile.quota_name(), Verdict::Fine));
    assert_eq!(why, "The account has 1 of 3; this makes 2 more.");
    assert_eq!(profiles(&small, 2).1, Verdict::Fine);
    assert_eq!(profiles(&large, 2).1, Verdict::Denied);
    assert_eq!(profiles(&none, 2).1, Verdict::Depends, "it is not known yet how many");
    assert_eq!(profiles(&none, 3).1, Verdict::Denied, "one at least");
    assert_eq!(profiles(&small, 9).1, Verdict::Denied, "the quota was lowered");
    let read = of(&small, 0, true);
    assert_eq!((read[0].1, read[0].2.as_str()), (Verdict::NotAssessed, "AWS is busy."));
    assert_eq!((read[2].0.as_str(), read[2].1), ("AWS::SageMaker::App", Verdict::NotAssessed), "by instance type");
    assert_eq!((read[3].0.as_str(), read[3].1), ("AWS::S3::Bucket", Verdict::NotAssessed));
    assert!(of(&small, 0, false).iter().all(|finding| finding.1 == Verdict::NotAssessed), "nothing was read");
    let unread = TemplateDigest { unread: Some("It uses a transform.".into()), ..TemplateDigest::default() };
    let given =
        Given { values: &none, parameters: &[], account: "601000000002", region: "eu-west-1", partition: "aws" };
    assert_eq!(quotas(Some(&unread), &Resolver::new(&unread, given), None)[0].verdict, Verdict::NotAssessed);
}

#[test]
fn broken_rules_are_told_and_those_that_cannot_be_read_are_not_assessed() {
    let of = |rules: &str| {
        let rule = ConstraintRule::Template { rules: rules.into() };
        let all = [Constraint { id: "cons-1".into(), portfolio: None, description: String::new(), rule }];
        constraints(&all, &BTreeMap::from([("Type".into(), "big".into())])).remove(0)
    };
    let rules = |wanted: &str| {
        format!(
            r#"{{"Rules":{{"R":{{"Assertions":[{{"Assert":{{"Fn::Equals":[{{"Ref":"Type"}},"{wanted}"]}},"AssertDescription":"Only small ones."}}]}}}}}}"#
        )
    };
    assert_eq!(of(&rules("big")).verdict, Verdict::Fine);
    let broken = of(&rules("small"));
    assert_eq!((broken.verdict, broken.subject.as_str()), (Verdict::Denied, "Type"));
    assert_eq!(of("{").verdict, Verdict::NotAssessed);
    let later = r#"{"Rules":{"Later":{"Assertions":[{"Assert":{"Fn::Equals":[{"Ref":"Size"},"1"]}}]}}}"#;
    assert_eq!(
        (of(later).verdict, of(later).subject),
        (Verdict::NotAssessed, "Later".to_owned()),
        "it has no value yet"
    );
}

#[test]
fn a_problem_says_what_why_and_whom_to_ask() {
    let preflight = Preflight {
        findings: launching(
            Some(&LaunchStanding { shared: Ok(vec![]), paths: Ok(vec![]), ..standing() }),
            &[],
            &account(),
        ),
        contact: "Pat".into(),
        ..Preflight::default()
    };
    assert_eq!(preflight.verdict(), Verdict::Denied);
    let problem = preflight.problem(|_| true).unwrap();
    assert!(problem.why.contains("no portfolio") && problem.next.ends_with("Ask Pat."), "{problem:?}");
    assert_eq!(preflight.problem(|check| check == Check::Policies), None);
    assert_eq!(Preflight::default().verdict(), Verdict::NotAssessed, "nothing looked at is nothing found");
}
