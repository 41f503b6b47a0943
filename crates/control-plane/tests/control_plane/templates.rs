//! Templates that are given to the portal.

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::Error;
use domain::view::{TemplateInput, WaiveFindingInput};

fn input(template: &str) -> TemplateInput {
    TemplateInput { template: template.into(), file_name: "mine.yaml".into(), ..TemplateInput::default() }
}

const OPEN_DOMAIN: &str = "\
Description: A domain on the internet
Parameters:
  Vpc: {Type: AWS::EC2::VPC::Id}
Resources:
  Domain:
    Type: AWS::SageMaker::Domain
    Properties:
      AppNetworkAccessType: PublicInternetOnly
      VpcId: !Ref Vpc
      Tags: [{Key: studiogate:project, Value: x}]
";

on_both! {
    async fn v8_2_1_admins_give_templates_and_nobody_else(url) {
        let state = TestState::start(&url).await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.check_template(&state.as_(who).await, input(OPEN_DOMAIN)).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let admin = state.as_("admin").await;
        let id = state.plane.check_template(&admin, input(OPEN_DOMAIN)).await.unwrap();
        // The same text is the same template, also with the lines that a browser sends.
        let again = state.plane.check_template(&admin, input(&OPEN_DOMAIN.replace('\n', "\r\n"))).await.unwrap();
        assert_eq!(again, id);
        assert_eq!(state.told(&id, "manage_catalog", "name").await, ["mine.yaml", "mine.yaml"]);
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            assert!(state.plane.template(&state.as_(who).await, &id, "").await.is_err(), "{who}");
            assert!(state.plane.templates(&state.as_(who).await, "", "").await.is_err(), "{who}");
        }
        let auditor = state.as_("auditor").await;
        let page = state.plane.template(&auditor, &id, "").await.unwrap();
        let found: Vec<_> = page.findings.iter().map(|found| (found.line, found.rule.as_str())).collect();
        assert!(found.contains(&(8, "domain_vpc_only")), "{found:?}");
        assert!(found.iter().any(|(_, rule)| *rule == "domain_customer_managed_key"), "{found:?}");
        let outline = page.outline.unwrap();
        assert_eq!(outline.description, "A domain on the internet");
        assert_eq!((outline.parameters[0].key.as_str(), outline.resources[0].line), ("Vpc", 5));
        let listed = state.plane.templates(&auditor, "", "").await.unwrap();
        assert_eq!(listed.rows.items.len(), 1);
        assert_eq!(listed.rows.items[0].findings as usize, found.len());
        assert!(listed.rules.contains(&"domain_vpc_only".to_owned()));
    }

    async fn v8_2_1_an_admin_lets_something_pass_with_a_reason_until_a_day(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        // A finding of a rule, one of what cannot be looked into, and one that CloudFormation would not take.
        let text = "\
Transform: AWS::LanguageExtensions
Resources:
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
";
        let id = state.plane.check_template(&admin, input(text)).await.unwrap();
        let waive = |rule: &str, reason: &str, days: &str| WaiveFindingInput {
            template: id.to_string(),
            rule: rule.into(),
            waiver_reason: reason.into(),
            waiver_days: days.into(),
        };
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            let refused = state.plane.waive_finding(&caller, waive("transform", "Looked at", "7")).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
            assert!(matches!(state.plane.end_waiver(&caller, &id, "transform").await, Err(Error::Denied { .. })), "{who}");
        }
        let wrong = async |input| match state.plane.waive_finding(&admin, input).await {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(waive("nested_stack", "Looked at", "7")).await, ["rule"], "it was not found");
        assert_eq!(wrong(waive("transform", " ", "7")).await, ["waiver_reason"]);
        assert_eq!(wrong(waive("transform", &"a".repeat(501), "7")).await, ["waiver_reason"]);
        for days in ["", "0", "91", "soon"] {
            assert_eq!(wrong(waive("transform", "Looked at", days)).await, ["waiver_days"], "{days}");
        }
        let page = async || state.plane.template(&admin, &id, "").await.unwrap();
        assert!(page().await.uses.is_none());
        state.plane.waive_finding(&admin, waive("transform", "Looked at", "7")).await.unwrap();
        assert_eq!(state.told(&id, "waive_finding", "reason").await, ["Looked at"]);
        let now = page().await;
        assert!(now.uses.is_some() && now.findings[0].waived.as_ref().unwrap().reason == "Looked at", "{:?}", now.findings);
        // The same words in another text are another template.
        let other = state.plane.check_template(&admin, input(&format!("{text}# more"))).await.unwrap();
        assert!(state.plane.template(&admin, &other, "").await.unwrap().uses.is_none());
        // Ended by hand, and by time: also for a change that is under way by then.
        state.plane.end_waiver(&admin, &id, "transform").await.unwrap();
        assert!(page().await.uses.is_none());
        state.plane.waive_finding(&admin, waive("transform", "Looked at again", "7")).await.unwrap();
        assert!(page().await.uses.is_some());
        state.clock.advance(TimeDelta::days(7));
        assert!(page().await.uses.is_none() && page().await.findings[0].waived.is_none());
    }

    async fn a_template_that_comes_with_the_portal_becomes_a_product_as_it_is(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let take = async |key: &str| {
            let input = TemplateInput { shipped: key.into(), ..TemplateInput::default() };
            state.plane.check_template(&admin, input).await
        };
        assert!(matches!(take("none/1.0").await, Err(Error::Invalid(errors)) if errors[0].field == "shipped"));
        let all = state.plane.templates(&admin, "", "").await.unwrap().shipped;
        assert!(all.len() >= 8);
        for it in &all {
            let id = take(&it.key).await.unwrap();
            let page = state.plane.template(&admin, &id, "").await.unwrap();
            assert_eq!(page.findings, Vec::new(), "{}", it.key);
            let proposed = page.uses.unwrap().proposed;
            assert_eq!(format!("{} {}", proposed.name, proposed.version), it.name);
        }
        // Of another text nothing is proposed.
        let text = "Resources: {Handle: {Type: AWS::CloudFormation::WaitConditionHandle}}";
        let id = state.plane.check_template(&admin, input(text)).await.unwrap();
        let page = state.plane.template(&admin, &id, "").await.unwrap();
        assert_eq!(page.uses.unwrap().proposed, Default::default());
    }

    async fn what_is_no_text_is_refused_at_its_field_and_what_is_no_template_says_where(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let wrong = async |input: TemplateInput| match state.plane.check_template(&admin, input).await {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|e| (e.field, e.message)).next().unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(input(" \n ")).await.0, "template");
        let unreadable = TemplateInput { unreadable: "It is a gzip file.".into(), ..input("") };
        assert_eq!(wrong(unreadable).await, ("file".to_owned(), "It is a gzip file.".to_owned()));
        let (field, message) = wrong(input(&"x".repeat(1_048_577))).await;
        assert!(field == "template" && message.contains("1048576"), "{message}");
        let long = TemplateInput { file_name: "x".repeat(201), ..input(OPEN_DOMAIN) };
        assert_eq!(wrong(long).await.0, "file_name");
        let id = state.plane.check_template(&admin, input("Resources:\n  A: [\n")).await.unwrap();
        let page = state.plane.template(&admin, &id, "").await.unwrap();
        assert_eq!(page.findings.len(), 1);
        assert!(page.outline.is_none() && page.findings[0].rule == "unreadable");
    }

    async fn a_template_is_forgotten_after_a_month(url) {
        let state = TestState::start(&url).await;
        let id = state.plane.check_template(&state.as_("admin").await, input(OPEN_DOMAIN)).await.unwrap();
        state.pass(TimeDelta::days(29));
        state.settle().await;
        assert!(state.store.template(&id).await.unwrap().is_some());
        state.pass(TimeDelta::days(2));
        state.settle().await;
        assert!(state.store.template(&id).await.unwrap().is_none());
    }
}
