//! What the reading pages tell: steps and their times, what a termination leaves, what waits, and who sees what.

use std::pin::pin;

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::SignIn;
use domain::environment::EnvironmentState;
use domain::operation::OperationKind;
use domain::request::RequestState;
use domain::view::{AuditQuery, DecisionInput, EnvironmentsQuery, RequestFormQuery, StepStatus};
use futures::StreamExt as _;

on_both! {
    async fn what_is_terminated_is_found_by_its_state_and_among_all(url) {
        let state = TestState::start(&url).await;
        let gone = state.approved("gone").await;
        state.settle().await;
        state.terminate("fraud-scientist", &gone).await;
        state.settle().await;
        let scientist = state.as_("fraud-scientist").await;
        let list = async |of: &str| {
            let query = EnvironmentsQuery { state: of.into(), ..EnvironmentsQuery::default() };
            let page = state.plane.environments(&scientist, query).await.unwrap();
            (page.rows.items.into_iter().map(|row| row.name).collect::<Vec<_>>(), page.rows.filtered)
        };
        // Nothing runs, but there is something: the page says that, and not that there is nothing yet.
        assert_eq!(list("").await, (vec![], true));
        assert_eq!(list("all").await.0, ["gone"]);
        assert_eq!(list("terminated").await.0, ["gone"]);
        assert_eq!(list("available").await.0, Vec::<String>::new());
    }

    async fn every_step_has_its_times_and_every_operation_its_events(url) {
        let state = TestState::start(&url).await;
        let scientist = state.as_("fraud-scientist").await;
        let id = state.approved("timed").await;
        state.settle().await;
        let progress = state.plane.progress(&scientist, &id).await.unwrap();
        let operation = progress.operation.unwrap();
        assert_eq!(operation.kind, OperationKind::Provision);
        let mut last = operation.started_at;
        for step in &operation.steps {
            assert_eq!(step.status, StepStatus::Done, "{step:?}");
            assert_eq!(step.started_at, Some(last), "{step:?}");
            last = step.finished_at.unwrap();
        }
        assert!(last <= operation.finished_at.unwrap());
        let detail = operation.steps.iter().flat_map(|step| step.detail.clone()).collect::<Vec<_>>().join("\n");
        assert!(detail.contains("Record rec-") && detail.contains("resource"), "{detail}");
        let kinds = |progress: &domain::view::Progress| progress.events.iter().map(|g| g.operation).collect::<Vec<_>>();
        let progress = state.plane.progress(&scientist, &id).await.unwrap();
        assert_eq!(kinds(&progress), [Some(OperationKind::Provision)]);

        state.terminate("fraud-scientist", &id).await;
        state.settle().await;
        let progress = state.plane.progress(&scientist, &id).await.unwrap();
        assert_eq!(kinds(&progress), [Some(OperationKind::Provision), Some(OperationKind::Terminate)]);
        let ended = &progress.events.last().unwrap().events;
        assert!(ended.iter().all(|event| event.status.starts_with("DELETE_")), "{ended:?}");
        let steps = progress.operation.unwrap().steps;
        let detail = steps.last().unwrap().detail.join("\n");
        assert!(detail.contains("resources are gone"), "{detail}");
    }

    async fn a_quiet_stream_is_told_every_ten_seconds_that_it_lives(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("quiet").await;
        let mut stream = pin!(state.plane.watch(&state.as_("fraud-scientist").await, &id).await.unwrap());
        let first = stream.next().await.unwrap();
        state.pass(TimeDelta::seconds(10));
        let second = stream.next().await.unwrap();
        assert_eq!(second.as_of - first.as_of, TimeDelta::seconds(10));
        assert_eq!(second.state, EnvironmentState::Provisioning);
    }

    async fn the_decision_page_has_the_facts_and_a_denial_leads_to_another_request(url) {
        let state = TestState::start(&url).await;
        let lead = state.as_("fraud-lead").await;
        let id = state.submit("fraud-scientist", "Studio environment", "again").await;
        let inbox = state.plane.approvals(&lead, "").await.unwrap().waiting.items;
        assert_eq!(inbox[0].justification, "To look for fraud");
        let page = state.plane.request(&lead, &id, None).await.unwrap();
        assert_eq!(inbox[0].expires_at, page.expires_at);
        assert!(!page.constraints.is_empty());
        assert!(page.creates.iter().any(|(kind, _)| kind == "AWS::SageMaker::Domain"), "{:?}", page.creates);
        let tags: std::collections::BTreeMap<_, _> = page.tags.into_iter().collect();
        assert_eq!(tags["project"], "fraud-detection");
        assert!(tags.contains_key("cost-center") && tags.contains_key("data-class"), "{tags:?}");
        assert_eq!((page.typical, page.denial, page.is_mine), (None, None, false));

        let input = DecisionInput { decision: "deny".into(), comment: "Too large".into(), version: "1".into() };
        state.plane.decide_request(&lead, &id, input).await.unwrap();
        let scientist = state.as_("fraud-scientist").await;
        let page = state.plane.request(&scientist, &id, None).await.unwrap();
        let denial = page.denial.unwrap();
        assert_eq!((page.state, denial.by.as_str(), denial.reason.as_str()), (RequestState::Denied, "fraud-lead", "Too large"));
        assert!(page.is_mine);

        let again = state.plane.request_again(&scientist, &id).await.unwrap();
        let query = RequestFormQuery { artifact: again.artifact, target: again.target.clone(), draft: again.draft };
        let product = again.product.parse().unwrap();
        let form = state.plane.request_form(&scientist, &product, query).await.unwrap();
        assert_eq!((form.target, form.state.value("name")), (again.target, Some("again")));
        assert_eq!(form.state.value("justification"), Some("To look for fraud"));
        assert_eq!(form.state.value("lease_days"), Some("30"));
        for field in form.fields.iter().filter(|field| field.label == "InstanceType") {
            assert!(form.state.value(&field.name).is_some(), "{field:?}");
        }
        let other = state.plane.request_again(&state.as_("churn-scientist").await, &id).await;
        assert_eq!(other.unwrap_err().status(), 403);
    }

    async fn a_termination_names_what_it_deletes_and_what_stays(url) {
        let state = TestState::start(&url).await;
        let scientist = state.as_("fraud-scientist").await;
        let profile = state.approved("profile").await;
        let request = state.submit("fraud-scientist", "Studio environment", "domain").await;
        let domain = state.approve("fraud-lead", &request).await;
        state.settle().await;
        let page = state.plane.environment(&scientist, &profile, None).await.unwrap();
        let words = page.termination_consequences.join("\n");
        assert!(page.termination_deletes.contains(&("AWS::SageMaker::UserProfile".to_owned(), 1)), "{:?}", page.termination_deletes);
        assert!(words.contains("EFS volume of the shared domain"), "{words}");
        assert!(page.launch_note.contains("for 30 seconds") && !page.launch_note.contains("once"), "{}", page.launch_note);
        let page = state.plane.environment(&scientist, &domain, None).await.unwrap();
        let words = page.termination_consequences.join("\n");
        assert!(page.termination_deletes.contains(&("AWS::SageMaker::Domain".to_owned(), 1)), "{:?}", page.termination_deletes);
        assert!(words.contains("home directories you choose below") && words.contains("KMS key"), "{words}");
    }

    async fn a_filter_of_the_log_that_cannot_be_used_says_so_and_shows_nothing(url) {
        let state = TestState::start(&url).await;
        let id = state.approved("told").await;
        state.settle().await;
        let auditor = state.as_("auditor").await;
        let look = async |query: AuditQuery| state.plane.audit(&auditor, query).await.unwrap();
        let all = AuditQuery::default;
        for (query, field) in [
            (AuditQuery { project: "fraud-detektion".into(), ..all() }, "project"),
            (AuditQuery { project: "No Project!".into(), ..all() }, "project"),
            (AuditQuery { outcome: "maybe".into(), ..all() }, "outcome"),
            (AuditQuery { actor: "nobody at all".into(), ..all() }, "actor"),
            (AuditQuery { from: "yesterday".into(), ..all() }, "from"),
        ] {
            let page = look(query.clone()).await;
            assert_eq!(page.errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), [field], "{query:?}");
            assert!(page.rows.items.is_empty() && page.rows.filtered, "{query:?}");
            assert!(state.plane.audit_export(&auditor, query).await.is_err());
        }

        // One operation's story, whatever it is about, in the names that people know.
        let ada = SignIn {
            person: TestState::person("fraud-scientist"),
            display_name: "Ada Lovelace".into(),
            email: None,
            groups: Some(vec!["fraud-detection-members".into()]),
            request_id: "sign-in".into(),
        };
        state.plane.sign_in(ada).await.unwrap();
        let operation = state.environment(&id).await.operation.unwrap();
        let page = look(AuditQuery { correlation: operation.to_string(), ..all() }).await;
        assert!(page.rows.items.len() > 2);
        assert!(page.rows.items.iter().all(|row| row.event.correlation == operation.as_str()));
        assert!(page.rows.items.iter().any(|row| row.who == "The portal, for Ada Lovelace"), "{:?}", page.rows.items[0].who);
        let page = look(AuditQuery { actor: "lovelace".into(), ..all() }).await;
        assert!(page.rows.items.iter().any(|row| row.event.action == "submit_request"));
        assert!(page.rows.items.iter().all(|row| row.who != "fraud-lead"));

        state.plane.tick().await.unwrap();
        let sealed = look(all()).await.sealed;
        assert!(sealed.starts_with("Sealed up to position ") && sealed.ends_with("No event waits to be sealed."), "{sealed}");
    }
}
