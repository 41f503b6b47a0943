//! Small parts of the hand-written pages: words, shapes and filters, as the portal has them.

use domain::audit::Outcome;
use domain::environment::EnvironmentState;
use domain::project::{DataClass, Stage};
use domain::request::RequestState;

const CHECK: &str = "M3 8.5l3.2 3.2L13 4.8";
const CROSS: &str = "M4 4l8 8M12 4l-8 8";
const WARNING: &str = "M8 2.2L14.6 13.6H1.4zM8 6.4v3.4M8 11.6v.3";
const CLOCK: &str = "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.6V8l2.4 1.6";
const RUNNING: &str = "M8 1.8a6.2 6.2 0 1 1-5.6 3.5";
const MINUS: &str = "M3.5 8h9";

/// A state in colour, shape and word.
#[derive(Clone, Copy)]
pub(crate) struct Badge {
    pub(crate) tone: &'static str,
    pub(crate) path: &'static str,
    pub(crate) text: &'static str,
    pub(crate) spins: bool,
}

fn badge(tone: &'static str, path: &'static str, text: &'static str) -> Badge {
    Badge { tone, path, text, spins: path == RUNNING }
}

pub(crate) fn environment_badge(state: EnvironmentState) -> Badge {
    match state {
        EnvironmentState::Provisioning => badge("tone-info", RUNNING, "Provisioning"),
        EnvironmentState::Available => badge("tone-good", CHECK, "Available"),
        EnvironmentState::Updating => badge("tone-info", RUNNING, "Updating"),
        EnvironmentState::Tainted => badge("tone-warn", WARNING, "Tainted"),
        EnvironmentState::Error => badge("tone-bad", CROSS, "Error"),
        EnvironmentState::Terminating => badge("tone-info", RUNNING, "Terminating"),
        EnvironmentState::Terminated => badge("tone-neutral", MINUS, "Terminated"),
    }
}

pub(crate) fn request_badge(state: RequestState) -> Badge {
    match state {
        RequestState::Submitted => badge("tone-info", CLOCK, "Waiting for a decision"),
        RequestState::Approved => badge("tone-good", CHECK, "Approved"),
        RequestState::Denied => badge("tone-bad", CROSS, "Denied"),
        RequestState::Withdrawn => badge("tone-neutral", MINUS, "Withdrawn"),
        RequestState::Expired => badge("tone-neutral", CLOCK, "Expired"),
        RequestState::Closed => badge("tone-neutral", MINUS, "Closed"),
    }
}

pub(crate) fn outcome_badge(outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Intent => badge("tone-neutral", CLOCK, "Intent"),
        Outcome::Succeeded => badge("tone-good", CHECK, "Succeeded"),
        Outcome::Failed => badge("tone-bad", CROSS, "Failed"),
        Outcome::Denied => badge("tone-warn", WARNING, "Denied"),
    }
}

pub(crate) fn class_word(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "Public",
        DataClass::Internal => "Internal",
        DataClass::Confidential => "Confidential",
        DataClass::Restricted => "Restricted",
    }
}

/// The median of at least three provisionings, or what is expected.
pub(crate) fn typical(mut seconds: Vec<i64>, expected_minutes: Option<u16>) -> String {
    if seconds.len() < 3 {
        return expected_minutes.map_or_else(
            || "not yet known".to_owned(),
            |minutes| format!("about {minutes} min, as the platform team expects"),
        );
    }
    seconds.sort_unstable();
    match seconds.get(seconds.len() / 2).copied().unwrap_or_default() {
        median if median < 90 => format!("about {median} s"),
        median => format!("about {} min", (median + 59) / 60),
    }
}

/// A filter of a list: a select where there are choices.
pub(crate) struct Filter {
    pub(crate) label: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) choices: Vec<(String, String)>,
}

pub(crate) fn input(label: &'static str, name: &'static str, kind: &'static str) -> Filter {
    Filter { label, name, kind, choices: Vec::new() }
}

pub(crate) fn select<V: ToString, L: ToString>(
    label: &'static str,
    name: &'static str,
    any: &str,
    choices: impl IntoIterator<Item = (V, L)>,
) -> Filter {
    let first = std::iter::once((String::new(), any.to_owned()));
    let choices = first.chain(choices.into_iter().map(|(v, l)| (v.to_string(), l.to_string()))).collect();
    Filter { label, name, kind: "", choices }
}

pub(crate) fn stages() -> Filter {
    select("Stage", "stage", "Any stage", Stage::ALL.map(|s| (s.as_str(), s.label())))
}
