//! What somebody provisions past the portal is found, shown to the platform team, and made an environment of; an owner's tag that
//! was changed past the portal is put back.

use std::collections::BTreeMap;

use crate::common::TestState;
use chrono::TimeDelta;
use control_plane::Error;
use domain::environment::{Environment, EnvironmentState, LaunchTarget};
use domain::id::{EnvironmentId, ProvisionedProductId};
use domain::observed::{Drift, ProductStatus};
use domain::view::{AdoptInput, UnmanagedRow, UpdateFormQuery, UpdateInput};
use sim::FaultKind;

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";
const OTHER: &str = "fraud-second";
/// Of what is made by hand.
const PROFILE: &str = "second-by-hand";

async fn signed_in(state: &TestState) {
    state.everybody_signs_in().await;
    state.sign_in(OTHER, &["fraud-detection-members"]).await;
}

/// An environment, and beside it what somebody made by hand for another person.
async fn by_hand(url: &str) -> (TestState, Environment, ProvisionedProductId) {
    let state = TestState::start(url).await;
    let it = state.available("known").await;
    let made = state.provision_past_the_portal(&it, "by-hand", OTHER, PROFILE).await;
    signed_in(&state).await;
    state.plane.observe_now().await.unwrap();
    (state, it, made)
}

async fn listed(state: &TestState) -> Vec<UnmanagedRow> {
    state.plane.unmanaged(&state.as_("auditor").await, "").await.unwrap().rows.items
}

fn input() -> AdoptInput {
    AdoptInput {
        adopt_owner: format!("{OTHER}@example.com"),
        adopt_days: "20".into(),
        adopt_reason: "It was made before we had the portal".into(),
    }
}

async fn adopt(
    state: &TestState,
    id: &ProvisionedProductId,
    input: AdoptInput,
) -> control_plane::Result<EnvironmentId> {
    state.plane.adopt_product(&state.as_("admin").await, id, input).await
}

fn profile(it: &Environment) -> (String, String) {
    let Some(LaunchTarget::Studio { domain_id, user_profile_name }) = &it.launch_target else { panic!("{it:?}") };
    (domain_id.clone(), user_profile_name.clone())
}

/// Changes the owner's tag at AWS; `None` takes it away.
fn retag(state: &TestState, (domain, name): &(String, String), owner: Option<&str>) {
    let path = format!("{domain}/{name}").to_lowercase();
    let account = DEV.parse().unwrap();
    state
        .running
        .aws
        .with_world(|world| {
            let profiles = &mut world.sagemaker(&account, sim::seed::REGION).user_profiles;
            let tags = &mut profiles.get_mut(&path).unwrap().tags;
            match owner {
                Some(owner) => tags.insert("studiouserid".into(), owner.into()),
                None => tags.remove("studiouserid"),
            };
        })
        .unwrap();
}

fn tag_of(state: &TestState, it: &Environment) -> Option<String> {
    let (domain, name) = profile(it);
    let path = format!("{domain}/{name}").to_lowercase();
    let account = DEV.parse().unwrap();
    let read = |world: &mut sim::World| {
        world.sagemaker(&account, sim::seed::REGION).user_profiles[&path].tags.get("studiouserid").cloned()
    };
    state.running.aws.with_world(read).unwrap()
}

async fn drift(state: &TestState, id: &EnvironmentId) -> Vec<Drift> {
    let observed = state.store.observation(id).await.unwrap().observed;
    observed.map(|observed| observed.drift).unwrap_or_default()
}

