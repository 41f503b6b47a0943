//! What a planned change sets, member by member, for people to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One member of what is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedMember {
    /// As files and forms call it, with blanks.
    pub member: String,
    /// Empty where there is nothing.
    pub is: String,
    /// `None` where nothing was there that it could be a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

impl fmt::Display for ChangedMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, shown(&self.is))?;
        self.was.as_ref().map_or(Ok(()), |was| write!(f, ", was {}", shown(was)))
    }
}

/// A value in a sentence.
fn shown(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}

/// The members in which the two differ, by name; all that have a value where nothing was there.
pub fn changed_members<T: Serialize>(is: &T, was: Option<&T>) -> Vec<ChangedMember> {
    let (is, before) = (members(is), was.map(members));
    let Some(before) = before else {
        let new = is.into_iter().map(|(member, is)| ChangedMember { member, is: in_words(&is), was: None });
        return new.filter(|it| !it.is.is_empty()).collect();
    };
    let names: BTreeSet<&String> = is.keys().chain(before.keys()).collect();
    // Values are compared, and not their words: a list of one may read as a list of two.
    let both = names
        .into_iter()
        .map(|name| (name, is.get(name).unwrap_or(&Value::Null), before.get(name).unwrap_or(&Value::Null)));
    both.filter(|(_, is, was)| is != was)
        .map(|(member, is, was)| ChangedMember { member: member.clone(), is: in_words(is), was: Some(in_words(was)) })
        .collect()
}

/// Members that only hold others.
const HOLD: [&str; 4] = ["text", "new", "rule", "options"];

fn members<T: Serialize>(of: &T) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    // What this crate describes always is JSON.
    collect("", &serde_json::to_value(of).unwrap_or_default(), &mut found);
    found
}

fn collect(name: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                let member = member.replace('_', " ");
                let name = match (name, member.as_str()) {
                    (_, hold) if HOLD.contains(&hold) && value.is_object() => name.to_owned(),
                    ("", _) => member,
                    _ => format!("{name} {member}"),
                };
                collect(&name, value, found);
            }
        }
        value => drop(found.insert(name.to_owned(), value.clone())),
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
        Value::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(is: &Value, was: Option<&Value>) -> Vec<String> {
        changed_members(is, was).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let was = json!({"text": {"provider_name": "Platform", "tags": {"owner": "a", "old": "x"}}, "active": true, "list": ["a"]});
        let is = json!({"text": {"provider_name": "", "tags": {"owner": "b"}}, "active": false, "list": ["a", "b"]});
        assert_eq!(
            told(&is, Some(&was)),
            [
                "active: no, was yes",
                "list: a, b, was a",
                "provider name: nothing, was Platform",
                "tags old: nothing, was x",
                "tags owner: b, was a",
            ]
        );
        assert_eq!(told(&was, Some(&was)), Vec::<String>::new());
        assert_eq!(told(&json!({"list": ["a, b"]}), Some(&json!({"list": ["a", "b"]}))).len(), 1, "they read alike");
    }

    #[test]
    fn of_something_new_everything_is_told_that_has_a_value() {
        assert_eq!(told(&json!({"approval": "lead", "days": 30, "note": null}), None), ["approval: lead", "days: 30"]);
    }
}
