//! Requests: what is refused at which field, who decides, and what ends by itself.

use std::collections::BTreeMap;

use crate::common::{FRAUD_DEV, PRODUCT, TestState};
use chrono::TimeDelta;
use control_plane::Error;
use domain::action::Action;
use domain::audit::Outcome;
use domain::project::Stage;
use domain::request::{DECISION_TIME, Request, RequestState};
use domain::view::{DecisionInput, GroupMappingInput, ProductAccessInput, RequestFormQuery, RequestInput, RuleInput};
use store::{AuditFilter, PageRequest, Scope};

fn fields(result: Result<impl std::fmt::Debug, Error>) -> Vec<String> {
    match result {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// What somebody is told who comes too late.
fn decided_before(result: Result<(), Error>) -> String {
    match result {
        Err(Error::Conflict(problem)) => problem.what,
        other => panic!("{other:?}"),
    }
}

async fn decide(
    state: &TestState,
    who: &str,
    id: &domain::id::RequestId,
    decision: &str,
    version: i64,
) -> Result<(), Error> {
    let input = DecisionInput { decision: decision.into(), comment: "Because".into(), version: version.to_string() };
    state.plane.decide_request(&state.as_(who).await, id, input).await.map(drop)
}

on_both! {
    async fn what_can_no_longer_be_brought_up_is_not_approved(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "too-late").await;
        let lead = state.as_("fraud-lead").await;
        assert_eq!(state.plane.request(&lead, &id, None).await.unwrap().hindrance, None);
        let request = state.store.request(&id).await.unwrap().unwrap();
        let rules = state.store.product_access_of_product(&request.product).await.unwrap();
        let rule = rules.into_iter().find(|rule| rule.project == request.project && rule.stage == request.stage);
        state.plane.remove_product_access(&state.as_("admin").await, &rule.unwrap().id).await.unwrap();
        let hindrance = state.plane.request(&lead, &id, None).await.unwrap().hindrance.unwrap();
        assert!(hindrance.why.contains("may no longer use the product"), "{hindrance:?}");
        assert!(matches!(decide(&state, "fraud-lead", &id, "approve", 1).await, Err(Error::Conflict(_))));
        assert_eq!(state.store.request(&id).await.unwrap().unwrap().state, RequestState::Submitted);
        decide(&state, "fraud-lead", &id, "deny", 1).await.unwrap();
        assert_eq!(state.plane.request(&lead, &id, None).await.unwrap().hindrance, None, "it is over");
    }

    async fn v1_4_2_v2_2_1_v2_2_2_every_mistake_is_told_at_its_field(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let good = state.filled_form("fraud-scientist", PRODUCT, "good-name").await;
        let submit = |change: fn(&mut RequestInput)| {
            let mut input = good.clone();
            change(&mut input);
            state.plane.submit_request(&caller, input)
        };
        assert_eq!(fields(submit(|i| i.name = "-bad".into()).await), ["name"]);
        assert_eq!(fields(submit(|i| i.name = "x".repeat(65)).await), ["name"]);
        assert_eq!(fields(submit(|i| i.justification = "  ".into()).await), ["justification"]);
        for days in ["0", "91", "many", "-1", ""] {
            let mut input = good.clone();
            input.lease_days = days.into();
            assert_eq!(fields(state.plane.submit_request(&caller, input).await), ["lease_days"], "{days}");
        }
        assert_eq!(fields(submit(|i| i.target = "fraud-detection/601000000001/eu-west-1".into()).await), ["target"]);
        assert_eq!(fields(submit(|i| i.artifact = "pa-none".into()).await), ["artifact"]);
        assert_eq!(fields(submit(|i| {
            i.parameters.insert("UserProfileName".into(), "somebody-else".into());
        }).await), ["param[UserProfileName]"]);
        assert_eq!(fields(submit(|i| {
            i.parameters.insert("NoSuch".into(), "x".into());
        }).await), ["param[NoSuch]"]);
        assert_eq!(fields(submit(|i| {
            i.parameters.insert("InstanceType".into(), "ml.p5.48xlarge".into());
        }).await), ["param[InstanceType]"]);
        assert_eq!(fields(submit(|i| {
            i.tags.insert("data-class".into(), "public".into());
        }).await), ["tag[data-class]"]);
        assert_eq!(fields(submit(|i| {
            i.tags.insert("owner".into(), "me".into());
        }).await), ["tag[owner]"]);
        // Everything wrong at once is told at once.
        let many = fields(submit(|i| {
            i.name.clear();
            i.justification.clear();
            i.lease_days.clear();
            i.parameters.insert("InstanceType".into(), "none".into());
        }).await);
        assert_eq!(many, ["name", "justification", "lease_days", "param[InstanceType]"]);
        assert!(matches!(submit(|i| i.product = "prod-none".into()).await, Err(Error::NotFound { .. })));
        let other = submit(|i| i.target = "churn-prediction/602000000002/eu-west-1".into()).await;
        assert!(matches!(other, Err(Error::Denied { .. })), "{other:?}");
        // Nothing of that was kept; the good form still goes through, and takes its name.
        assert_eq!(state.store.count_requests(&store::Scope::All, &Default::default()).await.unwrap(), 0);
        submit(|_| {}).await.unwrap();
        assert_eq!(fields(submit(|i| i.form_token = "another".into()).await), ["name"]);
    }

    async fn v2_2_3_constraints_are_checked_before_anybody_decides(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let input = state.filled_form("fraud-scientist", "Studio environment", "gpu").await;
        let id = state.product("Studio environment").await;
        let form = state.plane.request_form(&caller, &id, RequestFormQuery::default()).await.unwrap();
        let instance = form.fields.iter().find(|f| f.label == "InstanceType").unwrap();
        assert!(!format!("{:?}", instance.control).contains("g4dn"), "{instance:?}");
        let mut gpu = input;
        gpu.parameters.insert("InstanceType".into(), "ml.g4dn.xlarge".into());
        assert_eq!(fields(state.plane.submit_request(&caller, gpu).await), ["param[InstanceType]"]);
    }

    async fn v2_2_1_a_project_asks_for_the_instance_types_of_its_access_alone(url) {
        let state = TestState::start(&url).await;
        let (admin, caller) = (state.as_("admin").await, state.as_("fraud-scientist").await);
        let id = state.product("Studio environment").await;
        let offered = async || {
            let form = state.plane.request_form(&caller, &id, RequestFormQuery::default()).await.unwrap();
            let field = form.fields.into_iter().find(|field| field.label == "InstanceType").unwrap();
            let domain::view::FormControl::Choice { values } = field.control else { panic!("{:?}", field.control) };
            values
        };
        let all = offered().await;
        assert!(all.iter().any(|it| it.starts_with("ml.t3.")) && all.iter().any(|it| it.starts_with("ml.m5.")), "{all:?}");
        let mut before = state.filled_form("fraud-scientist", "Studio environment", "before").await;
        before.parameters.insert("InstanceType".into(), "ml.t3.medium".into());
        let before = state.plane.submit_request(&caller, before).await.unwrap();

        let rules = state.store.product_access_of_product(&id).await.unwrap();
        let rule = rules.into_iter().find(|rule| rule.project.as_str() == "fraud-detection" && rule.stage == Stage::Dev).unwrap();
        let input = |instances: &str, version: i64| ProductAccessInput {
            product: rule.product.to_string(),
            project: rule.project.to_string(),
            stage: rule.stage.to_string(),
            rule: RuleInput::of(&rule.approval),
            max_lease_days: rule.max_lease_days.to_string(),
            instances: instances.into(),
            version: version.to_string(),
        };
        let wrong = state.plane.save_product_access(&admin, input("ml.m5\nt3.medium", rule.version)).await.unwrap_err();
        assert!(matches!(&wrong, Error::Invalid(errors) if errors[0].field == "instances"), "{wrong:?}");
        state.plane.save_product_access(&admin, input("ml.m5", rule.version)).await.unwrap();
        assert!(offered().await.iter().all(|it| it.starts_with("ml.m5.")));
        let mut other = state.filled_form("fraud-scientist", "Studio environment", "after").await;
        other.parameters.insert("InstanceType".into(), "ml.t3.medium".into());
        assert_eq!(fields(state.plane.submit_request(&caller, other.clone()).await), ["param[InstanceType]"]);
        other.parameters.insert("InstanceType".into(), "ml.m5.large".into());
        state.plane.submit_request(&caller, other).await.unwrap();
        // What was asked for before is held to it, too.
        let shown = state.plane.request(&state.as_("fraud-lead").await, &before, None).await.unwrap();
        assert!(shown.hindrance.unwrap().why.contains("InstanceType"));
    }

    async fn v2_3_1_a_changed_request_is_not_decided(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-scientist", PRODUCT, "one").await;
        assert!(matches!(decide(&state, "fraud-lead", &id, "approve", 7).await, Err(Error::Stale { .. })));
        assert_eq!(fields(decide(&state, "fraud-lead", &id, "perhaps", 1).await), ["decision"]);
        let input = DecisionInput { decision: "deny".into(), comment: " ".into(), version: "1".into() };
        let lead = state.as_("fraud-lead").await;
        assert_eq!(fields(state.plane.decide_request(&lead, &id, input).await), ["comment"]);
        for other in ["fraud-scientist", "churn-lead", "admin", "auditor", "newcomer"] {
            let refused = decide(&state, other, &id, "approve", 1).await.unwrap_err();
            assert_eq!(refused.status(), 403, "{other}");
            let Error::Denied { rule, ask, .. } = refused else { panic!() };
            assert!(!rule.is_empty() && !ask.contains('{'), "{ask}");
        }
        decide(&state, "fraud-lead", &id, "deny", 1).await.unwrap();
        for version in [1, 2] {
            assert!(decided_before(decide(&state, "fraud-lead", &id, "approve", version).await).contains("denied"));
        }
        let page = state.plane.request(&state.as_("fraud-scientist").await, &id, None).await.unwrap();
        assert_eq!(page.state, RequestState::Denied);
        assert_eq!(page.timeline.last().unwrap().comment.as_deref(), Some("Because"));
        assert!(page.allowed.0.is_empty());
        assert!(state.store.environment_of_request(&id).await.unwrap().is_none());
        state.assert_sound().await;
    }

    async fn v2_3_2_a_sole_leads_own_request_goes_to_the_admins(url) {
        let state = TestState::start(&url).await;
        let id = state.submit("fraud-lead", PRODUCT, "mine").await;
        let page = state.plane.request(&state.as_("fraud-lead").await, &id, None).await.unwrap();
        assert!(page.approvers.contains("an admin decides"), "{}", page.approvers);
        assert!(!page.allowed.has(Action::DecideRequest));
        assert_eq!(decide(&state, "fraud-lead", &id, "approve", 1).await.unwrap_err().status(), 403);
        let admin = state.as_("admin").await;
        assert_eq!(state.plane.shell(&admin).await.unwrap().waiting_for_me, 1);
        assert_eq!(state.plane.approvals(&admin, "").await.unwrap().waiting.items.len(), 1);
        // A second lead who signed in lately takes it out of the admins' hands; one who is an auditor does not.
        state.sign_in("audit-lead", &["fraud-detection-leads", "auditors"]).await;
        assert_eq!(state.plane.shell(&admin).await.unwrap().waiting_for_me, 1);
        state.sign_in("second-lead", &["fraud-detection-leads"]).await;
        assert_eq!(state.plane.shell(&admin).await.unwrap().waiting_for_me, 0);
        assert_eq!(decide(&state, "admin", &id, "approve", 1).await.unwrap_err().status(), 403);
        // After a month away she is not counted on any more.
        state.pass(TimeDelta::days(31));
        state.sign_in("fraud-lead", &["fraud-detection-leads"]).await;
        state.sign_in("admin", &["platform-admins"]).await;
        decide(&state, "admin", &id, "approve", 1).await.unwrap();
    }

    async fn a_rule_that_asks_nobody_approves_at_once(url) {
        let state = TestState::start(&url).await;
        let product = state.product(PRODUCT).await;
        let input = ProductAccessInput {
            product: product.to_string(),
            project: "fraud-detection".into(),
            stage: "dev".into(),
            rule: RuleInput::default(),
            max_lease_days: "10".into(),
            instances: String::new(),
            version: "1".into(),
        };
        state.plane.save_product_access(&state.as_("admin").await, input).await.unwrap();
        let mut input = state.filled_form("fraud-scientist", PRODUCT, "at-once").await;
        input.lease_days = "10".into();
        let id = state.plane.submit_request(&state.as_("fraud-scientist").await, input.clone()).await.unwrap();
        assert_eq!(state.plane.submit_request(&state.as_("fraud-scientist").await, input).await.unwrap(), id);
        let request = state.store.request(&id).await.unwrap().unwrap();
        assert_eq!((request.state, request.version), (RequestState::Approved, 2));
        state.settle().await;
        assert_eq!(state.provisioned("601000000002"), ["at-once"]);
        state.assert_sound().await;
    }

    async fn v2_3_2_undecided_requests_expire_and_withdrawn_ones_free_their_name(url) {
        let state = TestState::start(&url).await;
        let first = state.submit("fraud-scientist", PRODUCT, "name").await;
        let scientist = state.as_("fraud-scientist").await;
        assert_eq!(state.plane.withdraw_request(&state.as_("fraud-lead").await, &first, 1).await.unwrap_err().status(), 403);
        state.plane.withdraw_request(&scientist, &first, 1).await.unwrap();
        let second = state.submit("fraud-scientist", PRODUCT, "name").await;
        state.pass(DECISION_TIME);
        state.plane.tick().await.unwrap();
        let request = state.store.request(&second).await.unwrap().unwrap();
        assert_eq!(request.state, RequestState::Expired);
        let late = decided_before(decide(&state, "fraud-lead", &second, "approve", 1).await);
        assert_eq!(late, "The portal closed the request before.");
        let page = state.plane.request(&scientist, &second, None).await.unwrap();
        assert_eq!(page.timeline.last().unwrap().who, "The portal");
        state.assert_sound().await;
    }

    async fn v2_3_2_v2_4_1_drafts_are_bounded_in_number_and_size(url) {
        let state = TestState::start(&url).await;
        let owner = state.as_("fraud-scientist").await.actor.person;
        let draft = |text: String| {
            state.plane.save_draft(&owner, "/profile", BTreeMap::from([("name".to_owned(), text)]), Vec::new())
        };
        assert!(matches!(draft("x".repeat(64 * 1024)).await, Err(Error::Conflict(_))));
        for _ in 0..60 {
            draft("typed".to_owned()).await.unwrap();
        }
        assert!(matches!(draft("typed".to_owned()).await, Err(Error::TooMany(_))));
        // Others are not kept from theirs, and she only for a while.
        let other = state.as_("churn-scientist").await.actor.person;
        state.plane.save_draft(&other, "/profile", BTreeMap::new(), Vec::new()).await.unwrap();
        state.pass(TimeDelta::minutes(10));
        draft("typed".to_owned()).await.unwrap();
    }

    async fn v16_3_3_a_value_posted_for_a_bound_parameter_is_written_down(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("fraud-scientist").await;
        let mut input = state.filled_form("fraud-scientist", PRODUCT, "name").await;
        input.parameters.insert("UserProfileName".into(), "somebody-else".into());
        assert_eq!(fields(state.plane.submit_request(&caller, input).await), ["param[UserProfileName]"]);
        let filter = AuditFilter { outcome: Some(Outcome::Denied), ..AuditFilter::default() };
        let denied = state.store.audit_events(&Scope::All, &filter, &PageRequest::newest(10)).await.unwrap().items;
        assert_eq!(denied.len(), 1, "{denied:?}");
        assert_eq!(denied[0].event.action, "submit_request");
        assert_eq!(denied[0].event.detail["not_chosen"], "param[UserProfileName]");
        assert!(!format!("{denied:?}").contains("somebody-else"));
    }

    async fn v2_4_1_requests_are_bounded_in_number(url) {
        let state = TestState::start(&url).await;
        let first = state.submit("fraud-scientist", PRODUCT, "first").await;
        let made = state.store.request(&first).await.unwrap().unwrap();
        let mut tx = state.store.begin().await.unwrap();
        for i in 1..299 {
            let another = Request { id: format!("r-{i}").parse().unwrap(), name: format!("more-{i}"), ..made.clone() };
            tx.insert_request(&another).await.unwrap();
        }
        tx.commit().await.unwrap();
        let caller = state.as_("fraud-scientist").await;
        let last = state.filled_form("fraud-scientist", PRODUCT, "last").await;
        let made = state.plane.submit_request(&caller, last.clone()).await.unwrap();
        assert_eq!(state.plane.submit_request(&caller, last).await.unwrap(), made, "a second click makes nothing");
        let form = state.filled_form("fraud-scientist", PRODUCT, "too-many").await;
        assert!(matches!(state.plane.submit_request(&caller, form.clone()).await, Err(Error::TooMany(_))));
        // Others are not kept from theirs, and she only for a while.
        state.submit("churn-scientist", PRODUCT, "theirs").await;
        state.pass(TimeDelta::hours(1));
        state.plane.submit_request(&state.as_("fraud-scientist").await, form).await.unwrap();
    }

    async fn roles_follow_the_mappings_at_once(url) {
        let state = TestState::start(&url).await;
        assert!(!state.as_("newcomer").await.has_roles());
        let admin = state.as_("admin").await;
        state.sign_in("newcomer", &["data-people"]).await;
        let input = GroupMappingInput { group: "data-people".into(), grant: "member".into(), project: "fraud-detection".into() };
        let mapping = state.plane.add_group_mapping(&admin, input.clone()).await.unwrap();
        state.pass(TimeDelta::minutes(2));
        assert_eq!(fields(state.plane.add_group_mapping(&admin, input).await), ["group"]);
        state.submit("newcomer", PRODUCT, "new").await;
        state.plane.remove_group_mapping(&admin, &mapping).await.unwrap();
        let (caller, product) = (state.as_("newcomer").await, state.product(PRODUCT).await);
        let refused = state.plane.request_form(&caller, &product, Default::default()).await.unwrap_err();
        assert_eq!(refused.status(), 403);
    }
}

trait HasRoles {
    fn has_roles(&self) -> bool;
}

impl HasRoles for control_plane::Caller {
    fn has_roles(&self) -> bool {
        self.actor.has_any_role()
    }
}

#[test]
fn the_place_of_the_tests_is_the_seeds() {
    assert!(
        sim::seed::project_accounts().iter().any(|a| FRAUD_DEV == format!("{}/{}/{}", a.project, a.account, a.region))
    );
}
