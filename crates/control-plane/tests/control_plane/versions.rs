//! A template that was written elsewhere becomes two versions of a product, with what is to be mended in it let pass, and the two
//! stand side by side.

use crate::catalog_changes::{applied, made, wrong};
use crate::common::TestState;
use control_plane::{Caller, Error};
use domain::id::TemplateId;
use domain::view::{AddProductInput, AddVersionInput, Difference, TemplateInput, WaiveFindingInput};

const NOTEBOOK: &str = include_str!("../templates/team-notebook.yaml");

/// The same with a training job that has to stay on the network, and another choice of instances.
fn second() -> String {
    let trust = "        Statement: { Effect: Allow, Principal: { Service: sagemaker.amazonaws.com }, Action: 'sts:AssumeRole' }\n";
    let policy = "      Policies:
        - PolicyName: on-the-network
          PolicyDocument:
            Statement:
              - Effect: Deny
                Action: ['sagemaker:CreateTrainingJob', 'sagemaker:CreateModel']
                Resource: '*'
                Condition: { 'Null': { 'sagemaker:VpcSubnets': 'true' } }
";
    let text = NOTEBOOK.replace(trust, &format!("{trust}{policy}"));
    let text =
        text.replace("AllowedValues: [ml.t3.medium, ml.m5.xlarge]", "AllowedValues: [ml.t3.medium, ml.t3.large]");
    assert_ne!(text, NOTEBOOK);
    text
}

/// Given to the portal, and each finding let pass with a reason.
async fn let_pass(state: &TestState, admin: &Caller, text: &str) -> TemplateId {
    let input = TemplateInput { template: text.into(), ..TemplateInput::default() };
    let id = state.plane.check_template(admin, input).await.unwrap();
    let found = state.plane.template(admin, &id, "").await.unwrap().findings;
    assert!(found.iter().all(|it| it.waivable && it.line > 0 && !it.fix.is_empty()), "{found:?}");
    let mut rules: Vec<&String> = found.iter().map(|it| &it.rule).collect();
    rules.dedup();
    assert!(rules.iter().any(|rule| *rule == "notebook_no_root_access"), "{rules:?}");
    for rule in rules {
        let input = WaiveFindingInput {
            template: id.to_string(),
            rule: rule.clone(),
            waiver_reason: "As it is published".into(),
            waiver_days: "30".into(),
        };
        state.plane.waive_finding(admin, input).await.unwrap();
    }
    id
}

on_both! {
    async fn a_foreign_template_becomes_two_versions_side_by_side(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let portfolio = state.store.portfolios().await.unwrap().remove(0).id;
        let unmended = TemplateInput { template: NOTEBOOK.into(), ..TemplateInput::default() };
        let unmended = state.plane.check_template(&admin, unmended).await.unwrap();
        let input = |template: &TemplateId| AddProductInput {
            template: template.to_string(),
            portfolio: portfolio.to_string(),
            product_name: "Team notebook".into(),
            product_owner: "Platform".into(),
            version_name: "v1".into(),
            ..AddProductInput::default()
        };
        assert_eq!(wrong(state.plane.add_product(&admin, input(&unmended)).await), ["template"]);
        let first = let_pass(&state, &admin, NOTEBOOK).await;
        let id = state.plane.add_product(&admin, input(&first)).await.unwrap();
        let (product, _) = made(&applied(&state, &id).await);
        let next = AddVersionInput {
            template: let_pass(&state, &admin, &second()).await.to_string(),
            product: product.to_string(),
            version_name: "v2".into(),
            version_note: "Training stays on the network".into(),
            unlike: String::new(),
        };
        let id = state.plane.add_version(&admin, next).await.unwrap();
        applied(&state, &id).await;

        let refused = state.plane.compare_versions(&state.as_("fraud-lead").await, &product, "", "").await;
        assert!(matches!(refused, Err(Error::Denied { .. })), "{refused:?}");
        // Without a choice, the version that is offered first against the one before it.
        let page = state.plane.compare_versions(&state.as_("auditor").await, &product, "", "").await.unwrap();
        let names: Vec<&str> = page.versions.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["v2", "v1"]);
        let compared = page.comparison.unwrap();
        let [parameter] = &compared.parameters[..] else { panic!("{:?}", compared.parameters) };
        assert_eq!((parameter.key.as_str(), parameter.difference), ("InstanceType", Difference::Changed));
        let [role] = &compared.resources[..] else { panic!("{:?}", compared.resources) };
        assert_eq!((role.logical_id.as_str(), role.by.as_slice(), role.replaced), ("NotebookRole", &["Policies".to_owned()][..], false));
        let [grant] = &compared.grants[..] else { panic!("{:?}", compared.grants) };
        assert_eq!(grant.difference, Difference::New);
        assert!(format!("{grant:?}").contains("sagemaker:CreateTrainingJob"), "{grant:?}");
        assert!(!compared.cut && compared.parts.len() == 2, "{:?}", compared.parts);
        // The other way round.
        let (after, before) = (page.before.to_string(), page.after.to_string());
        let page = state.plane.compare_versions(&admin, &product, &before, &after).await.unwrap();
        assert_eq!(page.comparison.unwrap().grants[0].difference, Difference::Gone);
        state.assert_sound().await;
    }
}
