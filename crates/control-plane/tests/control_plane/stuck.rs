//! Environments that nobody can get on with: what AWS cannot delete is let go of by an admin, and the platform team is asked.

use crate::common::TestState;
use control_plane::Error;
use domain::action::Action;
use domain::environment::{EnvironmentState, Leaves};
use domain::id::EnvironmentId;
use domain::view::{EnvironmentsQuery, HandOverInput, TerminateInput};
use sim::FaultKind;

const DEV: &str = "601000000002";
const WHO: &str = "fraud-scientist";

async fn terminate(state: &TestState, who: &str, id: &EnvironmentId, leaves: &str) -> control_plane::Result<()> {
    let it = state.environment(id).await;
    let (confirm, version) = (it.name, it.version.to_string());
    let input = TerminateInput { confirm, version, leaves: leaves.into(), ..TerminateInput::default() };
    state.plane.terminate_environment(&state.as_(who).await, id, input).await
}

fn profiles(state: &TestState) -> usize {
    let account = DEV.parse().unwrap();
    let count = |world: &mut sim::World| {
        let there = world.sagemaker(&account, sim::seed::REGION).user_profiles.values();
        there.filter(|profile| profile.status != "Deleted").count()
    };
    state.running.aws.with_world(count).unwrap()
}

on_both! {
    async fn what_aws_cannot_delete_is_let_go_of_by_an_admin(url) {
        let state = TestState::start(&url).await;
        let it = state.available("stays").await;
        state.deny_at_aws(DEV, "sagemaker:DeleteUserProfile");
        terminate(&state, WHO, &it.id, "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Error);
        let problem = stuck.problem.unwrap();
        assert!(problem.what.contains("could not delete") && problem.why.contains("service control policy"), "{problem:?}");
        // Trying again does not help, and who owns it or leads the project may leave nothing behind.
        for who in [WHO, "fraud-lead"] {
            let refused = terminate(&state, who, &it.id, "undeletable").await.unwrap_err();
            assert!(matches!(&refused, Error::Denied { .. }), "{refused:?}");
        }
        let wrong = terminate(&state, "admin", &it.id, "something").await.unwrap_err();
        assert!(matches!(&wrong, Error::Invalid(mistakes) if mistakes[0].field == "leaves"), "{wrong:?}");
        terminate(&state, "admin", &it.id, "undeletable").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.leaves), (EnvironmentState::Terminated, Leaves::Undeletable), "{:?}", over.problem);
        assert!(state.provisioned(DEV).is_empty(), "Service Catalog has let go of it");
        assert_eq!(profiles(&state), 1, "and AWS has it still");
        let page = state.plane.environment(&state.as_("admin").await, &it.id, None).await.unwrap();
        assert_eq!(page.left_behind.unwrap(), [("AWS::SageMaker::UserProfile".to_owned(), 1)]);
        assert!(page.stack_arn.is_some());
        assert_eq!(state.told(&it.id, "terminate_environment", "leaves").await, ["undeletable"]);
        state.assert_sound().await;
    }

    async fn what_aws_deletes_after_all_is_not_called_left_behind(url) {
        let state = TestState::start(&url).await;
        let it = state.available("goes").await;
        terminate(&state, "admin", &it.id, "undeletable").await.unwrap();
        state.settle().await;
        let page = state.plane.environment(&state.as_("admin").await, &it.id, None).await.unwrap();
        assert_eq!((page.progress.state, page.left_behind), (EnvironmentState::Terminated, None));
        assert_eq!(profiles(&state), 0);
    }

    async fn an_admin_leaves_everything_in_the_account(url) {
        let state = TestState::start(&url).await;
        let it = state.available("kept").await;
        terminate(&state, "admin", &it.id, "everything").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.leaves), (EnvironmentState::Terminated, Leaves::Everything));
        assert_eq!((state.provisioned(DEV).len(), profiles(&state)), (0, 1));
        let page = state.plane.environment(&state.as_("admin").await, &it.id, None).await.unwrap();
        assert!(page.left_behind.is_some_and(|left| left.iter().any(|(kind, _)| kind.ends_with("UserProfile"))));
        state.assert_sound().await;
    }

    async fn what_an_admin_wanted_to_leave_nobody_else_leaves(url) {
        let state = TestState::start(&url).await;
        let it = state.available("tried").await;
        let refusal = FaultKind::Error {
            code: "InvalidParametersException".into(),
            status: 400,
            message: "refused on purpose".into(),
        };
        state.running.aws.faults().next("servicecatalog:TerminateProvisionedProduct", refusal, 1);
        terminate(&state, "admin", &it.id, "everything").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!((stuck.state, stuck.leaves), (EnvironmentState::Error, Leaves::Everything));
        let refused = state.plane.retry_environment(&state.as_(WHO).await, &it.id, "").await.unwrap_err();
        assert!(matches!(&refused, Error::Denied { .. }), "{refused:?}");
        // A termination of one's own leaves nothing.
        terminate(&state, WHO, &it.id, "").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.leaves), (EnvironmentState::Terminated, Leaves::Nothing));
        assert_eq!(profiles(&state), 0);
    }

    async fn the_platform_team_is_asked_with_everything_attached(url) {
        let state = TestState::start(&url).await;
        let it = state.available("help").await;
        let hand = async |who: &str, note: &str| {
            let input = HandOverInput { handover_note: note.into() };
            state.plane.hand_over_environment(&state.as_(who).await, &it.id, input).await
        };
        let empty = hand(WHO, "  ").await.unwrap_err();
        assert!(matches!(&empty, Error::Invalid(mistakes) if mistakes[0].field == "handover_note"), "{empty:?}");
        assert!(matches!(hand("churn-lead", "Mine?").await, Err(Error::Denied { .. })));
        for _ in 0..2 {
            hand(WHO, "It cannot be deleted.").await.unwrap();
        }
        assert_eq!(state.told(&it.id, "hand_over_environment", "note").await, ["It cannot be deleted."]);
        let admin = state.as_("admin").await;
        let waiting = async || {
            let query = EnvironmentsQuery { attention: "handed_over".into(), ..EnvironmentsQuery::default() };
            state.plane.environments(&admin, query).await.unwrap().rows.items.len()
        };
        assert_eq!(waiting().await, 1);
        let page = state.plane.environment(&admin, &it.id, None).await.unwrap();
        assert_eq!(page.handed_over.unwrap().note, "It cannot be deleted.");
        assert!(page.allowed.has(Action::HandOverEnvironment) && page.allowed.has(Action::LeaveResources));
        for _ in 0..2 {
            state.plane.hand_back_environment(&admin, &it.id).await.unwrap();
        }
        assert_eq!(waiting().await, 0);
        state.terminate(WHO, &it.id).await;
        state.settle().await;
        assert!(matches!(hand(WHO, "Too late").await, Err(Error::Conflict(_))));
    }
}
