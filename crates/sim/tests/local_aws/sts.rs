//! STS: who may take which role, and what its credentials are good for.

use crate::common::{DEV, HUB, Harness, Keys, tag};
use serde_json::json;

const LAUNCHER: &str = "arn:aws:iam::601000000002:role/StudiogateLauncher";
const EXTERNAL: (&str, &str) = ("ExternalId", sim::seed::EXTERNAL_ID);

#[tokio::test]
async fn an_account_number_is_its_administrator_and_anything_else_is_nobody() {
    let h = Harness::new();
    let text = h.sts(&Keys::administrator(DEV), &[("Action", "GetCallerIdentity")]).await.unwrap();
    assert_eq!(tag(&text, "Account"), DEV);
    assert_eq!(tag(&text, "Arn"), "arn:aws:iam::601000000002:user/administrator");
    for access_key in ["999999999999", "ASIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"] {
        let keys = Keys { token: Some("x.y".into()), ..Keys::administrator(access_key) };
        let refused = h.sts(&keys, &[("Action", "GetCallerIdentity")]).await.unwrap_err();
        assert_eq!(refused.0, "InvalidClientTokenId", "{access_key}");
        let refused = h.json(&keys, "SageMaker.ListDomains", json!({})).await.unwrap_err();
        assert_eq!(refused.0, "UnrecognizedClientException", "{access_key}");
    }
}

#[tokio::test]
async fn a_session_says_who_it_is_and_ends() {
    let h = Harness::new();
    let hub = h.hub().await;
    let text = h.sts(&hub, &[("Action", "GetCallerIdentity")]).await.unwrap();
    assert_eq!(tag(&text, "Arn"), "arn:aws:sts::222222222222:assumed-role/StudiogateHub/test-session");
    let forged = Keys { secret: "wrong".into(), ..hub.clone() };
    assert_eq!(h.sts(&forged, &[("Action", "GetCallerIdentity")]).await.unwrap_err().0, "SignatureDoesNotMatch");
    h.pass(3600);
    assert_eq!(h.sts(&hub, &[("Action", "GetCallerIdentity")]).await.unwrap_err().0, "ExpiredToken");
}

#[tokio::test]
async fn a_token_cannot_be_changed() {
    let h = Harness::new();
    let hub = h.hub().await;
    let token = hub.token.clone().unwrap();
    let (payload, seal) = token.split_once('.').unwrap();
    let mut payload = payload.to_owned();
    payload.insert(8, 'A');
    let changed = Keys { token: Some(format!("{payload}.{seal}")), ..hub };
    assert_eq!(h.sts(&changed, &[("Action", "GetCallerIdentity")]).await.unwrap_err().0, "InvalidClientTokenId");
}

#[tokio::test]
async fn a_spoke_role_is_for_the_hub_with_the_external_id_only() {
    let h = Harness::new();
    let hub = h.hub().await;
    h.assume(&hub, LAUNCHER, &[EXTERNAL]).await.unwrap();
    let (code, message) = h.assume(&hub, LAUNCHER, &[("ExternalId", "guessed")]).await.unwrap_err();
    assert_eq!(code, "AccessDenied");
    assert_eq!(
        message,
        "User: arn:aws:sts::222222222222:assumed-role/StudiogateHub/test-session is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::601000000002:role/StudiogateLauncher"
    );
    assert_eq!(h.assume(&hub, LAUNCHER, &[]).await.unwrap_err().0, "AccessDenied");
    // Not even the account's own administrator, whom the trust policy does not name.
    let own = Keys::administrator(DEV);
    assert_eq!(h.assume(&own, LAUNCHER, &[EXTERNAL]).await.unwrap_err().0, "AccessDenied");
    // The hub may take the portal's roles and no others.
    let launch_role = "arn:aws:iam::601000000002:role/StudiogateLaunchRole";
    let (_, message) = h.assume(&hub, launch_role, &[EXTERNAL]).await.unwrap_err();
    assert!(message.ends_with("because no identity-based policy allows the sts:AssumeRole action"), "{message}");
    let missing = "arn:aws:iam::601000000002:role/StudiogateNobody";
    assert_eq!(h.assume(&hub, missing, &[EXTERNAL]).await.unwrap_err().0, "AccessDenied");
}

