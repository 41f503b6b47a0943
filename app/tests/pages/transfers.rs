//! That an environment is being given to somebody else, and the form for it.

use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::problem::FieldError;
use domain::view::*;

use app::pages;

use crate::page;
use crate::samples;

fn shown(name: &str, state: EnvironmentState, change: impl FnOnce(&mut EnvironmentPage)) -> String {
    let mut it = samples::environment(state);
    change(&mut it);
    page(name, move || pages::environment::page(it, false))
}

fn transfer(at_work: bool) -> TransferView {
    TransferView { to: "Lena <Lead>".into(), reason: "Fiona left.\n<b>Now</b>".into(), at_work }
}

#[test]
fn the_form_says_what_it_means_and_keeps_what_was_typed() {
    let text = shown("environment-transfer", EnvironmentState::Available, |it| {
        it.next_owners = vec!["lena@example.com".into(), "a\"><b>@example.com".into()];
    });
    assert!(text.contains("action=\"/api/transfer_environment\"") && text.contains("name=\"version\""));
    assert!(text.contains("<option value=\"lena@example.com\"") && !text.contains("\"><b>@"), "proposals are escaped");
    assert!(text.contains("What runs in it ends first") && text.contains("reads and changes all files"));
    let nothing_to_open = shown("environment-transfer-plain", EnvironmentState::Available, |it| it.launch = None);
    assert!(nothing_to_open.contains("stays as it is") && !nothing_to_open.contains("changes all files"));
    let text = shown("environment-transfer-wrong", EnvironmentState::Available, |it| {
        it.form.errors = vec![FieldError { field: "transfer_to".into(), message: "It is theirs already.".into() }];
        it.form.values = [("transfer_to", "fiona@example.com"), ("transfer_reason", "She left")]
            .map(|(k, v)| (k.into(), v.into()))
            .into();
    });
    assert!(text.contains("It is theirs already.") && text.contains("value=\"fiona@example.com\""));
    assert!(text.contains("She left") && text.contains("href=\"#field-transfer-to\""));
    let section = &text[text.find("id=\"transfer\"").unwrap()..];
    let details = &section[section.find("<details").unwrap()..];
    assert!(details[..details.find('>').unwrap()].contains("open"), "what is wrong is not folded away");
}

#[test]
fn who_may_not_give_it_away_sees_no_form() {
    let text = shown("environment-no-transfer", EnvironmentState::Available, |it| {
        it.allowed = Allowed(vec![Action::ViewEnvironment, Action::LaunchEnvironment]);
    });
    assert!(!text.contains("/api/transfer_environment") && !text.contains("Another owner"));
}

#[test]
fn what_changes_hands_says_so_and_one_that_failed_says_what_can_be_done() {
    let at_work = shown("environment-changing-hands", EnvironmentState::Updating, |it| {
        it.transfer = Some(transfer(true));
    });
    assert!(
        at_work.contains("It is being given to Lena &lt;Lead&gt;.")
            && at_work.contains("Until that is done nobody opens")
    );
    assert!(at_work.contains("&lt;b&gt;Now") && !at_work.contains("<b>Now"));
    let failed =
        shown("environment-transfer-failed", EnvironmentState::Tainted, |it| it.transfer = Some(transfer(false)));
    assert!(failed.contains("It was to be given to Lena &lt;Lead&gt;, which failed."));
    assert!(failed.contains("or back to Fiona Scientist"), "whoever may transfer is told how");
    let section = &failed[failed.find("id=\"transfer\"").unwrap()..];
    let details = &section[section.find("<details").unwrap()..];
    assert!(details[..details.find('>').unwrap()].contains("open"));
    let owner = shown("environment-transfer-failed-owner", EnvironmentState::Tainted, |it| {
        it.transfer = Some(transfer(false));
        it.allowed = Allowed(vec![Action::ViewEnvironment]);
    });
    assert!(owner.contains("A lead of the project can do that.") && !owner.contains("/api/transfer_environment"));
}

#[test]
fn whoever_can_mend_it_is_told_that_the_owner_left() {
    let why = "None of their groups has a part in <b>fraud-detection any more.";
    let text = shown("environment-owner-left", EnvironmentState::Available, |it| it.owner_left = Some(why.into()));
    assert!(text.contains("Fiona Scientist is no longer here.") && text.contains("href=\"#transfer\""));
    assert!(text.contains("&lt;b&gt;fraud-detection") && !text.contains("<b>fraud-detection"));
    let owner = shown("environment-owner-left-owner", EnvironmentState::Available, |it| {
        it.allowed = Allowed(vec![Action::ViewEnvironment]);
    });
    let given = shown("environment-owner-left-given", EnvironmentState::Updating, |it| {
        it.owner_left = Some(why.into());
        it.transfer = Some(transfer(true));
    });
    for text in [owner, given] {
        assert!(!text.contains("is no longer here"));
    }
}

#[test]
fn what_was_given_says_whose_name_it_has_in_aws() {
    let text = shown("environment-given", EnvironmentState::Available, |it| it.named_after = Some("fiona-1a2b".into()));
    assert!(text.contains("Named in AWS after") && text.contains("fiona-1a2b"));
    assert!(!shown("environment-own", EnvironmentState::Available, |_| {}).contains("Named in AWS after"));
}
