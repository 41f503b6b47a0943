//! A blueprint of the organization: planned, looked at, brought about through every crash, and held against what others change.

use blueprints::organization::{shipped, write};
use control_plane::{CrashPoint, Error};
use domain::blueprint::{AppliedBlueprint, DescribedAccount, DescribedUnit, OrganizationBlueprint};
use domain::environment::EnvironmentState;
use domain::id::BlueprintId;
use domain::organization::ChangeState;
use domain::view::BlueprintPage;
use sim::FaultKind;

use crate::common::TestState;

const DEV: &str = "601000000002";

fn text(blueprint: &OrganizationBlueprint) -> String {
    write(blueprint).unwrap()
}

/// A unit that is new, with an account of the demo in it.
fn small() -> OrganizationBlueprint {
    OrganizationBlueprint {
        units: vec![
            DescribedUnit { path: "Research".into(), ..DescribedUnit::default() },
            DescribedUnit {
                path: "Research/Dev".into(),
                stage: None,
                policies: vec!["deny-sagemaker-endpoints".into()],
            },
        ],
        accounts: vec![DescribedAccount { account: "fraud-detection-dev".into(), unit: "Research/Dev".into() }],
        ..OrganizationBlueprint::default()
    }
}

async fn page(state: &TestState, who: &str, draft: &str) -> BlueprintPage {
    state.plane.blueprint(&state.as_(who).await, Some(draft)).await.unwrap()
}

/// Enters it as the admin, and answers the page that shows what it would do.
async fn entered(state: &TestState, blueprint: &OrganizationBlueprint) -> BlueprintPage {
    let draft = state.plane.enter_blueprint(&state.as_("admin").await, &text(blueprint)).await.unwrap();
    page(state, "admin", draft.as_str()).await
}

async fn begin(state: &TestState, blueprint: &OrganizationBlueprint) -> BlueprintId {
    let seen = entered(state, blueprint).await.plan.unwrap().fingerprint;
    state.plane.apply_blueprint(&state.as_("admin").await, &text(blueprint), &seen).await.unwrap()
}

async fn stored(state: &TestState, id: &BlueprintId) -> AppliedBlueprint {
    state.store.blueprint(id).await.unwrap().unwrap()
}

async fn applied(state: &TestState, blueprint: &OrganizationBlueprint) -> AppliedBlueprint {
    let id = begin(state, blueprint).await;
    state.settle().await;
    stored(state, &id).await
}

/// The unit that an account is in, at AWS.
fn unit_of(state: &TestState, account: &str) -> String {
    let account = account.parse().unwrap();
    let of = |world: &mut sim::World| {
        let parent = world.organization.account_parents[&account].clone();
        world.organization.units.get(&parent).map_or_else(|| "root".to_owned(), |unit| unit.name.clone())
    };
    state.running.aws.with_world(of).unwrap()
}

fn units_called(state: &TestState, name: &str) -> usize {
    let of = |world: &mut sim::World| world.organization.units.values().filter(|unit| unit.name == name).count();
    state.running.aws.with_world(of).unwrap()
}

