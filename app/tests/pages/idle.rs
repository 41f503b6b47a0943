//! What the pages say of what is idle.

use app::pages;
use domain::environment::EnvironmentState;
use domain::idle::{IdleLimit, IdleRule, IdleStop, IdleVerdict, Kept, Untold};
use domain::problem::FieldError;
use domain::project::Stage;
use domain::view::*;

use crate::samples::{at, everything, id};
use crate::{page, samples};

fn rule(name: &str, stage: Option<Stage>, instances: &str, limit: IdleLimit) -> IdleRule {
    IdleRule { id: id(name), stage, instances: instances.parse().unwrap(), limit, version: 3 }
}

fn rules() -> Vec<IdleRule> {
    vec![
        rule("rule-a", None, "", IdleLimit::After { minutes: 90 }),
        rule("rule-b", Some(Stage::Prod), "ml.g5", IdleLimit::Never),
        rule("rule-c", None, "ml.g5.xlarge", IdleLimit::After { minutes: 1_440 }),
    ]
}

/// The page of an environment, of whose running things this is said.
fn of(name: &str, verdict: IdleVerdict, mark: Option<JobMarkView>, tagged: Option<&str>, allowed: Allowed) -> String {
    let mut it = samples::environment(EnvironmentState::Available);
    let key = it.observed.running[0].item.key();
    it.observed.idle = [(key, IdleView { verdict, mark, tagged: tagged.map(str::to_owned) })].into();
    it.allowed = allowed;
    page(name, || pages::environment::page(it, false))
}

fn kept(because: Kept) -> IdleVerdict {
    IdleVerdict::Kept { rule: "Every type: after 1 hour".into(), last_used: Some(at(-90)), because }
}

#[test]
fn rules_are_listed_made_and_changed() {
    let admin = |allowed, form| AdminIdlePage { rules: rules(), allowed, form };
    let text = page("admin-idle", || pages::admin_idle::page(admin(everything(), FormState::default()), ""));
    for said in ["Every type", "Every stage", "after 90 minutes", "never", "after 1 day", "New rule", "every size"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains("Remove the rule: ml.g5 in Prod: never") && text.contains(r#"name="instances""#));
    let readonly = page("admin-idle-readonly", || {
        pages::admin_idle::page(admin(Allowed::default(), FormState::default()), "rule-a")
    });
    assert!(!readonly.contains("/api/"), "an auditor reads");
    let edited =
        page("admin-idle-edit", || pages::admin_idle::page(admin(everything(), FormState::default()), "rule-b"));
    assert!(edited.contains("Change the rule") && edited.contains(r#"name="version" value="3""#));
    assert!(edited.contains(r#"name="instances" value="ml.g5""#) && edited.contains(r#"value="never" selected"#));
    let again = page("admin-idle-again", || {
        let typed = [("stage", "any"), ("instances", ""), ("limit", "after"), ("minutes", "<b>5"), ("version", "2")];
        let values = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let errors = vec![FieldError::new("minutes", "A whole number of minutes.")];
        pages::admin_idle::page(admin(everything(), FormState { values, errors }), "")
    });
    assert!(again.contains("Change the rule") && again.contains(r#"name="version" value="2""#));
    assert!(again.contains("&lt;b&gt;5") && again.contains(r#"id="field-minutes-error""#), "what was typed is kept");
    let none = page("admin-idle-none", || {
        let page = AdminIdlePage { rules: Vec::new(), allowed: everything(), form: FormState::default() };
        pages::admin_idle::page(page, "gone")
    });
    assert!(none.contains("There are no rules yet.") && none.contains("New rule"));
}

#[test]
fn an_environment_says_what_becomes_of_what_runs_in_it() {
    let rule = || "ml.g5 in every stage: after 2 hours".to_owned();
    let waits = IdleVerdict::Waits { rule: rule(), last_used: at(-50), stops_at: at(70) };
    let text = of("environment-idle", waits, None, None, everything());
    assert!(text.contains("Idle since ") && text.contains("stopped on ") && text.contains("unless it is used before."));
    assert!(text.contains("The rule: ml.g5 in every stage: after 2 hours."));
    assert!(text.contains("Something here runs a job") && text.contains("/api/mark_running_job"));
    let stop = IdleStop { rule: rule(), last_used: at(-200), idle_minutes: 200 };
    let text = of("environment-idle-stops", IdleVerdict::Stops(stop), None, None, everything());
    assert!(text.contains("it is stopped at the next look."));
    let refused = Untold::Refused { why: "<i>Access denied.".into() };
    for (because, said) in [
        (Kept::Starting, "Not stopped: it is starting."),
        (Kept::AtWork, "Not stopped: an operation is at work."),
        (Kept::Held { until: at(900) }, "Not stopped: a lead holds the environment until "),
        (Kept::RunsJob { reason: "a fit".into(), until: Some(at(60)) }, "Not stopped: it runs a job (a fit), until "),
        (
            Kept::RunsJob { reason: "a fit".into(), until: None },
            "Not stopped: it is tagged studiogate:running-job at AWS: a fit.",
        ),
        (
            Kept::Failed { why: "Not allowed.".into(), again: at(60) },
            "Not stopped: AWS refused. Not allowed. The portal tries again after ",
        ),
        (
            Kept::Untold { untold: Untold::NotebookInstance },
            "Not stopped: SageMaker tells no activity of notebook instances.",
        ),
        (Kept::Untold { untold: Untold::App }, "Not stopped: SageMaker tells no activity of this app."),
        (Kept::Untold { untold: Untold::HealthCheck }, "no activity apart from its own last health check."),
        (Kept::Untold { untold: Untold::NotAsked }, "Not stopped: SageMaker was not asked for its activity yet."),
        (Kept::Untold { untold: refused }, "did not tell its activity (&lt;i&gt;Access denied)."),
    ] {
        let text = of("environment-idle-kept", kept(because), None, None, everything());
        assert!(text.contains(said), "{said}");
    }
    let text = of("environment-idle-no-rule", IdleVerdict::NoRule, None, Some("nightly"), everything());
    assert!(text.contains("Not stopped for being idle: no rule is for it."));
    assert!(text.contains("Tagged studiogate:running-job at AWS: nightly."));
}

#[test]
fn marks_are_shown_to_all_and_taken_back_by_who_may() {
    let mark = || JobMarkView { by: "Fiona <b>".into(), reason: "a \"long\" fit".into(), until: at(60) };
    let text = of("environment-marked", IdleVerdict::NoRule, Some(mark()), None, everything());
    assert!(text.contains("Marked by Fiona &lt;b&gt; as running a job: ") && text.contains("/api/unmark_running_job"));
    let readonly = of("environment-marked-readonly", IdleVerdict::NoRule, Some(mark()), None, Allowed::default());
    assert!(readonly.contains("as running a job: ") && !readonly.contains("mark_running_job"));
    let again = page("environment-mark-again", || {
        let mut it = samples::environment(EnvironmentState::Available);
        let what = it.observed.running[0].item.key();
        it.form.values = [("what".to_owned(), what), ("job_reason".to_owned(), "</textarea><b>x".to_owned())].into();
        it.form.errors = vec![FieldError::new("job_hours", "A whole number of hours from 1 to 168.")];
        pages::environment::page(it, false)
    });
    assert!(again.contains(r#"id="field-job-hours-error""#) && again.contains("For how many hours"));
    assert!(again.contains("&lt;/textarea>&lt;b>x"), "what was typed is kept, and is no markup");
}
