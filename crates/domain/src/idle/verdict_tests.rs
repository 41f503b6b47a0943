use proptest::prelude::*;

use super::*;
use crate::idle::Instances;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn rule(limit: IdleLimit) -> IdleRule {
    IdleRule { id: "r1".parse().unwrap(), stage: None, instances: Instances::Any, limit, version: 1 }
}

fn hourly() -> Vec<IdleRule> {
    vec![rule(IdleLimit::After { minutes: 60 })]
}

/// An app that was used last at minute 0, of which SageMaker knows up to `checked`.
fn app(checked: i64) -> Running {
    let item = Item::App {
        domain: "d-1".into(),
        app_type: "JupyterLab".into(),
        profile: None,
        space: Some("lab".into()),
        name: "default".into(),
    };
    let activity = Activity { last_used: Some(at(0)), checked: Some(at(checked)), failed: None };
    let (instance_type, status) = ("ml.g5.xlarge".to_owned(), "InService".to_owned());
    Running { item, instance_type, status, since: Some(at(-500)), activity: Some(activity), job: None }
}

fn situation(rules: &[IdleRule]) -> Situation<'_> {
    let stage = Stage::Dev;
    Situation { stage, rules, marks: &[], held_until: None, at_work: false, failed: None, now: at(100) }
}

fn mark(it: &Running, until: i64) -> JobMark {
    let by = crate::person::PersonKey { issuer: "i".into(), subject: "s".into() };
    JobMark { environment: "e1".parse().unwrap(), item: it.item.key(), reason: "a fit".into(), until: at(until), by }
}

fn because(verdict: IdleVerdict) -> Kept {
    match verdict {
        IdleVerdict::Kept { because, .. } => because,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn it_waits_for_the_whole_time_and_then_stops() {
    let rules = hourly();
    let all = situation(&rules);
    assert!(matches!(verdict(&app(59), &all), IdleVerdict::Waits { stops_at, .. } if stops_at == at(60)));
    let IdleVerdict::Stops(stop) = verdict(&app(75), &all) else { panic!() };
    assert_eq!((stop.last_used, stop.idle_in_words().as_str()), (at(0), "75 minutes"));
    assert_eq!(stop.rule, "Every instance type in every stage: after 1 hour");
    assert_eq!(verdict(&app(75), &situation(&[])), IdleVerdict::NoRule);
    let never = [rule(IdleLimit::Never)];
    assert!(matches!(verdict(&app(75), &situation(&never)), IdleVerdict::Never { .. }));
    let restarted = Running { since: Some(at(30)), ..app(75) };
    assert!(matches!(verdict(&restarted, &all), IdleVerdict::Waits { stops_at, .. } if stops_at == at(90)));
}

#[test]
fn what_sagemaker_does_not_tell_is_not_stopped() {
    let rules = hourly();
    let untold = |it: Running| match because(verdict(&it, &situation(&rules))) {
        Kept::Untold { untold } => untold,
        kept => panic!("{kept:?}"),
    };
    let with = |activity| Running { activity: Some(activity), ..app(75) };
    let notebook = Running { item: Item::NotebookInstance { name: "nb".into() }, ..app(75) };
    assert_eq!(untold(notebook), Untold::NotebookInstance);
    assert_eq!(untold(Running { activity: None, ..app(75) }), Untold::NotAsked);
    assert_eq!(untold(with(Activity { checked: Some(at(75)), ..Activity::default() })), Untold::App);
    assert_eq!(untold(with(Activity { last_used: Some(at(0)), ..Activity::default() })), Untold::App);
    let same = Activity { last_used: Some(at(75)), checked: Some(at(75)), failed: None };
    assert_eq!(untold(with(same)), Untold::HealthCheck);
    let refused = Activity { failed: Some("no".into()), ..Activity::default() };
    assert_eq!(untold(with(refused)), Untold::Refused { why: "no".into() });
}

#[test]
fn jobs_holds_and_work_keep_it_with_the_reason() {
    let (rules, it) = (hourly(), app(75));
    let all = situation(&rules);
    let marks = [mark(&it, 80)];
    let marked = Situation { marks: &marks, ..all };
    assert_eq!(because(verdict(&it, &marked)), Kept::RunsJob { reason: "a fit".into(), until: Some(at(80)) });
    let over = [mark(&it, 70)];
    assert!(matches!(verdict(&it, &Situation { marks: &over, ..all }), IdleVerdict::Stops(_)));
    let tagged = Running { job: Some("tagged".into()), ..app(75) };
    assert_eq!(because(verdict(&tagged, &all)), Kept::RunsJob { reason: "tagged".into(), until: None });
    let held = Situation { held_until: Some(at(101)), ..all };
    assert_eq!(because(verdict(&it, &held)), Kept::Held { until: at(101) });
    assert_eq!(because(verdict(&it, &Situation { at_work: true, ..all })), Kept::AtWork);
    let pending = Running { status: "Pending".into(), ..app(75) };
    assert_eq!(because(verdict(&pending, &all)), Kept::Starting);
    let failed = Situation { failed: Some(("denied", at(160))), ..all };
    assert_eq!(because(verdict(&it, &failed)), Kept::Failed { why: "denied".into(), again: at(160) });
}

proptest! {
    /// Whatever the portal's clock says, it stops nothing that SageMaker does not call idle for as long, and nothing whose
    /// mark or hold lasts by either clock.
    #[test]
    fn a_clock_that_jumps_stops_nothing(
        checked in 1_i64..400,
        now in -1_000_000_i64..1_000_000,
        until in -500_i64..1_000,
        held in proptest::bool::ANY,
    ) {
        let (rules, it) = (hourly(), app(checked));
        let marks = if held { Vec::new() } else { vec![mark(&it, until)] };
        let held_until = held.then(|| at(until));
        let stopped = verdict(&it, &Situation { now: at(now), marks: &marks, held_until, ..situation(&rules) });
        if let IdleVerdict::Stops(stop) = stopped {
            prop_assert!(stop.idle_minutes >= 60 && checked >= 60);
            prop_assert!(until <= now.min(checked));
        } else {
            prop_assert!(checked < 60 || until > now.min(checked));
        }
    }
}