on_both! {
    async fn v8_2_1_admins_look_at_a_blueprint_and_apply_what_they_saw(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            assert!(matches!(state.plane.enter_blueprint(&caller, &text(&small())).await, Err(Error::Denied { .. })), "{who}");
            assert!(matches!(state.plane.apply_blueprint(&caller, &text(&small()), "").await, Err(Error::Denied { .. })), "{who}");
            assert_eq!(state.plane.blueprint(&caller, None).await.is_ok(), who == "auditor", "{who}");
        }
        for (bad, told) in [
            ("  ", "Paste a blueprint."),
            ("[[unit]]\npath = 1", "Line 2, column 8"),
            ("[[policy]]\nname = \"p\"\nfile = \"p.json\"", "has its document itself"),
        ] {
            let wrong = state.plane.enter_blueprint(&admin, bad).await.unwrap_err();
            let Error::Invalid(errors) = wrong else { panic!("{wrong:?}") };
            assert!(errors[0].field == "blueprint" && errors[0].message.contains(told), "{errors:?}");
        }
        assert!(page(&state, "admin", "").await.plan.is_none(), "nothing is described yet");
        let seen = entered(&state, &small()).await;
        let plan = seen.plan.unwrap();
        let says: Vec<&str> = plan.steps.iter().map(|step| step.says.as_str()).collect();
        assert_eq!(
            says,
            [
                "Make the organizational unit Research",
                "Make the organizational unit Research/Dev",
                "Attach deny-sagemaker-endpoints to Research/Dev",
                "Move the account fraud-detection-dev (601000000002) from Workloads_Dev to Research/Dev",
            ]
        );
        assert!(plan.stays.contains(&"the organizational unit Workloads_Prod".to_owned()));
        // The same policies hold on the new way.
        assert_eq!(plan.effects.governed, []);
        let stale = state.plane.apply_blueprint(&admin, &text(&small()), "seen otherwise").await;
        assert!(matches!(stale, Err(Error::Stale { .. })));
        let nothing = state.plane.apply_blueprint(&admin, &text(&OrganizationBlueprint::default()), "").await;
        assert!(matches!(nothing, Err(Error::Conflict(_))));
        let id = state.plane.apply_blueprint(&admin, &text(&small()), &plan.fingerprint).await.unwrap();
        let again = state.plane.apply_blueprint(&admin, &text(&small()), &plan.fingerprint).await.unwrap();
        assert_eq!(again, id, "a second click");
        let other = OrganizationBlueprint { accounts: Vec::new(), ..small() };
        assert!(matches!(state.plane.apply_blueprint(&admin, &text(&other), "").await, Err(Error::Conflict(_))));
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!((it.state, it.made.len()), (ChangeState::Applied, 4), "{:?}", it.problem);
        assert_eq!(unit_of(&state, DEV), "Dev");
        let shown = page(&state, "auditor", "").await;
        assert!(shown.plan.unwrap().steps.is_empty() && !shown.entered, "the mirror is what was read last");
        assert_eq!(shown.last.unwrap().made, it.made);
        assert_eq!(state.told(&id, "apply", "made").await.len(), 4);
        // Changed in the console: told, and put back.
        state.running.aws.with_world(|world| {
            let dev = world.organization.units.values().find(|unit| unit.name == "Dev").unwrap().id.clone();
            world.organization.attachments.get_mut(&dev).unwrap().retain(|policy| policy != "p-denyendpoints");
        }).unwrap();
        state.plane.mirror_organization_now().await.unwrap();
        let drift = page(&state, "auditor", "").await.plan.unwrap();
        assert_eq!(drift.steps.iter().map(|it| it.says.as_str()).collect::<Vec<_>>(), ["Attach deny-sagemaker-endpoints to Research/Dev"]);
        assert!(drift.effects.governed.iter().any(|it| it.accounts == ["fraud-detection-dev"]), "{:?}", drift.effects);
        assert_eq!(applied(&state, &small()).await.state, ChangeState::Applied);
        assert!(page(&state, "auditor", "").await.plan.unwrap().steps.is_empty());
        state.assert_sound().await;
    }

    async fn the_pattern_is_brought_about_and_products_still_come_up(url) {
        let state = TestState::start(&url).await;
        let it = applied(&state, &shipped().unwrap()).await;
        assert_eq!((it.state, it.made.len()), (ChangeState::Applied, it.steps.len()), "{:?}", it.problem);
        assert_eq!(state.store.tag_rules().await.unwrap().len(), 1);
        let up = state.available("governed").await;
        assert_eq!(up.state, EnvironmentState::Available);
        state.assert_sound().await;
    }

    async fn v2_3_3_a_blueprint_survives_a_crash_at_every_step_and_calls_that_fail(url) {
        let mut state = TestState::start(&url).await;
        for (n, point) in [CrashPoint::BeforeAct, CrashPoint::AfterAct, CrashPoint::AfterSave].into_iter().enumerate() {
            for step in ["check", "apply"] {
                let name = format!("U{n}{step}");
                let mut blueprint = small();
                for unit in &mut blueprint.units {
                    unit.path = unit.path.replace("Research", &name);
                }
                blueprint.accounts[0].unit = format!("{name}/Dev");
                state.everybody_signs_in().await;
                let id = begin(&state, &blueprint).await;
                state.die_and_go_on(point, step).await;
                let it = stored(&state, &id).await;
                assert_eq!(it.state, ChangeState::Applied, "{point:?} of {step}: {:?}", it.problem);
                assert_eq!(units_called(&state, &name), 1, "{point:?} of {step}");
                assert_eq!(it.made.len(), it.steps.len(), "{point:?} of {step}: {:?}", it.made);
            }
        }
        // Throttled, and an answer that was lost.
        state.running.aws.faults().next("organizations:CreateOrganizationalUnit", FaultKind::Throttle, 2);
        state.running.aws.faults().next("organizations:MoveAccount", FaultKind::ResponseLost, 1);
        assert_eq!(applied(&state, &small()).await.state, ChangeState::Applied);
        assert_eq!(units_called(&state, "Research"), 1);
        state.assert_sound().await;
    }

    async fn what_changes_meanwhile_is_not_overwritten(url) {
        let state = TestState::start(&url).await;
        let id = begin(&state, &small()).await;
        // Somebody puts another policy on what is being made.
        state.running.aws.with_world(|world| {
            let unit = world.organization.units.values().find(|unit| unit.name == "Workloads_Dev").unwrap().id.clone();
            world.organization.account_parents.insert(DEV.parse().unwrap(), "r-stgt".to_owned());
            assert!(world.organization.attachments.contains_key(&unit));
        }).unwrap();
        state.settle().await;
        let it = stored(&state, &id).await;
        assert_eq!(it.state, ChangeState::Failed);
        let why = it.problem.unwrap().why;
        assert!(why.contains("What was not looked at would be done: Move the account fraud-detection-dev"), "{why}");
        assert_eq!(unit_of(&state, DEV), "root");
        state.plane.mirror_organization_now().await.unwrap();
        assert_eq!(applied(&state, &small()).await.state, ChangeState::Applied);
        // Denied by AWS: said, and what was done stays done.
        let denied = FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not for you".into() };
        state.running.aws.faults().next("organizations:MoveAccount", denied, 1);
        let mut back = small();
        back.accounts[0].unit = "Workloads_Dev".into();
        let it = applied(&state, &back).await;
        assert_eq!(it.state, ChangeState::Failed);
        assert!(it.problem.unwrap().why.contains("not for you"));
        assert_eq!(applied(&state, &back).await.state, ChangeState::Applied);
    }
}
