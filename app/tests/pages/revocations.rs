use app::pages;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::problem::{FieldError, Problem};
use domain::revocation::{Part, RevocationState};
use domain::view::*;

use crate::{page, samples};

fn revocation(state: RevocationState) -> RevocationPage {
    let failed =
        Part::Failed { problem: Problem::new("AWS did not allow it.", "no (AccessDenied)", "Look at roles.md.") };
    RevocationPage {
        id: samples::id("0199cccc-0000-7000-8000-000000000001"),
        person: "<b>Fiona".into(),
        reach: "the environment fiona-studio".into(),
        reason: "A laptop was stolen <script>".into(),
        by: "Frank Lead".into(),
        by_admin: false,
        state,
        problem: (state == RevocationState::Revoking)
            .then(|| Problem::new("Not everything could be cut off in AWS.", "no (AccessDenied)", "Try again.")),
        trouble: None,
        targets: vec![RevokedEnvironment {
            id: samples::id("0199aaaa-0000-7000-8000-000000000001"),
            name: "fiona-studio".into(),
            account_name: "fraud-detection-dev".into(),
            launcher: Part::done("An open page stops at its next request."),
            execution: failed,
            running: Part::Pending,
        }],
        created_at: samples::at(0),
        restored_by: None,
        updated_at: samples::at(1),
        as_of: samples::at(2),
        version: 3,
        can_retry: state == RevocationState::Revoking,
        allowed: Allowed(vec![Action::RevokeAccess, Action::RestoreAccess]),
    }
}

#[test]
fn v1_2_1_a_revocation_in_every_state() {
    for state in RevocationState::ALL {
        let text = page(&format!("revocation-{state}"), || pages::revocation::page(revocation(state)));
        assert!(
            !text.contains("<b>Fiona") && !text.contains("<script>\u{ac}") && text.contains("stolen &lt;script&gt;"),
            "{state}"
        );
        assert!(text.contains("An open page stops at its next request.") && text.contains("Not done"));
        assert_eq!(
            text.contains("Try again"),
            state == RevocationState::Revoking || text.contains("Try again."),
            "{state}"
        );
    }
    let read = page("revocation-read", || {
        pages::revocation::page(RevocationPage { allowed: Allowed::default(), ..revocation(RevocationState::Revoked) })
    });
    assert!(!read.contains("/api/restore_access") && !read.contains("/api/retry_revocation"));
}

#[test]
fn the_form_chooses_nothing_and_keeps_what_was_typed() {
    let form = FormState {
        values: [("reason".to_owned(), "typed & kept".to_owned())].into(),
        errors: vec![FieldError::new("reach", "Choose how far it reaches.")],
    };
    let reach =
        |value: &str| ReachChoice { value: value.into(), label: value.into(), describes: "What it meets.".into() };
    let text = page("revoke", || {
        pages::revoke::page(RevokePage {
            person: "Fiona".into(),
            person_id: samples::person().studio_user_id(),
            environment: Some((samples::id("0199aaaa-0000-7000-8000-000000000001"), "fiona-studio".into())),
            reaches: vec![reach("environment"), reach("everything")],
            in_force: vec![(samples::id("0199cccc-0000-7000-8000-000000000001"), "everything in churn".into())],
            form,
        })
    });
    assert!(text.contains("typed &amp; kept") && text.contains("Choose how far it reaches."));
    assert!(!text.contains(" checked"), "nothing is chosen for anybody");
    assert!(text.contains("href=\"/revocations/0199cccc"));
}

#[test]
fn the_environment_says_that_it_is_revoked_and_the_owner_does_not_read_why() {
    let environment = |revoked| EnvironmentPage {
        revoked,
        may_revoke: false,
        allowed: Allowed::default(),
        ..samples::environment(EnvironmentState::Available)
    };
    let owner = page("environment-revoked", || pages::environment::page(environment(Some(vec![])), false));
    assert!(owner.contains("Access to this environment is revoked.") && !owner.contains("/revocations/"));
    let id = samples::id("0199cccc-0000-7000-8000-000000000001");
    let lead = page("environment-revoked-lead", || pages::environment::page(environment(Some(vec![id])), false));
    assert!(lead.contains("/revocations/0199cccc"));
    let not = page("environment-not-revoked", || pages::environment::page(environment(None), false));
    assert!(!not.contains("is revoked"));
}

#[test]
fn the_list_says_what_still_holds() {
    let rows = RevocationState::ALL.map(|state| RevocationRow {
        id: samples::id("0199cccc-0000-7000-8000-000000000001"),
        person: "Fiona".into(),
        reach: "everything".into(),
        by: "Adam Admin".into(),
        state,
        has_problem: state == RevocationState::Revoking,
        created_at: samples::at(0),
    });
    let list = |items, next: Option<String>| RevocationsPage { rows: Listing { items, next, filtered: false } };
    let text = page("revocations", || pages::revocations::page(list(rows.to_vec(), Some("1~a".into())), ""));
    assert!(text.contains("Not all done") && text.contains("/revocations?after=1~a"));
    let none = page("revocations-none", || pages::revocations::page(list(Vec::new(), None), ""));
    assert!(none.contains("Nobody was ever cut off."));
}
