//! Changes of service control policies that were decided upon.

use app::pages::organization as pages;
use domain::operation::OperationKind;
use domain::organization::{ChangeState, DiffLine, PolicyChange};
use domain::problem::Problem;
use domain::view::*;

use crate::{page, samples};

fn change() -> PolicyChange {
    PolicyChange::Edit {
        policy: "p-vpc".into(),
        name: "require-<b>vpc".into(),
        description: String::new(),
        content: "</textarea><script>".into(),
    }
}

fn step(label: &str, status: StepStatus) -> StepView {
    StepView { label: label.into(), status, started_at: Some(samples::at(0)), finished_at: None, detail: Vec::new() }
}

fn applied(state: ChangeState) -> PolicyChangeView {
    let failed = state == ChangeState::Failed;
    PolicyChangeView::Applied(Box::new(AppliedChangePage {
        id: samples::id("0199dddd-0000-7000-8000-000000000001"),
        change: change(),
        policy_name: "require-<b>vpc".into(),
        node_name: None,
        policy: (!failed).then(|| PolicyRef { id: "p-vpc".into(), name: "require-<b>vpc".into() }),
        node: None,
        diff: vec![DiffLine::Removed("old".into()), DiffLine::Added("<script>new".into())],
        by: "Ada <i>Admin".into(),
        state,
        operation: Some(OperationView {
            kind: OperationKind::ChangePolicy,
            steps: vec![
                step("Check that all is as it was decided upon", StepStatus::Done),
                step("Change it in AWS Organizations", if failed { StepStatus::Failed } else { StepStatus::Running }),
                step("Read it back", StepStatus::Waiting),
            ],
            started_at: samples::at(0),
            finished_at: None,
            typical_seconds: None,
            trouble: None,
            next_run_at: None,
        }),
        problem: failed.then(|| Problem::new("AWS refused.", "no (AccessDenied)", "Look at roles.md.")),
        created_at: samples::at(0),
        updated_at: samples::at(1),
        as_of: samples::at(2),
        undo: (state == ChangeState::Applied).then(|| change().into()),
        can_retry: failed,
    }))
}

#[test]
fn v1_2_1_a_change_in_every_state() {
    for state in ChangeState::ALL {
        let text = page(&format!("policy-change-{state}"), || pages::change(applied(state)));
        assert!(!text.contains("<b>vpc") && !text.contains("<script>new") && !text.contains("<i>Admin"), "{state}");
        assert!(!text.contains("\"</textarea>"), "a document in a field stays there");
        assert!(text.contains("Edit require-&lt;b&gt;vpc") && text.contains("Read it back"));
        assert_eq!(text.contains("Take back ..."), state == ChangeState::Applied);
        assert_eq!(text.contains("/api/retry_policy_change"), state == ChangeState::Failed);
        assert_eq!(text.contains("Refresh"), state == ChangeState::Applying);
        assert_eq!(text.contains("which is no longer there"), state == ChangeState::Failed);
    }
}

#[test]
fn changes_are_listed() {
    let row = |state| PolicyChangeRow {
        id: samples::id("0199dddd-0000-7000-8000-000000000001"),
        change: PolicyChange::Attach { policy: "p-vpc".into(), node: "ou-1".into() },
        policy_name: "require-vpc".into(),
        node_name: Some("Workloads_Dev".into()),
        by: "Ada Admin".into(),
        state,
        created_at: samples::at(0),
    };
    let listing = |items, next: Option<&str>| PolicyChangesPage {
        rows: Listing { items, next: next.map(str::to_owned), filtered: false },
    };
    let text = page("policy-changes", || {
        pages::changes(listing(ChangeState::ALL.into_iter().map(row).collect(), Some("7~x")), "9~y")
    });
    assert!(text.contains("Attach require-vpc to Workloads_Dev") && text.contains("Being applied"));
    assert!(text.contains("/organization/changes?after=7~x"));
    let none = page("policy-changes-none", || pages::changes(listing(Vec::new(), None), ""));
    assert!(none.contains("No policy was changed here yet."));
}
