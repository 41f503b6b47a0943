//! Updates: what they would do is shown first, a lead decides, AWS makes them, and what fails leaves the environment as it was.

use std::collections::BTreeMap;

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::{EnvironmentId, RequestId};
use domain::observed::Drift;
use domain::request::{Decision, RequestKind, RequestState};
use domain::template::Fate;
use domain::view::{DecisionInput, ExtensionInput, UpdateFormPage, UpdateFormQuery, UpdateInput};
use sim::FaultKind;

const WHO: &str = "fraud-scientist";
const LEAD: &str = "fraud-lead";
const DEV: &str = "601000000002";

/// An environment in the first version of its product.
async fn first_version(state: &TestState, name: &str) -> Environment {
    let id = state.approved_in_first_version(WHO, LEAD, name).await;
    state.settle().await;
    let it = state.environment(&id).await;
    assert_eq!(it.state, EnvironmentState::Available, "{:?}", it.problem);
    it
}

async fn form(state: &TestState, who: &str, id: &EnvironmentId) -> UpdateFormPage {
    state.plane.update_form(&state.as_(who).await, id, UpdateFormQuery::default()).await.unwrap()
}

/// The form as a browser would post it.
fn filled(form: &UpdateFormPage) -> UpdateInput {
    let key = |name: &str| name.strip_prefix("param[").unwrap().strip_suffix(']').unwrap().to_owned();
    UpdateInput {
        artifact: form.artifact.to_string(),
        drawn_for: form.artifact.to_string(),
        justification: "It has what we miss".into(),
        parameters: form.fields.iter().filter_map(|f| Some((key(&f.name), f.default.clone()?))).collect(),
        version: form.version.to_string(),
        ..UpdateInput::default()
    }
}

async fn asked(state: &TestState, who: &str, id: &EnvironmentId) -> RequestId {
    let input = filled(&form(state, who, id).await);
    state.plane.submit_update(&state.as_(who).await, id, input).await.unwrap()
}

async fn version_of(state: &TestState, it: &Environment) -> String {
    let product = state.store.product(&it.product).await.unwrap().unwrap();
    product.artifact(&it.artifact).unwrap().name.clone()
}

fn stack_values(state: &TestState, it: &Environment) -> BTreeMap<String, String> {
    let id = it.provisioned_product.as_ref().unwrap().as_str();
    let world = state.running.aws.with_world(|world| world.service_catalog.provisioned[id].parameters.clone());
    world.unwrap().into_iter().collect()
}

fn fail_next_update(state: &TestState, how: FaultKind) {
    state.running.aws.faults().next("servicecatalog:UpdateProvisionedProduct", how, 1);
}

