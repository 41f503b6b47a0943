//! What holds for a product in a portfolio is tried, made, changed and deleted, and bites when somebody requests.

use crate::catalog_changes::{applied, stored, wrong};
use crate::common::{FRAUD_DEV, TestState};
use control_plane::Error;
use domain::catalog::ConstraintRule;
use domain::id::{PortfolioId, ProductId};
use domain::organization::ChangeState;
use domain::preflight::{Check, Verdict};
use domain::view::{ConstraintInput, ConstraintsPage, FormControl, ParameterBindingInput, RequestFormQuery};
use std::collections::BTreeMap;

/// A product that people request, a portfolio that it is in, and a parameter that they choose among several values.
async fn chosen(state: &TestState) -> (ProductId, PortfolioId, String, Vec<String>) {
    for product in state.store.products().await.unwrap() {
        let Some(portfolio) = product.portfolios.first().cloned() else { continue };
        let query = RequestFormQuery::default();
        let Ok(form) = state.plane.request_form(&state.as_("fraud-scientist").await, &product.id, query).await else {
            continue;
        };
        for field in form.fields {
            if let FormControl::Choice { values } = field.control
                && values.len() > 1
            {
                return (product.id, portfolio, field.label, values);
            }
        }
    }
    panic!("no product of the local AWS lets people choose")
}

async fn page(state: &TestState, product: &ProductId, portfolio: &PortfolioId, draft: &str) -> ConstraintsPage {
    state.plane.constraints(&state.as_("auditor").await, product, portfolio.as_str(), draft).await.unwrap()
}

fn input(product: &ProductId, portfolio: &PortfolioId, kind: &str) -> ConstraintInput {
    ConstraintInput {
        product: product.to_string(),
        portfolio: portfolio.to_string(),
        kind: kind.into(),
        ..ConstraintInput::default()
    }
}

/// What the request form of a scientist offers for a parameter.
async fn offered(state: &TestState, product: &ProductId, parameter: &str) -> Vec<String> {
    let query = RequestFormQuery::default();
    let form = state.plane.request_form(&state.as_("fraud-scientist").await, product, query).await.unwrap();
    let field = form.fields.into_iter().find(|field| field.label == parameter).unwrap();
    let FormControl::Choice { values } = field.control else { panic!("{:?}", field.control) };
    values
}

