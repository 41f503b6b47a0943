//! What the pages show in these tests: the seeded organization, a few environments, and one of every state.

mod administration;
mod catalog;
mod environment;
mod preflight;

use chrono::{DateTime, TimeDelta, Utc};
use domain::action::Action;
use domain::person::PersonKey;
use domain::view::*;

pub(crate) use administration::*;
pub(crate) use catalog::*;
pub(crate) use environment::*;
pub(crate) use preflight::preflight;

pub(crate) fn id<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_449_600, 0).unwrap() + TimeDelta::minutes(minutes)
}

pub(crate) fn person() -> PersonKey {
    PersonKey { issuer: "http://127.0.0.1:3000/oidc".into(), subject: "fraud-scientist".into() }
}

pub(crate) fn everything() -> Allowed {
    Allowed(Action::ALL.to_vec())
}

pub(crate) fn shell() -> Shell {
    Shell {
        display_name: "Fiona Scientist".into(),
        roles: vec!["Data scientist in fraud-detection".into(), "Admin".into()],
        allowed: everything(),
        decides: true,
        sees_revocations: true,
        cut_off: false,
        waiting_for_me: 2,
        unread: 3,
        flash: Some(Flash { kind: FlashKind::Success, text: "Your request was sent. A team lead decides.".into() }),
        request_id: "01990000-0000-7000-8000-000000000001".into(),
    }
}
