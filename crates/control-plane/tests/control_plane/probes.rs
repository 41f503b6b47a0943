//! Live probes: what AWS says, beside what the mirror says.

use crate::common::TestState;
use control_plane::Error;
use domain::action::Action;
use domain::guardrail::{Layer, Outlook, Refusal};
use domain::id::AccountId;
use domain::probe::{Disagreement, Seen};
use domain::view::{CellProbe, MatrixCell, MatrixPage, OrganizationQuery, ProbeInput, ProbedCell};
use sim::FaultKind;

const DEV: &str = "601000000002";
const PROD: &str = "601000000004";
const BY_SCP: Seen = Seen::Denied { by: Some(Refusal { layer: Some(Layer::Scp), explicit: true }) };

async fn page(state: &TestState, account: &str) -> MatrixPage {
    let query = OrganizationQuery { within: account.into(), after: String::new() };
    state.plane.governed_actions(&state.as_("auditor").await, query).await.unwrap()
}

fn cell<'a>(page: &'a MatrixPage, label: &str) -> &'a MatrixCell {
    &page.rows.iter().find(|row| row.label == label).unwrap().cells[0]
}

fn found<'a>(page: &'a MatrixPage, label: &str) -> &'a ProbedCell {
    match &cell(page, label).probe {
        CellProbe::Found(found) => found,
        other => panic!("{label}: {other:?}"),
    }
}

async fn ask(state: &TestState, who: &str, account: &str) -> usize {
    let input = ProbeInput { account: account.into(), ..ProbeInput::default() };
    state.plane.probe_guardrails(&state.as_(who).await, input).await.unwrap()
}

async fn probe(state: &TestState, account: &str) -> MatrixPage {
    ask(state, "auditor", account).await;
    assert!(page(state, account).await.accounts[0].probe.as_ref().unwrap().waiting);
    state.settle().await;
    page(state, account).await
}

fn in_account(state: &TestState, account: &str, change: impl FnOnce(&mut sim::iam::Account)) {
    let account: AccountId = account.parse().unwrap();
    state.running.aws.with_world(|world| change(world.accounts.get_mut(&account).unwrap())).unwrap();
}

async fn told(state: &TestState, action: &str) -> Vec<domain::audit::AuditEvent> {
    let filter = store::AuditFilter { action: Some(action.into()), ..Default::default() };
    let page = store::PageRequest::newest(50);
    let events = state.store.audit_events(&store::Scope::All, &filter, &page).await.unwrap().items;
    events.into_iter().map(|stored| stored.event).collect()
}

