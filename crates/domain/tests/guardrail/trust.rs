//! Trust policies (IAM user guide, "AWS JSON policy elements: Principal" and "How to use external ID").

use domain::guardrail::{Call, Decision, Layer, PolicyKind, PrincipalArn, trusts};

use crate::{context, policy};

const HUB: &str = "arn:aws:iam::222222222222:role/StudiogateHub";
const HUB_SESSION: &str = "arn:aws:sts::222222222222:assumed-role/StudiogateHub/ada";

fn decide(document: &str, principal: &PrincipalArn, action: &str, pairs: &[(&str, &str)]) -> Decision {
    let role = "arn:aws:iam::601000000002:role/StudiogateLauncher";
    trusts(&policy(PolicyKind::Trust, document), principal, &Call { action, resource: role, context: &context(pairs) })
        .decision
}

fn arn(text: &str) -> PrincipalArn {
    PrincipalArn::parse(text).unwrap()
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole"}}}}"#
    )
}

#[test]
fn principals_are_matched() {
    for (principal, caller, trusted) in [
        (r#"{"AWS": "arn:aws:iam::222222222222:role/StudiogateHub"}"#, HUB, true),
        (r#"{"AWS": "arn:aws:iam::222222222222:role/StudiogateHub"}"#, HUB_SESSION, true),
        (r#"{"AWS": "arn:aws:iam::222222222222:role/path/StudiogateHub"}"#, HUB_SESSION, true),
        (r#"{"AWS": "arn:aws:sts::222222222222:assumed-role/StudiogateHub/ada"}"#, HUB_SESSION, true),
        (r#"{"AWS": "arn:aws:sts::222222222222:assumed-role/StudiogateHub/ada"}"#, HUB, false),
        (r#"{"AWS": "arn:aws:sts::222222222222:assumed-role/StudiogateHub/bob"}"#, HUB_SESSION, false),
        (r#"{"AWS": "arn:aws:iam::222222222222:role/Hub"}"#, HUB_SESSION, false),
        (r#"{"AWS": "arn:aws:iam::333333333333:role/StudiogateHub"}"#, HUB_SESSION, false),
        (r#"{"AWS": "arn:aws-cn:iam::222222222222:role/StudiogateHub"}"#, HUB_SESSION, false),
        (r#"{"AWS": ["333333333333", "222222222222"]}"#, HUB_SESSION, true),
        (r#"{"AWS": "arn:aws:iam::222222222222:root"}"#, HUB, true),
        (r#"{"AWS": "arn:aws:iam::333333333333:root"}"#, HUB, false),
        (r#"{"AWS": "AROAEXAMPLE1234567890"}"#, HUB, false),
        (r#""*""#, HUB, true),
        (r#"{"AWS": "*"}"#, HUB, true),
        (r#"{"Service": "servicecatalog.amazonaws.com"}"#, HUB, false),
    ] {
        let decision = decide(&trusting(principal), &arn(caller), "sts:AssumeRole", &[]);
        assert_eq!(decision == Decision::Allow, trusted, "{principal} and {caller}");
    }
    let service = PrincipalArn::service("servicecatalog.amazonaws.com");
    let document = trusting(r#"{"Service": ["lambda.amazonaws.com", "servicecatalog.amazonaws.com"]}"#);
    assert_eq!(decide(&document, &service, "sts:AssumeRole", &[]), Decision::Allow);
    assert_eq!(
        decide(&trusting(r#"{"AWS": "222222222222"}"#), &service, "sts:AssumeRole", &[]),
        Decision::ImplicitDeny
    );
    let federated = PrincipalArn::federated("accounts.google.com");
    assert_eq!(
        decide(&trusting(r#"{"Federated": "accounts.google.com"}"#), &federated, "sts:AssumeRole", &[]),
        Decision::Allow
    );
}

/// The trust of the portal's own roles: external id, session tags, source identity.
#[test]
fn the_spoke_roles_trust_the_hub_with_its_external_id() {
    let document = r#"{"Version": "2012-10-17", "Statement": [
        {"Sid": "Hub", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/StudiogateHub"},
         "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "studiogate-demo"}}},
        {"Sid": "Tags", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/StudiogateHub"},
         "Action": ["sts:TagSession", "sts:SetSourceIdentity"],
         "Condition": {"StringLike": {"aws:RequestTag/studiouserid": "?*", "sts:SourceIdentity": "?*"},
                       "ForAllValues:StringEquals": {"aws:TagKeys": ["studiouserid", "project", "stage"]}}}]}"#;
    let hub = arn(HUB_SESSION);
    let id = ("sts:ExternalId", "studiogate-demo");
    assert_eq!(decide(document, &hub, "sts:AssumeRole", &[id]), Decision::Allow);
    assert_eq!(decide(document, &hub, "sts:AssumeRole", &[("sts:ExternalId", "guess")]), Decision::ImplicitDeny);
    assert_eq!(decide(document, &hub, "sts:AssumeRole", &[]), Decision::ImplicitDeny);
    let tagged =
        [("aws:RequestTag/studiouserid", "ada"), ("sts:SourceIdentity", "ada"), ("aws:TagKeys", "studiouserid")];
    assert_eq!(decide(document, &hub, "sts:TagSession", &tagged), Decision::Allow);
    let extra = [tagged[0], tagged[1], tagged[2], ("aws:TagKeys", "admin")];
    assert_eq!(decide(document, &hub, "sts:TagSession", &extra), Decision::ImplicitDeny);
    let other = arn("arn:aws:iam::601000000001:role/StudiogateHub");
    assert_eq!(decide(document, &other, "sts:AssumeRole", &[id]), Decision::ImplicitDeny);
}

#[test]
fn a_denied_principal_is_denied_by_the_trust_policy() {
    let document = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": ["222222222222", "arn:aws:iam::222222222222:role/StudiogateHub"]}, "Action": "sts:*"}]}"#;
    assert_eq!(decide(document, &arn(HUB), "sts:AssumeRole", &[]), Decision::Allow);
    assert_eq!(
        decide(document, &arn("arn:aws:iam::222222222222:role/Other"), "sts:AssumeRole", &[]),
        Decision::ExplicitDeny
    );
    let verdict = trusts(
        &policy(PolicyKind::Trust, document),
        &arn("arn:aws:iam::333333333333:root"),
        &Call { action: "sts:AssumeRole", resource: "*", context: &context(&[]) },
    );
    assert_eq!(verdict.decided_by.unwrap().layer, Layer::Trust);
}

#[test]
fn what_is_no_principal_is_refused() {
    for text in [
        "",
        "arn:aws:iam::12:root",
        "arn:aws:s3:::bucket",
        "arn:aws:sts::222222222222:assumed-role/Hub",
        "arn:aws:iam::222222222222:group/x",
    ] {
        assert!(PrincipalArn::parse(text).is_err(), "{text}");
    }
}
