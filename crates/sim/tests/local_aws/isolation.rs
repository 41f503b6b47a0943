//! Who may open whose Studio: session tags, session policies, accounts, and service control policies.

use crate::common::{DEV, Harness, Keys};
use serde_json::{Value, json};

const OPEN: &str = "SageMaker.CreatePresignedDomainUrl";

fn of(domain: &str, person: &str) -> Value {
    json!({ "DomainId": domain, "UserProfileName": person, "ExpiresInSeconds": 30 })
}

async fn open(h: &Harness, keys: &Keys, domain: &str, person: &str) -> Result<String, (String, String)> {
    let out = h.json(keys, OPEN, of(domain, person)).await?;
    Ok(out["AuthorizedUrl"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn v13_2_2_a_person_opens_the_profile_with_their_tag_and_no_other() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.profile("bob").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    open(&h, &ada, &domain, "ada").await.unwrap();
    let (code, message) = open(&h, &ada, &domain, "bob").await.unwrap_err();
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(
        message,
        "User: arn:aws:sts::601000000002:assumed-role/StudiogateLauncher/test-session is not authorized to perform: sagemaker:CreatePresignedDomainUrl on resource: arn:aws:sagemaker:eu-west-1:601000000002:user-profile/d-shared601000000002/bob because no permissions boundary allows the sagemaker:CreatePresignedDomainUrl action"
    );
}

#[tokio::test]
async fn a_launch_without_tags_opens_nothing() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let hub = h.hub().await;
    let role = "arn:aws:iam::601000000002:role/StudiogateLauncher";
    let bare = h.assume(&hub, role, &[("ExternalId", sim::seed::EXTERNAL_ID)]).await.unwrap();
    assert_eq!(open(&h, &bare, &domain, "ada").await.unwrap_err().0, "AccessDeniedException");
}

#[tokio::test]
async fn v13_2_2_a_session_policy_narrows_and_never_widens() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let elsewhere = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sagemaker:CreatePresignedDomainUrl","Resource":"arn:aws:sagemaker:eu-west-1:601000000002:user-profile/*/bob"}]}"#;
    let narrow = h.as_person(DEV, "StudiogateLauncher", "ada", Some(elsewhere)).await;
    let (_, message) = open(&h, &narrow, &domain, "ada").await.unwrap_err();
    assert!(
        message.ends_with("because no session policy allows the sagemaker:CreatePresignedDomainUrl action"),
        "{message}"
    );
    let everything = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let wide = h.as_person(DEV, "StudiogateLauncher", "ada", Some(everything)).await;
    open(&h, &wide, &domain, "ada").await.unwrap();
    let delete = json!({ "DomainId": domain, "UserProfileName": "ada" });
    let (_, message) = h.json(&wide, "SageMaker.DeleteUserProfile", delete).await.unwrap_err();
    assert!(message.contains("no permissions boundary allows"), "{message}");
}

#[tokio::test]
async fn another_account_is_another_world() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let churn = h.as_person("602000000002", "StudiogateLauncher", "ada", None).await;
    assert_eq!(open(&h, &churn, &domain, "ada").await.unwrap_err().0, "AccessDeniedException");
    let admin = Keys::administrator("602000000002");
    assert_eq!(
        h.json(&admin, "SageMaker.DescribeDomain", json!({ "DomainId": domain })).await.unwrap_err().0,
        "ResourceNotFound"
    );
    let elsewhere =
        h.json_in("us-east-1", &Keys::administrator(DEV), "SageMaker.ListDomains", json!({})).await.unwrap();
    assert_eq!(elsewhere["Domains"], json!([]));
}

#[tokio::test]
async fn a_service_control_policy_stops_even_the_administrator() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.aws
        .with_world(|world| {
            let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NoStudio","Effect":"Deny","Action":"sagemaker:CreatePresignedDomainUrl","Resource":"*"}]}"#;
            let policy = sim::organizations::ServiceControlPolicy {
                id: "p-nostudio00".into(),
                name: "no-studio".into(),
                description: String::new(),
                content: text.into(),
                aws_managed: false,
            };
            let organization = &mut world.organization;
            let unit = organization.account_parents[&DEV.parse().unwrap()].clone();
            organization.attachments.get_mut(&unit).unwrap().push(policy.id.clone());
            organization.policies.insert(policy.id.clone(), policy);
        })
        .unwrap();
    for keys in [Keys::administrator(DEV), h.as_person(DEV, "StudiogateLauncher", "ada", None).await] {
        let (code, message) = open(&h, &keys, &domain, "ada").await.unwrap_err();
        assert_eq!(code, "AccessDeniedException");
        assert!(message.ends_with("with an explicit deny in a service control policy"), "{message}");
    }
}

#[tokio::test]
async fn a_policy_that_is_not_understood_allows_nothing() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.aws
        .with_world(|world| {
            let account = world.account_mut(&DEV.parse().unwrap()).unwrap();
            let role = account.roles.get_mut("StudiogateLauncher").unwrap();
            let odd = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringResembles":{"a":"b"}}}]}"#;
            role.policies.insert("odd".into(), odd.into());
        })
        .unwrap();
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    assert_eq!(open(&h, &ada, &domain, "ada").await.unwrap_err().0, "AccessDeniedException");
}

#[tokio::test]
async fn the_provisioner_clears_what_the_person_owns() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.profile("bob").await;
    let admin = Keys::administrator(DEV);
    for person in ["ada", "bob"] {
        let app =
            json!({ "DomainId": domain, "UserProfileName": person, "AppType": "JupyterServer", "AppName": "default" });
        h.json(&admin, "SageMaker.CreateApp", app).await.unwrap();
        let space = json!({
            "DomainId": domain,
            "SpaceName": format!("{person}-lab"),
            "OwnershipSettings": { "OwnerUserProfileName": person },
            "SpaceSharingSettings": { "SharingType": "Private" },
        });
        h.json(&admin, "SageMaker.CreateSpace", space).await.unwrap();
    }
    h.pass(600);
    let ada = h.as_person(DEV, "StudiogateProvisioner", "ada", None).await;
    let listed = h
        .json(&ada, "SageMaker.ListApps", json!({ "DomainIdEquals": domain, "UserProfileNameEquals": "ada" }))
        .await
        .unwrap();
    assert_eq!(listed["Apps"].as_array().unwrap().len(), 1);
    let app = |person: &str| json!({ "DomainId": domain, "UserProfileName": person, "AppType": "JupyterServer", "AppName": "default" });
    let space = |person: &str| json!({ "DomainId": domain, "SpaceName": format!("{person}-lab") });
    h.json(&ada, "SageMaker.DeleteApp", app("ada")).await.unwrap();
    h.json(&ada, "SageMaker.DeleteSpace", space("ada")).await.unwrap();
    assert_eq!(h.json(&ada, "SageMaker.DeleteApp", app("bob")).await.unwrap_err().0, "AccessDeniedException");
    assert_eq!(h.json(&ada, "SageMaker.DeleteSpace", space("bob")).await.unwrap_err().0, "AccessDeniedException");
}

/// The tag says who opens it: it is written anew for whom the session names alone, and nothing else with it.
#[tokio::test]
async fn v8_2_3_an_owners_tag_is_written_for_the_next_owner_alone() {
    const TAG: &str = "SageMaker.AddTags";
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.profile("bob").await;
    let hub = h.hub().await;
    let session = async |holder: &str, next: Option<&str>| {
        let mut fields = vec![
            ("ExternalId", sim::seed::EXTERNAL_ID),
            ("SourceIdentity", "lead"),
            ("Tags.member.1.Key", "studiouserid"),
            ("Tags.member.1.Value", holder),
        ];
        if let Some(next) = next {
            fields.extend([("Tags.member.2.Key", "studionextowner"), ("Tags.member.2.Value", next)]);
        }
        let role = format!("arn:aws:iam::{DEV}:role/StudiogateProvisioner");
        h.assume(&hub, &role, &fields).await.unwrap()
    };
    let tags = |whose: &str, tags: &[(&str, &str)]| {
        let arn = format!("arn:aws:sagemaker:eu-west-1:{DEV}:user-profile/{domain}/{whose}");
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        json!({ "ResourceArn": arn, "Tags": tags })
    };
    let to_bob = session("ada", Some("bob")).await;
    for (why, keys, body) in [
        ("somebody else's", &to_bob, tags("bob", &[("studiouserid", "bob")])),
        ("to somebody else", &to_bob, tags("ada", &[("studiouserid", "eve")])),
        ("with another tag", &to_bob, tags("ada", &[("studiouserid", "bob"), ("data-class", "public")])),
        ("nobody named", &session("ada", None).await, tags("ada", &[("studiouserid", "ada")])),
    ] {
        let refused = h.json(keys, TAG, body).await.unwrap_err();
        assert_eq!(refused.0, "AccessDeniedException", "{why}: {}", refused.1);
    }
    let bob = h.as_person(DEV, "StudiogateLauncher", "bob", None).await;
    assert!(open(&h, &bob, &domain, "ada").await.is_err());
    h.json(&to_bob, TAG, tags("ada", &[("studiouserid", "bob")])).await.unwrap();
    open(&h, &bob, &domain, "ada").await.unwrap();
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    assert_eq!(open(&h, &ada, &domain, "ada").await.unwrap_err().0, "AccessDeniedException");
    // It was given once: the same session gives it nobody again.
    assert_eq!(
        h.json(&to_bob, TAG, tags("ada", &[("studiouserid", "bob")])).await.unwrap_err().0,
        "AccessDeniedException"
    );
}

/// AWS refuses a list that is allowed on ARNs alone: lists have no resource in IAM.
#[tokio::test]
async fn a_list_is_allowed_on_every_resource_or_not_at_all() {
    const STUDIO: [&str; 6] = [
        "ListDomains",
        "ListUserProfiles",
        "ListSpaces",
        "ListApps",
        "ListNotebookInstances",
        "ListNotebookInstanceLifecycleConfigs",
    ];
    let h = Harness::new();
    let policy = |resource: &str| {
        let allowed = json!({
            "Effect": "Allow",
            "Action": ["sagemaker:List*", "servicecatalog:ListConstraintsForPortfolio"],
            "Resource": resource,
        });
        json!({ "Version": "2012-10-17", "Statement": allowed }).to_string()
    };
    for (resource, allowed) in [("arn:aws:*:*:*:*", false), ("*", true)] {
        for (account, role) in [(DEV, "StudiogateObserver"), ("222222222222", "StudiogateCurator")] {
            h.aws
                .with_world(|world| {
                    let role = world.account_mut(&account.parse().unwrap()).unwrap().roles.get_mut(role).unwrap();
                    role.policies = [("lists".to_owned(), policy(resource))].into();
                })
                .unwrap();
        }
        let observer = h.as_role(DEV, "StudiogateObserver").await;
        for list in STUDIO {
            let answer = h.json(&observer, &format!("SageMaker.{list}"), json!({})).await;
            assert_eq!(answer.is_ok(), allowed, "{list} on {resource}: {answer:?}");
        }
        let curator = h.as_role("222222222222", "StudiogateCurator").await;
        let portfolio = h.aws.with_world(|world| world.service_catalog.portfolios.keys().next().cloned()).unwrap();
        let target = "AWS242ServiceCatalogService.ListConstraintsForPortfolio";
        let answer = h.json(&curator, target, json!({ "PortfolioId": portfolio.unwrap() })).await;
        assert_eq!(answer.is_ok(), allowed, "constraints on {resource}: {answer:?}");
    }
}
