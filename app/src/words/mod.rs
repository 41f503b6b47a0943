//! Times, names and numbers in words. No locale and no time zone but UTC: a page means the same to everybody who reads it.

mod audit;
mod changes;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use domain::approval::{ApprovalRule, Approver};
use domain::environment::EnvironmentState;
use domain::operation::OperationKind;
use domain::organization::ChangeState;
use domain::project::DataClass;
use domain::request::{Decided, RequestKind, RequestState};
use domain::revocation::RevocationState;
use domain::rollout::RolloutState;
use domain::view::{DecidedTogether, EnvironmentMark, Together, TypicalTime};

pub use audit::audit_action;
pub use changes::{catalog_change, catalog_change_since, policy_change, portal_step};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// "23 Nov 2026".
pub fn day(at: DateTime<Utc>) -> String {
    let month = MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", at.day(), at.year())
}

/// "23 Nov 2026, 14:05 UTC".
pub fn moment(at: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02} UTC", day(at), at.hour(), at.minute())
}

/// "14:05:09".
pub fn clock(at: DateTime<Utc>) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// For the `datetime` attribute: RFC 3339 in UTC, to the second.
pub fn machine(at: DateTime<Utc>) -> String {
    format!("{:04}-{:02}-{:02}T{}Z", at.year(), at.month(), at.day(), clock(at))
}

/// "3 min 20 s"; nothing below a second, nothing negative.
pub fn duration(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) if rest == 0 => format!("{minutes} min"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// "about 7 min", rounded up to what people plan with.
pub fn typical(time: Option<TypicalTime>) -> String {
    let Some(TypicalTime { seconds, measured }) = time else { return "not yet known".to_owned() };
    // What is expected is given in minutes.
    let about = if measured && seconds < 90 {
        format!("about {seconds} s")
    } else {
        format!("about {} min", seconds.div_ceil(60))
    };
    if measured { about } else { format!("{about}, as the platform team expects") }
}

/// "1 day", "3 days".
pub fn count(number: impl Into<u64>, one: &str, many: &str) -> String {
    match number.into() {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

pub fn environment_state(state: EnvironmentState) -> &'static str {
    match state {
        EnvironmentState::Provisioning => "Provisioning",
        EnvironmentState::Available => "Available",
        EnvironmentState::Updating => "Updating",
        EnvironmentState::Tainted => "Tainted",
        EnvironmentState::Error => "Error",
        EnvironmentState::Terminating => "Terminating",
        EnvironmentState::Terminated => "Terminated",
    }
}

pub fn environment_mark(mark: EnvironmentMark) -> &'static str {
    match mark {
        EnvironmentMark::Revoked => "Access revoked.",
        EnvironmentMark::Held => "Held.",
        EnvironmentMark::Stopped => "Stopped: its page has the button that starts it.",
    }
}

pub fn request_state(state: RequestState) -> &'static str {
    match state {
        RequestState::Submitted => "Waiting for a decision",
        RequestState::Approved => "Approved",
        RequestState::Denied => "Denied",
        RequestState::Withdrawn => "Withdrawn",
        RequestState::Expired => "Expired",
        RequestState::Closed => "Closed",
    }
}

pub fn request_kind(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Provision => "New environment",
        RequestKind::Update => "Update",
        RequestKind::Extension => "More time",
    }
}

pub fn revocation_state(state: RevocationState) -> &'static str {
    match state {
        RevocationState::Revoking => "Being revoked",
        RevocationState::Revoked => "Revoked",
        RevocationState::Restoring => "Being restored",
        RevocationState::Restored => "Restored",
    }
}

pub fn rollout_state(state: RolloutState) -> &'static str {
    match state {
        RolloutState::Running => "Under way",
        RolloutState::Stopped => "Stopped",
        RolloutState::Finished => "Finished",
        RolloutState::Ended => "Ended",
    }
}

pub fn change_state(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Applying => "Being applied",
        ChangeState::Applied => "Applied",
        ChangeState::Failed => "Failed",
    }
}

/// "2 team leads, then a data owner approve".
pub fn approval(rule: &ApprovalRule) -> String {
    match rule.steps() {
        [] => "No approval needed".to_owned(),
        [one] if one.people == 1 => format!("{} approves", capitalized(rule.in_words())),
        _ => format!("{} approve", capitalized(rule.in_words())),
    }
}

