//! The story of the product: from the request to the open Studio, and to its end.

use crate::common::{FRAUD_DEV, PRODUCT, TestState};
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::request::RequestState;
use domain::view::{AuditQuery, StepStatus};

on_both! {
    async fn from_request_to_launch_to_termination(url) {
        let state = TestState::start(&url).await;
        let plane = state.plane.clone();
        let scientist = state.as_("fraud-scientist").await;
        let lead = state.as_("fraud-lead").await;

        // She finds the product and asks for it.
        let catalog = plane.catalog(&scientist, Default::default()).await.unwrap();
        assert!(catalog.products.iter().any(|p| p.name == PRODUCT));
        let input = state.filled_form("fraud-scientist", PRODUCT, "ada-studio").await;
        assert_eq!(input.target, FRAUD_DEV);
        let request = plane.submit_request(&scientist, input.clone()).await.unwrap();
        // A double click makes one request.
        assert_eq!(plane.submit_request(&scientist, input).await.unwrap(), request);
        let page = plane.request(&scientist, &request, None).await.unwrap();
        assert_eq!(page.state, RequestState::Submitted);
        assert!(page.allowed.has(Action::WithdrawRequest) && !page.allowed.has(Action::DecideRequest));
        assert_eq!(page.approvers, "fraud-lead decides.");
        assert!(page.bound.iter().any(|(k, v)| k == "SecurityGroupIds" && v == "sg-601000000002"));

        // The lead decides.
        assert_eq!(plane.shell(&lead).await.unwrap().waiting_for_me, 1);
        assert_eq!(plane.approvals(&lead, "").await.unwrap().waiting.items.len(), 1);
        assert!(plane.request(&lead, &request, None).await.unwrap().allowed.has(Action::DecideRequest));
        let id = state.approve("fraud-lead", &request).await;
        let page = plane.environment(&scientist, &id, None).await.unwrap();
        assert_eq!(page.progress.state, EnvironmentState::Provisioning);
        assert!(!page.allowed.has(Action::LaunchEnvironment));

        // It comes up.
        state.settle().await;
        let page = plane.environment(&scientist, &id, None).await.unwrap();
        assert_eq!(page.progress.state, EnvironmentState::Available, "{:?}", page.progress);
        assert!(page.progress.operation.unwrap().steps.iter().all(|s| s.status == StepStatus::Done));
        assert!(page.progress.events.iter().flat_map(|group| &group.events).any(|e| e.status == "CREATE_COMPLETE"));
        assert!(page.allowed.has(Action::LaunchEnvironment));
        assert!(page.tags.contains(&("project".to_owned(), "fraud-detection".to_owned())));
        assert_eq!(state.provisioned("601000000002"), ["ada-studio"]);

        // She opens it; nobody else can.
        let url = plane.launch_environment(&scientist, &id).await.unwrap().into_location();
        assert!(url.starts_with(&state.running.studio_url), "{url}");
        let opened = reqwest::get(&url).await.unwrap();
        assert!(opened.status().is_success(), "{}", opened.status());
        for other in ["fraud-lead", "churn-scientist", "admin", "auditor", "newcomer"] {
            let refused = plane.launch_environment(&state.as_(other).await, &id).await.unwrap_err();
            assert_eq!(refused.status(), 403, "{other}: {refused:?}");
        }

        // It ends.
        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        assert_eq!(state.environment(&id).await.state, EnvironmentState::Terminated);
        assert!(state.provisioned("601000000002").is_empty());

        // The auditor reads the whole of it.
        let auditor = state.as_("auditor").await;
        let log = plane.audit(&auditor, AuditQuery::default()).await.unwrap();
        assert!(!log.rows.items.is_empty());
        for action in ["submit_request", "approve_request", "create_environment", "provision", "launch_environment", "terminate"] {
            assert!(log.actions.iter().any(|a| a == action), "{action} in {:?}", log.actions);
        }
        let secret = url.split('?').nth(1).unwrap();
        let all = state.store.audit_events(&store::Scope::All, &Default::default(), &store::PageRequest::newest(500)).await.unwrap();
        assert!(all.items.iter().all(|e| !format!("{:?}", e.event).contains(secret)));
        state.assert_sound().await;
    }
}
