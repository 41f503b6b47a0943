//! The page of the blueprint.

use app::pages::organization as pages;
use domain::guardrail::Finding;
use domain::organization::{ChangeState, OrganizationState, diff};
use domain::problem::{FieldError, Problem};
use domain::view::*;

use crate::page;
use crate::samples::{at, everything};

fn plan() -> BlueprintPlanView {
    let step = |says: &str, loosens, difference| BlueprintStepView {
        says: says.into(),
        loosens,
        difference,
        findings: vec![Finding { line: 3, column: 9, message: "AWS has no <b>service".into() }],
    };
    BlueprintPlanView {
        steps: vec![
            step("Make the policy no-leaving", false, diff("", "{\n  \"Version\": \"2012-10-17\"\n}")),
            step("Make the organizational unit <b>Research", false, Vec::new()),
            step("Detach old from Research", true, Vec::new()),
        ],
        stays: vec!["the organizational unit Experiments".into()],
        notices: vec!["The account fraud-dev is in Prod, for Prod.".into()],
        fingerprint: "f00".into(),
        ..BlueprintPlanView::default()
    }
}

fn blueprint(allowed: Allowed) -> BlueprintPage {
    BlueprintPage {
        last: Some(LastBlueprint {
            by: "Priya".into(),
            at: at(-60),
            state: ChangeState::Applied,
            problem: None,
            made: vec!["Make the organizational unit Research".into()],
            steps: 1,
            trouble: None,
            as_of: at(0),
        }),
        plan: Some(plan()),
        text: "[[unit]]\npath = \"Research\"\n".into(),
        entered: false,
        shipped: "# The pattern\n".into(),
        state: OrganizationState::default(),
        allowed,
        form: FormState::default(),
    }
}

#[test]
fn what_is_other_than_described_is_shown_and_applied_as_it_was_seen() {
    let text = page("blueprint", || pages::blueprint(blueprint(everything())));
    for said in
        ["What is other than the blueprint says", "&lt;b&gt;Research", "May allow more", "One thing stays as it is"]
    {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("3 steps") && text.contains("Somebody should look at this"));
    assert!(text.contains(r#"name="seen" value="f00""#) && text.contains("/api/apply_blueprint"));
    let reads = page("blueprint-read", || pages::blueprint(blueprint(Allowed::default())));
    assert!(!reads.contains("/api/") && reads.contains("Make the policy no-leaving"));
    let applying = page("blueprint-applying", || {
        let mut it = blueprint(everything());
        let last = it.last.as_mut().unwrap();
        (last.state, last.steps) = (ChangeState::Applying, 3);
        last.trouble = Some(Problem::new("AWS is busy.", "It throttles.", "Wait."));
        pages::blueprint(it)
    });
    assert!(applying.contains("1 of 3 steps") && applying.contains("The portal tries again by itself."));
    assert!(!applying.contains("/api/apply_blueprint"), "one at a time");
    let failed = page("blueprint-failed", || {
        let mut it = blueprint(everything());
        let last = it.last.as_mut().unwrap();
        last.state = ChangeState::Failed;
        last.problem = Some(Problem::new("The organization is no longer as it was.", "Why", "Look again."));
        pages::blueprint(it)
    });
    assert!(failed.contains("no longer as it was") && failed.contains("/api/apply_blueprint"));
}

#[test]
fn one_that_is_none_yet_wrong_or_done_says_so() {
    let none = page("blueprint-none", || {
        pages::blueprint(BlueprintPage { last: None, plan: None, text: String::new(), ..blueprint(everything()) })
    });
    assert!(none.contains("No blueprint was applied yet.") && none.contains("# The pattern"));
    let entered = page("blueprint-entered", || {
        pages::blueprint(BlueprintPage { last: None, entered: true, ..blueprint(everything()) })
    });
    assert!(entered.contains("What the blueprint that was entered would do"));
    let wrong = page("blueprint-mistakes", || {
        let mistakes = vec!["The unit A is described twice.".to_owned()];
        let plan = BlueprintPlanView { mistakes, ..BlueprintPlanView::default() };
        pages::blueprint(BlueprintPage { plan: Some(plan), entered: true, ..blueprint(everything()) })
    });
    assert!(wrong.contains("The unit A is described twice.") && !wrong.contains("/api/apply_blueprint"));
    let unread = page("blueprint-unreadable", || {
        let values = [("blueprint".to_owned(), "</textarea>[[unit]".to_owned())].into();
        let errors = vec![FieldError::new("blueprint", "Line 1, column 1: invalid.")];
        let form = FormState { values, errors };
        let text = "</textarea>[[unit]".to_owned();
        pages::blueprint(BlueprintPage { plan: None, entered: true, text, form, ..blueprint(everything()) })
    });
    assert!(unread.contains("&lt;/textarea>[[unit]") && unread.contains("Line 1, column 1"));
    let done = page("blueprint-done", || {
        let plan = BlueprintPlanView::default();
        pages::blueprint(BlueprintPage { plan: Some(plan), ..blueprint(everything()) })
    });
    assert!(
        done.contains("Nothing: the organization is as it is described.") && !done.contains("/api/apply_blueprint")
    );
}
