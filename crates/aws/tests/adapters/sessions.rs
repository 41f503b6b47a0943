//! Which roles are taken on, with what, and for how long a session is kept.

use crate::wire::{Wire, observer};
use aws::{AssumeGrant, Aws};
use chrono::TimeDelta;
use domain::person::PersonKey;
use domain::project::Stage;
use domain::session::{SessionPolicy, SessionTags};

fn person() -> AssumeGrant {
    let tags = SessionTags {
        studiouserid: PersonKey { issuer: "https://idp.example".into(), subject: "ada".into() }.studio_user_id(),
        project: "fraud-detection".parse().unwrap(),
        stage: Stage::Dev,
        studiodomain: None,
        studioprofile: None,
        studionextowner: None,
    };
    let policy = SessionPolicy::allow(&["sagemaker:CreatePresignedDomainUrl"], &["arn:aws:x".to_owned()]).unwrap();
    AssumeGrant::person(tags.studiouserid.clone().into(), tags, policy)
}

#[tokio::test]
async fn a_system_session_is_kept_until_five_minutes_before_its_end() {
    let wire = Wire::start().await;
    let aws = wire.aws();
    let grant = AssumeGrant::system("studiogate");
    aws.assume(&observer(), &grant).await.unwrap();
    wire.clock.advance(TimeDelta::seconds(54 * 60 + 59));
    aws.assume(&observer(), &grant).await.unwrap();
    assert_eq!(wire.asked("AssumeRole").len(), 1);
    wire.clock.advance(TimeDelta::seconds(1));
    let renewed = aws.assume(&observer(), &grant).await.unwrap();
    assert_eq!(wire.asked("AssumeRole").len(), 2);
    assert_eq!(renewed.expires_at(), crate::wire::start_time() + TimeDelta::minutes(55 + 60));
}

#[tokio::test]
async fn many_at_once_share_one_session() {
    let wire = Wire::start().await;
    let aws = wire.aws();
    let (role, grant) = (observer(), AssumeGrant::system("studiogate"));
    let (a, b, c) = tokio::join!(aws.assume(&role, &grant), aws.assume(&role, &grant), aws.assume(&role, &grant));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(wire.asked("AssumeRole").len(), 1);
}

#[tokio::test]
async fn sessions_of_two_accounts_or_regions_are_apart() {
    let wire = Wire::start().await;
    let aws = wire.aws();
    let grant = AssumeGrant::system("studiogate");
    let mut elsewhere = observer();
    elsewhere.account = "602000000002".parse().unwrap();
    let mut far = observer();
    far.region = "us-east-1".parse().unwrap();
    for role in [observer(), elsewhere, far] {
        aws.assume(&role, &grant).await.unwrap();
    }
    assert_eq!(wire.asked("AssumeRole").len(), 3);
}

#[tokio::test]
async fn v13_2_2_a_persons_session_is_made_anew_for_each_act_and_says_who_acts() {
    let wire = Wire::start().await;
    let aws = wire.aws();
    let lead = PersonKey { issuer: "https://idp.example".into(), subject: "grace".into() }.studio_user_id();
    let grant = AssumeGrant { source_identity: Some(lead.clone().into()), ..person() };
    aws.assume(&observer(), &grant).await.unwrap();
    aws.assume(&observer(), &grant).await.unwrap();
    let asked = wire.asked("AssumeRole");
    assert_eq!(asked.len(), 2);
    let id = grant.session_name.as_str();
    for expected in [
        "RoleArn=arn%3Aaws%3Aiam%3A%3A601000000002%3Arole%2FStudiogateObserver".to_owned(),
        format!("RoleSessionName={id}"),
        format!("SourceIdentity={}", lead.as_str()),
        "ExternalId=the-external-id".to_owned(),
        "DurationSeconds=900".to_owned(),
        "Policy=%7B".to_owned(),
        format!("Tags.member.1.Key=studiouserid&Tags.member.1.Value={id}"),
        "Tags.member.2.Key=project&Tags.member.2.Value=fraud-detection".to_owned(),
        "Tags.member.3.Key=stage&Tags.member.3.Value=dev".to_owned(),
        "TransitiveTagKeys.member.3=stage".to_owned(),
    ] {
        assert!(asked[0].body.contains(&expected), "{expected} in {}", asked[0].body);
    }
}

#[tokio::test]
async fn the_hub_role_is_taken_on_first_and_once() {
    let wire = Wire::start().await;
    let mut config = wire.config();
    config.hub_role_arn = Some("arn:aws:iam::222222222222:role/StudiogateHub".into());
    let aws = Aws::with_sdk_config(&crate::wire::sdk(&wire.endpoint), config);
    aws.assume(&observer(), &person()).await.unwrap();
    aws.assume(&observer(), &person()).await.unwrap();
    let roles: Vec<bool> = wire.asked("AssumeRole").iter().map(|a| a.body.contains("StudiogateHub")).collect();
    assert_eq!(roles, [true, false, false]);
}

#[tokio::test]
async fn a_session_outside_the_limits_is_not_asked_for() {
    let wire = Wire::start().await;
    for seconds in [899, 3_601] {
        let grant = AssumeGrant { duration: std::time::Duration::from_secs(seconds), ..person() };
        assert!(matches!(wire.aws().assume(&observer(), &grant).await, Err(aws::Error::Invalid(_))));
    }
    assert!(wire.asked("AssumeRole").is_empty());
}

#[tokio::test]
async fn v16_2_5_nothing_prints_credentials_or_the_external_id() {
    let wire = Wire::start().await;
    let aws = wire.aws();
    let session = aws.assume(&observer(), &person()).await.unwrap();
    let text = format!(
        "{aws:?} {session:?} {:?} {:?} {:?} {:?}",
        session.service_catalog(),
        session.sagemaker(),
        session.cloudformation(),
        session.organizations()
    );
    for secret in ["never-printed", "base-secret", "the-external-id"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