on_both! {
    async fn v8_2_1_values_are_limited_tried_before_and_bite_at_once(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, portfolio, parameter, values) = chosen(&state).await;
        let limit = ConstraintInput {
            parameter: parameter.clone(),
            allowed_values: format!("{}\n", values[0]),
            message: "Only the first.".into(),
            sample: format!("{parameter} = {}", values[1]),
            ..input(&product, &portfolio, "allowed")
        };
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            let refused = state.plane.save_constraint(&caller, limit.clone()).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
            let refused = state.plane.try_constraint(&caller, &limit, "/", BTreeMap::new()).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        // What no version asks for, and what stands there twice, is a slip.
        let slips = [
            ("sample", ConstraintInput { sample: "Nothing = 1".into(), ..limit.clone() }),
            ("allowed_values", ConstraintInput { allowed_values: format!("{0}\n{0}", values[0]), ..limit.clone() }),
        ];
        for (field, slip) in slips {
            assert_eq!(wrong(state.plane.try_constraint(&admin, &slip, "/", BTreeMap::new()).await), [field]);
        }
        // Tried: nothing is changed, and the page says what it would do.
        let fields = [
            ("form", "allowed"),
            ("kind", "allowed"),
            ("trial", "yes"),
            ("parameter", &parameter),
            ("allowed_values", &limit.allowed_values),
            ("message", &limit.message),
            ("sample", &limit.sample),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let draft = state.plane.try_constraint(&admin, &limit, "/", fields).await.unwrap();
        let drawn = state.plane.constraints(&admin, &product, portfolio.as_str(), draft.as_str()).await.unwrap();
        let trial = drawn.trial.unwrap();
        assert_eq!((trial.violations, trial.undecided), (vec!["Only the first.".to_owned()], Vec::new()));
        let field = trial.fields.iter().find(|field| field.label == parameter).unwrap();
        assert_eq!(field.control, FormControl::Choice { values: vec![values[0].clone()] });
        assert_eq!(offered(&state, &product, &parameter).await, values);
        // Saved: it bites.
        let id = state.plane.save_constraint(&admin, limit).await.unwrap();
        let made = applied(&state, &id).await;
        assert_eq!(offered(&state, &product, &parameter).await, [values[0].clone()]);
        let there = page(&state, &product, &portfolio, "").await;
        let constraint = there.constraints.into_iter().find(|it| Some(&it.id) == made.made.constraint.as_ref()).unwrap();
        assert!(constraint.kind == "TEMPLATE" && constraint.row.rules.len() == 1);
        // Changed, by somebody who saw it and not by somebody who did not.
        let other = serde_json::json!({ "Fn::Contains": [[values[1]], { "Ref": parameter }] });
        let changed = ConstraintInput {
            constraint: constraint.id.clone(),
            seen: constraint.seen,
            rules: serde_json::json!({ "Rules": { "Other": { "Assertions": [{ "Assert": other }] } } }).to_string(),
            ..input(&product, &portfolio, "template")
        };
        let id = state.plane.save_constraint(&admin, changed.clone()).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(offered(&state, &product, &parameter).await, [values[1].clone()]);
        assert!(matches!(state.plane.save_constraint(&admin, changed).await, Err(Error::Stale { .. })));
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(offered(&state, &product, &parameter).await, [values[0].clone()]);
        // Deleted, and made again.
        let id = state.plane.delete_constraint(&admin, &product, &portfolio, &constraint.id).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(offered(&state, &product, &parameter).await, values);
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert_eq!(offered(&state, &product, &parameter).await, [values[0].clone()]);
        state.assert_sound().await;
    }

    async fn what_keeps_a_product_from_being_requested_is_told_to_who_makes_it_so(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, portfolio, parameter, values) = chosen(&state).await;
        let binding = ParameterBindingInput {
            product: product.to_string(),
            account: FRAUD_DEV.split('/').nth(1).unwrap().into(),
            parameter: parameter.clone(),
            source: "fixed".into(),
            value: values[1].clone(),
            version: String::new(),
        };
        state.plane.save_parameter_binding(&admin, binding).await.unwrap();
        let obstacles = async || state.plane.admin_product(&admin, &product, None, "").await.unwrap().obstacles;
        let form = async || {
            let query = RequestFormQuery { target: FRAUD_DEV.into(), ..RequestFormQuery::default() };
            state.plane.request_form(&state.as_("fraud-scientist").await, &product, query).await.unwrap()
        };
        assert!(obstacles().await.is_empty() && form().await.blocked.is_none());
        let limit = ConstraintInput {
            parameter: parameter.clone(),
            allowed_values: values[0].clone(),
            message: "Only the first.".into(),
            constraint_description: "One kind".into(),
            ..input(&product, &portfolio, "allowed")
        };
        let fields = [
            ("form", "allowed"),
            ("kind", "allowed"),
            ("trial", "yes"),
            ("parameter", &parameter),
            ("allowed_values", &limit.allowed_values),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let draft = state.plane.try_constraint(&admin, &limit, "/", fields).await.unwrap();
        let drawn = state.plane.constraints(&admin, &product, portfolio.as_str(), draft.as_str()).await.unwrap();
        let told = drawn.trial.unwrap().obstacles;
        assert!(told.len() == 1 && told[0].parameter == parameter && told[0].why.contains(&values[1]), "{told:?}");
        // Whoever means it can make it, and it is told on the change, on the product, and to whoever requests.
        assert_eq!(wrong(state.plane.save_constraint(&admin, limit.clone()).await), ["meant"]);
        let limit = ConstraintInput { meant: "yes".into(), ..limit };
        let id = state.plane.save_constraint(&admin, limit).await.unwrap();
        applied(&state, &id).await;
        let told = obstacles().await;
        assert!(told.len() == 1 && told[0].accounts == ["fraud-detection-dev"], "{told:?}");
        assert!(told[0].why.ends_with("and the constraint \u{201c}One kind\u{201d} refuses that: Only the first."), "{told:?}");
        assert_eq!(state.plane.catalog_change(&admin, &id).await.unwrap().obstacles, told);
        let drawn = form().await;
        let blocked = drawn.blocked.unwrap();
        assert_eq!(blocked.why, format!("{parameter}: {}", told[0].why), "said once");
        let findings = drawn.preflight.unwrap().findings;
        let of_rules: Vec<_> = findings.iter().filter(|it| it.check == Check::Constraints).map(|it| it.verdict).collect();
        assert_eq!(of_rules, [Verdict::Denied], "what is set is judged, though it is refused");
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        assert!(obstacles().await.is_empty() && form().await.blocked.is_none());
        assert!(state.plane.catalog_change(&admin, &id).await.unwrap().obstacles.is_empty());
        // A rule that nothing keeps to is about no parameter.
        let rules = r#"{"Rules":{"Never":{"Assertions":[{"Assert":{"Fn::Equals":["a","b"]}}]}}}"#;
        let never =
            ConstraintInput { rules: rules.into(), meant: "yes".into(), ..input(&product, &portfolio, "template") };
        let id = state.plane.save_constraint(&admin, never).await.unwrap();
        applied(&state, &id).await;
        let blocked = form().await.blocked.unwrap();
        assert!(blocked.why.starts_with("Nothing keeps to it: a constraint refuses everything"), "{blocked:?}");
        state.assert_sound().await;
    }

    async fn a_default_that_nobody_may_choose_is_held_to_what_is_allowed(url) {
        let template = "Parameters:\n  RoleHint: {Type: String, Default: a}\nResources:\n  B: {Type: AWS::S3::Bucket}\n";
        let state = TestState::start_with(&url, |o| o.products = vec![("Hinted".into(), template.into())]).await;
        let admin = state.as_("admin").await;
        let product = state.product("Hinted").await;
        let portfolio = state.store.product(&product).await.unwrap().unwrap().portfolios[0].clone();
        for binding in state.store.parameter_bindings(&product).await.unwrap() {
            state.plane.remove_parameter_binding(&admin, &binding.id).await.unwrap();
        }
        let obstacles = async || state.plane.admin_product(&admin, &product, None, "").await.unwrap().obstacles;
        let allow = async |values: &str, meant: &str| {
            let limit = ConstraintInput {
                meant: meant.into(),
                parameter: "RoleHint".into(),
                allowed_values: values.into(),
                ..input(&product, &portfolio, "allowed")
            };
            applied(&state, &state.plane.save_constraint(&admin, limit).await.unwrap()).await.id
        };
        // One value is left: that is what is sent.
        let id = allow("b", "").await;
        assert_eq!(obstacles().await, []);
        let request = state.submit("fraud-scientist", "Hinted", "hinted").await;
        let made = state.approve("fraud-lead", &request).await;
        state.settle().await;
        let made = state.environment(&made).await;
        assert_eq!(made.parameters.get("RoleHint").map(String::as_str), Some("b"), "{made:?}");
        let back = state.plane.undo_catalog_change(&admin, &id).await.unwrap();
        applied(&state, &back).await;
        // Of several nobody chooses one.
        allow("b\nc", "yes").await;
        let told = obstacles().await;
        assert!(told.len() == 1 && told[0].why.contains("its default is refused: \u{201c}a\u{201d}"), "{told:?}");
        let query = RequestFormQuery::default();
        let form = state.plane.request_form(&state.as_("fraud-scientist").await, &product, query).await.unwrap();
        assert!(form.blocked.unwrap().why.starts_with("RoleHint: "));
    }

    async fn rules_come_out_of_a_template_that_makes_constraints(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, portfolio, parameter, values) = chosen(&state).await;
        let template = format!(
            "Parameters:\n  Allowed: {{Type: String, Default: {}}}\nResources:\n  Limit:\n    Type: AWS::ServiceCatalog::LaunchTemplateConstraint\n    \
             Properties:\n      PortfolioId: port-1\n      ProductId: prod-1\n      Rules: !Sub |\n        \
             {{\"Limit\": {{\"Assertions\": [{{\"Assert\": {{\"Fn::Contains\": [[\"${{Allowed}}\"], {{\"Ref\": \"{parameter}\"}}]}}}}]}}}}\n",
            values[0]
        );
        let typed = ConstraintInput { rules: template, ..input(&product, &portfolio, "template") };
        assert_eq!(wrong(state.plane.save_constraint(&admin, typed.clone()).await), ["rules"], "it is tried first");
        let fields = [("form", "template"), ("kind", "template"), ("trial", "yes"), ("rules", typed.rules.as_str())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let draft = state.plane.try_constraint(&admin, &typed, "/", fields).await.unwrap();
        let drawn = state.plane.constraints(&admin, &product, portfolio.as_str(), draft.as_str()).await.unwrap();
        let rules = drawn.form.value("rules").unwrap().to_owned();
        assert!(rules.starts_with('{') && rules.contains(&values[0]) && drawn.trial.unwrap().rules.len() == 1, "{rules}");
        // As it stands in the form now it is saved, and bites.
        let id = state.plane.save_constraint(&admin, ConstraintInput { rules, ..typed.clone() }).await.unwrap();
        applied(&state, &id).await;
        assert_eq!(offered(&state, &product, &parameter).await, [values[0].clone()]);
        let broken = ConstraintInput { rules: typed.rules.replace("{\"Limit\"", "{Limit\""), ..typed };
        assert_eq!(wrong(state.plane.try_constraint(&admin, &broken, "/", BTreeMap::new()).await), ["rules"]);
    }

    async fn what_aws_excludes_is_said_before(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, portfolio, parameter, _) = chosen(&state).await;
        let save = async |it: ConstraintInput| wrong(state.plane.save_constraint(&admin, it).await);
        let it = |kind: &str| input(&product, &portfolio, kind);
        assert_eq!(save(ConstraintInput { launch_role: "Another".into(), ..it("launch") }).await, ["kind"]);
        assert_eq!(save(ConstraintInput { launch_role: "no role".into(), ..it("launch") }).await, ["kind", "launch_role"]);
        let stack_set = r#"{"Properties":{"AccountList":["1"],"RegionList":["a"],"AdminRole":"r","ExecutionRole":"e"}}"#;
        assert_eq!(save(ConstraintInput { stack_set: stack_set.into(), ..it("stack_set") }).await, ["kind"]);
        assert_eq!(save(ConstraintInput { stack_set: "{}".into(), ..it("stack_set") }).await, ["kind", "stack_set"]);
        assert_eq!(save(it("nothing")).await, ["kind"]);
        assert_eq!(save(it("allowed")).await, ["parameter"]);
        assert_eq!(save(ConstraintInput { parameter: parameter.clone(), ..it("allowed") }).await, ["allowed_values"]);
        // What the template refuses would be a choice that nobody can make.
        let never = ConstraintInput {
            parameter: parameter.clone(),
            allowed_values: "no value of the template".into(),
            ..it("allowed")
        };
        assert_eq!(save(never).await, ["allowed_values"]);
        let unknown = ConstraintInput { parameter: "Nobody".into(), allowed_values: "a".into(), ..it("allowed") };
        assert_eq!(save(unknown).await, ["rules"]);
        for rules in ["", "[", "{}", r#"{"Rules":{"A":{"Assertions":[{"Assert":{"Fn::Nonsense":[]}}]}}}"#] {
            assert_eq!(save(ConstraintInput { rules: rules.into(), ..it("template") }).await, ["rules"], "{rules}");
        }
        assert_eq!(save(it("notification")).await, ["topics"]);
        assert_eq!(save(ConstraintInput { topics: "launches".into(), ..it("notification") }).await, ["topics"]);
        assert_eq!(save(it("tag_update")).await, ["tag_update"]);
        let about = ConstraintInput {
            topics: "arn:aws:sns:eu-west-1:222222222222:launches".into(),
            constraint_description: "x".repeat(1_001),
            ..it("notification")
        };
        assert_eq!(save(about).await, ["constraint_description"]);
        assert_eq!(wrong(state.plane.delete_constraint(&admin, &product, &portfolio, "cons-none").await), ["constraint"]);
        assert_eq!(state.store.count_unfinished_operations().await.unwrap(), 0);
    }

    async fn each_kind_is_made_and_read_back(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let (product, portfolio, ..) = chosen(&state).await;
        let topic = "arn:aws:sns:eu-west-1:222222222222:launches";
        let id = ConstraintInput { topics: topic.into(), ..input(&product, &portfolio, "notification") };
        let id = state.plane.save_constraint(&admin, id).await.unwrap();
        applied(&state, &id).await;
        let rules = |page: ConstraintsPage| page.constraints.into_iter().map(|it| it.written.rule).collect::<Vec<_>>();
        let there = rules(page(&state, &product, &portfolio, "").await);
        assert!(there.contains(&ConstraintRule::Notification { topics: vec![topic.into()] }), "{there:?}");
        // The role that launches is another one, where the portal may name it.
        let there = page(&state, &product, &portfolio, "").await.constraints;
        let launch = there.into_iter().find(|it| it.kind == "LAUNCH").unwrap();
        let other = ConstraintInput {
            constraint: launch.id.clone(),
            seen: launch.seen,
            launch_role: "SomebodyElsesRole".into(),
            ..input(&product, &portfolio, "launch")
        };
        let id = state.plane.save_constraint(&admin, other).await.unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed, "it is no role that the portal may pass on");
        assert_eq!(rules(page(&state, &product, &portfolio, "").await).len(), 1 + there_before(&state, &product).await);
    }
}

/// The constraints that the product had from the start.
async fn there_before(state: &TestState, product: &ProductId) -> usize {
    let it = state.store.product(product).await.unwrap().unwrap();
    it.constraints.iter().filter(|it| !matches!(it.rule, ConstraintRule::Notification { .. })).count()
}
