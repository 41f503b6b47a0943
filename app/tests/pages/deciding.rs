//! What stands between a request and its decision: questions, and many decided together.

use app::pages;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::problem::{FieldError, Problem};
use domain::question::MessageKind;
use domain::request::RequestState;
use domain::view::*;

use crate::{page, samples};

#[test]
fn what_is_asked_back_stands_with_whom_it_waits_for() {
    let message =
        |kind, by: &str, text: &str| MessageRow { kind, by: by.into(), at: samples::at(-10), text: text.into() };
    let asked = vec![
        message(MessageKind::Question, "Frank Lead", "Which data?"),
        message(MessageKind::Answer, "Fiona Scientist", "March."),
        message(MessageKind::Question, "Frank Lead", "All of\nMarch?"),
    ];
    let request = |actions: &[Action]| RequestPage {
        messages: asked.clone(),
        allowed: Allowed(actions.to_vec()),
        ..samples::request(RequestState::Submitted)
    };
    let mine = page("request-asked", || pages::request::page(request(&[Action::AnswerRequest])));
    assert!(mine.contains("Frank Lead asks you something before this is decided."));
    assert!(mine.contains("/api/answer_request") && !mine.contains("/api/question_request"));
    let lead =
        page("request-asks", || pages::request::page(request(&[Action::DecideRequest, Action::QuestionRequest])));
    assert!(lead.contains("/api/question_request") && !lead.contains("/api/answer_request"));
    assert!(!lead.contains("asks you something"));
    let reader = page("request-asked-reader", || pages::request::page(request(&[])));
    assert!(reader.contains("All of\nMarch?") && !reader.contains("/api/answer_request"));
}

#[test]
fn delegations_are_given_ended_and_told_apart() {
    let row = |who: &str| DelegationRow {
        id: samples::id("d1"),
        who: who.into(),
        reason: "On <b>leave</b>".into(),
        until: samples::at(600),
    };
    let sample = || DelegationsPage {
        given: vec![row("Lea Lead")],
        received: vec![row("Olga Owner")],
        decides: true,
        last_day: samples::at(60 * 24 * 30),
        form: FormState::default(),
    };
    let text = page("delegations", || pages::delegations::page(sample()));
    assert_eq!(text.matches("/api/end_delegation").count(), 1, "one's own alone");
    assert!(text.contains("/api/delegate_decisions") && !text.contains("<b>leave"));
    let wrong = page("delegations-wrong", || {
        let mut page = sample();
        page.form.errors.push(FieldError::new("delegate", "Nobody delegates to themselves."));
        page.form.values.insert("delegate".into(), "me@example.com".into());
        pages::delegations::page(page)
    });
    assert!(wrong.contains("Nobody delegates to themselves.") && wrong.contains("me@example.com"));
    let none = page("delegations-none", || {
        pages::delegations::page(DelegationsPage { given: vec![], received: vec![], decides: false, ..sample() })
    });
    assert!(none.contains("Nobody decides in your place.") && !none.contains("/api/delegate_decisions"));
}

