//! Forms as browsers send them: what does not go through comes back with everything that was typed, and what was sent twice
//! was done once.

use axum::body::Body;
use control_plane::ControlPlane;
use domain::draft::MAX_BYTES;
use http::header;

use crate::browser::{Answer, Browser};
use crate::state::{FRAUD_DEV, State};

/// What a person types into the form of a product.
async fn typed(state: &State, product: &str, name: &str) -> Vec<(String, String)> {
    let input = state.input(product, FRAUD_DEV, name).await;
    let own = [
        ("product", input.product),
        ("artifact", input.artifact),
        ("target", input.target),
        ("name", input.name),
        ("justification", input.justification),
        ("lease_days", input.lease_days),
        ("form_token", input.form_token),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value)).into_iter();
    let parameters = input.parameters.into_iter().map(|(key, value)| (format!("param[{key}]"), value));
    let tags = input.tags.into_iter().map(|(key, value)| (format!("tag[{key}]"), value));
    own.chain(parameters).chain(tags).collect()
}

fn with(mut fields: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

async fn submit(browser: &mut Browser, fields: &[(String, String)]) -> Answer {
    post(browser, "/api/submit_request", fields).await
}

async fn post(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields).await
}

/// The draft that an answer leads to or links to.
async fn drafted(plane: &ControlPlane, caller: &control_plane::Caller, text: &str) -> domain::draft::Draft {
    let id: String =
        text.split_once("draft=").unwrap().1.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    plane.draft(caller, &id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_request_form_is_one_form_and_says_what_it_was_drawn_for() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let product = state.product("Studio environment").await;
    let page = browser.get(&format!("/catalog/{product}/request")).await.text();
    let form = page.split_once(r#"action="/api/submit_request""#).unwrap().1.split_once("</form>").unwrap().0;
    for field in ["artifact", "target", "name", "justification", "drawn_for", "form_token"] {
        assert!(form.contains(&format!(r#"name="{field}""#)), "{field} stands in another form");
    }
    // The Enter key presses the first button: it submits, and does not draw the form anew.
    let first = form.split_once("<button").unwrap().1.split_once('>').unwrap().0;
    assert!(!first.contains("formaction"), "{first}");
    assert!(form.contains(r#"formaction="/api/show_request_form""#));
    assert!(!page.contains("to be terminated after that"), "no termination is promised that nothing performs");
}

#[tokio::test]
async fn another_account_is_shown_with_what_was_typed() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let fields = with(typed(&state, "Studio environment", "typed so far").await, "justification", "typed at length");
    let answer = post(&mut browser, "/api/show_request_form", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = browser.get(answer.location()).await;
    assert!(page.has(r#"value="typed so far""#) && page.has("typed at length"), "{}", page.text());
    assert!(!page.has("This was not sent yet"), "nothing is wrong");
}

#[tokio::test]
async fn a_form_that_may_not_be_sent_is_kept_all_the_same() {
    let state = State::start().await;
    let mut scientist = state.signed_in("fraud-scientist").await;
    let fields = typed(&state, "Studio environment", "typed-name").await;
    let mut auditor = state.signed_in("auditor").await;
    let answer = submit(&mut auditor, &fields).await;
    assert_eq!(answer.status, 403);
    assert!(answer.has("What you typed is kept for a day"), "{}", answer.text());
    let draft = drafted(state.plane(), &state.as_("auditor").await, &answer.text()).await;
    assert_eq!(draft.fields["name"], "typed-name");

    let answer = submit(&mut scientist, &with(fields, "product", "prod-none")).await;
    assert_eq!(answer.status, 404);
    // What is gone has no page that a draft could open on: the answer holds what was typed.
    assert!(answer.has(r#"value="typed-name""#) && answer.has("copy from here what is still of use"));
    assert!(!answer.has("draft="), "{}", answer.text());
}

#[tokio::test]
async fn a_form_that_no_draft_can_hold_comes_back_in_the_page_with_what_is_wrong() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let long = "x".repeat(MAX_BYTES + 1);
    let fields = with(typed(&state, "Studio environment", "not a name!").await, "justification", &long);
    let answer = submit(&mut browser, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.has("The form is too large to be kept.") && answer.has("Send again"));
    assert!(answer.has(&long) && answer.has(r#"value="not a name!""#), "what was typed is in the page");
    assert!(answer.has(r#"id="field-name-error""#), "and what is wrong with it at its field");
}

#[tokio::test]
async fn a_decision_that_no_draft_can_hold_can_be_sent_again() {
    let state = State::start().await;
    state.signed_in("fraud-scientist").await;
    let id = state.waiting_request("decided").await;
    let mut lead = state.signed_in("fraud-lead").await;
    let long = "x".repeat(MAX_BYTES + 1);
    let fields = [("id", id.as_str()), ("version", "1"), ("decision", "deny"), ("comment", long.as_str())];
    let answer = lead.post("/api/decide_request", &fields).await;
    assert!(answer.status == 422 && answer.has("Send again"), "{}", answer.text());
    for (name, value) in [("id", id.as_str()), ("version", "1"), ("decision", "deny")] {
        assert!(answer.has(&format!(r#"type="hidden" name="{name}" value="{value}""#)), "{name}");
    }
}

#[tokio::test]
async fn too_many_drafts_do_not_hide_what_is_wrong() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let fields = typed(&state, "Studio environment", "not a name!").await;
    for _ in 0..60 {
        assert_eq!(submit(&mut browser, &fields).await.status, 303);
    }
    let answer = submit(&mut browser, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.has("Too many unfinished forms") && answer.has(r#"id="field-name-error""#), "{}", answer.text());
    assert!(answer.has(r#"value="not a name!""#));
    // Where only a draft is asked for, there is nothing but the page.
    let answer = post(&mut browser, "/api/show_request_form", &fields).await;
    assert!(answer.status == 429 && answer.has(r#"action="/api/show_request_form""#), "{}", answer.text());
    assert!(answer.has(r#"value="not a name!""#));
    // The page is a form: mended, it goes through.
    let sent = submit(&mut browser, &with(fields, "name", "a-name")).await;
    assert!(sent.status == 303 && sent.location().starts_with("/requests/"), "{} {}", sent.status, sent.text());
}

#[tokio::test]
async fn a_sign_out_finds_the_form_again_without_a_referrer() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let fields = typed(&state, "Studio environment", "typed-name").await;
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    browser.post("/auth/logout", &[]).await;
    let request = browser
        .request("POST", "/api/submit_request")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    let answer = browser.send(request).await;
    assert!(answer.location().starts_with("/auth/login?return_to=/catalog/"), "{}", answer.location());
    let login = browser.get(answer.location()).await;
    let callback = browser.choose(login.location(), "fraud-scientist").await;
    let back = browser.get(&callback).await;
    let page = browser.get(back.location()).await;
    assert!(page.has(r#"value="typed-name""#), "{}", page.text());
}

#[tokio::test]
async fn control_characters_are_told_at_their_field_and_reach_no_database() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let fields = with(typed(&state, "Studio environment", "typed-name").await, "justification", "for\0 the model");
    let answer = submit(&mut browser, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = browser.get(answer.location().split('#').next().unwrap()).await;
    assert!(page.has(r#"id="field-justification-error""#) && page.has("U+0000"), "{}", page.text());
    assert!(page.has("for the model") && page.has(r#"value="typed-name""#));
    assert_eq!(state.requests_of("fraud-scientist").await, 0);

    let answer = browser.post("/api/withdraw_request", &[("id", "a\0b"), ("version", "1")]).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    for address in ["/requests?q=a%00b", "/requests/%00", "/catalog/prod%00/request?draft=%00"] {
        assert_eq!(browser.get(address).await.status, 400, "{address}");
    }
}

#[tokio::test]
async fn what_was_sent_twice_was_done_once() {
    let state = State::start().await;
    let mut scientist = state.signed_in("fraud-scientist").await;
    let fields = typed(&state, "Studio user profile", "twice").await;
    let (one, two) = (submit(&mut scientist, &fields).await, submit(&mut scientist, &fields).await);
    assert_eq!((one.status, one.location()), (303, two.location()));
    assert_eq!(state.requests_of("fraud-scientist").await, 1);
    let id = one.location().rsplit('/').next().unwrap().to_owned();

    let mut lead = state.signed_in("fraud-lead").await;
    for _ in 0..2 {
        let approval = [("id", id.as_str()), ("version", "1"), ("decision", "approve"), ("comment", "Fine")];
        let answer = lead.post("/api/decide_request", &approval).await;
        assert_eq!((answer.status, answer.location()), (303, one.location()), "{}", answer.text());
    }
    assert_eq!(state.audited("approve_request").await.len(), 1);

    let mut admin = state.signed_in("admin").await;
    let group = [("group", "more-members"), ("grant", "member"), ("project", "churn-prediction")];
    for _ in 0..2 {
        let answer = admin.post("/api/add_group_mapping", &group).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/mappings"));
    }
    let mappings = state.plane().admin_mappings(&state.as_("admin").await, None).await.unwrap().mappings;
    let added: Vec<_> = mappings.iter().filter(|mapping| mapping.group == "more-members").collect();
    assert_eq!(added.len(), 1);
    for _ in 0..2 {
        let answer = admin.post("/api/remove_group_mapping", &[("id", added[0].id.as_str())]).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/mappings"), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_admins_form_that_was_overtaken_comes_back_with_what_was_typed_and_the_version_that_is_there() {
    let state = State::start().await;
    state.signed_in("fraud-scientist").await;
    let mut admin = state.signed_in("admin").await;
    let product = state.product("Studio environment").await.to_string();
    let page = admin.get(&format!("/admin/products/{product}")).await.text();
    let edit = page.split_once("?edit=").unwrap().1.split_once("#access").unwrap().0.to_owned();
    let page = admin.get(&format!("/admin/products/{product}?edit={edit}")).await.text();
    let form = page.split_once(r#"action="/api/save_product_access""#).unwrap().1.split_once("</form>").unwrap().0;
    let value = |name: &str| {
        let field = form.split_once(&format!(r#"name="{name}" value=""#)).unwrap().1;
        field.split_once('"').unwrap().0.to_owned()
    };
    let (project, of_stage) = (value("project"), value("stage"));
    assert_eq!(value("version"), "1");
    let mut save = async |days: &str, version: &str| {
        let fields = [
            ("form", "access"),
            ("product", &product),
            ("project", &project),
            ("stage", &of_stage),
            ("who_1", "lead"),
            ("people_1", "1"),
            ("max_lease_days", days),
            ("version", version),
        ];
        admin.post("/api/save_product_access", &fields).await.location().to_owned()
    };
    assert_eq!(save("30", "1").await, format!("/admin/products/{product}"));
    let back = save("20", "1").await;
    assert!(back.contains("draft="), "{back}");
    assert_eq!(save("20", "2").await, format!("/admin/products/{product}"));
    let told = admin.get(back.split('#').next().unwrap()).await.text();
    assert!(told.contains("changed while you looked at it") && told.contains(r#"name="version" value="3""#), "{told}");
    assert!(told.contains(r#"name="max_lease_days" type="text" value="20""#));
}

#[tokio::test]
async fn what_is_ticked_comes_by_e_mail_and_what_is_not_does_not() {
    let state = State::start().await;
    let mut browser = state.signed_in("fraud-scientist").await;
    let answer = browser.post("/api/save_notification_choices", &[("topic[environment_ready]", "yes")]).await;
    assert_eq!((answer.status, answer.location()), (303, "/inbox"));
    let inbox = state.plane().inbox(&state.as_("fraud-scientist").await, "").await.unwrap();
    let by_email: Vec<&str> =
        inbox.choices.iter().filter(|(_, email)| *email).map(|(topic, _)| topic.as_str()).collect();
    assert_eq!(by_email, ["environment_ready"]);
}
