//! An environment is given to another person of its project: what runs ends, AWS and the portal know the new owner alone, and
//! what fails half-way is tried again or taken back.

use std::collections::BTreeMap;

use crate::common::TestState;
use control_plane::{CrashPoint, Error};
use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::EnvironmentId;
use domain::view::{RevokeInput, TransferInput, UpdateFormQuery, UpdateInput};
use sim::FaultKind;

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";
const NEXT: &str = "fraud-lead";

fn profile(it: &Environment) -> (String, String) {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    (domain_id.clone(), user_profile_name.clone())
}

async fn give(state: &TestState, who: &str, id: &EnvironmentId, to: &str) -> control_plane::Result<()> {
    let version = state.environment(id).await.version.to_string();
    let input = TransferInput {
        transfer_to: format!("{to}@example.com"),
        transfer_reason: "They left for another team.".into(),
        version,
    };
    state.plane.transfer_environment(&state.as_(who).await, id, input).await
}

/// Whom AWS opens it for, and whom Service Catalog knows as its owner.
fn at_aws(state: &TestState, it: &Environment) -> (String, String) {
    let (_, name) = profile(it);
    let account = DEV.parse().unwrap();
    state
        .running
        .aws
        .with_world(|world| {
            let owner = world.service_catalog.provisioned.values().find(|p| p.name == it.name).unwrap();
            let owner = owner.user_session.rsplit('/').next().unwrap().to_owned();
            let profiles = world.sagemaker(&account, sim::seed::REGION).user_profiles.values();
            let mut found = profiles.filter(|p| p.arn.ends_with(&format!("/{}", name.to_lowercase())));
            (found.next().unwrap().tags["studiouserid"].clone(), owner)
        })
        .unwrap()
}

fn running(state: &TestState) -> usize {
    let account = DEV.parse().unwrap();
    let count = |world: &mut sim::World| {
        let apps = world.sagemaker(&account, sim::seed::REGION).apps.values();
        apps.filter(|app| app.status != "Deleted").count()
    };
    state.running.aws.with_world(count).unwrap()
}

async fn id_of(state: &TestState, who: &str) -> String {
    state.as_(who).await.actor.person.studio_user_id().as_str().to_owned()
}

async fn opens(state: &TestState, who: &str, id: &EnvironmentId) -> bool {
    state.plane.launch_environment(&state.as_(who).await, id).await.is_ok()
}

