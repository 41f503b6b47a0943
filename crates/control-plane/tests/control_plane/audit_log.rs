//! Verifying the log of a portal that is running, and one that somebody wrote into.

use crate::common::TestState;
use domain::audit::Finding;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

/// Past the store, as somebody with the database's password would.
async fn tamper(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = if url.starts_with("sqlite:") {
        SqliteConnection::connect(url).await.unwrap().execute(sql).await.unwrap().rows_affected()
    } else {
        PgConnection::connect(url).await.unwrap().execute(sql).await.unwrap().rows_affected()
    };
    assert_eq!(done, 1);
}

on_both! {
    async fn a_log_that_grows_while_it_is_verified_is_sound(url) {
        let state = TestState::bare(&url, |_| {}).await;
        state.sign_in("first", &[]).await;
        state.plane.tick().await.unwrap();
        let mut verification = state.plane.verification(None);
        assert!(verification.read_blocks().await.unwrap());
        // Sealed after the blocks were read, and waiting when the rest is.
        state.sign_in("second", &[]).await;
        state.plane.tick().await.unwrap();
        state.sign_in("third", &[]).await;
        let report = verification.finish().await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
        assert_eq!((report.blocks, report.events, report.unsealed), (2, 2, 1));
    }

    async fn a_row_that_cannot_be_read_is_a_finding_and_hides_no_other(url) {
        let state = TestState::bare(&url, |_| {}).await;
        for subject in ["first", "second", "third"] {
            state.sign_in(subject, &[]).await;
            state.plane.tick().await.unwrap();
        }
        state.sign_in("waiting", &[]).await;
        tamper(&url, "UPDATE audit_event SET outcome = 'maybe' WHERE position = 1").await;
        tamper(&url, "UPDATE audit_event SET action = 'sign_out' WHERE position = 2").await;
        tamper(&url, "UPDATE audit_event SET detail = '{' WHERE position IS NULL").await;
        tamper(&url, "UPDATE audit_block SET hash = 'x' WHERE height = 3").await;
        let report = state.plane.verify_audit(None).await.unwrap();
        let found = |finding: fn(&Finding) -> bool| report.findings.iter().filter(|f| finding(f)).count();
        assert_eq!(found(|f| matches!(f, Finding::Unreadable { position: Some(1), .. })), 1, "{report:?}");
        assert_eq!(found(|f| matches!(f, Finding::Changed { position: 2, .. })), 1, "{report:?}");
        assert_eq!(found(|f| matches!(f, Finding::Unreadable { position: None, .. })), 1, "{report:?}");
        assert_eq!(found(|f| matches!(f, Finding::BlockUnreadable { height: 3, .. })), 1, "{report:?}");
        assert_eq!(report.findings.len(), 4, "nothing else is wrong: {:?}", report.findings);
    }

    async fn what_a_former_key_signed_is_verified_with_it(url) {
        let mut state = TestState::bare(&url, |_| {}).await;
        state.sign_in("first", &[]).await;
        state.plane.tick().await.unwrap();
        let former = state.plane.settings().audit_signing_key.verifying_key();
        let new_key = |settings: &mut control_plane::Settings| {
            settings.audit_signing_key = domain::audit::SigningKey::from_bytes(&[8; 32]);
        };
        state.restart_with(new_key).await;
        state.sign_in("second", &[]).await;
        state.plane.tick().await.unwrap();
        let report = state.plane.verify_audit(None).await.unwrap();
        assert!(matches!(report.findings.as_slice(), [Finding::ForeignKey { height: 1, .. }]), "{:?}", report.findings);
        state
            .restart_with(|settings| {
                new_key(settings);
                settings.audit_verifying_keys = vec![former];
            })
            .await;
        let report = state.plane.verify_audit(None).await.unwrap();
        assert!(report.is_sound(), "{:?}", report.findings);
    }
}
