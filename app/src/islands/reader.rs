//! Reads a [`Progress`] by the browser's own JSON parser: with a parser of our own the module would be a third larger. The
//! names it reads are held by the test `events_have_the_shape_that_the_island_reads`.

use chrono::{DateTime, Utc};
use domain::environment::{EnvironmentState, StackEvent};
use domain::operation::OperationKind;
use domain::problem::Problem;
use domain::view::{OperationView, Progress, StackEventGroup, StepStatus, StepView};
use js_sys::{Array, Date, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// `None` for anything that is no progress: the page then stays as it is.
pub(super) fn progress(text: &str) -> Option<Progress> {
    let from = JSON::parse(text).ok()?;
    Some(Progress {
        state: self::text(&from, "state")?.parse::<EnvironmentState>().ok()?,
        problem: object(&from, "problem").and_then(|from| problem(&from)),
        operation: object(&from, "operation").and_then(|from| operation(&from)),
        events: list(&from, "events", group)?,
        as_of: time(&from, "as_of")?,
    })
}

fn operation(from: &JsValue) -> Option<OperationView> {
    let kind = text(from, "kind")?;
    Some(OperationView {
        kind: kind_of(&kind)?,
        steps: list(from, "steps", step)?,
        started_at: time(from, "started_at")?,
        finished_at: time(from, "finished_at"),
        typical_seconds: number(from, "typical_seconds"),
        trouble: object(from, "trouble").and_then(|from| problem(&from)),
        next_run_at: time(from, "next_run_at"),
    })
}

fn step(from: &JsValue) -> Option<StepView> {
    let status = match text(from, "status")?.as_str() {
        "waiting" => StepStatus::Waiting,
        "running" => StepStatus::Running,
        "done" => StepStatus::Done,
        "failed" => StepStatus::Failed,
        _ => return None,
    };
    Some(StepView {
        label: text(from, "label")?,
        status,
        started_at: time(from, "started_at"),
        finished_at: time(from, "finished_at"),
        detail: list(from, "detail", JsValue::as_string)?,
    })
}

fn group(from: &JsValue) -> Option<StackEventGroup> {
    let operation = text(from, "operation").and_then(|kind| kind_of(&kind));
    Some(StackEventGroup { operation, events: list(from, "events", event)? })
}

fn event(from: &JsValue) -> Option<StackEvent> {
    Some(StackEvent {
        event_id: text(from, "event_id")?,
        at: time(from, "at")?,
        logical_id: text(from, "logical_id")?,
        resource_type: text(from, "resource_type")?,
        status: text(from, "status")?,
        reason: text(from, "reason"),
    })
}

fn problem(from: &JsValue) -> Option<Problem> {
    Some(Problem::new(text(from, "what")?, text(from, "why")?, text(from, "next")?))
}

fn kind_of(name: &str) -> Option<OperationKind> {
    OperationKind::ALL.into_iter().find(|kind| kind.as_str() == name)
}

fn field(from: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(from, &JsValue::from_str(name)).ok()
}

fn text(from: &JsValue, name: &str) -> Option<String> {
    field(from, name)?.as_string()
}

/// A count: it fits.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn number(from: &JsValue, name: &str) -> Option<u32> {
    Some(field(from, name)?.as_f64()? as u32)
}

fn object(from: &JsValue, name: &str) -> Option<JsValue> {
    field(from, name).filter(JsValue::is_object)
}

fn list<T>(from: &JsValue, name: &str, item: impl Fn(&JsValue) -> Option<T>) -> Option<Vec<T>> {
    field(from, name)?.dyn_into::<Array>().ok()?.iter().map(|from| item(&from)).collect()
}

/// RFC 3339, as the server writes it; milliseconds since the epoch fit a double exactly for as long as this matters.
#[allow(clippy::cast_possible_truncation)]
fn time(from: &JsValue, name: &str) -> Option<DateTime<Utc>> {
    let at = Date::parse(&text(from, name)?);
    if at.is_nan() { None } else { DateTime::from_timestamp_millis(at as i64) }
}