on_both! {
    async fn the_new_owner_alone_opens_what_was_given_and_finds_the_files_there(url) {
        let state = TestState::start(&url).await;
        let it = state.available("given").await;
        let (domain, name) = profile(&it);
        state.start_app(DEV, &domain, &name, "one");
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        // A second click is the first one.
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        assert!(!opens(&state, WHO, &it.id).await && !opens(&state, NEXT, &it.id).await, "nobody meanwhile");
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, after.transfer.as_ref()), (EnvironmentState::Available, None), "{:?}", after.problem);
        let (former, next) = (id_of(&state, WHO).await, id_of(&state, NEXT).await);
        assert_eq!((after.studio_user_id.as_str(), after.name_id().as_str()), (next.as_str(), former.as_str()));
        assert_eq!(profile(&after), (domain, name), "the profile, and with it the home directory, stays");
        assert_eq!(at_aws(&state, &after), (next.clone(), next.clone()));
        assert_eq!(running(&state), 0);
        assert!(opens(&state, NEXT, &it.id).await);
        assert!(!opens(&state, WHO, &it.id).await);
        assert_eq!(state.told(&it.id, "transfer_environment", "to").await, [next.as_str()]);
        assert_eq!(state.running.aws.faults().calls("servicecatalog:UpdateProvisionedProductProperties"), 1);
        // What is in it goes in the new owner's name, though it is named after the former one.
        let (domain, name) = profile(&after);
        state.start_app(DEV, &domain, &name, "two");
        state.terminate(NEXT, &it.id).await;
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!(over.state, EnvironmentState::Terminated, "{:?}", over.problem);
        assert!(state.provisioned(DEV).is_empty());
        state.assert_sound().await;
    }

    async fn v8_2_2_nobody_gives_what_is_not_theirs_to_give_nor_takes_it(url) {
        let state = TestState::start(&url).await;
        let it = state.available("wanted").await;
        for who in [WHO, "churn-lead", "churn-scientist", "auditor", "newcomer"] {
            let refused = give(&state, who, &it.id, NEXT).await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}: {refused:?}");
        }
        for (who, to) in [
            ("fraud-lead", "fraud-lead"),
            ("fraud-lead", WHO),
            ("fraud-lead", "churn-scientist"),
            ("fraud-lead", "nobody"),
            ("admin", "admin"),
            ("admin", "auditor"),
        ] {
            let wrong = give(&state, who, &it.id, to).await;
            let at = |mistakes: &Vec<domain::problem::FieldError>| mistakes[0].field == "transfer_to";
            assert!(matches!(&wrong, Err(Error::Invalid(mistakes)) if at(mistakes)), "{who} to {to}: {wrong:?}");
        }
        let admin = state.as_("admin").await;
        let empty = state.plane.transfer_environment(&admin, &it.id, TransferInput::default()).await.unwrap_err();
        assert!(matches!(&empty, Error::Invalid(mistakes) if mistakes.len() == 2), "{empty:?}");
        let stale = TransferInput {
            transfer_to: format!("{NEXT}@example.com"),
            transfer_reason: "Late".into(),
            version: (it.version - 1).to_string(),
        };
        let stale = state.plane.transfer_environment(&admin, &it.id, stale).await;
        assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        assert_eq!(state.environment(&it.id).await, it);
    }

    async fn an_update_of_what_was_given_keeps_its_profile_and_its_new_owner(url) {
        let state = TestState::start(&url).await;
        let it = state.available("kept").await;
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        state.settle().await;
        let next = state.as_(NEXT).await;
        let form = state.plane.update_form(&next, &it.id, UpdateFormQuery::default()).await.unwrap();
        let key = |name: &str| name.strip_prefix("param[").unwrap().strip_suffix(']').unwrap().to_owned();
        let mut parameters: BTreeMap<String, String> =
            form.fields.iter().filter_map(|f| Some((key(&f.name), f.default.clone()?))).collect();
        *parameters.get_mut("VolumeSizeInGb").unwrap() = "30".into();
        let input = UpdateInput {
            artifact: form.artifact.to_string(),
            drawn_for: form.artifact.to_string(),
            justification: "More room".into(),
            parameters,
            version: form.version.to_string(),
            ..UpdateInput::default()
        };
        let request = state.plane.submit_update(&next, &it.id, input).await.unwrap();
        state.approve("admin", &request).await;
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!(after.state, EnvironmentState::Available, "{:?}", after.problem);
        assert_eq!(after.parameters["VolumeSizeInGb"], "30");
        assert_eq!(profile(&after), profile(&it), "the same home directory");
        let id = next.actor.person.studio_user_id().as_str().to_owned();
        assert_eq!(at_aws(&state, &after), (id.clone(), id));
        assert!(opens(&state, NEXT, &it.id).await && !opens(&state, WHO, &it.id).await);
        state.assert_sound().await;
    }

    async fn both_are_told_and_the_leads_where_it_fails(url) {
        let state = TestState::start(&url).await;
        let it = state.available("telling").await;
        let titles = async |who: &str| -> Vec<String> {
            let inbox = state.plane.inbox(&state.as_(who).await, "").await.unwrap();
            inbox.rows.items.into_iter().map(|row| row.notice.title).filter(|title| title.contains("telling")).collect()
        };
        state.settle().await;
        let (former, next) = (titles(WHO).await.len(), titles(NEXT).await.len());
        state.deny_at_aws(DEV, "sagemaker:AddTags");
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        state.settle().await;
        let told = titles(WHO).await;
        assert_eq!(told.len(), former + 1);
        assert!(told[0].starts_with("telling is being given to "), "{told:?}");
        assert_eq!(titles(NEXT).await[..titles(NEXT).await.len() - next], ["The transfer of telling failed"]);
        state.allow_at_aws(DEV);
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        state.settle().await;
        assert_eq!(titles(NEXT).await[0], "telling is yours now");
    }

    async fn what_fails_half_way_is_given_to_another_or_back(url) {
        let state = TestState::start(&url).await;
        let it = state.available("half").await;
        state.deny_at_aws(DEV, "sagemaker:AddTags");
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Tainted);
        assert!(stuck.problem.as_ref().unwrap().why.contains("service control policy"), "{:?}", stuck.problem);
        assert!(!opens(&state, WHO, &it.id).await && !opens(&state, NEXT, &it.id).await);
        let page = state.plane.environment(&state.as_("admin").await, &it.id, None).await.unwrap();
        assert!(page.transfer.is_some_and(|transfer| !transfer.at_work));
        assert!(!page.allowed.has(Action::RetryEnvironment), "a retry would be another's decision");
        // AWS says that it is well, which it is not.
        state.plane.observe_now().await.unwrap();
        assert_eq!(state.environment(&it.id).await.state, EnvironmentState::Tainted);
        state.allow_at_aws(DEV);
        give(&state, "admin", &it.id, WHO).await.unwrap();
        state.settle().await;
        let back = state.environment(&it.id).await;
        assert_eq!((back.state, &back.owner, &back.named_after), (EnvironmentState::Available, &it.owner, &None));
        let former = id_of(&state, WHO).await;
        assert_eq!(at_aws(&state, &back), (former.clone(), former));
        assert!(opens(&state, WHO, &it.id).await);
        state.assert_sound().await;
    }

    async fn v2_3_3_a_transfer_survives_a_crash_at_every_step(url) {
        let mut state = TestState::start(&url).await;
        let it = state.available("tough").await;
        let mut to = [NEXT, WHO].into_iter().cycle();
        for point in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave] {
            for step in ["check", "end_running", "transfer", "follow_transfer", "tag_owner", "end_again"] {
                let case = format!("{point:?} of {step}");
                state.everybody_signs_in().await;
                let next = to.next().unwrap();
                give(&state, "admin", &it.id, next).await.unwrap();
                state.die_and_go_on(point, step).await;
                let after = state.environment(&it.id).await;
                let id = id_of(&state, next).await;
                assert_eq!(after.state, EnvironmentState::Available, "{case}: {:?}", after.problem);
                assert_eq!((after.studio_user_id.as_str(), at_aws(&state, &after)), (id.as_str(), (id.clone(), id.clone())), "{case}");
                assert!(opens(&state, next, &it.id).await, "{case}");
            }
        }
        state.assert_sound().await;
    }

    async fn v16_5_2_throttled_and_lost_answers_give_it_once(url) {
        let state = TestState::start(&url).await;
        let it = state.available("slow").await;
        for call in ["servicecatalog:UpdateProvisionedProductProperties", "sagemaker:AddTags"] {
            for kind in [FaultKind::Throttle, FaultKind::ResponseLost] {
                state.running.aws.faults().next(call, kind, 2);
            }
        }
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, after.transfer), (EnvironmentState::Available, None), "{:?}", after.problem);
        let records = |world: &mut sim::World| {
            let records = world.service_catalog.records.values();
            records.filter(|r| r.kind == "UPDATE_PROVISIONED_PRODUCT_PROPERTIES").count()
        };
        assert_eq!(state.running.aws.with_world(records).unwrap(), 1);
        state.assert_sound().await;
    }

    async fn v8_3_1_who_is_cut_off_meanwhile_gets_nothing(url) {
        let state = TestState::start(&url).await;
        let it = state.available("cut").await;
        give(&state, "admin", &it.id, NEXT).await.unwrap();
        let input = RevokeInput { reach: "everything".into(), reason: "A lost laptop".into(), ..RevokeInput::default() };
        let admin = state.as_("admin").await;
        let person = state.as_(NEXT).await.actor.person.studio_user_id().as_str().to_owned();
        state.plane.revoke_access(&admin, RevokeInput { person, ..input }).await.unwrap();
        state.settle().await;
        let after = state.environment(&it.id).await;
        assert_eq!((after.state, &after.owner), (EnvironmentState::Tainted, &it.owner), "{:?}", after.problem);
        assert!(!opens(&state, NEXT, &it.id).await);
    }
}