on_both! {
    async fn a_deny_that_the_mirror_has_not_seen_is_found_and_after_the_next_reading_both_agree(url) {
        let state = TestState::start(&url).await;
        state.plane.mirror_now().await.unwrap();
        let before = page(&state, PROD).await;
        assert_eq!(cell(&before, "Create an endpoint").probe, CellProbe::NotYet);
        assert_eq!(cell(&before, "Leave the organization").probe, CellProbe::NoCall);
        assert!(before.allowed.has(Action::ProbeGuardrails));

        let agreed = probe(&state, PROD).await;
        assert_eq!(agreed.accounts[0].probe.as_ref().unwrap().problem, None);
        let through = found(&agreed, "Create an endpoint");
        assert_eq!((through.finding.seen, through.disagreement), (Seen::Through, None));
        for row in &agreed.rows {
            if let CellProbe::Found(found) = &row.cells[0].probe {
                assert_eq!(found.disagreement, None, "{}: {found:?}", row.label);
                assert_ne!(found.finding.seen, Seen::CarriedOut, "{}", row.label);
            }
        }
        assert_eq!(found(&agreed, "Change a governance role").stand_in.as_deref(), Some("iam:DeleteRolePolicy"));

        state.deny_at_aws(PROD, "sagemaker:CreateEndpoint");
        let disagreed = probe(&state, PROD).await;
        let denied = found(&disagreed, "Create an endpoint");
        assert_eq!(cell(&disagreed, "Create an endpoint").outlook.outlook, Outlook::Passes);
        assert_eq!((denied.finding.seen, denied.disagreement), (BY_SCP, Some(Disagreement::DeniedAtAws)));
        assert!(denied.finding.said.contains("service control policy") && !denied.read_since);

        state.pass(chrono::TimeDelta::minutes(5));
        state.plane.mirror_now().await.unwrap();
        let read = page(&state, PROD).await;
        assert_eq!(cell(&read, "Create an endpoint").outlook.outlook, Outlook::Denied);
        assert_eq!(found(&read, "Create an endpoint").disagreement, None);
        assert!(found(&read, "Create an endpoint").read_since);

        // The other way: it is taken away, and the mirror still has it.
        state.running.aws.with_world(|world| world.organization.attachments.get_mut(PROD).unwrap().pop()).unwrap();
        let open = probe(&state, PROD).await;
        let through = found(&open, "Create an endpoint");
        assert_eq!((through.finding.seen, through.disagreement), (Seen::Through, Some(Disagreement::ThroughAtAws)));
        state.assert_sound().await;
    }

    async fn the_audit_log_tells_who_probed_and_cloudtrail_would_too(url) {
        let state = TestState::start(&url).await;
        state.plane.mirror_now().await.unwrap();
        ask(&state, "auditor", DEV).await;
        assert_eq!(ask(&state, "admin", DEV).await, 0, "it waits already");
        state.settle().await;
        let asked = told(&state, "probe_guardrails").await;
        assert_eq!((asked.len(), asked[0].resource_id.as_str()), (1, DEV));
        let auditor = state.as_("auditor").await.actor.person;
        assert!(matches!(&asked[0].actor, domain::audit::AuditActor::Person { person, .. } if *person == auditor));
        let done = told(&state, "probe").await;
        assert!(matches!(&done[0].actor, domain::audit::AuditActor::SystemFor { person } if *person == auditor));
        assert_eq!(done[0].detail["carried_out"], "0");
        assert_ne!(done[0].detail["denied"], "0", "endpoints are denied in development");
        assert_eq!(found(&page(&state, DEV).await, "List endpoints").finding.seen, BY_SCP);
    }

    async fn a_denial_by_the_probes_own_policies_is_told_apart(url) {
        let state = TestState::start(&url).await;
        state.plane.mirror_now().await.unwrap();
        in_account(&state, PROD, |account| account.roles.get_mut("StudiogateProbe").unwrap().policies.clear());
        let page = probe(&state, PROD).await;
        let listed = found(&page, "List endpoints");
        let by = Seen::Denied { by: Some(Refusal { layer: Some(Layer::Identity), explicit: false }) };
        assert_eq!((listed.finding.seen, listed.disagreement), (by, None));
    }

    async fn what_fails_is_shown_with_what_to_do_and_takes_no_finding_away(url) {
        let state = TestState::start(&url).await;
        state.plane.mirror_now().await.unwrap();
        let problem = |page: &MatrixPage| page.accounts[0].probe.clone().unwrap().problem;
        let good = probe(&state, PROD).await;
        assert_eq!(problem(&good), None);

        state.running.aws.faults().next("sagemaker:ListEndpoints", FaultKind::Throttle, 50);
        let busy = probe(&state, PROD).await;
        let told = problem(&busy).unwrap();
        assert!(told.what.contains("too busy to answer 1 of 19") && told.next.contains("in a minute"), "{told:?}");
        assert_eq!(found(&busy, "List endpoints"), found(&good, "List endpoints"), "with the time of its own");
        state.running.aws.faults().clear();

        // One service that does not answer keeps nobody from asking the others, and is asked once.
        let broken = FaultKind::Error { code: "InternalError".into(), status: 500, message: "no".into() };
        state.running.aws.faults().next("ec2:*", broken, 50);
        let calls = state.running.aws.faults().calls("ec2:CreateVpnConnection");
        let silent = probe(&state, PROD).await;
        assert!(problem(&silent).unwrap().what.contains("did not answer 3 of 19"), "{:?}", problem(&silent));
        assert_eq!(state.running.aws.faults().calls("ec2:CreateVpnConnection"), calls);
        state.running.aws.faults().clear();

        in_account(&state, PROD, |account| drop(account.roles.remove("StudiogateProbe")));
        let missing = problem(&probe(&state, PROD).await).unwrap();
        assert!(missing.what.contains("StudiogateProbe") && missing.next.contains("deploy/spoke.yaml"), "{missing:?}");
        state.running.aws.with_world(|world| world.organization.suspended.insert(PROD.parse().unwrap())).unwrap();
        let closed = problem(&probe(&state, PROD).await).unwrap();
        assert!(closed.what.contains("closed") && closed.why.contains("SUSPENDED"), "{closed:?}");
        assert_eq!(found(&page(&state, PROD).await, "Create an endpoint").finding.seen, Seen::Through);
    }

    async fn all_accounts_of_projects_in_a_part_are_asked_and_nobody_else_may(url) {
        let state = TestState::start(&url).await;
        state.plane.mirror_now().await.unwrap();
        let within = ProbeInput { within: "ou-stgt-workloadsdev".into(), ..ProbeInput::default() };
        let admin = state.as_("admin").await;
        let asked = state.plane.probe_guardrails(&admin, within.clone()).await.unwrap();
        assert!(asked > 1, "{asked}");
        assert_eq!(state.store.waiting_probes(50).await.unwrap().len(), asked);
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            let refused = state.plane.probe_guardrails(&state.as_(who).await, within.clone()).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}: {refused:?}");
        }
        let unknown = ProbeInput { account: "999999999999".into(), ..ProbeInput::default() };
        assert!(matches!(state.plane.probe_guardrails(&admin, unknown).await, Err(Error::NotFound { .. })));
        state.settle().await;
        assert!(state.store.waiting_probes(50).await.unwrap().is_empty());
        // Who may no longer does not.
        ask(&state, "auditor", DEV).await;
        state.sign_in("auditor", &[]).await;
        state.settle().await;
        let problem = page_by_admin(&state, DEV).await.accounts[0].probe.clone().unwrap().problem.unwrap();
        assert!(problem.what.contains("may no longer probe"), "{problem:?}");
    }
}

async fn page_by_admin(state: &TestState, account: &str) -> MatrixPage {
    let query = OrganizationQuery { within: account.into(), after: String::new() };
    state.plane.governed_actions(&state.as_("admin").await, query).await.unwrap()
}
