//! What happens is told: in the inbox, to webhooks; each event once, whatever dies when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::common::TestState;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono::TimeDelta;
use control_plane::{CrashPoint, Error};
use deliver::Webhooks;
use domain::notification::Topic;
use domain::view::{
    ApprovalFloorInput, ApproverInput, DecisionInput, DelegationInput, HandOverInput, InboxRow, RevokeInput, RuleInput,
    WebhookInput,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET: &str = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver: what it answers, and the `webhook-id` and body of what it got.
#[derive(Clone)]
struct Receiver {
    url: String,
    answer: Arc<Mutex<StatusCode>>,
    got: Arc<Mutex<Vec<(String, String)>>>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/very-secret", listener.local_addr().unwrap());
        let receiver = Self { url, answer: Arc::new(Mutex::new(StatusCode::NO_CONTENT)), got: Arc::default() };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn answers(&self, status: StatusCode) {
        *self.answer.lock().unwrap() = status;
    }

    fn took(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let id = headers.get("webhook-id").map(|id| id.to_str().unwrap().to_owned()).unwrap_or_default();
    receiver.got.lock().unwrap().push((id, body));
    *receiver.answer.lock().unwrap()
}

async fn start(url: &str) -> TestState {
    let mut state = TestState::start(url).await;
    state
        .restart_with(|settings| settings.webhooks = Some(Webhooks::new(vec!["127.0.0.1".into()], None).unwrap()))
        .await;
    state
}

fn webhook(receiver: &Receiver, topics: &[Topic]) -> WebhookInput {
    WebhookInput {
        name: "ops".into(),
        kind: "signed".into(),
        url: receiver.url.clone(),
        secret: SECRET.into(),
        topic: topics.iter().map(|topic| (topic.to_string(), "yes".to_owned())).collect(),
        ..WebhookInput::default()
    }
}

async fn inbox(state: &TestState, who: &str) -> Vec<InboxRow> {
    state.plane.inbox(&state.as_(who).await, "").await.unwrap().rows.items
}

async fn topics(state: &TestState, who: &str) -> Vec<Topic> {
    inbox(state, who).await.into_iter().map(|row| row.notice.topic).collect()
}

fn fields<T: std::fmt::Debug>(result: control_plane::Result<T>) -> BTreeSet<String> {
    match result {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("not refused at a field: {other:?}"),
    }
}

on_both! {
    async fn whoever_it_concerns_is_told_once_and_nobody_else(url) {
        let state = start(&url).await;
        let request = state.submit("fraud-scientist", "Studio user profile", "told").await;
        state.settle().await;
        assert_eq!(topics(&state, "fraud-lead").await, [Topic::RequestWaiting]);
        let told = inbox(&state, "fraud-lead").await.remove(0);
        assert!(told.notice.title.ends_with("told") && !told.read, "{told:?}");
        assert_eq!(told.notice.path, format!("/requests/{request}"));
        state.approve("fraud-lead", &request).await;
        // Two replicas go through the same log.
        let other = state.replica().await;
        for _ in 0..3 {
            other.tick().await.unwrap();
            state.plane.tick().await.unwrap();
        }
        state.settle().await;
        assert_eq!(topics(&state, "fraud-scientist").await, [Topic::EnvironmentReady, Topic::RequestDecided]);
        assert_eq!(topics(&state, "fraud-lead").await, [Topic::RequestWaiting]);
        for nobody in ["churn-scientist", "churn-lead", "admin", "auditor"] {
            assert!(inbox(&state, nobody).await.is_empty(), "{nobody}");
        }
        state.assert_sound().await;
    }

    async fn each_step_of_an_approval_is_told_once_to_those_who_decide_it(url) {
        let state = start(&url).await;
        state.sign_in("owner", &["stewards"]).await;
        state.sign_in("second-lead", &["fraud-detection-leads"]).await;
        let admin = state.as_("admin").await;
        let rule = RuleInput::of(&"lead:2,data_owner".parse().unwrap());
        let floor = ApprovalFloorInput { stage: "dev".into(), rule, ..ApprovalFloorInput::default() };
        state.plane.save_approval_floor(&admin, floor).await.unwrap();
        let steward = ApproverInput { group: "stewards".into(), who: "data_owner".into(), ..ApproverInput::default() };
        state.plane.add_approver(&admin, steward).await.unwrap();
        let id = state.submit("fraud-scientist", "Studio user profile", "stepwise").await;
        let told = async || {
            state.settle().await;
            let mut told = Vec::new();
            for who in ["fraud-lead", "second-lead", "owner", "admin", "fraud-scientist"] {
                told.push(topics(&state, who).await.len());
            }
            told
        };
        assert_eq!(told().await, [1, 1, 0, 0, 0]);
        let approve = async |who: &str| {
            let version = state.store.request(&id).await.unwrap().unwrap().version.to_string();
            let input = DecisionInput { decision: "approve".into(), comment: String::new(), version };
            state.plane.decide_request(&state.as_(who).await, &id, input).await.unwrap()
        };
        // One voice of two opens nothing.
        approve("fraud-lead").await;
        assert_eq!(told().await, [1, 1, 0, 0, 0]);
        approve("second-lead").await;
        assert_eq!(told().await, [1, 1, 1, 0, 0]);
        assert_eq!(topics(&state, "owner").await, [Topic::RequestWaiting]);
        approve("owner").await;
        assert_eq!(told().await, [1, 1, 1, 0, 2]);
    }

    async fn an_inbox_is_its_own_persons_to_read_and_to_choose_for(url) {
        let state = start(&url).await;
        state.available("mine").await;
        state.submit("fraud-scientist", "Studio user profile", "another").await;
        state.settle().await;
        let [scientist, lead] = [state.as_("fraud-scientist").await, state.as_("fraud-lead").await];
        let page = state.plane.inbox(&scientist, "").await.unwrap();
        assert_eq!((page.unread, page.rows.items.len()), (2, 2));
        let id = page.rows.items[0].id.to_string();
        assert_eq!(state.plane.read_notifications(&lead, &id, "").await.unwrap(), 0, "somebody else's");
        assert_eq!(state.plane.read_notifications(&scientist, &id, "").await.unwrap(), 1);
        assert_eq!(state.plane.read_notifications(&scientist, &id, "").await.unwrap(), 0, "a second click");
        let until = page.until.timestamp_millis().to_string();
        assert_eq!(state.plane.read_notifications(&scientist, "", &until).await.unwrap(), 1);
        assert_eq!(state.plane.shell(&scientist).await.unwrap().unread, 0);
        assert_eq!(state.plane.shell(&lead).await.unwrap().unread, 1);
        let chosen = BTreeSet::from(["environment_ready".to_owned(), "no_such_topic".to_owned()]);
        state.plane.save_notification_choices(&scientist, &chosen).await.unwrap();
        let choices: BTreeMap<Topic, bool> = state.plane.inbox(&scientist, "").await.unwrap().choices.into_iter().collect();
        assert!(choices[&Topic::EnvironmentReady] && !choices[&Topic::RequestDecided]);
    }

    async fn a_message_whose_answer_was_lost_is_sent_again_under_the_same_id(url) {
        let state = start(&url).await;
        let (receiver, admin) = (Receiver::start().await, state.as_("admin").await);
        state.plane.save_webhook(&admin, webhook(&receiver, &[Topic::RequestWaiting])).await.unwrap();
        state.submit("fraud-scientist", "Studio user profile", "twice").await;
        state.crash.arm(CrashPoint::AfterAct, "deliver");
        state.settle().await;
        assert!(!state.crash.is_armed());
        let first = receiver.took();
        assert_eq!(first.len(), 1);
        state.settle().await;
        assert_eq!(receiver.took(), [], "it is held by whoever died");
        state.pass(TimeDelta::minutes(3));
        state.settle().await;
        assert_eq!(receiver.took(), first);
        state.pass(TimeDelta::hours(1));
        state.settle().await;
        assert_eq!(receiver.took(), []);
    }

    async fn a_message_that_breaks_its_worker_holds_up_nobody_and_is_tried_again(url) {
        let state = start(&url).await;
        let (receiver, admin) = (Receiver::start().await, state.as_("admin").await);
        let id = state.plane.save_webhook(&admin, webhook(&receiver, &[Topic::HandedOver])).await.unwrap();
        state.crash.arm_panic(CrashPoint::BeforeAct, "deliver");
        state.plane.test_webhook(&admin, &id).await.unwrap();
        state.settle().await;
        assert_eq!(receiver.took(), []);
        state.pass(TimeDelta::minutes(1));
        state.settle().await;
        let took = receiver.took();
        assert!(took.len() == 1 && took[0].1.contains(r#""type":"test""#), "{took:?}");
    }

    async fn a_channel_is_told_who_stands_in_and_not_why(url) {
        let state = start(&url).await;
        let (receiver, admin, lead) = (Receiver::start().await, state.as_("admin").await, state.as_("fraud-lead").await);
        state.plane.save_webhook(&admin, webhook(&receiver, &[Topic::RequestWaiting])).await.unwrap();
        state.settle().await;
        receiver.took();
        let until = (state.plane.now() + TimeDelta::days(3)).date_naive().to_string();
        let away = DelegationInput { delegate: "churn-lead@example.com".into(), until, reason: "In hospital".into() };
        let id = state.plane.delegate_decisions(&lead, away).await.unwrap();
        state.settle().await;
        let told = receiver.took();
        assert!(told.len() == 1 && told[0].1.contains("fraud-lead lets churn-lead decide in their place"), "{told:?}");
        assert!(told[0].1.contains("Until ") && !told[0].1.contains("In hospital"), "{told:?}");
        assert!(inbox(&state, "churn-lead").await.iter().any(|row| row.notice.text.contains("In hospital")));
        state.plane.end_delegation(&lead, &id).await.unwrap();
        state.settle().await;
        let told = receiver.took();
        assert!(told[0].1.contains("churn-lead no longer decides in the place of fraud-lead"), "{told:?}");
    }

    async fn who_is_cut_off_is_told_of_that_and_the_channel_by_name(url) {
        let state = start(&url).await;
        let (receiver, admin) = (Receiver::start().await, state.as_("admin").await);
        state.plane.save_webhook(&admin, webhook(&receiver, &[Topic::AccessChanged])).await.unwrap();
        let cut = RevokeInput {
            person: state.as_("fraud-scientist").await.actor.person.studio_user_id().to_string(),
            reach: "everything".into(),
            reason: "left".into(),
            ..RevokeInput::default()
        };
        let revocation = state.plane.revoke_access(&admin, cut).await.unwrap();
        state.settle().await;
        let took = receiver.took();
        assert!(took.len() == 1 && took[0].1.contains(&format!("/revocations/{revocation}")), "{took:?}");
        assert!(!took[0].1.contains("Your access"), "{took:?}");
        let restored = state.plane.revocation(&admin, &revocation).await.unwrap().version;
        state.plane.restore_access(&admin, &revocation, &restored.to_string()).await.unwrap();
        state.settle().await;
        assert_eq!(topics(&state, "fraud-scientist").await, [Topic::AccessChanged; 2]);
    }

    async fn what_is_never_taken_is_given_up_shown_and_tried_again(url) {
        let state = start(&url).await;
        let (receiver, admin) = (Receiver::start().await, state.as_("admin").await);
        let id = state.plane.save_webhook(&admin, webhook(&receiver, &[Topic::RequestWaiting])).await.unwrap();
        receiver.answers(StatusCode::BAD_GATEWAY);
        state.submit("fraud-scientist", "Studio user profile", "stubborn").await;
        for _ in 0..40 {
            state.settle().await;
            state.pass(TimeDelta::hours(1));
        }
        let tries = receiver.took();
        assert_eq!(tries.len(), 12);
        assert!(tries.iter().all(|(id, _)| id == &tries[0].0));
        state.everybody_signs_in().await;
        let page = state.plane.admin_notifications(&admin, "", None).await.unwrap();
        let dead = &page.dead.items[0];
        assert_eq!((page.dead.items.len(), dead.attempts), (1, 12));
        assert!(dead.problem.as_ref().unwrap().why.contains("502") && dead.to == "Webhook ops");
        assert!(matches!(&page.webhooks[0].last, Some(Err(problem)) if problem.why.contains("502")));
        assert!(!format!("{page:?}").contains("very-secret"));
        for who in ["fraud-scientist", "fraud-lead", "auditor"] {
            let refused = state.plane.retry_delivery(&state.as_(who).await, &dead.id).await;
            assert!(matches!(refused, Err(Error::Denied { .. })), "{who}");
        }
        receiver.answers(StatusCode::OK);
        for _ in 0..2 {
            state.plane.retry_delivery(&admin, &dead.id).await.unwrap();
        }
        state.settle().await;
        assert_eq!(receiver.took().len(), 1);
        // Refused for good: no second try.
        receiver.answers(StatusCode::GONE);
        state.plane.test_webhook(&admin, &id).await.unwrap();
        state.settle().await;
        assert_eq!(receiver.took().len(), 1);
        let dead = state.plane.admin_notifications(&admin, "", None).await.unwrap().dead.items.remove(0);
        for _ in 0..2 {
            state.plane.discard_delivery(&admin, &dead.id).await.unwrap();
        }
        assert!(state.plane.admin_notifications(&admin, "", None).await.unwrap().dead.items.is_empty());
        assert!(state.plane.retry_delivery(&admin, &dead.id).await.is_err());
    }

    async fn a_webhook_that_cannot_be_used_is_refused_at_its_field(url) {
        let state = start(&url).await;
        let (receiver, admin) = (Receiver::start().await, state.as_("admin").await);
        let good = webhook(&receiver, &[Topic::HandedOver]);
        let save = async |input| state.plane.save_webhook(&admin, input).await;
        let one = |field: &str| BTreeSet::from([field.to_owned()]);
        let elsewhere = "https://169.254.169.254/latest".to_owned();
        assert_eq!(fields(save(WebhookInput { url: elsewhere, ..good.clone() }).await), one("url"));
        assert_eq!(fields(save(WebhookInput { secret: "short".into(), ..good.clone() }).await), one("secret"));
        assert_eq!(fields(save(WebhookInput { project: "nowhere".into(), ..good.clone() }).await), one("project"));
        let all = ["name", "kind", "topic", "url"].map(str::to_owned).into();
        assert_eq!(fields(save(WebhookInput::default()).await), all);
        let id = save(good.clone()).await.unwrap();
        assert_eq!(save(good.clone()).await.unwrap(), id, "a second click");
        // Its secrets stay where they are not typed again, and go with no other address.
        let kept = WebhookInput { id: id.to_string(), url: String::new(), secret: String::new(), version: "1".into(), ..good.clone() };
        assert_eq!(fields(save(WebhookInput { kind: "slack".into(), ..kept.clone() }).await), one("url"));
        assert_eq!(fields(save(WebhookInput { secret: SECRET.into(), ..kept.clone() }).await), one("url"));
        // Corrected and sent again from the old page: that is no second click, and nothing of it is lost silently.
        let corrected = WebhookInput { secret: OTHER_SECRET.into(), ..good };
        assert_eq!(fields(save(corrected).await), one("name"));
        save(WebhookInput { state: "off".into(), ..kept.clone() }).await.unwrap();
        assert!(matches!(save(WebhookInput { name: "other".into(), ..kept.clone() }).await, Err(Error::Stale { .. })));
        assert!(matches!(state.plane.test_webhook(&admin, &id).await, Err(Error::Conflict(_))));
        save(WebhookInput { version: "2".into(), ..kept }).await.unwrap();
        state.plane.test_webhook(&admin, &id).await.unwrap();
        state.settle().await;
        assert_eq!(receiver.took().len(), 1);
        state.plane.remove_webhook(&admin, &id).await.unwrap();
        state.plane.remove_webhook(&admin, &id).await.unwrap();
    }

    async fn the_platform_team_is_told_of_what_is_handed_over(url) {
        let state = start(&url).await;
        let id = state.available("over").await.id;
        let scientist = state.as_("fraud-scientist").await;
        let input = HandOverInput { handover_note: "It does not open.".into() };
        state.plane.hand_over_environment(&scientist, &id, input).await.unwrap();
        state.settle().await;
        let told = inbox(&state, "admin").await.remove(0).notice;
        assert_eq!((told.topic, told.text.as_str()), (Topic::HandedOver, "It does not open."));
    }

    async fn a_lease_is_warned_of_a_week_a_day_and_an_hour_before_its_end(url) {
        let state = start(&url).await;
        let id = state.available("ends").await.id;
        let ends_at = state.environment(&id).await.lease_ends_at;
        let titles = async || -> Vec<String> {
            let rows = inbox(&state, "fraud-scientist").await;
            rows.into_iter().filter(|row| row.notice.topic == Topic::LeaseEnding).map(|row| row.notice.title).collect()
        };
        let be_at = async |before: TimeDelta| {
            state.pass(ends_at - before - state.plane.now());
            for _ in 0..2 {
                state.settle().await;
            }
            state.everybody_signs_in().await;
        };
        be_at(TimeDelta::days(8)).await;
        assert!(titles().await.is_empty());
        be_at(TimeDelta::days(7)).await;
        assert_eq!(titles().await, ["The lease of ends ends in 7 days"]);
        be_at(TimeDelta::days(1)).await;
        be_at(TimeDelta::hours(1)).await;
        let all = ["The lease of ends ends in 1 hour", "The lease of ends ends in 1 day", "The lease of ends ends in 7 days"];
        assert_eq!(titles().await, all);
        // Put off: warned of anew. The portal was away for the first of these: the last alone is given.
        let scientist = state.as_("fraud-scientist").await;
        state.plane.extend_lease(&scientist, &id, &ends_at.timestamp_millis().to_string()).await.unwrap();
        let ends_at = state.environment(&id).await.lease_ends_at;
        state.pass(ends_at - TimeDelta::hours(20) - state.plane.now());
        state.settle().await;
        state.everybody_signs_in().await;
        assert_eq!(titles().await[0], "The lease of ends ends in 20 hours");
        assert_eq!(titles().await.len(), 4);
    }
}
