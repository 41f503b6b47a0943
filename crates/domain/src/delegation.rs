//! Somebody decides in another's place for a while: what the other may decide, and what is delegated to the other not.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::DelegationId;
use crate::person::PersonKey;

/// How long one delegation lasts at most: people who are away for longer are not counted on to decide at all.
pub const LONGEST_DELEGATION: TimeDelta = TimeDelta::days(30);

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub id: DelegationId,
    /// Whose decisions they are.
    pub from: PersonKey,
    /// Who decides in their place.
    pub to: PersonKey,
    pub reason: String,
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
    /// When somebody ended it before.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Whether `to` stands, over however many others of `there`, in the place of somebody in whose place `from` would stand then:
/// everybody would wait for everybody else.
pub fn makes_circle(there: &[Delegation], from: &PersonKey, to: &PersonKey) -> bool {
    let mut reached = vec![to];
    let mut at = 0;
    while let Some(person) = reached.get(at).copied() {
        if person == from {
            return true;
        }
        for next in there.iter().filter(|delegation| &delegation.from == person) {
            if !reached.contains(&&next.to) {
                reached.push(&next.to);
            }
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> PersonKey {
        PersonKey { issuer: "https://idp.example".into(), subject: name.into() }
    }

    fn delegation(from: &str, to: &str) -> Delegation {
        let at = DateTime::UNIX_EPOCH;
        let id = format!("{from}-{to}").parse().unwrap();
        let (from, to) = (person(from), person(to));
        Delegation {
            id,
            from,
            to,
            reason: "Away".into(),
            created_at: at,
            until: at + LONGEST_DELEGATION,
            ended_at: None,
        }
    }

    #[test]
    fn v2_2_3_a_circle_is_found_however_long_it_is() {
        let there = [delegation("a", "b"), delegation("b", "c"), delegation("b", "d"), delegation("d", "b")];
        let circle = |from: &str, to: &str| makes_circle(&there, &person(from), &person(to));
        assert!(circle("b", "a") && circle("c", "a") && circle("d", "a") && circle("a", "a"));
        assert!(!circle("a", "c") && !circle("e", "a") && !circle("a", "e") && !circle("c", "e"));
    }
}
