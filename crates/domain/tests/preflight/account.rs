//! How the account stands to the product: launch path, principal, launch role, tags, limits, quotas, constraints.

use std::collections::BTreeMap;

use domain::catalog::{Constraint, ConstraintRule};
use domain::id::{PortfolioId, Region};
use domain::preflight::{
    AccountQuota, AccountQuotas, Check, Counted, Finding, FoundRole, LaunchStanding, Preflight, RoleStanding,
    SharedPortfolio, TagChoices, Verdict, Who, constraints, launching, limits, quotas, tag_options, tag_policy,
};
use domain::resource_actions::properties;
use domain::tag_policy::{TagRule, TagSource};
use domain::template::{Given, Resolver, TemplateDigest};

use crate::account;

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

fn inside() -> [PortfolioId; 1] {
    ["port-1".parse().unwrap()]
}

fn of_launch(change: impl FnOnce(&mut LaunchStanding)) -> [Verdict; 3] {
    let mut standing = standing();
    change(&mut standing);
    let found = launching(&inside(), Some(&standing), &["Launch"], false, &account());
    [found[0].verdict, found[1].verdict, found[2].verdict]
}

#[test]
fn launch_path_principal_and_role_fail_each_on_its_own() {
    use Verdict::{Denied, Depends, Fine, NotAssessed};
    assert_eq!(of_launch(|_| {}), [Fine, Fine, Fine]);
    assert_eq!(
        launching(&inside(), None, &["Launch"], false, &account()).iter().map(|f| f.verdict).max(),
        Some(NotAssessed)
    );
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
    let named = |named: &[&str]| launching(&inside(), Some(&standing()), named, false, &account())[2].verdict;
    assert_eq!(named(&[]), Denied, "nobody may make it");
    assert_eq!(launching(&inside(), None, &[], true, &account())[2].verdict, NotAssessed, "by a stack set");
    assert_eq!(named(&["arn:aws:iam::601000000009:role/Launch"]), NotAssessed);
    assert_eq!(named(&["arn:aws:iam::601000000002:role/Launch"]), Fine);
    assert_eq!(named(&["Launch", "Other"]), NotAssessed, "one of two");
    assert_eq!(named(&["Other"]), NotAssessed, "it was not read");
}

#[test]
fn what_is_in_no_portfolio_is_launched_by_nobody_whatever_was_read() {
    for standing in [None, Some(standing())] {
        let found = launching(&[], standing.as_ref(), &["Launch"], false, &account());
        assert_eq!((found[0].check, found[0].verdict), (Check::LaunchPath, Verdict::Denied), "{standing:?}");
        assert_eq!(found[1].verdict, Verdict::NotAssessed, "nobody is to be blamed but the portfolio: {standing:?}");
        assert_eq!(found[2].verdict == Verdict::Fine, standing.is_some(), "the role is told as it was read");
        let preflight = Preflight { findings: found, ..Preflight::default() };
        let problem = preflight.problem(|_| true).unwrap();
        assert!(problem.why.contains("is in no portfolio"), "{problem:?}");
        assert!(problem.next.contains("Put the product into a portfolio"), "{problem:?}");
    }
}

#[test]
fn tags_keep_to_the_options() {
    let choices = |values: &[&str]| TagChoices::from([("team".into(), values.iter().map(|v| (*v).into()).collect())]);
    let sent = |value: Option<&str>| value.map(|value| ("team".to_owned(), value.to_owned())).into_iter().collect();
    let of =
        |values: &[&str], value: Option<&str>| tag_options(&choices(values), &sent(value), &BTreeMap::new())[0].verdict;
    assert_eq!(of(&["a", "b"], Some("a")), Verdict::Fine);
    assert_eq!(of(&["a"], None), Verdict::Fine, "AWS sets it");
    assert_eq!(of(&["a", "b"], None), Verdict::Denied);
    assert_eq!(of(&["a", "b"], Some("c")), Verdict::Denied);
    assert_eq!(of(&[], Some("c")), Verdict::Denied);
    assert_eq!(tag_options(&TagChoices::new(), &BTreeMap::new(), &BTreeMap::new())[0].verdict, Verdict::Fine);
}

#[test]
fn of_a_tag_that_no_value_is_good_for_nobody_is_asked_to_choose_one() {
    let choices = TagChoices::from([("team".into(), vec!["a".into(), "b".into()])]);
    let impossible = BTreeMap::from([("team".to_owned(), TagSource::Impossible("none fits".into()))]);
    assert_eq!(tag_options(&choices, &BTreeMap::new(), &impossible), [], "the tag policy says it");
    let why = |findings: Vec<Finding>| Preflight { findings, ..Preflight::default() }.whatever_is_asked();
    assert_eq!(why(tag_options(&choices, &BTreeMap::new(), &BTreeMap::new())), None, "whoever asks can choose");
    let rule = TagRule {
        id: "rule-1".parse().unwrap(),
        key: "team".into(),
        stage: None,
        data_class: None,
        values: "c".parse().unwrap(),
        version: 1,
    };
    let problem = why(tag_policy(&impossible, &[&rule], &BTreeMap::new(), &[])).unwrap();
    assert!(problem.why.contains("No value is good for it: none fits"), "{problem:?}");
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
    let by = |rules: &str, is_asked: bool| {
        let rule = ConstraintRule::Template { rules: rules.into() };
        let all = [Constraint { id: "cons-1".into(), portfolio: None, description: String::new(), rule }];
        constraints(&all, &BTreeMap::from([("Type".into(), "big".into())]), |_| is_asked).remove(0)
    };
    let of = |rules: &str| by(rules, true);
    let rules = |wanted: &str| {
        format!(
            r#"{{"Rules":{{"R":{{"Assertions":[{{"Assert":{{"Fn::Equals":[{{"Ref":"Type"}},"{wanted}"]}},"AssertDescription":"Only small ones."}}]}}}}}}"#
        )
    };
    assert_eq!(of(&rules("big")).verdict, Verdict::Fine);
    let broken = of(&rules("small"));
    assert_eq!((broken.verdict, broken.subject.as_str()), (Verdict::Denied, "Type"));
    assert_eq!(broken.what_to_do.unwrap().0, Who::Requester);
    assert_eq!(by(&rules("small"), false).what_to_do.unwrap().0, Who::PlatformTeam, "nobody chooses it");
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
            &inside(),
            Some(&LaunchStanding { shared: Ok(vec![]), paths: Ok(vec![]), ..standing() }),
            &["Launch"],
            false,
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
