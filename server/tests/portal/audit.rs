//! What is written down, and how it is given away.

use domain::audit::{AuditActor, Outcome};
use serde_json::Value;

use crate::state::State;

#[tokio::test]
async fn v16_3_1_sign_ins_are_written_down_whether_they_succeed_or_not() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let refused = browser.get("/auth/callback?code=forged&state=forged").await;
    assert_eq!(refused.status, 400);
    let events = state.audit_events("sign_in").await;
    let [failed, succeeded, ..] = &events[..] else { panic!("{events:?}") };
    assert_eq!((failed.outcome, succeeded.outcome), (Outcome::Denied, Outcome::Succeeded));
    assert_eq!((&failed.actor, failed.correlation.as_str()), (&AuditActor::System, refused.header("x-request-id")));
    assert!(!format!("{failed:?}").contains("forged"), "{failed:?}");
}

#[tokio::test]
async fn v16_2_1_v16_3_2_a_refusal_says_who_wanted_what_when_and_in_which_request() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let refused = browser.get("/audit").await;
    assert_eq!(refused.status, 403);
    let events = state.audit_events("view_audit").await;
    let [event] = &events[..] else { panic!("{events:?}") };
    let AuditActor::Person { person, display_name } = &event.actor else { panic!("{event:?}") };
    assert_eq!((person.subject.as_str(), display_name.as_str()), ("fraud-scientist", "Ada Ferrer"));
    assert_eq!((event.outcome, event.at), (Outcome::Denied, state.plane().now()));
    assert_eq!((event.resource_kind.as_str(), event.resource_id.as_str()), ("portal", "portal"));
    assert_eq!(event.correlation, refused.header("x-request-id"));
    assert!(event.detail["rule"].contains("audit"), "{event:?}");
}

#[tokio::test]
async fn v3_2_1_v5_4_1_v5_4_2_an_export_is_a_download_with_a_name_of_the_portals() {
    let state = State::start().await;
    let mut browser = state.signed_in("auditor").await;
    for (file, content_type) in [("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl; charset=utf-8")] {
        let answer = browser.get(&format!("/audit/export.{file}?filename=evil.html%22;X-Evil:%201")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"audit.{file}\""));
        assert_eq!(answer.header("content-type"), content_type);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-evil"), "");
    }
}

#[tokio::test]
async fn v1_2_3_what_the_provider_says_makes_no_line_of_an_export() {
    let state = State::start().await;
    let mut browser = state.browser();
    let callback = browser.callback("fraud-scientist", "/").await;
    let (_, rest) = callback.split_once("code=").unwrap();
    let (_, rest) = rest.split_once('&').unwrap();
    let description = "%22%7D%0A%7B%22id%22%3A%22forged%22%7D%0Aa%2Cb%22";
    let refused = browser.get(&format!("/auth/callback?error=x&error_description={description}&{rest}")).await;
    assert!(refused.has("forged"), "{}", refused.text());

    let mut auditor = state.signed_in("auditor").await;
    let exported = auditor.get("/audit/export.jsonl?action=sign_in").await.text();
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(exported.contains("forged") && lines.iter().all(|line| line["event"]["action"] == "sign_in"), "{exported}");
    let exported = auditor.get("/audit/export.csv?action=sign_in").await.text();
    assert_eq!(exported.lines().count(), 1 + lines.len(), "{exported}");
    assert!(exported.contains("\"\"}{\"\"id\"\":"), "{exported}");
}
