//! What an admin cannot do to the administration itself.

use crate::common::TestState;
use control_plane::Error;
use domain::id::GroupMappingId;
use domain::view::GroupMappingInput;

fn input(group: &str, grant: &str) -> GroupMappingInput {
    GroupMappingInput { group: group.into(), grant: grant.into(), project: String::new() }
}

fn field(result: Result<GroupMappingId, Error>) -> String {
    match result {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect(),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_mapping_that_would_leave_nobody_to_administer_is_refused(url) {
        let state = TestState::bare(&url, |_| {}).await;
        state.sign_in("admin", &["platform-admins", "everybody"]).await;
        let add = async |group, grant| {
            let caller = state.as_("admin").await;
            state.plane.add_group_mapping(&caller, input(group, grant)).await
        };
        // Of the configured group, of one that a mapping makes admin, and of one's own.
        assert!(field(add("platform-admins", "auditor").await).contains("group: The people of this group are admins"));
        add("ops", "admin").await.unwrap();
        assert!(field(add("ops", "auditor").await).contains("group: The people of this group are admins"));
        assert!(field(add("everybody", "auditor").await).contains("group: You are in this group yourself"));
        // And the other way round.
        add("auditors", "auditor").await.unwrap();
        assert!(field(add("auditors", "admin").await).contains("group: The people of this group are auditors"));
        add("fine", "auditor").await.unwrap();
    }

    async fn a_role_of_the_platform_is_in_no_project(url) {
        let state = TestState::start(&url).await;
        let caller = state.as_("admin").await;
        for grant in ["admin", "auditor"] {
            let input = GroupMappingInput { project: "fraud-detection".into(), ..input("somebody", grant) };
            let told = field(state.plane.add_group_mapping(&caller, input).await);
            assert!(told.starts_with("project: This role holds in all projects"), "{told}");
        }
    }

    async fn of_two_who_remove_the_last_two_admin_mappings_at_once_one_is_refused(url) {
        let mut state = TestState::bare(&url, |_| {}).await;
        state.sign_in("admin", &["platform-admins"]).await;
        let caller = state.as_("admin").await;
        let first = state.plane.add_group_mapping(&caller, input("one", "admin")).await.unwrap();
        let second = state.plane.add_group_mapping(&caller, input("two", "admin")).await.unwrap();
        state.restart_with(|settings| {
            settings.bootstrap_admin_group = None;
        }).await;
        let other = state.plane.clone();
        let other_caller = caller.clone();
        let both = tokio::join!(
            state.plane.remove_group_mapping(&caller, &first),
            tokio::spawn(async move { other.remove_group_mapping(&other_caller, &second).await }),
        );
        let outcomes = [both.0, both.1.unwrap()];
        assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().any(|o| matches!(o, Err(Error::Conflict(problem)) if problem.why.contains("the last"))));
    }
}
