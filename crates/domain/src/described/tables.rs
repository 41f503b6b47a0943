//! Tables of `catalog.toml` whose fields depend on one of them. Each field is read by itself, so that what is wrong with one is
//! told where it stands, and a misspelt one is not passed over.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use super::{DescribedBinding, DescribedConstraint};
use crate::binding::BindingSource;
use crate::catalog::ConstraintRule;
use crate::id::AccountId;

/// See [`DescribedConstraint`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConstraintTable {
    #[serde(default)]
    description: String,
    kind: ConstraintKind,
    role: Option<String>,
    rules: Option<String>,
    allowed: Option<bool>,
    topics: Option<Vec<String>>,
    parameters: Option<String>,
}

/// The kinds of [`ConstraintRule`].
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConstraintKind {
    Launch,
    Template,
    TagUpdate,
    Notification,
    StackSet,
}

/// See [`DescribedBinding`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingTable {
    parameter: String,
    account: Option<AccountId>,
    source: BindingKind,
    value: Option<String>,
    values: Option<Vec<String>>,
}

/// The kinds of [`BindingSource`].
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BindingKind {
    Fixed,
    FromAccount,
    FromPerson,
    Choice,
    Ask,
}

impl TryFrom<ConstraintTable> for DescribedConstraint {
    type Error = String;

    fn try_from(it: ConstraintTable) -> Result<Self, String> {
        let ConstraintTable { description, kind, role, rules, allowed, topics, parameters } = it;
        let own = match kind {
            ConstraintKind::Launch => "role",
            ConstraintKind::Template => "rules",
            ConstraintKind::TagUpdate => "allowed",
            ConstraintKind::Notification => "topics",
            ConstraintKind::StackSet => "parameters",
        };
        let given = [
            ("role", role.is_some()),
            ("rules", rules.is_some()),
            ("allowed", allowed.is_some()),
            ("topics", topics.is_some()),
            ("parameters", parameters.is_some()),
        ];
        check("constraint", &[own], &given)?;
        let rule = match kind {
            ConstraintKind::Launch => ConstraintRule::Launch { role: role.unwrap_or_default() },
            ConstraintKind::Template => ConstraintRule::Template { rules: rules.unwrap_or_default() },
            ConstraintKind::TagUpdate => ConstraintRule::TagUpdate { allowed: allowed.unwrap_or_default() },
            ConstraintKind::Notification => ConstraintRule::Notification { topics: topics.unwrap_or_default() },
            ConstraintKind::StackSet => ConstraintRule::StackSet { parameters: parameters.unwrap_or_default() },
        };
        Ok(Self { description, rule })
    }
}

impl TryFrom<BindingTable> for DescribedBinding {
    type Error = String;

    fn try_from(it: BindingTable) -> Result<Self, String> {
        let BindingTable { parameter, account, source, value, values } = it;
        let own: &[&str] = match source {
            BindingKind::Fixed | BindingKind::FromAccount | BindingKind::FromPerson => &["value"],
            BindingKind::Choice => &["values"],
            BindingKind::Ask => &[],
        };
        check("binding", own, &[("value", value.is_some()), ("values", values.is_some())])?;
        let value = value.unwrap_or_default();
        let source = match source {
            BindingKind::Fixed => BindingSource::Fixed { value },
            BindingKind::FromAccount => BindingSource::FromAccount { value: word(&value)? },
            BindingKind::FromPerson => BindingSource::FromPerson { value: word(&value)? },
            BindingKind::Choice => BindingSource::Choice { values: values.unwrap_or_default() },
            BindingKind::Ask => BindingSource::Ask,
        };
        Ok(Self { parameter, account, source })
    }
}

/// Whether a table has the fields of its kind, and no others.
fn check(what: &str, own: &[&str], given: &[(&str, bool)]) -> Result<(), String> {
    for (field, is_given) in given {
        if own.contains(field) && !is_given {
            return Err(format!("a {what} of this kind needs the field {field}"));
        }
        if !own.contains(field) && *is_given {
            return Err(format!("a {what} of this kind has no field {field}"));
        }
    }
    Ok(())
}

/// One of the known words.
fn word<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, String> {
    let deserializer: StrDeserializer<'de, Error> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|error| error.to_string())
}
