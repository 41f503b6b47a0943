//! Rollouts: how far each update is, what can be done where one stopped, and what a request says that is part of one.

use app::pages;
use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::problem::Problem;
use domain::request::RequestState;
use domain::rollout::{Progress, RolloutState};
use domain::view::*;

use crate::{page, samples};

fn item(name: &str, progress: Progress, undecided: bool) -> RolloutItemRow {
    RolloutItemRow {
        environment: samples::environment_row(name, EnvironmentState::Available),
        request: Some(samples::id("0199bbbb-0000-7000-8000-000000000001")),
        undecided,
        progress,
    }
}

fn failed() -> Progress {
    Progress::Failed { problem: Problem::new("The update <b>failed</b>.", "AWS refused it.", "Try again.") }
}

fn rollout(state: RolloutState) -> RolloutPage {
    RolloutPage {
        id: samples::id("0199cccc-0000-7000-8000-000000000001"),
        by: "Lena <b>Fischer".into(),
        reason: "1.0 <b>ends</b> in March".into(),
        state,
        problem: None,
        trouble: None,
        ended_by: None,
        items: vec![
            item("made", Progress::Done, false),
            item("works", Progress::Updating, false),
            item("asked", Progress::Waiting, true),
            item("next", Progress::Waiting, false),
            item("gone", Progress::PassedOver { why: "The environment is terminated.".into() }, false),
        ],
        hidden: 1,
        created_at: samples::at(0),
        updated_at: samples::at(10),
        as_of: samples::at(20),
        version: 4,
        allowed: Allowed(vec![Action::ManageRollout]),
    }
}

#[test]
fn a_rollout_says_how_far_each_update_is() {
    let text = page("rollout", || pages::rollout::page(rollout(RolloutState::Running)));
    assert!(text.contains("1 of 6 environments updated") && text.contains("1 more is not shown to you."));
    for said in
        ["Updated", "Being updated", "Waits for a decision", "Waits for its turn", "The environment is terminated."]
    {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("1 request waits for its decision.") && text.contains("/api/end_rollout"));
    assert!(!text.contains("/api/continue_rollout") && !text.contains("<b>"));
    let read = RolloutPage { allowed: Allowed::default(), ..rollout(RolloutState::Running) };
    let text = page("rollout-read", || pages::rollout::page(read));
    assert!(!text.contains("/api/end_rollout"));
    let ending =
        RolloutPage { ended_by: Some("Priya".into()), allowed: Allowed::default(), ..rollout(RolloutState::Running) };
    let text = page("rollout-ending", || pages::rollout::page(ending));
    assert!(text.contains("It ends with the update that is being made.") && text.contains("Ended by"));
}

#[test]
fn one_that_stopped_says_why_and_how_to_go_on() {
    let mut it = rollout(RolloutState::Stopped);
    it.items[1].progress = failed();
    it.problem = Some(Problem::new("It stopped at works: The update failed.", "AWS refused it.", "Mend it."));
    let text = page("rollout-stopped", || pages::rollout::page(it.clone()));
    assert!(text.contains("It stopped at works") && text.contains("/api/continue_rollout") && !text.contains("<b>"));
    assert!(text.contains("It waits until the rollout goes on."));
    it.items.truncate(2);
    let text = page("rollout-stopped-at-last", || pages::rollout::page(it));
    assert!(
        !text.contains("/api/continue_rollout") && text.contains("/api/end_rollout"),
        "nothing is left to go on with"
    );
}

#[test]
fn the_list_of_rollouts_leads_to_each_or_says_how_one_is_begun() {
    let row = RolloutRow {
        id: samples::id("0199cccc-0000-7000-8000-000000000001"),
        by: "Lena".into(),
        reason: "1.0 <b>ends</b>".into(),
        project: None,
        state: RolloutState::Finished,
        done: 3,
        all: 4,
        created_at: samples::at(0),
    };
    let rows = Listing { items: vec![row], next: Some("x~y".into()), filtered: false };
    let text = page("rollouts", || pages::rollouts::page(RolloutsPage { rows }, ""));
    assert!(text.contains("3 of 4 updated") && text.contains("Several projects") && !text.contains("<b>"));
    assert!(text.contains("/rollouts?after=x~y"));
    let rows = Listing { items: Vec::new(), next: None, filtered: false };
    let none = page("rollouts-none", || pages::rollouts::page(RolloutsPage { rows }, ""));
    assert!(none.contains("Nothing was rolled out yet.") && none.contains("version=outdated"));
}

#[test]
fn a_request_and_an_environment_say_that_they_wait_in_a_rollout() {
    let request = |progress, state| {
        let rollout = Some(samples::id("0199cccc-0000-7000-8000-000000000001"));
        let update = UpdateOf {
            environment: samples::id("0199aaaa-0000-7000-8000-000000000001"),
            version_name: "v1".into(),
            preview: None,
            rollout: Some(InRollout { rollout, progress }),
        };
        RequestPage { update: Some(update), ..samples::request(state) }
    };
    let open = page("request-rollout", || pages::request::page(request(Progress::Waiting, RequestState::Submitted)));
    assert!(open.contains("It is part of a rollout") && open.contains("when its turn comes in the rollout"));
    let waits =
        page("request-rollout-waits", || pages::request::page(request(Progress::Waiting, RequestState::Approved)));
    assert!(waits.contains("It waits for its turn in a rollout.") && waits.contains("/rollouts/0199cccc"));
    let over = Progress::PassedOver { why: "It was ended.".into() };
    let over = page("request-rollout-over", || pages::request::page(request(over, RequestState::Approved)));
    assert!(over.contains("it was not made") && over.contains("It was ended."));
    let mut it = samples::environment(EnvironmentState::Available);
    it.rolled_out = Some(samples::id("0199bbbb-0000-7000-8000-000000000001"));
    let text = page("environment-rolled-out", || pages::environment::page(it, false));
    assert!(text.contains("An update of it waits for its turn in a rollout."));
}
