//! What the catalog and the page of a product tell of what admins entered and of what the organization says.

use crate::common::{PRODUCT, TestState, access};
use domain::access::ProductAccess;
use domain::approval::ApprovalRule;
use domain::project::Stage;
use domain::view::{CatalogQuery, ProductSettingsInput};
use sim::FaultKind;

on_both! {
    async fn the_product_page_tells_what_stands_in_the_way(url) {
        const ENDPOINT: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Served:
    Type: AWS::SageMaker::EndpointConfig
    Properties: { ProductionVariants: [] }
"#;
        let state = TestState::start_with(&url, |o| o.products = vec![("Endpoint".into(), ENDPOINT.into())]).await;
        let page = state.product_page("fraud-scientist", "Studio environment").await;
        let [row] = &page.guardrails[..] else { panic!("{:?}", page.guardrails) };
        assert_eq!((row.stage, &row.accounts[..], row.unknown), (Stage::Dev, &["fraud-detection-dev".to_owned()][..], false));
        let denied = &row.forbidden[0];
        assert_eq!((denied.policy.as_str(), denied.node.as_str()), ("deny-sagemaker-endpoints", "Workloads_Dev"));
        assert!(denied.actions.contains(&"sagemaker:CreateEndpoint".to_owned()));
        assert!(row.refused.is_empty() && row.unreadable.is_empty(), "Studio needs none of that: {row:?}");
        assert_eq!((page.organization.refreshed_at, &page.organization.problem), (Some(state.plane.now()), &None));
        let rules: Vec<&String> = page.constraints.iter().flat_map(|c| &c.rules).collect();
        assert!(rules.iter().any(|rule| rule.starts_with("GPU instances are not offered here")), "{rules:?}");
        let served = state.product_page("fraud-scientist", "Endpoint").await;
        let refused: Vec<&str> = served.guardrails[0].refused.iter().map(|r| r.action.as_str()).collect();
        assert_eq!(refused, ["sagemaker:CreateEndpointConfig"]);
        // The accounts of other projects are nobody else's matter.
        assert!(!format!("{:?}", page.guardrails).contains("churn"));
        let stages: Vec<_> = state.product_page("admin", "Studio environment").await.guardrails;
        assert!(format!("{stages:?}").contains("churn-prediction-dev"));
    }

    async fn an_organization_that_cannot_be_read_stays_with_its_reason(url) {
        let state = TestState::start(&url).await;
        let before = state.product_page("fraud-scientist", "Studio environment").await;
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "no more".into() };
        state.running.aws.faults().next("organizations:ListRoots", denied, 5);
        assert!(state.plane.mirror_now().await.unwrap(), "the catalog is read all the same");
        let after = state.product_page("fraud-scientist", "Studio environment").await;
        assert!(after.organization.problem.unwrap().why.contains("no more"));
        assert_eq!(after.organization.refreshed_at, before.organization.refreshed_at);
        assert_eq!(after.guardrails, before.guardrails);
        state.running.aws.faults().clear();
        state.plane.mirror_now().await.unwrap();
        assert!(state.store.organization_state().await.unwrap().problem.is_none());
    }

    async fn who_approves_is_told_stage_by_stage(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product(PRODUCT).await;
        let rule = state.store.all_product_access().await.unwrap().into_iter().find(|a| {
            a.product == product && a.project.as_str() == "fraud-detection"
        });
        let rule = rule.unwrap();
        let add = |stage: Stage, approval: ApprovalRule| {
            let input = access(&ProductAccess { stage, approval, ..rule.clone() }, "9", "");
            state.plane.save_product_access(&admin, input)
        };
        add(Stage::Sandbox, ApprovalRule::none()).await.unwrap();
        add(Stage::Prod, ApprovalRule::one_lead()).await.unwrap();
        let page = state.product_page("fraud-scientist", PRODUCT).await;
        let told: Vec<_> = page.approvers.iter().map(|a| (a.stages.clone(), a.who.as_str())).collect();
        let lead = "fraud-lead decides.";
        assert_eq!(told, [(vec![Stage::Sandbox], "No approval is needed."), (vec![Stage::Dev, Stage::Prod], lead)]);
        for rule in state.store.product_access_of_product(&product).await.unwrap() {
            state.plane.remove_product_access(&admin, &rule.id).await.unwrap();
        }
        let page = state.product_page("admin", PRODUCT).await;
        assert!(page.access.is_empty() && page.approvers.is_empty() && page.guardrails.is_empty());
    }

    async fn tags_that_are_set_are_told_apart_from_those_that_are_chosen(url) {
        let state = TestState::start(&url).await;
        let page = state.product_page("fraud-scientist", PRODUCT).await;
        let chosen: Vec<_> = page.tags_chosen.iter().map(|(key, values)| (key.as_str(), values.len())).collect();
        assert_eq!(chosen, [("workload", 3)]);
        let set = |key: &str| page.tags_set.iter().find(|(k, _)| k == key).unwrap().1.clone();
        assert!(set("cost-center").starts_with("CC-47"), "{}", set("cost-center"));
        assert!(page.tags_set.iter().any(|(key, _)| key == "studiouserid"));
        // What the form asks for is what is chosen, and it goes to AWS.
        let input = state.filled_form("fraud-scientist", PRODUCT, "tagged").await;
        assert_eq!(input.tags.keys().collect::<Vec<_>>(), ["workload"]);
        let id = state.approved("tagged").await;
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.tags.get("workload").map(String::as_str), Some("exploration"), "{:?}", it.tags);
    }

    async fn the_catalog_is_filtered_by_stage_data_class_approval_and_time(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product(PRODUCT).await;
        let settings = ProductSettingsInput {
            product: product.to_string(),
            typical_minutes: "6".into(),
            version: String::new(),
        };
        state.plane.save_product_settings(&admin, settings).await.unwrap();
        let rule = state.store.product_access_of_product(&product).await.unwrap().remove(0);
        let sandbox = ProductAccess {
            project: "fraud-detection".parse().unwrap(),
            stage: Stage::Sandbox,
            approval: ApprovalRule::none(),
            ..rule
        };
        state.plane.save_product_access(&admin, access(&sandbox, "9", "")).await.unwrap();
        let scientist = state.as_("fraud-scientist").await;
        let names = |query: CatalogQuery| async {
            let page = state.plane.catalog(&scientist, query).await.unwrap();
            assert!(page.any);
            page.products.into_iter().map(|p| p.name).collect::<Vec<_>>()
        };
        let all = names(CatalogQuery::default()).await.len();
        assert!(all > 1);
        let class = state.store.project(&"fraud-detection".parse().unwrap()).await.unwrap().unwrap().data_class;
        let (only, none) = (vec![PRODUCT.to_owned()], Vec::<String>::new());
        let query = |change: fn(&mut CatalogQuery)| {
            let mut query = CatalogQuery::default();
            change(&mut query);
            query
        };
        assert_eq!(names(query(|q| q.stage = "sandbox".into())).await, only);
        assert_eq!(names(query(|q| q.approval = "none".into())).await, only);
        assert_eq!(names(query(|q| q.within = "10".into())).await, only, "what takes an unknown time does not fit");
        assert_eq!(names(query(|q| q.within = "5".into())).await, none);
        assert_eq!(names(query(|q| q.data_class = "public".into())).await, none);
        let own = CatalogQuery { data_class: class.to_string(), ..CatalogQuery::default() };
        assert_eq!(names(own).await.len(), all);
        let both = query(|q| {
            q.stage = "sandbox".into();
            q.approval = "some".into();
        });
        assert_eq!(names(both).await, none, "one rule has to fit all of them");
    }
}
