//! Templates that AWS published go through the whole story as products. They are not part of this repository: where they lie
//! beside it, they are tried.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::pedantic, clippy::print_stderr)]

mod common;

use std::path::Path;

use common::TestState;
use domain::environment::EnvironmentState;
use domain::id::ProductId;
use domain::view::ParameterBindingInput;

const DEV: &str = "601000000002";

fn template(file: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/templates");
    let text = std::fs::read_to_string(folder.join(file));
    if text.is_err() {
        eprintln!("{file} is not there: not tried");
    }
    text.ok()
}

async fn offering(url: &str, text: String, exports: bool) -> TestState {
    let state = TestState::start_with(url, |o| {
        o.products = vec![("Published".into(), text)];
        o.exports = exports;
    })
    .await;
    bind_roles(&state).await;
    state
}

/// Roles are declared by an admin: the account's own execution role.
async fn bind_roles(state: &TestState) {
    let admin = state.as_("admin").await;
    let id: ProductId = state.product("Published").await;
    let row = state.plane.admin_products(&admin).await.unwrap().products.into_iter().find(|p| p.id == id).unwrap();
    for parameter in row.unbound {
        assert!(parameter.to_lowercase().contains("role"), "{parameter} is bound to nothing");
        let input = ParameterBindingInput {
            product: id.to_string(),
            account: DEV.into(),
            parameter,
            source: "fixed".into(),
            value: sim::seed::execution_role_arn(DEV),
        };
        state.plane.save_parameter_binding(&admin, input).await.unwrap();
    }
}

/// What the template asks for without a default.
async fn filled(state: &TestState, name: &str) -> domain::view::RequestInput {
    let caller = state.as_("fraud-scientist").await;
    let id = state.product("Published").await;
    let form = state.plane.request_form(&caller, &id, Default::default()).await.unwrap();
    let mut input = state.filled_form("fraud-scientist", "Published", name).await;
    for field in form.fields.iter().filter(|f| f.default.is_none()) {
        input.parameters.insert(field.label.clone(), format!("{name}-x"));
    }
    input
}

async fn goes_all_the_way(url: String, file: &str, exports: bool) {
    let Some(text) = template(file) else { return };
    let state = offering(&url, text, exports).await;
    let caller = state.as_("fraud-scientist").await;
    let input = filled(&state, "published").await;
    let request = state.plane.submit_request(&caller, input).await.unwrap();
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    let opened = state.plane.launch_environment(&caller, &id).await.unwrap().into_location();
    let page = reqwest::get(&opened).await.unwrap();
    assert!(page.status().is_success(), "{}: {}", page.status(), page.text().await.unwrap());
    state.terminate("fraud-scientist", &id).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Terminated, "{:?}", it.problem);
    state.assert_sound().await;
}

async fn names_the_missing_export(url: String, file: &str) {
    let Some(text) = template(file) else { return };
    let state = offering(&url, text, false).await;
    let caller = state.as_("fraud-scientist").await;
    let input = filled(&state, "published").await;
    let request = state.plane.submit_request(&caller, input).await.unwrap();
    let id = state.approve("fraud-lead", &request).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Error);
    assert!(it.problem.as_ref().unwrap().why.contains("No export named"), "{:?}", it.problem);
    state.terminate("fraud-scientist", &id).await;
    state.settle().await;
    assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
}

macro_rules! published {
    ($($name:ident: $file:literal, exports: $exports:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            common::on("sqlite", |url| goes_all_the_way(url, $file, $exports)).await;
        }
    )*};
}

published! {
    a_notebook_of_its_own: "sc-sagemaker.yml", exports: false;
    a_studio_domain: "env-sagemaker-studio.yaml", exports: false;
    a_notebook_made_by_a_function: "SageMaker-Notebook-Product.yaml", exports: true;
    a_notebook_of_a_team: "ds_notebook_v1.yaml", exports: true;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_export_is_named() {
    for file in ["SageMaker-Notebook-Product.yaml", "ds_notebook_v1.yaml"] {
        common::on("sqlite", move |url| names_the_missing_export(url, file)).await;
    }
}