on_both! {
    async fn what_was_made_past_the_portal_is_found_and_what_the_portal_makes_is_not(url) {
        let (state, it, made) = by_hand(&url).await;
        let [row] = &listed(&state).await[..] else { panic!("one is unmanaged") };
        let found = &row.found;
        assert_eq!((found.id.as_str(), found.name.as_str(), found.status), (made.as_str(), "by-hand", ProductStatus::Available));
        assert_eq!((row.product_name.as_str(), row.version_name.as_str()), ("Studio user profile", "1.1"));
        assert_eq!(row.project.as_ref(), Some(&it.project));
        assert!(found.made_by.contains("StudiogateProvisioner"), "{row:?}");
        assert_eq!(state.plane.fleet(&state.as_("admin").await).await.unwrap().unmanaged.number, 1);
        // The same again is no other find.
        state.plane.observe_now().await.unwrap();
        assert_eq!(listed(&state).await.len(), 1);
        assert_eq!(events(&state, "find_unmanaged").await, 1);
        // One that comes up is nobody's secret, whatever the list says while its id is not kept.
        let request = state.submit(WHO, "Studio environment", "comes-up").await;
        state.approve("fraud-lead", &request).await;
        state.crash.arm(control_plane::CrashPoint::AfterAct, "provision");
        while state.crash.is_armed() {
            state.run(1).await;
        }
        assert_eq!(state.provisioned(DEV).len(), 3);
        state.plane.observe_now().await.unwrap();
        assert_eq!(listed(&state).await.len(), 1);
        // What is gone from AWS is gone from the list.
        state.running.aws.with_world(|world| {
            let now = world.service_catalog.provisioned[it.provisioned_product.as_ref().unwrap().as_str()].created;
            world.service_catalog.provisioned.get_mut(made.as_str()).unwrap().terminated = Some(now);
        }).unwrap();
        state.plane.observe_now().await.unwrap();
        assert!(listed(&state).await.is_empty());
    }

    async fn an_account_that_cannot_be_read_loses_nothing_of_what_is_known(url) {
        let (state, ..) = by_hand(&url).await;
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not for you".into() };
        state.running.aws.faults().next("servicecatalog:SearchProvisionedProducts", denied, 1_000);
        state.plane.observe_now().await.unwrap();
        assert_eq!(listed(&state).await.len(), 1);
        // For so long that the account may be no account of ours any more.
        state.pass(TimeDelta::days(8));
        state.plane.observe_now().await.unwrap();
        assert!(listed(&state).await.is_empty());
    }

    async fn an_admin_makes_an_environment_of_it_and_its_owner_opens_it(url) {
        let (state, known, made) = by_hand(&url).await;
        let page = state.plane.unmanaged_product(&state.as_("admin").await, &made, "").await.unwrap();
        assert!(page.hindrance.is_none(), "{:?}", page.hindrance);
        assert!(page.owners.contains(&format!("{OTHER}@example.com")), "{:?}", page.owners);
        let id = adopt(&state, &made, input()).await.unwrap();
        // A second click.
        assert_eq!(adopt(&state, &made, input()).await.unwrap(), id);
        assert!(listed(&state).await.is_empty());
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!((it.state, &it.problem, it.name.as_str()), (EnvironmentState::Available, &None, "by-hand"));
        assert_eq!((it.owner.subject.as_str(), it.provisioned_product.as_ref()), (OTHER, Some(&made)));
        assert_eq!(profile(&it), (profile(&known).0, PROFILE.to_owned()));
        assert_eq!(drift(&state, &id).await, [], "it has its owner's tag");
        state.plane.launch_environment(&state.as_(OTHER).await, &id).await.unwrap();
        let request = state.plane.request(&state.as_("fraud-lead").await, &it.request, None).await.unwrap();
        assert_eq!((&request.steps[0].agreed[..], request.environment.as_ref()), (&["admin".to_owned()][..], Some(&id)));
        state.plane.observe_now().await.unwrap();
        assert!(listed(&state).await.is_empty());
        // It ends like any other.
        state.terminate("fraud-lead", &id).await;
        state.settle().await;
        assert_eq!(state.provisioned(DEV), ["known"]);
        state.assert_sound().await;
    }

    async fn an_update_of_what_was_adopted_keeps_its_profile_and_its_owner(url) {
        let (state, _, made) = by_hand(&url).await;
        let id = adopt(&state, &made, input()).await.unwrap();
        state.settle().await;
        let it = state.environment(&id).await;
        assert_eq!(it.named_after.as_ref().map(|name| name.as_str()), Some(PROFILE));
        let told = ["cost-center", "studiouserid"].map(|key| it.tags.get(key).map(String::as_str));
        assert_eq!(told, [Some("CC-4711"), Some(it.studio_user_id.as_str())], "the tags that it was made with");
        signed_in(&state).await;
        let caller = state.as_(OTHER).await;
        let form = state.plane.update_form(&caller, &id, UpdateFormQuery::default()).await.unwrap();
        assert!(form.preview.unread.is_none(), "its values were read from its stack");
        let key = |name: &str| name.strip_prefix("param[").unwrap().strip_suffix(']').unwrap().to_owned();
        let mut parameters: BTreeMap<String, String> =
            form.fields.iter().filter_map(|f| Some((key(&f.name), f.default.clone()?))).collect();
        assert_eq!(parameters["VolumeSizeInGb"], it.parameters["VolumeSizeInGb"]);
        parameters.insert("VolumeSizeInGb".into(), "40".into());
        let input = UpdateInput {
            artifact: form.artifact.to_string(),
            justification: "More room".into(),
            parameters,
            version: form.version.to_string(),
            ..UpdateInput::default()
        };
        let request = state.plane.submit_update(&caller, &id, input).await.unwrap();
        state.approve("fraud-lead", &request).await;
        state.settle().await;
        let after = state.environment(&id).await;
        assert_eq!((after.state, &after.problem), (EnvironmentState::Available, &None));
        assert_eq!((&after.launch_target, &after.named_after), (&it.launch_target, &it.named_after));
        assert_eq!((&after.parameters["UserProfileName"][..], &after.parameters["VolumeSizeInGb"][..]), (PROFILE, "40"));
        state.plane.observe_now().await.unwrap();
        assert_eq!(drift(&state, &id).await, []);
        assert_eq!(tag_of(&state, &after).as_deref(), Some(after.studio_user_id.as_str()));
        state.plane.launch_environment(&state.as_(OTHER).await, &id).await.unwrap();
    }

    async fn what_carries_no_owner_is_opened_once_its_tag_is_put_right(url) {
        let (state, known, made) = by_hand(&url).await;
        retag(&state, &(profile(&known).0, PROFILE.to_owned()), None);
        let id = adopt(&state, &made, input()).await.unwrap();
        state.settle().await;
        while state.plane.tick().await.unwrap() {}
        assert_eq!(drift(&state, &id).await, [Drift::Owner { is: None }], "it is looked at at once");
        let version = state.environment(&id).await.version.to_string();
        state.plane.repair_owner(&state.as_("admin").await, &id, &version).await.unwrap();
        state.settle().await;
        while state.plane.tick().await.unwrap() {}
        assert_eq!(drift(&state, &id).await, []);
        state.plane.launch_environment(&state.as_(OTHER).await, &id).await.unwrap();
    }

    async fn only_admins_adopt_and_every_mistake_is_told_at_its_field(url) {
        let (state, _, made) = by_hand(&url).await;
        for who in ["fraud-lead", WHO, "auditor", "newcomer"] {
            let refused = state.plane.adopt_product(&state.as_(who).await, &made, input()).await.unwrap_err();
            assert!(matches!(refused, Error::Denied { .. }), "{who}: {refused:?}");
        }
        let wrong = AdoptInput { adopt_owner: "churn-scientist@example.com".into(), adopt_days: "0".into(), adopt_reason: " ".into() };
        let Err(Error::Invalid(mistakes)) = adopt(&state, &made, wrong).await else { panic!() };
        let fields: Vec<_> = mistakes.iter().map(|mistake| mistake.field.as_str()).collect();
        assert_eq!(fields, ["adopt_days", "adopt_reason", "adopt_owner"], "{mistakes:?}");
        let own = AdoptInput { adopt_owner: "admin@example.com".into(), ..input() };
        let Err(Error::Invalid(mistakes)) = adopt(&state, &made, own).await else { panic!() };
        assert_eq!(mistakes[0].field, "adopt_owner");
        assert!(matches!(adopt(&state, &"pp-nothing".parse().unwrap(), input()).await, Err(Error::NotFound { .. })));
        // As a look finds it.
        state.sql("UPDATE unmanaged_product SET status = 'error'").await;
        let refused = adopt(&state, &made, input()).await.unwrap_err();
        assert!(matches!(&refused, Error::Conflict(problem) if problem.why.contains("no running stack")), "{refused:?}");
        assert_eq!(listed(&state).await.len(), 1, "nothing was made of it");
    }

    async fn an_owners_tag_that_was_changed_is_put_back_and_what_ran_ends(url) {
        let state = TestState::start(&url).await;
        let it = state.available("tagged").await;
        let (domain, name) = profile(&it);
        for is in [Some("mallory-0123456789abcdef"), None] {
            retag(&state, &(domain.clone(), name.clone()), is);
            state.start_app(DEV, &domain, &name, "theirs");
            state.everybody_signs_in().await;
            state.plane.observe_now().await.unwrap();
            assert_eq!(drift(&state, &it.id).await, [Drift::Owner { is: is.map(str::to_owned) }]);
            let version = state.environment(&it.id).await.version.to_string();
            for who in [WHO, "churn-lead", "auditor"] {
                let refused = state.plane.repair_owner(&state.as_(who).await, &it.id, &version).await.unwrap_err();
                assert!(matches!(refused, Error::Denied { .. }), "{who}: {refused:?}");
            }
            let lead = state.as_("fraud-lead").await;
            assert!(matches!(state.plane.repair_owner(&lead, &it.id, "0").await, Err(Error::Stale { .. })));
            for _ in 0..2 {
                state.plane.repair_owner(&lead, &it.id, &version).await.unwrap();
            }
            state.settle().await;
            while state.plane.tick().await.unwrap() {}
            let after = state.environment(&it.id).await;
            assert_eq!((after.state, &after.problem, &after.owner), (EnvironmentState::Available, &None, &it.owner));
            assert_eq!((&after.named_after, &after.launch_target), (&None, &it.launch_target));
            assert_eq!(tag_of(&state, &it).as_deref(), Some(it.studio_user_id.as_str()));
            let observed = state.store.observation(&it.id).await.unwrap().observed.unwrap();
            assert_eq!((observed.billed().count(), observed.drift), (0, vec![]), "{is:?}");
        }
        let version = state.environment(&it.id).await.version.to_string();
        let needless = state.plane.repair_owner(&state.as_("fraud-lead").await, &it.id, &version).await.unwrap_err();
        assert!(matches!(needless, Error::Conflict(_)), "{needless:?}");
        state.assert_sound().await;
    }
}

async fn events(state: &TestState, action: &str) -> usize {
    let filter = store::AuditFilter { action: Some(action.into()), ..Default::default() };
    state.store.audit_events(&store::Scope::All, &filter, &store::PageRequest::newest(100)).await.unwrap().items.len()
}