#[test]
fn requests_are_decided_together_with_one_reason_or_one_each() {
    let row = |n: u32, hindrance| DecideRow {
        request: RequestRow {
            id: samples::id(&format!("r{n}")),
            ..samples::request_row(&format!("notebook-{n}"), RequestState::Submitted)
        },
        version_name: "v2".into(),
        account: "601000000002".parse().unwrap(),
        account_name: "Fraud dev".into(),
        region: "eu-central-1".parse().unwrap(),
        lease_days: 30,
        update: None,
        extension: None,
        steps: "a team lead, then an admin".into(),
        hindrance,
        running: 1,
        version: 3,
    };
    let gone = Problem::new("The version is gone.", "An admin took it back.", "Deny it with that reason.");
    let many = || DecideManyPage {
        open: vec![row(1, None), row(2, Some(gone.clone()))],
        others: vec![samples::request_row("late", RequestState::Approved)],
        form: FormState::default(),
    };
    let text = page("decide-together", || pages::decide_many::page(many()));
    assert!(text.contains("value=\"r1:3,r2:3\"") && text.contains("name=\"reason[of-r2]\""));
    assert!(text.contains("1 request cannot be approved now.") && text.contains("Chosen too"));
    let wrong = page("decide-together-wrong", || {
        let mut page = many();
        page.form.errors.push(FieldError::new("reason[of-r1]", "It changed since this page was loaded."));
        page.form.values.insert("comment".into(), "As agreed".into());
        pages::decide_many::page(page)
    });
    assert!(wrong.contains("It changed since this page was loaded.") && wrong.contains("As agreed"));
    let none = page("decide-together-none", || pages::decide_many::page(DecideManyPage { open: Vec::new(), ..many() }));
    assert!(none.contains("None of these waits for your decision.") && !none.contains("/api/decide_requests"));
    let nothing = page("decide-together-nothing", || {
        pages::decide_many::page(DecideManyPage { open: Vec::new(), others: Vec::new(), ..many() })
    });
    assert!(nothing.contains("No request was chosen.") && !nothing.contains("0 requests"));
    assert!(!wrong.contains("of-r1:"), "nobody reads ids");
}

#[test]
fn more_time_is_asked_for_and_shown_to_whoever_decides() {
    let in_state = |state| {
        let extension = ExtensionOf {
            environment: samples::id("0199aaaa-0000-7000-8000-000000000001"),
            ends_at: samples::at(60),
            would_end_at: samples::at(60 * 24 * 200),
        };
        pages::request::page(RequestPage { extension: Some(extension), ..samples::request(state) })
    };
    let asked = page("request-extension", || in_state(RequestState::Submitted));
    assert!(asked.contains("More time for an environment") && !asked.contains("What it creates"));
    assert!(asked.contains("After an approval now"));
    let decided = page("request-extension-denied", || in_state(RequestState::Denied));
    assert!(decided.contains("Its lease ends") && !decided.contains("After an approval now"));
    assert!(asked.contains("After an approval the lease ends later at once."));
    let form = page("environment-more-time", || {
        let mut it = samples::environment(EnvironmentState::Available);
        it.form.errors.push(FieldError::new("extension_days", "A whole number of days from 1 to 365."));
        it.form.values.insert("extension_reason".into(), "One more run".into());
        pages::environment::page(it, false)
    });
    assert!(form.contains("/api/request_extension") && form.contains("One more run"));
    assert!(
        form.contains("It has to be approved by a team lead.")
            && form.contains("A whole number of days from 1 to 365.")
    );
}

#[test]
fn approvals() {
    let text = page("approvals", || {
        pages::approvals::page(
            ApprovalsPage {
                waiting: Listing {
                    items: vec![
                        samples::request_row("a", RequestState::Submitted),
                        samples::request_row("b", RequestState::Submitted),
                    ],
                    next: None,
                    filtered: false,
                },
                decided: vec![samples::request_row("c", RequestState::Denied)],
            },
            "",
            &Shell { waiting_for_me: 2, ..samples::shell() },
        )
    });
    assert!(text.contains("2 requests wait for your decision"));
}

#[test]
fn what_was_typed_is_not_lost_where_its_field_is_gone() {
    let typed = |name: &str, text: &str| [(name.to_owned(), text.to_owned())].into();
    for (name, label) in [("comment", "Comment"), ("question", "Your question"), ("answer", "Your answer")] {
        let late = page("request-late", || {
            let mut it = samples::request(RequestState::Closed);
            it.form.values = typed(name, "I wanted to say <b>this");
            pages::request::page(it)
        });
        assert!(late.contains("What you typed, which was not sent") && late.contains(label), "{name}");
        assert!(
            late.contains("I wanted to say &lt;b>this") || late.contains("I wanted to say &lt;b&gt;this"),
            "{name}"
        );
    }
    let open = page("request-open", || {
        let mut it = samples::request(RequestState::Submitted);
        it.form.values = typed("comment", "still there");
        pages::request::page(it)
    });
    assert!(!open.contains("which was not sent"), "the field itself has it");
}
