//! The pages behind presigned URLs, and what runs inside: it acts as the execution role.

use crate::common::{DEV, Harness, Keys, location, tag, text};
use serde_json::{Value, json};

const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

async fn open(h: &Harness, keys: &Keys, domain: &str, person: &str) -> Result<String, (String, String)> {
    let body = json!({ "DomainId": domain, "UserProfileName": person, "ExpiresInSeconds": 30 });
    let out = h.json(keys, "SageMaker.CreatePresignedDomainUrl", body).await?;
    Ok(out["AuthorizedUrl"].as_str().unwrap().to_owned())
}

/// Changes a role of the account.
fn change(h: &Harness, role: &str, change: impl FnOnce(&mut sim::IamRole)) {
    h.aws
        .with_world(|world| {
            let account = world.account_mut(&DEV.parse().unwrap()).unwrap();
            change(account.roles.get_mut(role).unwrap());
        })
        .unwrap();
}

fn put(h: &Harness, role: &str, text: &str) {
    change(h, role, |role| drop(role.policies.insert("revoked".into(), text.into())));
}

/// Who acts inside, by the credentials that the page gives.
async fn inside(h: &Harness, page: &str, cookie: &str) -> Keys {
    let given = text(h.studio("GET", &format!("{page}/credentials"), Some(cookie)).await).await;
    let given: Value = serde_json::from_str(&given).unwrap();
    let part = |key: &str| given[key].as_str().unwrap().to_owned();
    assert!(part("Expiration").ends_with('Z'), "{given}");
    Keys { access_key: part("AccessKeyId"), secret: part("SecretAccessKey"), token: Some(part("Token")) }
}

/// Path with query of a presigned URL.
fn path(url: &str) -> String {
    url[url.find("/auth").unwrap()..].to_owned()
}

async fn enter(h: &Harness, url: &str) -> (String, String) {
    let response = h.studio("GET", &path(url), None).await;
    assert_eq!(response.status(), 303);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    (location(&response), cookie)
}

#[tokio::test]
async fn studio_shows_who_is_in_and_for_how_long() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let (page, cookie) = enter(&h, &open(&h, &ada, &domain, "ada").await.unwrap()).await;
    let response = h.studio("GET", &page, Some(&cookie)).await;
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let html = text(response).await;
    for expected in
        [domain.as_str(), "fraud-detection", "studiouserid", "StudiogateLauncher", "11 h 59 min", "12 h 0 min"]
    {
        let either = expected.ends_with("min");
        assert!(either || html.contains(expected), "{expected}");
    }
    assert!(html.contains("12 h 0 min"), "{html}");
    assert_eq!(h.studio("GET", &page, None).await.status(), 303);
    h.pass(43_200);
    let late = h.studio("GET", &page, Some(&cookie)).await;
    assert_eq!(location(&late), "/console/signin?reason=session");
}

#[tokio::test]
async fn an_expired_url_lands_on_the_console_sign_in() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let url = open(&h, &ada, &domain, "ada").await.unwrap();
    h.pass(29);
    enter(&h, &url).await;
    h.pass(1);
    let late = h.studio("GET", &path(&url), None).await;
    assert_eq!(location(&late), "/console/signin?reason=expired");
    let page = text(h.studio("GET", "/console/signin?reason=expired", None).await).await;
    assert!(page.contains("expired"));
    let forged = h.studio("GET", "/auth?token=0000", None).await;
    assert_eq!(location(&forged), "/console/signin?reason=unknown");
}

#[tokio::test]
async fn a_permission_taken_back_closes_the_open_page() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let (page, cookie) = enter(&h, &open(&h, &ada, &domain, "ada").await.unwrap()).await;
    put(&h, "StudiogateLauncher", DENY);
    let response = h.studio("GET", &page, Some(&cookie)).await;
    assert_eq!(response.status(), 403);
    assert!(text(response).await.contains("with an explicit deny in an identity-based policy"));
}

#[tokio::test]
async fn v13_2_2_code_inside_studio_reaches_its_own_profile_only() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.profile("bob").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let (page, cookie) = enter(&h, &open(&h, &ada, &domain, "ada").await.unwrap()).await;
    for action in ["start", "space"] {
        let response = h.studio("POST", &format!("{page}/{action}"), Some(&cookie)).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, page.clone()), "{action}");
    }
    let html = text(h.studio("GET", &page, Some(&cookie)).await).await;
    assert!(html.contains("JupyterServer") && html.contains("ada-lab"), "{html}");

    let kernel = inside(&h, &page, &cookie).await;
    let identity = h.sts(&kernel, &[("Action", "GetCallerIdentity")]).await.unwrap();
    assert_eq!(tag(&identity, "Arn"), "arn:aws:sts::601000000002:assumed-role/StudiogateExecution/SageMaker");
    open(&h, &kernel, &domain, "ada").await.unwrap();
    assert_eq!(open(&h, &kernel, &domain, "bob").await.unwrap_err().0, "AccessDeniedException");
    // It cannot make a colleague's profile its own by tagging it.
    let retag = json!({
        "ResourceArn": format!("arn:aws:sagemaker:eu-west-1:{DEV}:user-profile/{domain}/bob"),
        "Tags": [{ "Key": "studiouserid", "Value": "ada" }],
    });
    assert_eq!(h.json(&kernel, "SageMaker.AddTags", retag).await.unwrap_err().0, "AccessDeniedException");
    let foreign =
        json!({ "DomainId": domain, "UserProfileName": "bob", "AppType": "JupyterServer", "AppName": "default" });
    assert_eq!(h.json(&kernel, "SageMaker.CreateApp", foreign).await.unwrap_err().0, "AccessDeniedException");
}

