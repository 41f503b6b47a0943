//! The form of an update, and what is said of versions.

use domain::environment::EnvironmentState;
use domain::observed::Drift;
use domain::request::RequestState;
use domain::template::{Fate, ResourceChange};
use domain::view::*;

use app::pages;

use crate::page;
use crate::samples;

/// One of every fate.
fn preview() -> UpdatePreview {
    let change = |logical_id: &str, kind: &str, fate: Fate, lost: &str| ResourceChange {
        logical_id: logical_id.into(),
        resource_type: format!("AWS::{kind}"),
        fate,
        lost: lost.into(),
    };
    let replaced = Fate::Replaced { by: vec!["DomainName".into(), "KmsKeyId".into()] };
    let changed = |key: &str, before: Option<&str>, after: Option<&str>| ParameterChange {
        key: key.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    UpdatePreview {
        parameters: vec![
            changed("InstanceType", Some("ml.t3.medium"), Some("ml.m5.large")),
            changed("VolumeSizeInGb", None, Some("20")),
            changed("Idle", Some("60"), None),
        ],
        resources: vec![
            change("Space", "SageMaker::Space", Fate::Created, ""),
            change("Domain", "SageMaker::Domain", replaced, "the home directories of everybody in the domain"),
            change("Profile", "SageMaker::UserProfile", Fate::Changed, ""),
            change("Old", "S3::Bucket", Fate::Deleted, "the objects in the bucket"),
            change("Table", "DynamoDB::Table", Fate::Unclear, ""),
        ],
        unread: None,
    }
}

fn form() -> UpdateFormPage {
    let request = samples::request_form();
    UpdateFormPage {
        id: samples::id("0199aaaa-0000-7000-8000-000000000001"),
        name: "fiona-studio".into(),
        product_name: request.product_name,
        version_name: "v1".into(),
        versions: request.versions,
        artifact: request.artifact,
        is_current: false,
        usage_instructions: vec!["Copy your notebooks to S3 first.".into()],
        fields: request.fields,
        preview: preview(),
        preflight: samples::preflight(),
        approval: "Frank Lead decides.".into(),
        runs: true,
        blocked: None,
        waiting: None,
        version: 7,
        draft: String::new(),
        state: FormState::default(),
    }
}

#[test]
fn the_form_of_an_update_shows_what_it_does() {
    let text = page("update-form", || pages::update_form::page(form()));
    assert!(
        text.contains("Data is lost by this update.")
            && text.contains("Another takes its place, by DomainName, KmsKeyId.")
    );
    assert!(text.contains("/api/submit_update") && text.contains("/api/show_update_form"));
    assert!(text.contains("Something runs in it.") && text.contains("Parameters that change (3)"));
    let nothing = page("update-form-same", || {
        pages::update_form::page(UpdateFormPage {
            is_current: true,
            runs: false,
            preview: UpdatePreview::default(),
            ..form()
        })
    });
    assert!(nothing.contains("provisioned once more") && !nothing.contains("Data is lost"));
    let unread = UpdatePreview { unread: Some("The macro X writes its resources.".into()), ..UpdatePreview::default() };
    let unread = page("update-form-unread", || pages::update_form::page(UpdateFormPage { preview: unread, ..form() }));
    assert!(unread.contains("cannot be told") && unread.contains("The macro X writes"));
    let waiting = page("update-form-waiting", || {
        let blocked =
            domain::problem::Problem::new("An update waits for a decision.", "One at a time.", "Look at the request.");
        let request = samples::id("0199bbbb-0000-7000-8000-000000000001");
        pages::update_form::page(UpdateFormPage { blocked: Some(blocked), waiting: Some(request), ..form() })
    });
    assert!(waiting.contains("Go to the request") && !waiting.contains("Ask for the update"));
}

#[test]
fn whoever_decides_an_update_sees_what_it_does() {
    let update = UpdateOf {
        environment: samples::id("0199aaaa-0000-7000-8000-000000000001"),
        version_name: "v1".into(),
        preview: Some(preview()),
        rollout: None,
    };
    let text = page("request-update", || {
        pages::request::page(RequestPage { update: Some(update), ..samples::request(RequestState::Submitted) })
    });
    assert!(text.contains("An update from version v1 to v2.") && text.contains("What the update does"));
}

#[test]
fn an_environment_says_that_its_version_is_old_and_how_to_get_another() {
    let it = || samples::environment(EnvironmentState::Available);
    let text = page("environment-deprecated", || pages::environment::page(it(), false));
    assert!(text.contains("Version v2 is deprecated.") && text.contains("See what an update to v3 would do"));
    let newer = EnvironmentPage { version_is_deprecated: false, ..it() };
    assert!(
        page("environment-newer", || pages::environment::page(newer, false)).contains("There is a newer version: v3.")
    );
    let mut drifted = it();
    let artifact = samples::id("pa-other");
    drifted.observed.drift = vec![DriftView { drift: Drift::Version { artifact }, version: Some("v9".into()) }];
    let text = page("environment-adopt", || pages::environment::page(drifted, false));
    assert!(text.contains("/api/adopt_version") && text.contains("AWS has it in version v9."));
    let mut waiting = it();
    waiting.update_waiting = Some(samples::id("0199bbbb-0000-7000-8000-000000000001"));
    let text = page("environment-update-waits", || pages::environment::page(waiting, false));
    assert!(text.contains("An update of it waits for a decision."));
    let mut tainted = samples::environment(EnvironmentState::Tainted);
    tainted.allowed = samples::everything();
    assert!(
        page("environment-tainted-update", || pages::environment::page(tainted, false))
            .contains("Try the update again")
    );
}
