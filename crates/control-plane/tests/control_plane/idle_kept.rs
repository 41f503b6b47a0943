//! What is not stopped for being idle, with the reason, and who says that something runs a job.

use crate::common::TestState;
use crate::common::idle::*;
use control_plane::Error;
use domain::clock::Clock;
use domain::idle::{IdleVerdict, Kept, RUNNING_JOB_TAG, Untold};
use domain::view::{HoldInput, JobMarkInput};
use serde_json::json;
use sim::FaultKind;
use sim::sagemaker::Resource;

on_both! {
    async fn what_has_no_rule_or_one_that_says_never_runs_on(url) {
        let state = TestState::start(&url).await;
        let it = state.available("lab").await;
        start(&state, &it, "one");
        pass(&state, 10_000).await;
        look(&state).await;
        assert_eq!(verdict(&state, &it.id, "one").await, IdleVerdict::NoRule);
        assert_eq!(state.running.aws.faults().calls("sagemaker:DescribeApp"), 0, "AWS is asked where a rule asks");
        rule(&state, "", "60").await;
        assert_eq!(kept(&state, &it.id, "one").await, Kept::Untold { untold: Untold::NotAsked });
        rule(&state, "ml.g5", "").await;
        look(&state).await;
        assert_eq!(verdict(&state, &it.id, "one").await, IdleVerdict::Never { rule: "ml.g5 in every stage: never".into() });
        // More specific still.
        let exact = state.plane.save_idle_rule(&state.as_("admin").await, input("dev", "ml.g5.xlarge", "90")).await.unwrap();
        state.plane.remove_idle_rule(&state.as_("admin").await, &exact).await.unwrap();
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (1, 0));
        state.plane.save_idle_rule(&state.as_("admin").await, input("dev", "ml.g5.xlarge", "90")).await.unwrap();
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (0, 1));
        assert_eq!(state.told(&it.id, "stop_idle", "rule").await, ["ml.g5.xlarge in Dev: after 90 minutes"]);
    }

    async fn what_sagemaker_does_not_tell_is_not_stopped_and_says_so(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        let account = DEV.parse().unwrap();
        let checks = |count: bool| {
            let set = |w: &mut sim::World| w.sagemaker(&account, sim::seed::REGION).health_checks_count_as_use = count;
            state.running.aws.with_world(set).unwrap();
        };
        checks(true);
        pass(&state, 600).await;
        look(&state).await;
        assert_eq!(kept(&state, &it.id, "one").await, Kept::Untold { untold: Untold::HealthCheck });
        checks(false);
        app(&state, &it, "one", |app| drop(app.attributes.remove(LAST_USED)));
        look(&state).await;
        assert_eq!(kept(&state, &it.id, "one").await, Kept::Untold { untold: Untold::App });
        for (call, kind) in [
            ("sagemaker:DescribeApp", FaultKind::Throttle),
            ("sagemaker:DescribeApp", FaultKind::Error { code: "AccessDeniedException".into(), status: 400, message: "not yours".into() }),
        ] {
            touch(&state, &it, "one");
            pass(&state, 90).await;
            state.running.aws.faults().next(call, kind, 1_000);
            look(&state).await;
            let because = kept(&state, &it.id, "one").await;
            assert!(matches!(because, Kept::Untold { untold: Untold::Refused { .. } }), "{because:?}");
            state.running.aws.faults().clear();
        }
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (1, 0));
        // The next look tells.
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (0, 1));
    }

    async fn what_runs_a_job_or_is_held_is_not_stopped_and_says_so(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "tagged");
        start(&state, &it, "marked");
        tag(&state, &it, "tagged", "nightly batch");
        pass(&state, 10).await;
        look(&state).await;
        mark(&state, WHO, &it.id, "marked", "3").await.unwrap();
        pass(&state, 120).await;
        look(&state).await;
        assert_eq!(kept(&state, &it.id, "tagged").await, Kept::RunsJob { reason: "nightly batch".into(), until: None });
        let Kept::RunsJob { reason, until: Some(until) } = kept(&state, &it.id, "marked").await else { panic!() };
        assert_eq!(reason, "A long fit.");
        assert!(until > state.clock.now());
        let hold = HoldInput { hold_reason: "An audit.".into(), hold_until: "2026-03-04".into() };
        state.plane.hold_environment(&state.as_("fraud-lead").await, &it.id, hold).await.unwrap();
        // The mark has ended, and the hold has not.
        pass(&state, 120).await;
        look(&state).await;
        assert!(matches!(kept(&state, &it.id, "marked").await, Kept::Held { .. }));
        assert_eq!(deletions(&state), 0);
        state.plane.release_environment(&state.as_("fraud-lead").await, &it.id).await.unwrap();
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await, deletions(&state)), (vec!["tagged".to_owned()], 1));
        app(&state, &it, "tagged", |app| drop(app.tags.remove(RUNNING_JOB_TAG)));
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (0, 2));
    }

    async fn a_tag_on_the_space_counts_for_its_app(url) {
        let (state, it) = hourly(&url).await;
        let ((domain, profile), account) = (studio(&it), DEV.parse().unwrap());
        start(&state, &it, "one");
        let now = state.clock.now();
        state.running.aws.with_world(|w| {
            let world = w.sagemaker(&account, sim::seed::REGION);
            let mut app = world.apps.remove(&path(&it, "one")).unwrap();
            let key = format!("{domain}/space:lab/jupyterlab/one");
            app.arn = format!("arn:aws:sagemaker:{}:{DEV}:app/{domain}/lab/jupyterlab/one", sim::seed::REGION);
            app.attributes.remove("UserProfileName");
            app.attributes.insert("SpaceName".into(), json!("Lab"));
            app.attributes.insert("AppArn".into(), json!(app.arn));
            world.apps.insert(key, app);
            let arn = format!("arn:aws:sagemaker:{}:{DEV}:space/{domain}/lab", sim::seed::REGION);
            let owner = json!({ "DomainId": domain, "SpaceName": "Lab", "OwnershipSettings": { "OwnerUserProfileName": profile } });
            let mut space = Resource::pending(arn, owner.as_object().unwrap().clone(), now, now);
            space.tags.insert(RUNNING_JOB_TAG.into(), "a sweep".into());
            world.spaces.insert(format!("{domain}/lab"), space);
        }).unwrap();
        pass(&state, 90).await;
        look(&state).await;
        assert_eq!(kept(&state, &it.id, "one").await, Kept::RunsJob { reason: "a sweep".into(), until: None });
        state.running.aws.with_world(|w| {
            w.sagemaker(&account, sim::seed::REGION).spaces.get_mut(&format!("{domain}/lab")).unwrap().tags.clear();
        }).unwrap();
        look(&state).await;
        assert_eq!((runs(&state, &it.id).await.len(), deletions(&state)), (0, 1));
    }

    async fn v8_2_1_marks_are_made_by_who_may_with_a_reason_and_an_end(url) {
        let (state, it) = hourly(&url).await;
        start(&state, &it, "one");
        state.plane.observe_now().await.unwrap();
        for who in ["churn-scientist", "churn-lead", "auditor", "newcomer"] {
            let refused = mark(&state, who, &it.id, "one", "1").await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}");
            let refused = state.plane.unmark_running_job(&state.as_(who).await, &it.id, "x").await;
            assert!(matches!(refused, Err(Error::Denied { .. } | Error::NotFound { .. })), "{who}");
        }
        let wrong = |input: JobMarkInput| {
            let (plane, id) = (state.plane.clone(), it.id.clone());
            let caller = state.as_(WHO);
            async move {
                match plane.mark_running_job(&caller.await, &id, input).await {
                    Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect::<Vec<_>>(),
                    other => panic!("{other:?}"),
                }
            }
        };
        let none = JobMarkInput::default();
        assert_eq!(wrong(none).await, ["job_reason", "job_hours"]);
        for hours in ["0", "169", "-1", "1.5", "soon", "99999999999999999999"] {
            let input = JobMarkInput { job_reason: "x".into(), job_hours: hours.into(), ..JobMarkInput::default() };
            assert_eq!(wrong(input).await, ["job_hours"], "{hours}");
        }
        let long = JobMarkInput { job_reason: "é".repeat(501), job_hours: "1".into(), ..JobMarkInput::default() };
        assert_eq!(wrong(long).await, ["job_reason"]);
        assert!(matches!(mark(&state, WHO, &it.id, "nothing", "1").await, Err(Error::Conflict(_))));
        for _ in 0..2 {
            mark(&state, "fraud-lead", &it.id, "one", "1").await.unwrap();
        }
        mark(&state, "admin", &it.id, "one", "168").await.unwrap();
        assert_eq!(state.told(&it.id, "mark_running_job", "until").await.len(), 2, "a second click is the first");
        let page = state.plane.environment(&state.as_("auditor").await, &it.id, None).await.unwrap();
        let shown = page.observed.idle.values().next().unwrap().mark.clone().unwrap();
        assert_eq!((shown.by.as_str(), shown.reason.as_str()), ("admin", "A long fit."));
        let key = page.observed.running[0].item.key();
        for _ in 0..2 {
            state.plane.unmark_running_job(&state.as_(WHO).await, &it.id, &key).await.unwrap();
        }
        assert_eq!(state.told(&it.id, "mark_running_job", "change").await, ["marked", "marked", "unmarked"]);
        mark(&state, WHO, &it.id, "one", "1").await.unwrap();
        pass(&state, 60 * 24 * 32).await;
        while state.plane.tick().await.unwrap() {}
        assert!(state.store.job_marks(&it.id).await.unwrap().is_empty(), "marks are forgotten after their end");
    }
}