/// A deny for one person on the role that both share: hers closes, with what runs in it, and his does not.
#[tokio::test]
async fn a_person_is_cut_off_inside_by_the_source_identity() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    h.profile("bob").await;
    let mut pages = Vec::new();
    for person in ["ada", "bob"] {
        let keys = h.as_person(DEV, "StudiogateLauncher", person, None).await;
        let (page, cookie) = enter(&h, &open(&h, &keys, &domain, person).await.unwrap()).await;
        let kernel = inside(&h, &page, &cookie).await;
        pages.push((person, page, cookie, kernel));
    }
    let deny = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": { "StringEquals": { "aws:SourceIdentity": "ada" } },
    }] });
    put(&h, "StudiogateExecution", &deny.to_string());
    for (person, page, cookie, kernel) in &pages {
        let off = *person == "ada";
        for path in [page.clone(), format!("{page}/credentials")] {
            let response = h.studio("GET", &path, Some(cookie)).await;
            assert_eq!(response.status(), if off { 403 } else { 200 }, "{path}");
            let shown = text(response).await;
            let words = "StudiogateExecution/SageMaker is not authorized";
            assert_eq!(shown.contains(words) && shown.contains("with an explicit deny"), off, "{shown}");
        }
        let response = h.studio("POST", &format!("{page}/start"), Some(cookie)).await;
        assert_eq!(response.status(), if off { 403 } else { 303 });
        let listed = h.json(kernel, "SageMaker.ListApps", json!({})).await;
        assert_eq!(listed.is_err(), off, "{listed:?}");
    }
    change(&h, "StudiogateExecution", |role| drop(role.policies.remove("revoked")));
    let (_, page, cookie, _) = &pages[0];
    assert_eq!(h.studio("GET", page, Some(cookie)).await.status(), 200, "undone");
}

#[tokio::test]
async fn the_name_of_who_acts_needs_a_role_that_takes_it() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let (page, cookie) = enter(&h, &open(&h, &ada, &domain, "ada").await.unwrap()).await;
    change(&h, "StudiogateExecution", |role| {
        role.trust = role.trust.replace("sts:SetSourceIdentity", "sts:TagSession");
    });
    let response = h.studio("GET", &format!("{page}/credentials"), Some(&cookie)).await;
    assert_eq!(response.status(), 403);
    assert!(text(response).await.contains("sts:SetSourceIdentity"));
}

#[tokio::test]
async fn a_notebook_instance_acts_as_its_role_and_knows_no_profile() {
    let h = Harness::new();
    let domain = h.profile("ada").await;
    let admin = Keys::administrator(DEV);
    let body = json!({
        "NotebookInstanceName": "lab",
        "InstanceType": "ml.t3.medium",
        "RoleArn": sim::seed::execution_role_arn(DEV),
        "Tags": [{ "Key": "studiouserid", "Value": "ada" }],
    });
    h.json(&admin, "SageMaker.CreateNotebookInstance", body).await.unwrap();
    h.pass(600);
    let ada = h.as_person(DEV, "StudiogateLauncher", "ada", None).await;
    let named = json!({ "NotebookInstanceName": "lab" });
    let url = h.json(&ada, "SageMaker.CreatePresignedNotebookInstanceUrl", named).await.unwrap();
    let (page, cookie) = enter(&h, url["AuthorizedUrl"].as_str().unwrap()).await;
    assert!(text(h.studio("GET", &page, Some(&cookie)).await).await.contains("role/StudiogateExecution"));
    let kernel = inside(&h, &page, &cookie).await;
    let identity = h.sts(&kernel, &[("Action", "GetCallerIdentity")]).await.unwrap();
    assert_eq!(tag(&identity, "Arn"), "arn:aws:sts::601000000002:assumed-role/StudiogateExecution/SageMaker");
    // There is no profile that would be its own.
    assert_eq!(open(&h, &kernel, &domain, "ada").await.unwrap_err().0, "AccessDeniedException");
    put(&h, "StudiogateExecution", DENY);
    assert_eq!(h.studio("GET", &page, Some(&cookie)).await.status(), 403);
}
