//! What admins enter: by version, with what removing it means, and shown to those alone whom it concerns.

use crate::common::{PRODUCT, TestState, access};
use chrono::TimeDelta;
use control_plane::Error;
use domain::view::{ParameterBindingInput, ProductSettingsInput, ProjectAccountInput};
use store::{AuditFilter, PageRequest, Scope};

const FRAUD_DEV_ACCOUNT: &str = "601000000002";
const CHURN_DEV_ACCOUNT: &str = "602000000002";

fn fields(result: Result<impl std::fmt::Debug, Error>) -> Vec<String> {
    match result {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}

fn is_stale(result: Result<impl std::fmt::Debug, Error>) {
    assert!(matches!(result, Err(Error::Stale { .. })), "{result:?}");
}

/// The account of the seed as its form would post it.
fn seeded(account: &str, version: &str) -> ProjectAccountInput {
    let it = sim::seed::project_accounts().into_iter().find(|a| a.account.as_str() == account).unwrap();
    ProjectAccountInput {
        project: it.project.to_string(),
        account: it.account.to_string(),
        region: it.region.to_string(),
        stage: it.stage.to_string(),
        name: it.name,
        vpc_id: it.vpc_id.unwrap_or_default(),
        subnet_ids: it.subnet_ids.join(", "),
        security_group_ids: it.security_group_ids.join(", "),
        kms_key_arn: it.kms_key_arn.unwrap_or_default(),
        studio_domain_id: it.studio_domain_id.unwrap_or_default(),
        version: version.to_owned(),
    }
}

async fn bind(state: &TestState, product: &str, account: &str, parameter: &str, source: &str, value: &str) {
    let input = ParameterBindingInput {
        product: state.product(product).await.to_string(),
        account: account.into(),
        parameter: parameter.into(),
        source: source.into(),
        value: value.into(),
        version: String::new(),
    };
    state.plane.save_parameter_binding(&state.as_("admin").await, input).await.unwrap();
}

async fn refused_binding(state: &TestState, parameter: &str, source: &str) -> Vec<String> {
    let input = ParameterBindingInput {
        product: state.product("Studio environment").await.to_string(),
        parameter: parameter.into(),
        source: source.into(),
        ..ParameterBindingInput::default()
    };
    fields(state.plane.save_parameter_binding(&state.as_("admin").await, input).await)
}

/// Versions in the audit log of one kind of thing, oldest first.
async fn versions(state: &TestState, kind: &str, id: &str) -> Vec<Option<i64>> {
    let filter =
        AuditFilter { resource_kind: Some(kind.into()), resource_id: Some(id.into()), ..AuditFilter::default() };
    let events = state.store.audit_events(&Scope::All, &filter, &PageRequest::newest(50)).await.unwrap().items;
    events.into_iter().rev().map(|stored| stored.event.entity_version).collect()
}

on_both! {
    async fn a_binding_to_what_the_template_refuses_is_not_saved(url) {
        let state = TestState::start(&url).await;
        // A number of minutes is no VPC, and nothing known of a person.
        assert_eq!(refused_binding(&state, "IdleTimeoutInMinutes", "from_account:vpc_id").await, ["source"]);
        assert_eq!(refused_binding(&state, "IdleTimeoutInMinutes", "from_person:project").await, ["value"]);
    }

    async fn bindings_for_accounts_of_other_projects_are_not_shown(url) {
        let state = TestState::start(&url).await;
        bind(&state, PRODUCT, FRAUD_DEV_ACCOUNT, "StudioDomainId", "fixed", "d-fraud0000001").await;
        bind(&state, PRODUCT, CHURN_DEV_ACCOUNT, "StudioDomainId", "fixed", "d-churn0000001").await;
        for (who, fraud, churn) in [
            ("fraud-scientist", true, false),
            ("churn-scientist", false, true),
            ("churn-lead", false, true),
            ("admin", true, true),
            ("auditor", true, true),
        ] {
            let bound = format!("{:?}", state.product_page(who, PRODUCT).await.bound);
            assert_eq!(bound.contains("d-fraud0000001"), fraud, "{who}: {bound}");
            assert_eq!(bound.contains("d-churn0000001"), churn, "{who}: {bound}");
            assert_eq!(bound.contains("churn-prediction-dev") || bound.contains(CHURN_DEV_ACCOUNT), churn, "{who}: {bound}");
            assert!(bound.contains("UserProfileName"), "what holds for all accounts is for everybody: {bound}");
        }
    }

    async fn an_account_is_changed_by_version_and_belongs_to_one_project(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let save = |input: &ProjectAccountInput| state.plane.save_project_account(&admin, input.clone());
        // What was entered a moment ago and is entered again is done; something else is there already.
        save(&seeded(FRAUD_DEV_ACCOUNT, "")).await.unwrap();
        let renamed = ProjectAccountInput { name: "renamed".into(), ..seeded(FRAUD_DEV_ACCOUNT, "") };
        assert_eq!(fields(save(&renamed).await), ["account"]);
        let renamed = ProjectAccountInput { version: "1".into(), ..renamed };
        save(&renamed).await.unwrap();
        save(&renamed).await.unwrap();
        let page = state.plane.admin_project(&admin, &"fraud-detection".parse().unwrap(), None).await.unwrap();
        let account = page.accounts.iter().find(|a| a.account.as_str() == FRAUD_DEV_ACCOUNT).unwrap();
        assert_eq!((account.name.as_str(), account.version), ("renamed", 2));
        is_stale(save(&ProjectAccountInput { name: "late".into(), ..renamed.clone() }).await);
        state.pass(TimeDelta::minutes(2));
        is_stale(save(&renamed).await);
        let other = ProjectAccountInput { project: "churn-prediction".into(), ..renamed.clone() };
        assert_eq!(fields(save(&other).await), ["account"]);
        let elsewhere = ProjectAccountInput { version: String::new(), ..other };
        assert_eq!(fields(save(&elsewhere).await), ["account"]);
        let id = format!("{FRAUD_DEV_ACCOUNT}/eu-west-1");
        assert_eq!(versions(&state, "project_account", &id).await, [Some(1), Some(2)]);
        let (project, region) = (account.project.clone(), account.region.clone());
        state.plane.remove_project_account(&admin, &project, &account.account, &region).await.unwrap();
        assert_eq!(versions(&state, "project_account", &id).await, [Some(1), Some(2), Some(3)]);
        // It belongs to nobody now.
        save(&elsewhere).await.unwrap();
    }

    async fn access_and_bindings_are_changed_by_version(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product("Studio environment").await;
        let page = || state.plane.admin_product(&admin, &product, None, "");
        let rule = page().await.unwrap().access.into_iter().find(|a| a.project.as_str() == "fraud-detection").unwrap();
        let save = |days: &'static str, version: &'static str| {
            state.plane.save_product_access(&admin, access(&rule, days, version))
        };
        assert_eq!(save("90", "").await.unwrap(), rule.id, "a second click");
        assert_eq!(fields(save("30", "").await), ["stage"]);
        assert_eq!(save("30", "1").await.unwrap(), rule.id);
        assert_eq!(save("30", "1").await.unwrap(), rule.id, "a second click");
        is_stale(save("20", "1").await);
        is_stale(save("20", "x").await);
        let after = page().await.unwrap().access.into_iter().find(|a| a.id == rule.id).unwrap();
        assert_eq!((after.max_lease_days, after.version), (30, 2));
        state.plane.remove_product_access(&admin, &rule.id).await.unwrap();
        assert_eq!(save("20", "2").await.unwrap_err().status(), 404);
        assert_eq!(versions(&state, "product_access", rule.id.as_str()).await, [Some(1), Some(2), Some(3)]);

        let binding = page().await.unwrap().bindings.into_iter().find(|b| b.parameter == "VpcId").unwrap();
        let save = |source: &str, value: &str, version: &str| {
            let input = ParameterBindingInput {
                product: product.to_string(),
                account: String::new(),
                parameter: "VpcId".into(),
                source: source.into(),
                value: value.into(),
                version: version.into(),
            };
            state.plane.save_parameter_binding(&admin, input)
        };
        assert_eq!(fields(save("fixed", "vpc-00000001", "").await), ["parameter"]);
        assert_eq!(save("fixed", "vpc-00000001", "1").await.unwrap(), binding.id);
        assert_eq!(save("fixed", "vpc-00000001", "1").await.unwrap(), binding.id, "a second click");
        is_stale(save("fixed", "vpc-00000002", "1").await);
        assert_eq!(fields(save("from_account", "vpc_id", "2").await), ["source"]);
        assert_eq!(fields(save("from_account:vpc_id", "vpc-1", "2").await), ["value"]);
        save("from_account:vpc_id", "", "2").await.unwrap();
        state.plane.remove_parameter_binding(&admin, &binding.id).await.unwrap();
        let told = versions(&state, "parameter_binding", binding.id.as_str()).await;
        assert_eq!(told, [Some(1), Some(2), Some(3), Some(4)]);
    }

    async fn what_removing_means_is_told_before(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let id = state.approved("living").await;
        let project = "fraud-detection".parse().unwrap();
        let page = state.plane.admin_project(&admin, &project, None).await.unwrap();
        let told = &page.removals[&format!("{FRAUD_DEV_ACCOUNT}/eu-west-1")];
        assert!(told.blocked && told.consequence.contains("1 environment lives in it"), "{told:?}");
        assert!(!page.removals["601000000001/eu-west-1"].blocked);
        let it = state.environment(&id).await;
        let refused = state.plane.remove_project_account(&admin, &project, &it.account, &it.region).await;
        assert_eq!(refused.unwrap_err().status(), 409);

        let product = state.product("Studio environment").await;
        let page = state.plane.admin_product(&admin, &product, None, "").await.unwrap();
        let of = |parameter: &str| {
            let binding = page.bindings.iter().find(|b| b.parameter == parameter).unwrap();
            page.removals[binding.id.as_str()].consequence.clone()
        };
        assert!(of("VpcId").contains("requests are refused"), "{}", of("VpcId"));
        assert!(page.removals[page.access[0].id.as_str()].consequence.contains("What runs goes on"));

        let page = state.plane.admin_mappings(&admin, None).await.unwrap();
        let members = page.mappings.iter().find(|m| m.group == "fraud-detection-members").unwrap();
        let told = &page.removals[members.id.as_str()];
        assert!(!told.blocked && told.consequence.contains("fraud-detection"), "{told:?}");
        let told = versions(&state, "group_mapping", members.id.as_str()).await;
        assert_eq!(told, [Some(1)]);
        state.plane.remove_group_mapping(&admin, &members.id).await.unwrap();
        assert_eq!(versions(&state, "group_mapping", members.id.as_str()).await, [Some(1), Some(2)]);
    }

    async fn what_has_to_be_bound_is_told_apart_from_what_has_a_default(url) {
        const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  LogsRoleArn: { Type: String }
  SyncRoleName: { Type: String, Default: sync }
  Colour: { Type: String }
Resources:
  Bucket: { Type: AWS::S3::Bucket }
"#;
        let state = TestState::start_with(&url, |o| o.products = vec![("Own".into(), TEMPLATE.into())]).await;
        let admin = state.as_("admin").await;
        let id = state.product("Own").await;
        let page = || state.plane.admin_product(&admin, &id, None, "");
        let before = page().await.unwrap();
        assert_eq!(before.unbound, [("LogsRoleArn".to_owned(), Vec::new())].into());
        assert_eq!(before.left_to_default, ["SyncRoleName"]);
        bind(&state, "Own", FRAUD_DEV_ACCOUNT, "LogsRoleArn", "fixed", "arn:aws:iam::601000000002:role/logs").await;
        let after = page().await.unwrap();
        assert_eq!(after.unbound, [("LogsRoleArn".to_owned(), vec!["churn-prediction-dev".to_owned()])].into());
        let row = state.plane.admin_products(&admin, "", "").await.unwrap().products.into_iter().find(|p| p.id == id).unwrap();
        assert_eq!(row.unbound, ["LogsRoleArn"]);
        bind(&state, "Own", CHURN_DEV_ACCOUNT, "LogsRoleArn", "fixed", "arn:aws:iam::602000000002:role/logs").await;
        assert!(page().await.unwrap().unbound.is_empty());
    }

    async fn the_time_to_come_up_is_expected_until_it_is_measured(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product_name = "Studio environment";
        let product = state.product(product_name).await;
        let typical = || async { state.product_page("fraud-scientist", product_name).await.typical };
        assert_eq!(typical().await, None);
        let save = |minutes: &str, version: &str| {
            let input = ProductSettingsInput {
                product: product.to_string(),
                typical_minutes: minutes.into(),
                version: version.into(),
            };
            state.plane.save_product_settings(&admin, input)
        };
        for wrong in ["0", "1441", "soon", "-1"] {
            assert_eq!(fields(save(wrong, "0").await), ["typical_minutes"], "{wrong}");
        }
        save("6", "0").await.unwrap();
        save("6", "0").await.unwrap();
        is_stale(save("7", "0").await);
        let expected = typical().await.unwrap();
        assert_eq!((expected.seconds, expected.measured), (360, false));
        for name in ["one", "two", "three"] {
            assert!(!typical().await.unwrap().measured, "before {name}");
            let request = state.submit("fraud-scientist", product_name, name).await;
            state.approve("fraud-lead", &request).await;
            state.settle().await;
        }
        let measured = typical().await.unwrap();
        assert!(measured.measured && measured.seconds > 0 && measured.seconds != 360, "{measured:?}");
        save("", "1").await.unwrap();
        assert_eq!(state.store.product_settings(&product).await.unwrap().version, 2);
        assert_eq!(versions(&state, "product_settings", product.as_str()).await, [Some(1), Some(2)]);
    }
}
