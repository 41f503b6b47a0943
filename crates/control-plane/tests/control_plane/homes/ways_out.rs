//! What goes wrong on the way, and how a termination gets there all the same.

use chrono::TimeDelta;
use domain::clock::Clock;
use domain::environment::EnvironmentState;
use domain::home::HomeStanding;
use domain::view::StepStatus;
use serde_json::json;
use sim::{Caller, Ctx, FaultKind, Origin};

use super::*;
use crate::common::TestState;

on_both! {
    async fn what_a_rollback_left_is_found_by_its_tag(url) {
        let state = TestState::start_with(&url, |o| o.products = vec![("Rolls back".into(), ROLLS_BACK.into())]).await;
        let request = state.submit(WHO, "Rolls back", "rolled-back").await;
        let id = state.approve("fraud-lead", &request).await;
        state.settle().await;
        let failed = state.environment(&id).await;
        assert_eq!((failed.state, failed.homes.all.len()), (EnvironmentState::Error, 0));
        assert_eq!(left(&state)[..4], [1, 1, 2, 0], "the domain is gone, its home is not");
        // Tried again it leaves another one.
        state.plane.retry_environment(&state.as_(WHO).await, &id, "").await.unwrap();
        state.settle().await;
        assert_eq!(left(&state)[..4], [2, 2, 4, 0]);
        let over = terminated(&state, &id, "delete").await;
        assert_eq!(over.homes.all.len(), 2);
        assert_eq!(left(&state), NOTHING);
        assert!(shared_is_whole(&state));
        state.assert_sound().await;
    }

    async fn what_was_terminated_past_the_portal_is_tidied_up(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "past").await;
        let product = it.provisioned_product.clone().unwrap();
        let caller = Caller::Administrator(account());
        let now = state.clock.now();
        let ctx = Ctx { caller, region: sim::seed::REGION.into(), now, request_id: "past".into(), origin: Origin::default() };
        let body = json!({ "ProvisionedProductId": product, "TerminateToken": "past" });
        world(&state, |world| sim::servicecatalog::handle(world, &ctx, "TerminateProvisionedProduct", &body)).unwrap();
        state.pass(TimeDelta::hours(1));
        assert_eq!(left(&state)[..4], [1, 2, 2, 0]);
        terminated(&state, &it.id, "delete").await;
        assert_eq!(left(&state), NOTHING);
    }

    async fn what_is_gone_already_is_gone(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "half-gone").await;
        let home = it.homes.all[0].file_system.clone();
        world(&state, |world| {
            let efs = world.efs(&account(), sim::seed::REGION);
            efs.mount_targets.retain(|_, target| target.file_system != home);
            efs.file_systems.remove(&home);
        });
        let over = terminated(&state, &it.id, "keep").await;
        assert_eq!(over.homes.all[0].standing, HomeStanding::Deleted);
        assert_eq!((left(&state), page(&state, &it.id).await.kept_homes.len()), (NOTHING, 0));
        state.assert_sound().await;
    }

    async fn a_file_system_that_is_mounted_anew_is_waited_for(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "in-use").await;
        let in_use = FaultKind::Error { code: "FileSystemInUse".into(), status: 409, message: "It has mount targets.".into() };
        state.running.aws.faults().next("elasticfilesystem:DeleteFileSystem", in_use.clone(), 3);
        terminated(&state, &it.id, "delete").await;
        assert_eq!(left(&state), NOTHING);
        // Not for ever: it ends with AWS's words, and can be kept after all.
        let it = available(&state, OWN, "in-use-for-ever").await;
        state.running.aws.faults().next("elasticfilesystem:DeleteFileSystem", in_use, 1_000);
        terminate(&state, WHO, &it.id, "delete", "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        let problem = stuck.problem.clone().unwrap();
        assert_eq!(stuck.state, EnvironmentState::Error);
        assert!(problem.what.contains("delete the home file system") && problem.why.contains("mount targets"), "{problem:?}");
        assert_eq!(page(&state, &it.id).await.kept_homes.len(), 1, "the page tells what is there");
        let over = terminated(&state, &it.id, "keep").await;
        assert_eq!((over.homes.kept().count(), left(&state)), (1, FILES_ALONE));
        state.assert_sound().await;
    }

    async fn who_may_not_delete_it_is_told_and_has_a_way_out(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "denied").await;
        state.deny_at_aws(DEV, "elasticfilesystem:DeleteMountTarget");
        terminate(&state, WHO, &it.id, "delete", "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Error);
        let problem = stuck.problem.unwrap();
        assert!(problem.what.contains("delete a mount target") && problem.why.contains("service control policy"), "{problem:?}");
        let steps = page(&state, &it.id).await.progress.operation.unwrap().steps;
        assert_eq!((steps[3].status, steps[4].status), (StepStatus::Done, StepStatus::Failed));
        // An admin lets go of it: what is left, the page says.
        terminate(&state, "admin", &it.id, "delete", "undeletable").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!(over.state, EnvironmentState::Terminated, "{:?}", over.problem);
        let kept = page(&state, &it.id).await.kept_homes;
        assert!(kept.len() == 1 && kept[0].attached, "{kept:?}");
        assert_eq!(left(&state)[..4], [1, 2, 2, 0]);
        state.assert_sound().await;
    }

    async fn what_does_not_bear_the_domains_tag_is_left_alone(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "strange").await;
        let home = it.homes.all[0].file_system.clone();
        let tag = |value: &str| {
            let tags = [("ManagedByAmazonSageMakerResource".to_owned(), value.to_owned())];
            world(&state, |world| {
                world.efs(&account(), sim::seed::REGION).file_systems.get_mut(&home).unwrap().tags = tags.into();
            });
        };
        tag("arn:aws:sagemaker:eu-west-1:601000000002:domain/d-other");
        terminate(&state, WHO, &it.id, "delete", "").await.unwrap();
        state.settle().await;
        let stuck = state.environment(&it.id).await;
        assert_eq!(stuck.state, EnvironmentState::Error);
        let problem = stuck.problem.unwrap();
        assert!(problem.why.contains("domain/d-other") && problem.next.contains("admin"), "{problem:?}");
        assert_eq!(left(&state)[..2], [1, 2], "nothing of it was touched");
        tag(&format!("arn:aws:sagemaker:eu-west-1:{DEV}:domain/{}", it.homes.all[0].domain));
        terminated(&state, &it.id, "delete").await;
        assert_eq!(left(&state), NOTHING);
    }

    async fn a_home_stays_with_a_domain_that_stays(url) {
        let state = TestState::start(&url).await;
        let it = available(&state, OWN, "domain-stays").await;
        state.deny_at_aws(DEV, "sagemaker:DeleteDomain");
        terminate(&state, "admin", &it.id, "delete", "undeletable").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!(over.state, EnvironmentState::Terminated, "{:?}", over.problem);
        assert_eq!(over.homes.all[0].standing, HomeStanding::Attached);
        assert_eq!(left(&state)[..2], [1, 2], "a living domain keeps its files, whatever was chosen");
        // With everything left, nothing has to be chosen.
        state.allow_at_aws(DEV);
        call(&state, "DeleteDomain", &json!({ "DomainId": it.homes.all[0].domain, "RetentionPolicy": { "HomeEfsFileSystem": "Delete" } }));
        state.pass(TimeDelta::minutes(10));
        let it = available(&state, OWN, "all-stays").await;
        terminate(&state, "admin", &it.id, "", "everything").await.unwrap();
        state.settle().await;
        let over = state.environment(&it.id).await;
        assert_eq!((over.state, over.homes.files), (EnvironmentState::Terminated, None), "{:?}", over.problem);
        assert_eq!(left(&state)[..2], [1, 2]);
    }
}