on_both! {
    async fn an_old_version_says_so_and_what_an_update_does_is_shown_before_it_is_asked_for(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "old").await;
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        assert_eq!((page.newer_version.as_deref(), page.version_is_deprecated), (Some("1.1"), false));
        assert!(page.allowed.has(Action::UpdateEnvironment));
        assert_eq!(page.parameters.iter().find(|(key, _)| key == "InstanceType").unwrap().1, "ml.t3.medium");
        state.running.aws.faults().reset_calls();
        let form = form(&state, WHO, &it.id).await;
        assert!(state.running.aws.faults().all_calls().is_empty(), "pages do not wait for AWS");
        assert_eq!((form.version_name.as_str(), form.is_current), ("1.0", false));
        assert_eq!(form.versions.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["1.1", "1.0"]);
        let [space] = &form.preview.resources[..] else { panic!("{:?}", form.preview) };
        assert_eq!((space.logical_id.as_str(), &space.fate), ("Space", &Fate::Created));
        let [size] = &form.preview.parameters[..] else { panic!("{:?}", form.preview) };
        assert_eq!((size.key.as_str(), size.before.as_deref(), size.after.as_deref()), ("VolumeSizeInGb", None, Some("20")));
        // Only what is made is looked at: the user profile is there already.
        let told: Vec<_> = form.preflight.findings.iter().map(|finding| finding.subject.as_str()).collect();
        assert!(told.iter().any(|s| s.contains("Space")) && !told.iter().any(|s| s.contains("UserProfile")), "{told:?}");
        assert!(form.preflight.denied().next().is_none(), "{:?}", form.preflight);
        assert!(form.approval.contains("decide") && form.blocked.is_none());
    }

    async fn an_update_is_decided_made_and_read_back(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "grows").await;
        let request = asked(&state, WHO, &it.id).await;
        let seen = state.store.request(&request).await.unwrap().unwrap();
        assert_eq!((seen.kind, seen.state, seen.environment.as_ref()), (RequestKind::Update, RequestState::Submitted, Some(&it.id)));
        assert_eq!(state.environment(&it.id).await.version, it.version, "nothing happens before it is decided");
        let page = state.plane.request(&state.as_(LEAD).await, &request, None).await.unwrap();
        let update = page.update.unwrap();
        assert_eq!((update.version_name.as_str(), page.version_name.as_str()), ("1.0", "1.1"));
        assert_eq!(update.preview.unwrap().resources.len(), 1);
        assert!(page.hindrance.is_none(), "{:?}", page.hindrance);
        state.approve(LEAD, &request).await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Updating);
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, &after.problem, &after.update), (EnvironmentState::Available, &None, &None));
        assert_eq!(version_of(&state, &after).await, "1.1");
        assert_eq!((&after.request, &after.provisioned_product), (&request, &it.provisioned_product));
        assert_eq!(after.parameters["VolumeSizeInGb"], "20");
        assert_eq!(stack_values(&state, &after)["VolumeSizeInGb"], "20");
        assert_eq!(after.launch_target, it.launch_target, "it opens what it opened");
        assert_eq!(after.lease_ends_at, it.lease_ends_at);
        assert!(state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap().newer_version.is_none());
        assert_eq!(state.told(&it.id, "update", "state").await, ["available"]);
        state.assert_sound().await;
    }

    async fn a_second_click_asks_once_and_another_update_waits_its_turn(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "twice").await;
        let caller = state.as_(WHO).await;
        let input = filled(&form(&state, WHO, &it.id).await);
        let first = state.plane.submit_update(&caller, &it.id, input.clone()).await.unwrap();
        assert_eq!(state.plane.submit_update(&caller, &it.id, input.clone()).await.unwrap(), first);
        let other = UpdateInput { justification: "Something else".into(), ..input };
        let refused = state.plane.submit_update(&caller, &it.id, other.clone()).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(problem) if problem.what.contains("waits for a decision")), "{refused:?}");
        let blocked = form(&state, WHO, &it.id).await;
        assert_eq!((blocked.waiting.as_ref(), blocked.blocked.is_some()), (Some(&first), true));
        state.plane.withdraw_request(&caller, &first, 1).await.unwrap();
        state.plane.submit_update(&caller, &it.id, other).await.unwrap();
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Available);
    }

    async fn what_was_typed_wrong_is_told_at_its_field(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "typed").await;
        let caller = state.as_(WHO).await;
        let mut input = filled(&form(&state, WHO, &it.id).await);
        input.justification = "  ".into();
        input.parameters.insert("VolumeSizeInGb".into(), "4".into());
        input.parameters.insert("StudioUserId".into(), "somebody-else".into());
        let Err(Error::Invalid(mistakes)) = state.plane.submit_update(&caller, &it.id, input.clone()).await else { panic!() };
        let fields: Vec<_> = mistakes.iter().map(|m| m.field.as_str()).collect();
        for field in ["justification", "param[VolumeSizeInGb]", "param[StudioUserId]"] {
            assert!(fields.contains(&field), "{mistakes:?}");
        }
        input.artifact = "pa-nothing".into();
        input.drawn_for = String::new();
        let Err(Error::Invalid(mistakes)) = state.plane.submit_update(&caller, &it.id, input.clone()).await else { panic!() };
        assert_eq!(mistakes[0].field, "artifact");
        let stale = UpdateInput { version: "0".into(), ..filled(&form(&state, WHO, &it.id).await) };
        assert!(matches!(state.plane.submit_update(&caller, &it.id, stale).await, Err(Error::Stale { .. })));
        assert!(state.store.undecided_request_of(&it.id, RequestKind::Update).await.unwrap().is_none());
    }

    async fn more_time_is_asked_for_beside_an_update_and_neither_waits_for_the_other(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "both").await;
        let input = ExtensionInput { extension_days: "200".into(), extension_reason: "One more run".into() };
        let more = state.plane.request_extension(&state.as_(WHO).await, &it.id, input).await.unwrap();
        assert!(form(&state, WHO, &it.id).await.blocked.is_none());
        let update = asked(&state, WHO, &it.id).await;
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        assert_eq!((page.update_waiting.as_ref(), page.extension_waiting.as_ref()), (Some(&update), Some(&more)));
        let about: Vec<_> = page.requests.iter().map(|it| (it.id.clone(), it.kind, it.state)).collect();
        assert_eq!(about.len(), 3, "{about:?}");
        assert!(about.contains(&(it.request.clone(), RequestKind::Provision, RequestState::Approved)), "{about:?}");
        state.approve(LEAD, &update).await;
        state.settle().await;
        assert_eq!(version_of(&state, &state.environment(&it.id).await).await, "1.1");
        // The one that it came up by is still to be found.
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        assert!(page.requests.iter().any(|about| about.id == it.request), "{:?}", page.requests);
        state.approve(LEAD, &more).await;
        assert!(state.environment(&it.id).await.lease_ends_at > it.lease_ends_at);
        state.assert_sound().await;
    }

    async fn a_lead_asks_for_it_and_it_stays_its_owners(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "theirs").await;
        let request = asked(&state, LEAD, &it.id).await;
        // Nobody decides their own request, a lead neither.
        let input = DecisionInput { decision: "approve".into(), comment: String::new(), version: "1".into() };
        let refused = state.plane.decide_request(&state.as_(LEAD).await, &request, input).await.unwrap_err();
        assert!(matches!(refused, Error::Denied { .. }), "{refused:?}");
        state.approve("admin", &request).await;
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, &after.owner), (EnvironmentState::Available, &it.owner));
        assert_eq!(stack_values(&state, &after)["StudioUserId"], it.studio_user_id.as_str());
        assert_eq!(version_of(&state, &after).await, "1.1");
    }

    async fn an_update_that_aws_rolls_back_leaves_it_as_it_was_and_is_tried_again(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "rolls").await;
        let request = asked(&state, WHO, &it.id).await;
        state.approve(LEAD, &request).await;
        // Since it was approved, and not mirrored yet.
        state.deny_at_aws(DEV, "sagemaker:CreateSpace");
        state.settle().await;
        let failed = state.environment(&it.id).await;
        assert_eq!(failed.state, EnvironmentState::Tainted, "{:?}", failed.problem);
        let problem = failed.problem.clone().unwrap();
        assert!(problem.what.contains("runs as before") && problem.why.contains("denies it in this account"), "{problem:?}");
        assert_eq!((version_of(&state, &failed).await.as_str(), failed.update.as_ref()), ("1.0", Some(&request)));
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        assert!(page.allowed.has(Action::LaunchEnvironment), "it opens as before");
        assert!(page.allowed.has(Action::RetryEnvironment));
        // Looking again finds it tainted still, and keeps the reason.
        state.plane.observe_now().await.unwrap();
        assert_eq!(state.environment(&it.id).await.problem, Some(problem));
        state.running.aws.with_world(|world| world.organization.attachments.get_mut(DEV).unwrap().pop()).unwrap();
        state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap();
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, version_of(&state, &after).await.as_str()), (EnvironmentState::Available, "1.1"), "{:?}", after.problem);
        state.assert_sound().await;
    }

    async fn an_update_that_does_not_begin_leaves_it_available(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "refused").await;
        let request = asked(&state, WHO, &it.id).await;
        state.approve(LEAD, &request).await;
        fail_next_update(&state, FaultKind::Error { code: "InvalidParametersException".into(), status: 400, message: "refused on purpose".into() });
        state.settle().await;
        state.plane.tick().await.unwrap();
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, after.problem), (EnvironmentState::Available, None), "AWS says so");
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        let operation = page.progress.operation.unwrap();
        assert!(operation.steps.iter().any(|step| step.detail.iter().any(|d| d.contains("refused on purpose"))), "{operation:?}");
        // Another try is another update, or the same form again.
        let again = asked(&state, WHO, &it.id).await;
        assert_ne!(again, request);
    }

    async fn what_is_terminated_meanwhile_is_not_updated(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "ends").await;
        let request = asked(&state, WHO, &it.id).await;
        state.terminate(WHO, &it.id).await;
        let version = state.store.request(&request).await.unwrap().unwrap().version;
        let input = DecisionInput { decision: "approve".into(), comment: String::new(), version: version.to_string() };
        let refused = state.plane.decide_request(&state.as_(LEAD).await, &request, input).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(problem) if problem.why.contains("terminating")), "{refused:?}");
        state.settle().await;
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Terminated);
        let closed = state.store.request(&request).await.unwrap().unwrap();
        assert_eq!((closed.state, closed.decision), (RequestState::Closed, Some(Decision::Void)));
        assert!(state.plane.update_form(&state.as_("churn-lead").await, &it.id, UpdateFormQuery::default()).await.is_err());
    }

    async fn the_same_once_more_mends_and_other_values_change_it(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "values").await;
        let query = UpdateFormQuery { artifact: it.artifact.to_string(), ..UpdateFormQuery::default() };
        let form = state.plane.update_form(&state.as_(WHO).await, &it.id, query).await.unwrap();
        assert!(form.is_current && form.preview.resources.is_empty() && form.preview.parameters.is_empty(), "{:?}", form.preview);
        let mut input = filled(&form);
        input.parameters.insert("InstanceType".into(), "ml.t3.large".into());
        let request = state.plane.submit_update(&state.as_(WHO).await, &it.id, input).await.unwrap();
        let page = state.plane.request(&state.as_(LEAD).await, &request, None).await.unwrap();
        let preview = page.update.unwrap().preview.unwrap();
        let [profile] = &preview.resources[..] else { panic!("{preview:?}") };
        assert_eq!((profile.logical_id.as_str(), &profile.fate, profile.lost.as_str()), ("UserProfile", &Fate::Changed, ""));
        state.approve(LEAD, &request).await;
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, stack_values(&state, &after)["InstanceType"].as_str()), (EnvironmentState::Available, "ml.t3.large"));
        assert_eq!(after.artifact, it.artifact);
    }

    async fn a_version_from_past_the_portal_is_taken_over(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "past").await;
        let product = state.store.product(&it.product).await.unwrap().unwrap();
        let newer = product.artifacts.iter().find(|a| a.name == "1.1").unwrap().id.clone();
        let id = it.provisioned_product.as_ref().unwrap().as_str();
        state.running.aws.with_world(|world| world.service_catalog.provisioned.get_mut(id).unwrap().artifact = newer.to_string()).unwrap();
        state.pass(TimeDelta::minutes(10));
        state.plane.observe_now().await.unwrap();
        let page = state.plane.environment(&state.as_(WHO).await, &it.id, None).await.unwrap();
        assert_eq!(page.observed.drift[0].drift, Drift::Version { artifact: newer.clone() });
        let caller = state.as_(WHO).await;
        assert!(state.plane.adopt_version(&caller, &it.id, "pa-nothing").await.is_err(), "only what was found");
        for _ in 0..2 {
            state.plane.adopt_version(&caller, &it.id, newer.as_str()).await.unwrap();
        }
        let after = state.environment(&it.id).await;
        assert_eq!((after.artifact, after.parameters.len()), (newer, 0));
        state.settle().await;
        let page = state.plane.environment(&caller, &it.id, None).await.unwrap();
        assert!(page.observed.drift.is_empty());
        assert_eq!(state.told(&it.id, "adopt_version", "name").await, ["past"]);
    }

    async fn a_retry_from_an_old_page_takes_nothing_down(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "stale").await;
        let request = asked(&state, WHO, &it.id).await;
        state.approve(LEAD, &request).await;
        state.deny_at_aws(DEV, "sagemaker:CreateSpace");
        state.settle().await;
        let seen = state.environment(&it.id).await;
        assert_eq!(seen.state, EnvironmentState::Tainted);
        let reason = seen.problem.clone();
        let id = it.provisioned_product.as_ref().unwrap().as_str();
        state.running.aws.with_world(|world| world.service_catalog.provisioned.get_mut(id).unwrap().status = "ERROR".into()).unwrap();
        state.plane.observe_now().await.unwrap();
        let now = state.environment(&it.id).await;
        assert_eq!((now.state, &now.problem), (EnvironmentState::Error, &reason), "why is known better here");
        let old = state.plane.retry_environment(&state.as_(WHO).await, &it.id, &seen.version.to_string()).await.unwrap_err();
        assert!(matches!(&old, Error::Stale { .. }), "{old:?}");
        assert_eq!(state.provisioned(DEV), ["stale"]);
    }

    async fn throttling_and_a_lost_answer_make_one_update(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "lost").await;
        let request = asked(&state, WHO, &it.id).await;
        state.approve(LEAD, &request).await;
        fail_next_update(&state, FaultKind::Throttle);
        fail_next_update(&state, FaultKind::ResponseLost);
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, version_of(&state, &after).await.as_str()), (EnvironmentState::Available, "1.1"), "{:?}", after.problem);
        let updates = state.running.aws.with_world(|world| {
            world.service_catalog.records.values().filter(|r| r.kind == "UPDATE_PROVISIONED_PRODUCT").count()
        });
        assert_eq!(updates.unwrap(), 1);
        assert!(state.running.aws.faults().calls("servicecatalog:UpdateProvisionedProduct") >= 2);
        state.assert_sound().await;
    }

    async fn an_update_that_nobody_decides_expires_and_changes_nothing(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "expires").await;
        let request = asked(&state, WHO, &it.id).await;
        state.pass(TimeDelta::days(15));
        state.everybody_signs_in().await;
        state.plane.tick().await.unwrap();
        assert_eq!(state.store.request(&request).await.unwrap().unwrap().state, RequestState::Expired);
        assert_eq!(state.environment(&it.id).await.artifact, it.artifact);
        asked(&state, WHO, &it.id).await;
    }

    async fn what_is_gone_after_an_update_comes_up_anew_with_its_owners_tags(url) {
        let state = TestState::start(&url).await;
        let it = first_version(&state, "anew").await;
        let request = asked(&state, LEAD, &it.id).await;
        state.approve("admin", &request).await;
        state.settle().await;
        let id = it.provisioned_product.as_ref().unwrap().as_str();
        state.running.aws.with_world(|world| world.service_catalog.provisioned.get_mut(id).unwrap().status = "ERROR".into()).unwrap();
        state.plane.observe_now().await.unwrap();
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Error);
        state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap();
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, version_of(&state, &after).await.as_str()), (EnvironmentState::Available, "1.1"), "{:?}", after.problem);
        assert_eq!(after.tags["studiouserid"], it.studio_user_id.as_str());
        assert_eq!(stack_values(&state, &after)["StudioUserId"], it.studio_user_id.as_str());
        state.assert_sound().await;
    }

    async fn a_crash_at_any_point_of_an_update_loses_and_doubles_nothing(url) {
        let mut state = TestState::start(&url).await;
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            for step in ["check", "update", "follow_update", "collect"] {
                let case = format!("{point:?} of {step}");
                state.everybody_signs_in().await;
                let it = first_version(&state, &format!("{step}-{point:?}").to_lowercase().replace('_', "-")).await;
                let request = asked(&state, WHO, &it.id).await;
                state.approve(LEAD, &request).await;
                state.die_and_go_on(point, step).await;
                let after = state.environment(&it.id).await;
                let ends = (after.state, version_of(&state, &after).await);
                assert_eq!(ends, (EnvironmentState::Available, "1.1".to_owned()), "{case}: {:?}", after.problem);
                let updates = state.running.aws.with_world(|world| {
                    let of_it = |r: &&sim::servicecatalog::Record| r.provisioned_name == it.name;
                    world.service_catalog.records.values().filter(of_it).filter(|r| r.kind == "UPDATE_PROVISIONED_PRODUCT").count()
                });
                assert_eq!(updates.unwrap(), 1, "{case}");
                // A profile of the same person is in the way of the next one.
                state.terminate(WHO, &it.id).await;
                state.settle().await;
            }
        }
        state.assert_sound().await;
    }
}
