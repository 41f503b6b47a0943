//! Chains and quorum: who has to agree, in which order, and what holds whoever comes, leaves or clicks twice meanwhile.

use crate::common::{PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::action::Action;
use domain::id::RequestId;
use domain::request::{Decided, RequestState};
use domain::view::{
    ApprovalFloorInput, ApproverInput, DecisionInput, GroupMappingInput, RequestFormQuery, RuleInput, StepState,
};
use store::{AuditFilter, PageRequest, RequestFilter, Scope};

fn rule(text: &str) -> RuleInput {
    RuleInput::of(&text.parse().unwrap())
}

fn floor(stage: &str, text: &str) -> ApprovalFloorInput {
    ApprovalFloorInput { stage: stage.into(), rule: rule(text), ..ApprovalFloorInput::default() }
}

fn stewards(who: &str) -> ApproverInput {
    ApproverInput { group: "stewards".into(), who: who.into(), ..ApproverInput::default() }
}

/// Everybody, two data owners and a second lead; requests in dev are decided by `text`.
async fn with_chain(url: &str, text: &str) -> TestState {
    let state = TestState::start(url).await;
    state.sign_in("owner", &["stewards"]).await;
    state.sign_in("second-lead", &["fraud-detection-leads"]).await;
    let admin = state.as_("admin").await;
    state.plane.add_approver(&admin, stewards("data_owner")).await.unwrap();
    state.plane.save_approval_floor(&admin, floor("dev", text)).await.unwrap();
    state
}

async fn decide(state: &TestState, who: &str, id: &RequestId, decision: &str) -> Result<Decided, Error> {
    let version = state.store.request(id).await.unwrap().unwrap().version;
    decide_seen(state, who, id, decision, version).await
}

async fn decide_seen(
    state: &TestState,
    who: &str,
    id: &RequestId,
    decision: &str,
    version: i64,
) -> Result<Decided, Error> {
    let input = DecisionInput { decision: decision.into(), comment: "Because".into(), version: version.to_string() };
    state.plane.decide_request(&state.as_(who).await, id, input).await
}

/// The rule that refused it.
async fn refused(state: &TestState, who: &str, id: &RequestId) -> String {
    match decide(state, who, id, "approve").await {
        Err(Error::Denied { rule, says, .. }) => {
            assert!(!says.is_empty());
            rule
        }
        other => panic!("{who}: {other:?}"),
    }
}

/// How many wait for each of these.
async fn waiting<const N: usize>(state: &TestState, people: [&str; N]) -> [usize; N] {
    let mut counts = [0; N];
    for (count, who) in counts.iter_mut().zip(people) {
        let caller = state.as_(who).await;
        *count = state.plane.approvals(&caller, "").await.unwrap().waiting.items.len();
        let shell = state.plane.shell(&caller).await.unwrap();
        assert_eq!(shell.waiting_for_me as usize, *count, "{who}");
    }
    counts
}

async fn actions(state: &TestState, id: &RequestId) -> Vec<String> {
    let filter = AuditFilter {
        resource_id: Some(id.to_string()),
        outcome: Some(domain::audit::Outcome::Succeeded),
        ..AuditFilter::default()
    };
    let events = state.store.audit_events(&Scope::All, &filter, &PageRequest::oldest(50)).await.unwrap().items;
    events.into_iter().map(|e| e.event.action).collect()
}

on_both! {
    async fn v2_3_1_a_chain_is_decided_step_by_step(url) {
        let state = with_chain(&url, "lead,data_owner,admin").await;
        let form = state.plane
            .request_form(&state.as_("fraud-scientist").await, &state.product(PRODUCT).await, RequestFormQuery::default())
            .await
            .unwrap();
        assert!(form.approval.starts_with("3 steps"), "{}", form.approval);
        assert!(form.approval.contains("Step 2: owner decides."), "{}", form.approval);
        let id = state.submit("fraud-scientist", PRODUCT, "chained").await;
        let people = ["fraud-lead", "owner", "admin", "auditor", "churn-lead", "fraud-scientist"];
        assert_eq!(waiting(&state, people).await, [1, 0, 0, 0, 0, 0]);
        // Whoever comes later in the chain does not decide now; she sees what she will decide.
        assert_eq!(refused(&state, "owner", &id).await, "leads-decide-the-step-of-leads");
        assert_eq!(refused(&state, "admin", &id).await, "leads-decide-the-step-of-leads");
        let page = state.plane.request(&state.as_("owner").await, &id, None).await.unwrap();
        assert!(!page.allowed.has(Action::DecideRequest));
        assert_eq!(page.approvers, "One of the leads decides: fraud-lead or second-lead.");

        assert_eq!(decide(&state, "fraud-lead", &id, "approve").await.unwrap(), Decided::Goes);
        assert_eq!(waiting(&state, people).await, [0, 1, 0, 0, 0, 0]);
        assert!(state.store.environment_of_request(&id).await.unwrap().is_none(), "nothing is made before the last step");
        assert_eq!(refused(&state, "second-lead", &id).await, "leads-decide-the-step-of-leads");
        assert_eq!(decide(&state, "owner", &id, "approve").await.unwrap(), Decided::Goes);
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        let steps: Vec<_> = page.steps.iter().map(|s| (s.who.as_str(), s.state, s.agreed.join(","))).collect();
        assert_eq!(steps, [
            ("a team lead", StepState::Done, "fraud-lead".to_owned()),
            ("a data owner", StepState::Done, "owner".to_owned()),
            ("an admin", StepState::Open, String::new()),
        ]);
        assert_eq!(waiting(&state, people).await, [0, 0, 1, 0, 0, 0]);
        assert_eq!(decide(&state, "admin", &id, "approve").await.unwrap(), Decided::Approved);
        let told = actions(&state, &id).await;
        assert_eq!(told, ["submit_request", "approve_step", "approve_step", "approve_request"]);
        let kept = state.store.request_decisions(&id).await.unwrap();
        assert_eq!(kept.iter().map(|d| (d.step, d.who.as_str())).collect::<Vec<_>>(), [(0, "lead"), (1, "data_owner"), (2, "admin")]);
        state.settle().await;
        assert_eq!(state.provisioned("601000000002"), ["chained"]);
        // Who decided it finds it again.
        let lately = state.plane.approvals(&state.as_("owner").await, "").await.unwrap().decided;
        assert_eq!(lately.into_iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
        state.assert_sound().await;
    }

    async fn v2_3_1_a_quorum_takes_different_people(url) {
        let state = with_chain(&url, "lead:2").await;
        let id = state.submit("fraud-scientist", PRODUCT, "two").await;
        assert_eq!(decide(&state, "fraud-lead", &id, "approve").await.unwrap(), Decided::Goes);
        assert_eq!(waiting(&state, ["fraud-lead", "second-lead", "admin"]).await, [0, 1, 0]);
        // A second click is answered as done, and counts once.
        assert_eq!(decide_seen(&state, "fraud-lead", &id, "approve", 1).await.unwrap(), Decided::Goes);
        assert_eq!(state.store.request(&id).await.unwrap().unwrap().agreed.len(), 1);
        // Changing one's mind is no second voice.
        let denial = decide(&state, "fraud-lead", &id, "deny").await;
        assert!(matches!(denial, Err(Error::Conflict(ref it)) if it.what.contains("You approved")), "{denial:?}");
        let page = state.plane.request(&state.as_("second-lead").await, &id, None).await.unwrap();
        assert_eq!((page.steps[0].wanting, page.approvers.as_str()), (1, "second-lead decides."));
        assert_eq!(decide(&state, "second-lead", &id, "approve").await.unwrap(), Decided::Approved);
        state.settle().await;
        state.assert_sound().await;
    }

    async fn admins_stand_in_for_whoever_is_missing(url) {
        let state = with_chain(&url, "lead:2,data_owner").await;
        // The second lead asks: one lead is left, and an admin takes the place of the other.
        let id = state.submit("second-lead", PRODUCT, "short").await;
        let form = state.plane
            .request_form(&state.as_("second-lead").await, &state.product(PRODUCT).await, RequestFormQuery::default())
            .await
            .unwrap();
        assert!(form.approval.contains("fraud-lead, and an admin for the one that is missing"), "{}", form.approval);
        assert_eq!(waiting(&state, ["fraud-lead", "second-lead", "admin"]).await, [1, 0, 0]);
        assert_eq!(refused(&state, "admin", &id).await, "leads-decide-the-step-of-leads");
        decide(&state, "fraud-lead", &id, "approve").await.unwrap();
        assert_eq!(waiting(&state, ["fraud-lead", "second-lead", "admin", "owner"]).await, [0, 0, 1, 0]);
        let page = state.plane.request(&state.as_("admin").await, &id, None).await.unwrap();
        assert!(page.approvers.contains("an admin decides"), "{}", page.approvers);
        decide(&state, "admin", &id, "approve").await.unwrap();
        assert!(matches!(decide(&state, "admin", &id, "deny").await, Err(Error::Conflict(_))), "once is enough");
        assert_eq!(decide(&state, "owner", &id, "approve").await.unwrap(), Decided::Approved);
        state.settle().await;
        state.assert_sound().await;
    }

    async fn v2_3_2_what_too_few_could_decide_is_refused_before_anything_is_kept(url) {
        let state = with_chain(&url, "lead:2,data_owner,admin").await;
        // One lead is left besides the requester, and the one admin cannot stand in and decide the last step too.
        let asker = state.as_("second-lead").await;
        let product = state.product(PRODUCT).await;
        let form = state.plane.request_form(&asker, &product, RequestFormQuery::default()).await.unwrap();
        let blocked = form.blocked.unwrap();
        assert!(blocked.why.contains("2 team leads, then a data owner, then an admin"), "{blocked:?}");
        assert!(blocked.why.contains("Missing: an admin."), "{blocked:?}");
        let input = state.filled_form("second-lead", PRODUCT, "impossible").await;
        let refused = state.plane.submit_request(&asker, input.clone()).await;
        assert!(matches!(refused, Err(Error::Conflict(ref problem)) if *problem == blocked), "{refused:?}");
        assert_eq!(state.store.count_requests(&Scope::All, &RequestFilter::default()).await.unwrap(), 0);
        // A second admin suffices; one who is away for long does not.
        state.sign_in("other-admin", &["platform-admins"]).await;
        state.plane.submit_request(&asker, input).await.unwrap();
        state.pass(TimeDelta::days(31));
        for (who, group) in [("second-lead", "fraud-detection-leads"), ("fraud-lead", "fraud-detection-leads"), ("owner", "stewards"), ("admin", "platform-admins")] {
            state.sign_in(who, &[group]).await;
        }
        let late = state.filled_form("second-lead", PRODUCT, "late").await;
        assert!(matches!(state.plane.submit_request(&asker, late).await, Err(Error::Conflict(_))));
    }

    async fn v2_3_1_a_denial_at_any_step_is_final(url) {
        let state = with_chain(&url, "lead,data_owner").await;
        let id = state.submit("fraud-scientist", PRODUCT, "denied").await;
        decide(&state, "fraud-lead", &id, "approve").await.unwrap();
        let input = DecisionInput { decision: "deny".into(), comment: " ".into(), version: "2".into() };
        let owner = state.as_("owner").await;
        let no_reason = state.plane.decide_request(&owner, &id, input).await;
        assert!(matches!(no_reason, Err(Error::Invalid(ref errors)) if errors[0].field == "comment"), "{no_reason:?}");
        assert_eq!(decide(&state, "owner", &id, "deny").await.unwrap(), Decided::Ended);
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        assert_eq!((page.state, page.denial.unwrap().by.as_str()), (RequestState::Denied, "owner"));
        assert_eq!(page.steps.iter().map(|s| s.state).collect::<Vec<_>>(), [StepState::Done, StepState::Dropped]);
        let late = decide(&state, "second-lead", &id, "approve").await;
        assert!(matches!(late, Err(Error::Denied { .. })), "it was the data owner's step at last: {late:?}");
        state.assert_sound().await;
    }

    async fn v2_3_4_v8_3_1_who_decides_is_judged_at_each_decision_and_what_was_given_stays(url) {
        let state = with_chain(&url, "lead,data_owner").await;
        let admin = state.as_("admin").await;
        let id = state.submit("fraud-scientist", PRODUCT, "moves").await;
        decide(&state, "fraud-lead", &id, "approve").await.unwrap();
        // The lead is none any more, and the data owner neither.
        state.sign_in("fraud-lead", &[]).await;
        assert!(state.plane.request(&state.as_("fraud-lead").await, &id, None).await.is_ok(), "she decided it");
        let approver = state.store.approvers().await.unwrap().remove(0);
        state.plane.remove_approver(&admin, &approver.id).await.unwrap();
        assert_eq!(refused(&state, "owner", &id).await, "requesters-see-their-requests");
        assert!(matches!(state.plane.request(&state.as_("owner").await, &id, None).await, Err(Error::Denied { .. })));
        assert_eq!(waiting(&state, ["second-lead", "admin"]).await, [0, 1], "nobody decides for the data but an admin");
        // A floor that was raised meanwhile holds for what is asked for from now on.
        let floor = state.store.approval_floors().await.unwrap().remove(0);
        state.plane.remove_approval_floor(&admin, &floor.id).await.unwrap();
        assert_eq!(state.store.request(&id).await.unwrap().unwrap().approval.to_string(), "lead,data_owner");
        assert_eq!(decide(&state, "admin", &id, "approve").await.unwrap(), Decided::Approved);
        state.settle().await;
        state.assert_sound().await;
    }

    async fn v8_2_2_an_assignment_holds_for_its_project_product_and_stage(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let product = state.product(PRODUCT).await;
        let other = state.product("Studio environment").await;
        state.sign_in("owner", &["stewards"]).await;
        state.plane.save_approval_floor(&admin, floor("", "data_owner")).await.unwrap();
        for (project, product, stage) in [
            ("churn-prediction", String::new(), ""),
            ("fraud-detection", other.to_string(), ""),
            ("fraud-detection", product.to_string(), "prod"),
        ] {
            let input = ApproverInput { project: project.into(), product, stage: stage.into(), ..stewards("data_owner") };
            state.plane.add_approver(&admin, input).await.unwrap();
        }
        let id = state.submit("fraud-scientist", PRODUCT, "elsewhere").await;
        assert!(matches!(state.plane.request(&state.as_("owner").await, &id, None).await, Err(Error::Denied { .. })));
        decide(&state, "fraud-lead", &id, "approve").await.unwrap();
        assert_eq!(refused(&state, "owner", &id).await, "requesters-see-their-requests");
        assert_eq!(waiting(&state, ["owner", "admin"]).await, [0, 1]);
        let here = ApproverInput { product: product.to_string(), stage: "dev".into(), ..stewards("data_owner") };
        state.plane.add_approver(&admin, here).await.unwrap();
        assert_eq!(waiting(&state, ["owner", "admin"]).await, [1, 0]);
        state.sign_in("owner", &["stewards", "fraud-detection-members"]).await;
        // Somebody cut off in the project decides nothing there, whatever the group says.
        let cut = domain::view::RevokeInput {
            person: TestState::person("owner").studio_user_id().to_string(),
            reach: "project:fraud-detection".into(),
            reason: "Left".into(),
            ..Default::default()
        };
        state.plane.revoke_access(&admin, cut).await.unwrap();
        assert_eq!(refused(&state, "owner", &id).await, "who-is-cut-off-in-a-project-changes-no-request-there");
        assert_eq!(waiting(&state, ["owner", "admin"]).await, [0, 1]);
        // An auditor stays one.
        state.sign_in("auditing-owner", &["stewards", "auditors"]).await;
        assert_eq!(refused(&state, "auditing-owner", &id).await, "auditors-change-nothing");
        assert_eq!(decide(&state, "admin", &id, "approve").await.unwrap(), Decided::Approved);
        state.settle().await;
    }

    async fn v2_3_4_of_two_who_decide_at_once_each_counts_once(url) {
        let state = with_chain(&url, "lead,data_owner").await;
        let id = state.submit("fraud-scientist", PRODUCT, "at-once").await;
        let (one, two) = tokio::join!(
            decide_seen(&state, "fraud-lead", &id, "approve", 1),
            decide_seen(&state, "second-lead", &id, "approve", 1)
        );
        let counted = [&one, &two].into_iter().filter(|it| it.is_ok()).count();
        assert_eq!(counted, 1, "{one:?} {two:?}");
        let request = state.store.request(&id).await.unwrap().unwrap();
        assert_eq!((request.agreed.len(), request.version), (1, 2));
        let clicks = tokio::join!(
            decide_seen(&state, "owner", &id, "approve", 2),
            decide_seen(&state, "owner", &id, "approve", 2)
        );
        assert!(clicks.0.is_ok() && clicks.1.is_ok(), "{clicks:?}");
        state.settle().await;
        assert_eq!(state.ever_provisioned("at-once"), 1);
        state.assert_sound().await;
    }

    async fn v2_2_1_v8_2_1_rules_of_approval_are_an_admins_and_checked(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for other in ["fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(other).await;
            let plane = &state.plane;
            assert_eq!(plane.save_approval_floor(&caller, floor("prod", "lead")).await.unwrap_err().status(), 403);
            assert_eq!(plane.add_approver(&caller, stewards("lead")).await.unwrap_err().status(), 403);
        }
        assert!(state.plane.admin_approvals(&state.as_("auditor").await, None).await.is_ok());
        let fields = |result: Result<String, Error>| match result {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let save = async |input: ApprovalFloorInput| {
            fields(state.plane.save_approval_floor(&admin, input).await.map(|id| id.to_string()))
        };
        assert_eq!(save(floor("prod", "none")).await, ["who_1"]);
        assert_eq!(save(floor("moon", "lead")).await, ["stage"]);
        let twice = RuleInput { who_1: "lead".into(), people_1: "x".into(), who_2: "boss".into(), ..RuleInput::default() };
        let wrong = ApprovalFloorInput { data_class: "secret".into(), rule: twice, ..ApprovalFloorInput::default() };
        assert_eq!(save(wrong).await, ["data_class", "people_1", "who_2"]);
        let add = async |input: ApproverInput| {
            fields(state.plane.add_approver(&admin, input).await.map(|id| id.to_string()))
        };
        let wrong = ApproverInput { group: " ".into(), who: "boss".into(), project: "none".into(), product: "prod-none".into(), stage: "moon".into() };
        assert_eq!(add(wrong).await, ["group", "who", "stage", "project", "product"]);

        let first = state.plane.save_approval_floor(&admin, floor("prod", "lead:2")).await.unwrap();
        assert_eq!(state.plane.save_approval_floor(&admin, floor("prod", "lead:2")).await.unwrap(), first, "a second click");
        assert_eq!(save(floor("prod", "admin")).await, ["stage"]);
        let next = ApprovalFloorInput { version: "1".into(), ..floor("prod", "lead:2,admin") };
        assert_eq!(state.plane.save_approval_floor(&admin, next.clone()).await.unwrap(), first);
        let stale = ApprovalFloorInput { rule: rule("data_owner"), ..next };
        assert!(matches!(state.plane.save_approval_floor(&admin, stale).await, Err(Error::Stale { .. })));
        let one = state.plane.add_approver(&admin, stewards("lead")).await.unwrap();
        assert_eq!(state.plane.add_approver(&admin, stewards("lead")).await.unwrap(), one, "a second click");
        state.pass(TimeDelta::minutes(2));
        assert_eq!(add(stewards("lead")).await, ["group"]);
        let page = state.plane.admin_approvals(&admin, None).await.unwrap();
        assert_eq!((page.floors.len(), page.approvers.len(), page.removals.len()), (1, 1, 2));
        state.plane.remove_approval_floor(&admin, &first).await.unwrap();
        state.plane.remove_approval_floor(&admin, &first).await.unwrap();
        state.plane.remove_approver(&admin, &one).await.unwrap();
        state.plane.remove_approver(&admin, &one).await.unwrap();
        state.pass(TimeDelta::minutes(2));
        assert_eq!(state.plane.remove_approver(&admin, &one).await.unwrap_err().status(), 404);
        state.assert_sound().await;
    }

    async fn updates_are_decided_by_the_same_chain(url) {
        let state = TestState::start(&url).await;
        let environment = state.available("updated").await;
        let admin = state.as_("admin").await;
        state.sign_in("owner", &["stewards"]).await;
        state.plane.add_approver(&admin, stewards("data_owner")).await.unwrap();
        state.plane.save_approval_floor(&admin, floor("dev", "lead,data_owner")).await.unwrap();
        let owner = state.as_("fraud-scientist").await;
        let form = state.plane.update_form(&owner, &environment.id, Default::default()).await.unwrap();
        assert!(form.approval.starts_with("2 steps"), "{}", form.approval);
        let input = domain::view::UpdateInput {
            artifact: form.artifact.to_string(),
            justification: "Again".into(),
            version: form.version.to_string(),
            ..Default::default()
        };
        let id = state.plane.submit_update(&owner, &environment.id, input).await.unwrap();
        decide(&state, "fraud-lead", &id, "approve").await.unwrap();
        assert_eq!(state.environment(&environment.id).await.state, domain::environment::EnvironmentState::Available);
        assert_eq!(decide(&state, "owner", &id, "approve").await.unwrap(), Decided::Approved);
        assert_eq!(state.environment(&environment.id).await.state, domain::environment::EnvironmentState::Updating);
    }

    async fn a_second_lead_by_mapping_is_asked_at_once(url) {
        let state = with_chain(&url, "lead").await;
        let id = state.submit("fraud-lead", PRODUCT, "mine").await;
        assert_eq!(waiting(&state, ["fraud-lead", "second-lead", "admin"]).await, [0, 1, 0]);
        let mapping = GroupMappingInput { group: "stewards".into(), grant: "lead".into(), project: "fraud-detection".into() };
        state.plane.add_group_mapping(&state.as_("admin").await, mapping).await.unwrap();
        assert_eq!(waiting(&state, ["owner", "second-lead"]).await, [1, 1]);
        assert_eq!(refused(&state, "fraud-lead", &id).await, "nobody-decides-their-own-request");
    }
}
