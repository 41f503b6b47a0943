//! Templates that were not written for Studiogate go through the whole story as products. Those in `templates/` are in the
//! style of what is published; a folder of one's own, named by `STUDIOGATE_TEST_TEMPLATES`, is tried as well.

use std::path::Path;

use crate::common::TestState;
use domain::binding_proposal::role_value;
use domain::environment::{Environment, EnvironmentState};
use domain::id::ProductId;
use domain::view::ParameterBindingInput;
use sim::FaultKind;

const DEV: &str = "601000000002";

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/templates");

fn template(file: &str) -> String {
    std::fs::read_to_string(Path::new(FOLDER).join(file)).unwrap()
}

async fn offering(url: &str, text: String, exports: bool) -> TestState {
    let state = TestState::start_with(url, |o| {
        o.products = vec![("Foreign".into(), text)];
        o.exports = exports;
    })
    .await;
    bind_roles(&state).await;
    state
}

/// Roles are declared by an admin: the account's own execution role.
async fn bind_roles(state: &TestState) {
    let admin = state.as_("admin").await;
    let id: ProductId = state.product("Foreign").await;
    let row =
        state.plane.admin_products(&admin, "", "").await.unwrap().products.into_iter().find(|p| p.id == id).unwrap();
    for parameter in row.unbound {
        // What nothing is proposed for is asked of people.
        let Some(value) = role_value(&parameter, &sim::seed::execution_role_arn(DEV)) else { continue };
        let input = ParameterBindingInput {
            product: id.to_string(),
            account: DEV.into(),
            parameter,
            source: "fixed".into(),
            value,
            version: String::new(),
        };
        state.plane.save_parameter_binding(&admin, input).await.unwrap();
    }
}

/// What the template asks for without a default.
async fn filled(state: &TestState, name: &str) -> domain::view::RequestInput {
    let caller = state.as_("fraud-scientist").await;
    let id = state.product("Foreign").await;
    let form = state.plane.request_form(&caller, &id, Default::default()).await.unwrap();
    let mut input = state.filled_form("fraud-scientist", "Foreign", name).await;
    for field in form.fields.iter().filter(|f| f.default.is_none()) {
        input.parameters.insert(field.label.clone(), format!("{name}-x"));
    }
    input
}

/// Asks for the product and has it approved; the environment as it comes to rest.
async fn provisioned(state: &TestState) -> Environment {
    let caller = state.as_("fraud-scientist").await;
    let input = filled(state, "foreign").await;
    let request = state.plane.submit_request(&caller, input).await.unwrap();
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    state.environment(&id).await
}

async fn is_terminated(state: &TestState, it: &Environment) {
    state.terminate("fraud-scientist", &it.id).await;
    state.settle().await;
    let it = state.environment(&it.id).await;
    assert_eq!(it.state, EnvironmentState::Terminated, "{:?}", it.problem);
    state.assert_sound().await;
}

async fn goes_all_the_way(url: String, file: &str, exports: bool) {
    let state = offering(&url, template(file), exports).await;
    let it = provisioned(&state).await;
    assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    let caller = state.as_("fraud-scientist").await;
    let opened = state.plane.launch_environment(&caller, &it.id).await.unwrap().into_location();
    let page = reqwest::get(&opened).await.unwrap();
    assert!(page.status().is_success(), "{}: {}", page.status(), page.text().await.unwrap());
    is_terminated(&state, &it).await;
}

async fn names_the_missing_export(url: String, file: &str) {
    let state = offering(&url, template(file), false).await;
    let it = provisioned(&state).await;
    assert_eq!(it.state, EnvironmentState::Error);
    assert!(it.problem.as_ref().unwrap().why.contains("No export named"), "{:?}", it.problem);
    is_terminated(&state, &it).await;
}

/// A template that nobody here has seen comes to rest: it is there, or it failed with AWS's reason, and it can be
/// terminated. Or it is refused before anything happens, in words.
async fn comes_to_rest(url: String, text: String) {
    let state = offering(&url, text, true).await;
    let caller = state.as_("fraud-scientist").await;
    let input = filled(&state, "unseen").await;
    let request = match state.plane.submit_request(&caller, input).await {
        Ok(request) => request,
        Err(refused) => {
            assert!(refused.status() < 500, "{refused:?}");
            return;
        }
    };
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    let it = state.environment(&id).await;
    match it.state {
        EnvironmentState::Available => assert_eq!(it.problem, None),
        EnvironmentState::Error => assert!(!it.problem.as_ref().unwrap().why.is_empty()),
        other => panic!("it is {other:?}"),
    }
    is_terminated(&state, &it).await;
}

macro_rules! foreign {
    ($($name:ident: $file:literal, exports: $exports:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            crate::common::on("sqlite", |url| goes_all_the_way(url, $file, $exports)).await;
        }
    )*};
}

foreign! {
    a_notebook_of_its_own: "notebook-instance.yaml", exports: false;
    a_studio_domain: "studio-domain.yaml", exports: false;
    a_notebook_made_by_a_function: "notebook-by-function.yaml", exports: true;
    a_notebook_of_a_team: "team-notebook.yaml", exports: true;
}

on_both! {
    /// What a function made has no owner's tag: the portal looks, and tags it.
    async fn tagging_survives_throttling_and_lost_answers(url) {
        let state = offering(&url, template("notebook-by-function.yaml"), true).await;
        let caller = state.as_("fraud-scientist").await;
        for (i, call) in ["ListTags", "DescribeNotebookInstance", "AddTags"].into_iter().enumerate() {
            for (kind, word) in [(FaultKind::Throttle, "throttled"), (FaultKind::ResponseLost, "lost")] {
                let case = format!("{call} {word}");
                let input = filled(&state, &format!("{word}-{i}")).await;
                let request = state.plane.submit_request(&caller, input).await.unwrap();
                let id = state.approve("fraud-lead", &request).await;
                let call = format!("sagemaker:{call}");
                // As often as the client tries by itself; an act is sent once.
                let count = if call.ends_with("AddTags") { 1 } else { 2 };
                state.running.aws.faults().next(&call, kind, count);
                state.settle().await;
                assert!(state.running.aws.faults().list().is_empty(), "{case} never happened");
                let it = state.environment(&id).await;
                assert_eq!(it.state, EnvironmentState::Available, "{case}: {:?}", it.problem);
                assert!(it.launch_target.is_some(), "{case}");
                let tagged = state.told(&id, "collect", "tagged").await;
                assert!(!tagged.is_empty() && tagged.iter().all(|arn| arn.contains(":notebook-instance/")), "{case}");
                state.plane.launch_environment(&caller, &id).await.unwrap();
                state.terminate("fraud-scientist", &id).await;
                state.settle().await;
                assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated, "{case}");
            }
        }
        state.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_export_is_named() {
    for file in ["notebook-by-function.yaml", "team-notebook.yaml"] {
        crate::common::on("sqlite", move |url| names_the_missing_export(url, file)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_offered_comes_to_rest() {
    let own = std::env::var("STUDIOGATE_TEST_TEMPLATES").ok();
    for folder in [Some(FOLDER.to_owned()), own].into_iter().flatten() {
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(&file).unwrap();
            crate::common::on("sqlite", move |url| comes_to_rest(url, text)).await;
        }
    }
}
