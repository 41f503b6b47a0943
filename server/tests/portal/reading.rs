//! What the reading pages show of their facts.

use control_plane::Caller;
use domain::view::DecisionInput;

use crate::state::State;

async fn deny(state: &State, lead: &Caller, id: &domain::id::RequestId, reason: &str) {
    let input = DecisionInput { decision: "deny".into(), comment: reason.into(), version: "1".into() };
    state.plane().decide_request(lead, id, input).await.unwrap();
}

#[tokio::test]
async fn home_opens_what_runs_and_links_to_the_rest() {
    let state = State::start().await;
    let id = state.environment("home").await;
    let home = state.signed_in("fraud-scientist").await.get("/").await;
    assert!(home.has(r#"action="/api/launch_environment""#) && home.has(id.as_str()), "{}", home.text());
    assert!(home.has("/environments?state=all&amp;whose=mine") && home.has(r#"href="/catalog""#), "{}", home.text());
    // Somebody else's list has no such button: only the owner opens it.
    let list = state.signed_in("fraud-lead").await.get("/environments").await;
    assert!(list.has(id.as_str()) && !list.has("/api/launch_environment"), "{}", list.text());
}

#[tokio::test]
async fn the_inbox_says_why_and_until_when() {
    let state = State::start().await;
    let id = state.waiting_request("why").await;
    let mut lead = state.signed_in("fraud-lead").await;
    for path in ["/approvals", "/"] {
        let page = lead.get(path).await;
        assert!(page.has("for the fraud model") && page.has("Expires "), "{path}: {}", page.text());
    }
    let page = lead.get(&format!("/requests/{id}")).await;
    for fact in ["To be decided until", "Time to come up", "the portal has no prices", "Constraints that apply"] {
        assert!(page.has(fact), "{fact}: {}", page.text());
    }
}

#[tokio::test]
async fn a_denied_request_says_why_and_can_be_made_again() {
    let state = State::start().await;
    let id = state.waiting_request("denied-once").await;
    deny(&state, &state.as_("fraud-lead").await, &id, "Use the shared domain").await;
    let mut scientist = state.signed_in("fraud-scientist").await;
    let page = scientist.get(&format!("/requests/{id}")).await;
    assert!(page.has("denied this request.") && page.has("Use the shared domain"), "{}", page.text());
    assert!(page.has(r#"action="/api/request_again""#), "{}", page.text());
    let answer = scientist.post("/api/request_again", &[("id", id.as_str())]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let form = scientist.get(answer.location()).await;
    assert!(form.has("denied-once") && form.has("for the fraud model"), "{}", form.text());
    // Nobody makes somebody else's request again from its page.
    let lead = state.signed_in("fraud-lead").await.get(&format!("/requests/{id}")).await;
    assert!(!lead.has("/api/request_again"), "{}", lead.text());
}

#[tokio::test]
async fn the_page_of_an_environment_begins_its_title_with_the_state() {
    let state = State::start().await;
    let id = state.environment("titled").await;
    let mut scientist = state.signed_in("fraud-scientist").await;
    let page = scientist.get(&format!("/environments/{id}")).await;
    assert!(page.has("<title>Available: titled"), "{}", page.text());
    assert!(!page.has("It is ready"), "{}", page.text());
    // As the browser comes back when it saw the operation end.
    let page = scientist.get(&format!("/environments/{id}?ended=1")).await;
    assert!(page.has(r#"id="outcome""#) && page.has("It is ready: the environment is available."), "{}", page.text());
    let none = scientist.get("/environments/0190d5a8-0000-7000-8000-000000000000").await;
    assert_eq!(none.status, 404);
    assert!(none.has("There is no environment with this id."), "{}", none.text());
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let state = State::start().await;
    let mut here = state.signed_in("fraud-scientist").await;
    let mut others = [state.signed_in("fraud-scientist").await, state.signed_in("fraud-scientist").await];
    let mut lead = state.signed_in("fraud-lead").await;
    assert!(here.get("/profile").await.has("End the 2 other sessions"));
    assert_eq!(here.post("/api/end_other_sessions", &[]).await.status, 303);
    for other in &mut others {
        assert_eq!(other.get("/profile").await.status, 303, "the other session ended");
    }
    let profile = here.get("/profile").await;
    assert!(profile.has("2 other sessions were ended.") && profile.has("This session"), "{}", profile.text());
    assert_eq!(lead.get("/profile").await.status, 200, "nobody else's");
}

#[tokio::test]
async fn the_log_is_followed_along_a_correlation() {
    let state = State::start().await;
    state.environment("followed").await;
    let mut auditor = state.signed_in("auditor").await;
    let page = auditor.get("/audit").await;
    assert!(page.has("/audit?correlation=") && !page.has("0 wait"), "{}", page.text());
    let page = auditor.get("/audit?project=fraud-detektion").await;
    assert!(page.has("There is no such project.") && page.has("Nothing is shown until"), "{}", page.text());
    let file = auditor.get("/audit/export.csv?correlation=nothing-like-it").await;
    assert_eq!(file.text().lines().count(), 1, "the heads alone: {}", file.text());
}

#[tokio::test]
async fn the_list_of_environments_is_a_file_with_the_same_filters_and_the_same_scope() {
    let state = State::start().await;
    let id = state.environment("filed").await;
    let file = state.signed_in("fraud-lead").await.get("/environments/export.csv?q=filed").await;
    let text = file.text();
    let [head, line] = &text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert!(head.starts_with("id,name,project,stage,account"));
    assert!(line.starts_with(&format!("\"{id}\",\"filed\",\"fraud-detection\",\"dev\"")), "{line}");
    assert!(line.contains("\"Ada Ferrer\",\"available\""), "{line}");
    for (who, query) in [("churn-lead", ""), ("fraud-lead", "?q=nothing"), ("fraud-lead", "?attention=held")] {
        let file = state.signed_in(who).await.get(&format!("/environments/export.csv{query}")).await;
        assert_eq!(file.text().lines().count(), 1, "{who} {query}");
    }
    let refused = state.signed_in("fraud-lead").await.get("/environments/export.csv?ends=soon").await;
    assert_eq!((refused.status, refused.has("ends: A number of days")), (422, true), "{}", refused.text());
    let page = state.signed_in("fraud-lead").await.get("/environments?attention=ending").await;
    assert!(page.has("No environment matches these filters."), "{}", page.text());
    let page = state.signed_in("fraud-lead").await.get("/environments?q=filed").await;
    assert!(page.has("/environments/export.csv?q=filed"), "{}", page.text());
}
