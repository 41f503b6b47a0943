//! Forms that do not go straight: another account chosen meanwhile, secrets that have to be typed again, forms sent twice,
//! and what cannot be requested at all.

use crate::common::{FRAUD_DEV, PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::approval::ApprovalRule;
use domain::draft::RETYPE;
use domain::problem::FieldError;
use domain::view::{
    DecisionInput, GroupMappingInput, ParameterBindingInput, ProductAccessInput, ProjectAccountInput, ProjectInput,
    RequestFormQuery, RuleInput, TerminateInput,
};
use sim::FaultKind;
use store::{AuditFilter, PageRequest, Scope};

const TOKENS: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Description: A bucket with secrets
Parameters:
  Password: { Type: String, NoEcho: true, MinLength: 8 }
  ApiToken: { Type: String, NoEcho: true, Default: unset }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
"#;

fn mistakes(result: Result<impl std::fmt::Debug, Error>) -> Vec<FieldError> {
    match result {
        Err(Error::Invalid(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

/// Refusals in the audit log.
async fn denials(state: &TestState) -> usize {
    let filter = AuditFilter { outcome: Some(domain::audit::Outcome::Denied), ..AuditFilter::default() };
    state.store.audit_events(&Scope::All, &filter, &PageRequest::newest(50)).await.unwrap().items.len()
}

/// Whether somebody is told that another decision was there before.
fn is_too_late(result: Result<(), Error>, before: &str) -> bool {
    matches!(result, Err(Error::Conflict(problem)) if problem.what.ends_with(before))
}

async fn decide(
    state: &TestState,
    who: &str,
    id: &domain::id::RequestId,
    decision: &str,
    comment: &str,
) -> Result<(), Error> {
    let input = DecisionInput { decision: decision.into(), comment: comment.into(), version: "1".into() };
    state.plane.decide_request(&state.as_(who).await, id, input).await.map(drop)
}

on_both! {
    async fn a_form_drawn_for_another_account_is_not_submitted(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product("Studio environment").await;
        let access = ProductAccessInput {
            product: product.to_string(),
            project: "fraud-detection".into(),
            stage: "pre_prod".into(),
            rule: RuleInput::of(&ApprovalRule::one_lead()),
            max_lease_days: "90".into(),
            instances: String::new(),
            version: String::new(),
        };
        state.plane.save_product_access(&admin, access).await.unwrap();
        let caller = state.as_("fraud-scientist").await;
        let query = RequestFormQuery { target: FRAUD_DEV.into(), ..RequestFormQuery::default() };
        let form = state.plane.request_form(&caller, &product, query).await.unwrap();
        let other = form.targets.iter().find(|t| t.value != form.target).unwrap().value.clone();
        let mut input = state.filled_form("fraud-scientist", "Studio environment", "moved").await;
        input.target = other.clone();
        input.drawn_for = form.drawn_for();
        let told = mistakes(state.plane.submit_request(&caller, input.clone()).await);
        assert_eq!(told[0].field, "target");
        assert_eq!(told[0].message, "The account changed: look over what is below and submit again.");
        assert_eq!(state.store.count_requests(&Scope::All, &Default::default()).await.unwrap(), 0);
        // Drawn anew it goes where it says.
        let query = RequestFormQuery { target: other.clone(), ..RequestFormQuery::default() };
        input.drawn_for = state.plane.request_form(&caller, &product, query).await.unwrap().drawn_for();
        let id = state.plane.submit_request(&caller, input.clone()).await.unwrap();
        let made = state.store.request(&id).await.unwrap().unwrap();
        assert_eq!(format!("{}/{}/{}", made.project, made.account, made.region), other);
        input.drawn_for = format!("pa-before {other}");
        assert_eq!(mistakes(state.plane.submit_request(&caller, input).await)[0].field, "artifact");
    }

    async fn what_was_typed_goes_along_to_another_form(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let product = state.product(PRODUCT).await;
        let fields = [("name".to_owned(), "typed".to_owned())].into();
        let path = format!("/catalog/{product}/request");
        let draft = state.plane.show_request_form(&caller, product.as_str(), &path, fields, vec![]).await.unwrap();
        let query = RequestFormQuery { draft: draft.to_string(), ..RequestFormQuery::default() };
        let form = state.plane.request_form(&caller, &product, query).await.unwrap();
        assert_eq!((form.state.value("name"), form.draft.as_str()), (Some("typed"), draft.as_str()));
        assert!(form.state.errors.is_empty());
        let auditor = state.as_("auditor").await;
        let refused = state.plane.show_request_form(&auditor, product.as_str(), &path, [].into(), vec![]).await;
        assert_eq!(refused.unwrap_err().status(), 403);
    }

    async fn a_form_for_an_account_that_is_not_offered_chooses_no_other(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let product = state.product(PRODUCT).await;
        let query = RequestFormQuery { target: "fraud-detection/601000000009/eu-west-1".into(), ..Default::default() };
        let form = state.plane.request_form(&caller, &product, query).await.unwrap();
        assert_eq!(form.target, "");
        assert!(form.bound.is_empty() && form.blocked.is_none() && !form.targets.is_empty());
        assert_eq!(form.state.error("target"), Some("The account that was asked for is not offered: choose one."));
        let mut input = state.filled_form("fraud-scientist", PRODUCT, "moved").await;
        (input.target, input.drawn_for) = (String::new(), form.drawn_for());
        assert_eq!(mistakes(state.plane.submit_request(&caller, input.clone()).await)[0].field, "target");
        // Chosen in the form, it is drawn anew before it is sent.
        input.target = FRAUD_DEV.into();
        let told = mistakes(state.plane.submit_request(&caller, input).await);
        assert!(told[0].message.contains("look over what is below"), "{told:?}");
    }

    async fn an_output_that_repeats_a_secret_is_not_kept(url) {
        let template = format!("{TOKENS}\nOutputs:\n  Leak: {{ Value: !Sub 'as ${{Password}}!' }}\n  Fine: {{ Value: none }}\n");
        let state = TestState::start_with(&url, |o| o.products = vec![("Leaky".into(), template)]).await;
        let mut input = state.filled_form("fraud-scientist", "Leaky", "leaky").await;
        input.parameters.insert("Password".into(), "correct horse".into());
        let request = state.plane.submit_request(&state.as_("fraud-scientist").await, input).await.unwrap();
        let id = state.approve("fraud-lead", &request).await;
        state.settle().await;
        let outputs = state.environment(&id).await.outputs;
        let of = |key: &str| outputs.iter().find(|o| o.key == key).unwrap().value.clone();
        assert_eq!(of("Fine"), "none");
        assert_eq!(of("Leak"), "(hidden: it holds a secret value of the request)");
    }

    async fn a_secret_that_was_typed_before_is_not_left_to_its_default(url) {
        let state = TestState::start_with(&url, |o| o.products = vec![("Tokens".into(), TOKENS.into())]).await;
        let caller = state.as_("fraud-scientist").await;
        let mut input = state.filled_form("fraud-scientist", "Tokens", "secret").await;
        input.parameters.insert("Password".into(), "correct horse".into());
        input.parameters.insert("ApiToken".into(), String::new());
        input.retype = vec!["ApiToken".into(), "Password".into(), "Gone".into()];
        let told = mistakes(state.plane.submit_request(&caller, input.clone()).await);
        assert_eq!(told, [FieldError::new("param[ApiToken]", RETYPE)]);
        let mut nothing = input.clone();
        nothing.parameters.insert("Password".into(), String::new());
        let told = mistakes(state.plane.submit_request(&caller, nothing).await);
        let at = |key: &str| told.iter().filter(|e| e.field == format!("param[{key}]")).count();
        assert_eq!((at("Password"), at("ApiToken"), told.len()), (1, 1, 2), "each is told once");
        // Left to its default on purpose.
        input.retype = vec!["Password".into()];
        let id = state.plane.submit_request(&caller, input.clone()).await.unwrap();
        assert!(state.store.request(&id).await.unwrap().unwrap().sealed.is_some());
        // The same secret: the same request; another one is not taken for it.
        assert_eq!(state.plane.submit_request(&caller, input.clone()).await.unwrap(), id);
        input.parameters.insert("Password".into(), "battery staple".into());
        assert_eq!(mistakes(state.plane.submit_request(&caller, input).await)[0].field, "name");
        // What an admin writes would be stored and shown in clear.
        let binding = ParameterBindingInput {
            product: state.product("Tokens").await.to_string(),
            parameter: "ApiToken".into(),
            source: "fixed".into(),
            value: "in-clear".into(),
            ..ParameterBindingInput::default()
        };
        let told = mistakes(state.plane.save_parameter_binding(&state.as_("admin").await, binding).await);
        assert!(told[0].field == "value" && told[0].message.contains("NoEcho"), "{told:?}");
    }

    async fn a_form_that_was_sent_makes_another_request_when_it_says_something_else(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let product = state.product(PRODUCT).await;
        let path = format!("/catalog/{product}/request");
        let mut input = state.filled_form("fraud-scientist", PRODUCT, "first").await;
        let fields = [("form_token".to_owned(), input.form_token.clone()), ("name".to_owned(), "fir st".to_owned())];
        let draft = state.plane.show_request_form(&caller, product.as_str(), &path, fields.into(), vec![]).await.unwrap();
        input.draft = draft.to_string();
        let first = state.plane.submit_request(&caller, input.clone()).await.unwrap();
        assert_eq!(state.plane.submit_request(&caller, input.clone()).await.unwrap(), first, "a double click");
        // Back in the browser: the draft went with the request, and its form is a new one.
        assert!(state.plane.draft(&caller, draft.as_str()).await.unwrap().is_none());
        let query = RequestFormQuery { draft: draft.to_string(), ..RequestFormQuery::default() };
        let form = state.plane.request_form(&caller, &product, query).await.unwrap();
        assert_ne!(form.form_token, input.form_token);
        assert_eq!(form.draft, "");
        // A browser that shows the old page again posts the old token.
        input.name = "second".into();
        let second = state.plane.submit_request(&caller, input.clone()).await.unwrap();
        assert_ne!(second, first);
        assert_eq!(state.plane.submit_request(&caller, input.clone()).await.unwrap(), second, "a double click again");
        // What was withdrawn is asked for anew, not said to be submitted.
        state.plane.withdraw_request(&caller, &second, 1).await.unwrap();
        let third = state.plane.submit_request(&caller, input).await.unwrap();
        assert!(third != second && third != first);
        assert_eq!(state.store.count_requests(&Scope::All, &Default::default()).await.unwrap(), 3);
    }

    async fn a_second_click_finds_its_decision_made(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "approved").await;
        for _ in 0..2 {
            decide(&state, "fraud-lead", &id, "approve", "Fine").await.unwrap();
        }
        let late = decide(&state, "fraud-lead", &id, "deny", "No").await;
        assert!(is_too_late(late, " approved the request before."));
        let id = state.submit("fraud-scientist", PRODUCT, "denied").await;
        for _ in 0..2 {
            decide(&state, "fraud-lead", &id, "deny", "No").await.unwrap();
        }
        let id = state.submit("fraud-scientist", PRODUCT, "withdrawn").await;
        let scientist = state.as_("fraud-scientist").await;
        for _ in 0..2 {
            state.plane.withdraw_request(&scientist, &id, 1).await.unwrap();
        }
        // An admin decides for a sole lead, and may look at what they decided as before.
        let before = denials(&state).await;
        let id = state.submit("fraud-lead", PRODUCT, "sole-lead").await;
        for _ in 0..2 {
            decide(&state, "admin", &id, "approve", "").await.unwrap();
        }
        assert_eq!(denials(&state).await, before);
        // Somebody else's decision is not one's own.
        let id = state.submit("fraud-scientist", PRODUCT, "two-leads").await;
        state.sign_in("second-lead", &["fraud-detection-leads"]).await;
        decide(&state, "second-lead", &id, "approve", "").await.unwrap();
        let late = decide(&state, "fraud-lead", &id, "approve", "").await;
        assert!(is_too_late(late, " approved the request before."));
    }

    async fn a_second_click_finds_the_work_begun(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("twice").await;
        let scientist = state.as_("fraud-scientist").await;
        // Nothing failed yet: there is nothing to try again.
        assert_eq!(state.plane.retry_environment(&scientist, &id, "").await.unwrap_err().status(), 409);
        let refusal = FaultKind::Error { code: "InvalidParametersException".into(), status: 400, message: "no".into() };
        state.running.aws.faults().next("servicecatalog:ProvisionProduct", refusal, 100);
        state.settle().await;
        state.running.aws.faults().clear();
        let operations = || async { state.store.operations_of(&id, 10).await.unwrap().len() };
        assert_eq!(operations().await, 1);
        let (one, two) = tokio::join!(
            state.plane.retry_environment(&scientist, &id, ""),
            state.plane.retry_environment(&scientist, &id, "")
        );
        one.unwrap();
        two.unwrap();
        assert_eq!(operations().await, 2);
        let lead = state.as_("fraud-lead").await;
        assert!(state.plane.retry_environment(&lead, &id, "").await.is_err(), "it is not the lead who tried again");
        state.settle().await;
        let it = state.environment(&id).await;
        let input = TerminateInput { confirm: it.name.clone(), version: it.version.to_string(), ..TerminateInput::default() };
        let end = |who| state.plane.terminate_environment(who, &id, input.clone());
        let (one, two) = tokio::join!(end(&scientist), end(&scientist));
        one.unwrap();
        two.unwrap();
        assert!(matches!(end(&lead).await, Err(Error::Stale { .. })));
        state.settle().await;
        end(&scientist).await.unwrap();
        assert_eq!(operations().await, 3);
        state.assert_sound().await;
    }

    async fn a_second_click_finds_the_mapping_and_the_project_made(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let mapping = GroupMappingInput { group: "more".into(), grant: "auditor".into(), project: String::new() };
        let add = || state.plane.add_group_mapping(&admin, mapping.clone());
        assert_eq!(add().await.unwrap(), add().await.unwrap());
        let project = ProjectInput {
            id: "new-one".into(),
            name: "New one".into(),
            cost_center: "CC-1".into(),
            data_class: "internal".into(),
            version: String::new(),
        };
        let save = |project: &ProjectInput| state.plane.save_project(&admin, project.clone());
        assert_eq!(save(&project).await.unwrap(), save(&project).await.unwrap());
        let other = ProjectInput { cost_center: "CC-2".into(), ..project.clone() };
        // Which of the two it takes first is the database's own matter.
        let taken = |told: Vec<FieldError>| ["id", "name"].contains(&told[0].field.as_str());
        assert!(taken(mistakes(save(&other).await)), "it would not be what was asked for");
        let renamed = ProjectInput { name: "Renamed".into(), version: "1".into(), ..project.clone() };
        assert_eq!(save(&renamed).await.unwrap(), save(&renamed).await.unwrap());
        let other = ProjectInput { name: "Otherwise".into(), ..renamed.clone() };
        assert!(matches!(save(&other).await, Err(Error::Stale { .. })));
        assert_eq!(state.store.project(&"new-one".parse().unwrap()).await.unwrap().unwrap().version, 2);
        state.pass(TimeDelta::minutes(2));
        assert!(matches!(save(&renamed).await, Err(Error::Stale { .. })));
        assert!(taken(mistakes(save(&project).await)));
        assert_eq!(mistakes(add().await)[0].field, "group");
    }

    async fn a_second_click_finds_the_thing_removed(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let mapping = GroupMappingInput { group: "more".into(), grant: "auditor".into(), project: String::new() };
        let mapping = state.plane.add_group_mapping(&admin, mapping).await.unwrap();
        let product = state.product("Studio environment").await;
        let page = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        let (access, binding) = (page.access[0].id.clone(), page.bindings[0].id.clone());
        let before = state.store.audit_events(&Scope::All, &AuditFilter::default(), &PageRequest::newest(500)).await;
        let before = before.unwrap().items.len();
        for _ in 0..2 {
            state.plane.remove_group_mapping(&admin, &mapping).await.unwrap();
            state.plane.remove_product_access(&admin, &access).await.unwrap();
            state.plane.remove_parameter_binding(&admin, &binding).await.unwrap();
        }
        let after = state.store.audit_events(&Scope::All, &AuditFilter::default(), &PageRequest::newest(500)).await;
        assert_eq!(after.unwrap().items.len(), before + 3, "each was removed once");
        state.pass(TimeDelta::minutes(2));
        assert_eq!(state.plane.remove_group_mapping(&admin, &mapping).await.unwrap_err().status(), 404);
        assert_eq!(state.plane.remove_parameter_binding(&admin, &binding).await.unwrap_err().status(), 404);
    }

    async fn what_the_platform_cannot_supply_is_known_before_anything_is_typed(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let product = state.product("Studio environment").await;
        let form = || state.plane.request_form(&caller, &product, RequestFormQuery::default());
        assert_eq!(form().await.unwrap().blocked, None);
        let account = sim::seed::project_accounts()
            .into_iter()
            .find(|a| FRAUD_DEV == format!("{}/{}/{}", a.project, a.account, a.region))
            .unwrap();
        let input = ProjectAccountInput {
            project: account.project.to_string(),
            account: account.account.to_string(),
            region: account.region.to_string(),
            stage: account.stage.to_string(),
            name: account.name.clone(),
            version: "1".into(),
            ..ProjectAccountInput::default()
        };
        state.plane.save_project_account(&state.as_("admin").await, input).await.unwrap();
        let blocked = form().await.unwrap().blocked.unwrap();
        assert!(blocked.what.contains(&account.name), "{blocked:?}");
        assert!(blocked.why.contains("has no VPC declared"), "{blocked:?}");
        assert!(blocked.next.contains("platform@example.com"), "{blocked:?}");
    }
}