#[tokio::test]
async fn durations_have_limits() {
    let h = Harness::new();
    let admin = Keys::administrator("222222222222");
    for seconds in ["899", "43201"] {
        assert_eq!(h.assume(&admin, HUB, &[("DurationSeconds", seconds)]).await.unwrap_err().0, "ValidationError");
    }
    let (_, message) = h.assume(&admin, HUB, &[("DurationSeconds", "7200")]).await.unwrap_err();
    assert_eq!(message, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    h.aws
        .with_world(|world| {
            let account = world.account_mut(&DEV.parse().unwrap()).unwrap();
            account.roles.get_mut("StudiogateLauncher").unwrap().max_session = 43_200;
        })
        .unwrap();
    let hub = h.hub().await;
    let (_, message) = h.assume(&hub, LAUNCHER, &[EXTERNAL, ("DurationSeconds", "3601")]).await.unwrap_err();
    assert!(message.contains("1 hour session limit for roles assumed by role chaining"), "{message}");
}

#[tokio::test]
async fn tags_and_policies_have_limits() {
    let h = Harness::new();
    let hub = h.hub().await;
    let long = format!(r#"{{"Version":"2012-10-17","Statement":[],"Id":"{}"}}"#, "x".repeat(2048));
    assert_eq!(h.assume(&hub, LAUNCHER, &[EXTERNAL, ("Policy", &long)]).await.unwrap_err().0, "ValidationError");
    let broken = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}"#;
    assert_eq!(
        h.assume(&hub, LAUNCHER, &[EXTERNAL, ("Policy", broken)]).await.unwrap_err().0,
        "MalformedPolicyDocument"
    );
    let many: Vec<(String, String)> = (1..=51)
        .flat_map(|n| {
            [(format!("Tags.member.{n}.Key"), format!("k{n}")), (format!("Tags.member.{n}.Value"), "v".to_owned())]
        })
        .collect();
    let mut fields: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    fields.push(EXTERNAL);
    assert_eq!(h.assume(&hub, LAUNCHER, &fields).await.unwrap_err().0, "ValidationError");
    let value = "v".repeat(256);
    let big: Vec<(String, String)> = (1..=20)
        .flat_map(|n| {
            [(format!("Tags.member.{n}.Key"), format!("k{n}")), (format!("Tags.member.{n}.Value"), value.clone())]
        })
        .collect();
    let mut fields: Vec<(&str, &str)> = big.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    fields.push(EXTERNAL);
    assert_eq!(h.assume(&hub, LAUNCHER, &fields).await.unwrap_err().0, "PackedPolicyTooLarge");
}

#[tokio::test]
async fn source_identity_sticks_and_transitive_tags_travel() {
    let h = Harness::new();
    // A hub that lets a source identity and tags in, to chain from.
    h.aws
        .with_world(|world| {
            let account = world.account_mut(&"222222222222".parse().unwrap()).unwrap();
            let hub = account.roles.get_mut("StudiogateHub").unwrap();
            hub.trust = hub
                .trust
                .replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]");
        })
        .unwrap();
    let admin = Keys::administrator("222222222222");
    let first = [
        ("SourceIdentity", "ada"),
        ("Tags.member.1.Key", "studiouserid"),
        ("Tags.member.1.Value", "ada"),
        ("TransitiveTagKeys.member.1", "studiouserid"),
    ];
    let hub = h.assume(&admin, HUB, &first).await.unwrap();
    let other = [EXTERNAL, ("SourceIdentity", "mallory")];
    assert_eq!(h.assume(&hub, LAUNCHER, &other).await.unwrap_err().0, "AccessDenied");
    let again = [EXTERNAL, ("Tags.member.1.Key", "StudioUserId"), ("Tags.member.1.Value", "mallory")];
    assert_eq!(h.assume(&hub, LAUNCHER, &again).await.unwrap_err().0, "InvalidParameterValue");
    // The inherited tag opens the person's own profile.
    let domain = h.profile("ada").await;
    let launcher = h.assume(&hub, LAUNCHER, &[EXTERNAL]).await.unwrap();
    let body = json!({ "DomainId": domain, "UserProfileName": "ada" });
    h.json(&launcher, "SageMaker.CreatePresignedDomainUrl", body).await.unwrap();
}

#[tokio::test]
async fn tags_need_their_own_permission_in_the_trust_policy() {
    let h = Harness::new();
    let admin = Keys::administrator("222222222222");
    let tagged = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    let (code, message) = h.assume(&admin, HUB, &tagged).await.unwrap_err();
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("sts:TagSession"), "{message}");
    let (_, message) = h.assume(&admin, HUB, &[("SourceIdentity", "ada")]).await.unwrap_err();
    assert!(message.contains("sts:SetSourceIdentity"), "{message}");
}
