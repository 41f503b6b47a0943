//! Admins write the rules about what is idle.

use crate::common::TestState;
use crate::common::idle::*;
use control_plane::Error;
use domain::view::IdleRuleInput;

on_both! {
    async fn v8_2_1_admins_write_rules_and_nobody_overwrites_anothers(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        for who in [WHO, "fraud-lead", "auditor", "newcomer"] {
            let refused = state.plane.save_idle_rule(&state.as_(who).await, input("any", "", "60")).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        let wrong = async |input: IdleRuleInput| match state.plane.save_idle_rule(&admin, input).await {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wrong(IdleRuleInput::default()).await, ["stage", "limit"]);
        assert_eq!(wrong(input("moon", "g5.xlarge", "59")).await, ["stage", "instances", "minutes"]);
        for minutes in ["59", "525601", "0", "-60", "1e3", "60.0"] {
            assert_eq!(wrong(input("any", "", minutes)).await, ["minutes"], "{minutes}");
        }
        let id = state.plane.save_idle_rule(&admin, input("prod", "ml.g5", "60")).await.unwrap();
        assert_eq!(state.plane.save_idle_rule(&admin, input("prod", "ml.g5", "60")).await.unwrap(), id, "a second click");
        assert_eq!(wrong(input("prod", "ml.g5", "90")).await, ["instances"], "there is one");
        let next = |minutes: &str, version: &str| IdleRuleInput { version: version.into(), ..input("prod", "ml.g5", minutes) };
        state.plane.save_idle_rule(&admin, next("525600", "1")).await.unwrap();
        let stale = state.plane.save_idle_rule(&admin, next("61", "1")).await;
        assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
        let gone = state.plane.save_idle_rule(&admin, IdleRuleInput { version: "1".into(), ..input("dev", "", "60") }).await;
        assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
        let page = state.plane.admin_idle(&state.as_("auditor").await, None).await.unwrap();
        assert_eq!(page.rules.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ml.g5 in Prod: after 365 days"]);
        assert!(state.plane.admin_idle(&state.as_("fraud-lead").await, None).await.is_err());
        for _ in 0..2 {
            state.plane.remove_idle_rule(&admin, &id).await.unwrap();
        }
        assert!(state.store.idle_rules().await.unwrap().is_empty());
    }

    async fn two_admins_who_enter_the_same_at_once_find_one_rule(url) {
        let state = TestState::start(&url).await;
        let (admin, other) = (state.as_("admin").await, state.replica().await);
        let (one, two) = tokio::join!(
            state.plane.save_idle_rule(&admin, input("prod", "ml.g5", "60")),
            other.save_idle_rule(&admin, input("prod", "ml.g5", "90")),
        );
        let refused = if one.is_ok() { two } else { one };
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "instances"));
        assert_eq!(state.store.idle_rules().await.unwrap().len(), 1);
    }
}