/// As a sentence begins.
pub fn capitalized(mut text: String) -> String {
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// What became of several requests: "2 requests were denied. Not decided: sandbox-1: It was withdrawn."
pub fn decided(of: &DecidedTogether) -> String {
    let all = &of.decided;
    let told = [
        (Decided::Approved, "approved"),
        (Decided::Goes, "approved as far as it is up to you"),
        (Decided::Ended, "denied"),
    ];
    let told = told.into_iter().filter_map(|(wanted, what)| {
        let number = all.iter().filter(|became| **became == wanted).count() as u64;
        (number > 0).then(|| format!("{} {what}.", count(number, "request was", "requests were")))
    });
    let passed_over = of.passed_over.iter().map(|said| format!("Not decided: {said}"));
    told.chain(passed_over).collect::<Vec<_>>().join(" ")
}

/// "Team lead".
pub fn approver(who: Approver) -> &'static str {
    match who {
        Approver::Lead => "Team lead",
        Approver::DataOwner => "Data owner",
        Approver::Admin => "Admin",
    }
}

pub fn data_class(class: DataClass) -> &'static str {
    match class {
        DataClass::Public => "Public",
        DataClass::Internal => "Internal",
        DataClass::Confidential => "Confidential",
        DataClass::Restricted => "Restricted",
    }
}

pub fn operation(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Provision => "Provisioning",
        OperationKind::Update => "Update",
        OperationKind::Terminate => "Termination",
        OperationKind::Transfer => "Transfer",
        OperationKind::Tag => "Change of tags",
        OperationKind::Revoke => "Revocation",
        OperationKind::Restore => "Restoration",
        OperationKind::ChangePolicy => "Change of policies",
        OperationKind::ChangeCatalog => "Change of the catalog",
        OperationKind::ApplyBlueprint => "Blueprint",
        OperationKind::Stop => "Stop",
        OperationKind::Start => "Start",
        OperationKind::Rollout => "Rollout",
    }
}

/// What is done with several environments at once, as a command.
pub fn together(act: Together) -> &'static str {
    match act {
        Together::Stop => "Stop what runs",
        Together::Extend => "Extend the leases",
        Together::Hold => "Hold",
        Together::Terminate => "Terminate",
        Together::Update => "Update to the current version",
        Together::Tag => "Put the tags right",
    }
}

/// "12 KiB", "3.4 GiB": what is large is told to a tenth.
pub fn bytes(number: u64) -> String {
    let mut unit = "bytes";
    let mut tenths = number.saturating_mul(10);
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = next;
    }
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}

/// "`SageMaker` domain" out of `AWS::SageMaker::Domain`; other names stay as they are.
pub fn resource_type(name: &str) -> String {
    let mut parts = name.split("::");
    match (parts.next(), parts.next(), parts.next()) {
        (Some("AWS"), Some(service), Some(kind)) => {
            let mut words = String::new();
            for (i, c) in kind.char_indices() {
                if c.is_ascii_uppercase() && i > 0 && !words.ends_with(|last: char| last.is_ascii_uppercase()) {
                    words.push(' ');
                }
                words.push(c);
            }
            format!("{service} {}", words.to_lowercase())
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        assert_eq!(duration(TimeDelta::seconds(-3)), "0 s");
        assert_eq!(duration(TimeDelta::seconds(200)), "3 min 20 s");
        assert_eq!(duration(TimeDelta::seconds(120)), "2 min");
        assert_eq!(duration(TimeDelta::seconds(7_260)), "2 h 1 min");
    }

    #[test]
    fn sizes_read_as_people_say_them() {
        let read = [0, 1_023, 6_144, 1_600_000, 5_368_709_120, u64::MAX / 10].map(bytes);
        assert_eq!(read, ["0 bytes", "1023 bytes", "6 KiB", "1.5 MiB", "5 GiB", "1677721.5 TiB"]);
    }

    #[test]
    fn resource_types_read_as_words() {
        assert_eq!(resource_type("AWS::SageMaker::UserProfile"), "SageMaker user profile");
        assert_eq!(resource_type("AWS::KMS::Key"), "KMS key");
        assert_eq!(resource_type("Custom::Thing"), "Custom::Thing");
    }
}
