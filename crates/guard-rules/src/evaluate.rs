//! One rule, held against a template by the library of CloudFormation Guard.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cfn_guard::{ValidateInput, run_checks};
use serde_json::{Map, Value, json};
use template::check::{Checked, Finding};

use super::conditions::worlds;
use super::rule::Rule;
use super::written_out::{conditions_in, fixed, value_in};

/// Whether Guard can read a rule; else what it says.
pub(super) fn parse(rule: &Rule) -> Result<(), String> {
    run(rule, &json!({ "Resources": {} })).map(drop)
}

/// What a rule finds in a template.
pub(super) fn findings(rule: &Rule, checked: &Checked) -> Vec<Finding> {
    let document = &checked.document;
    let resources: Vec<(&String, &Value)> = document
        .get("Resources")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, body)| body.get("Type").and_then(Value::as_str).is_some_and(|kind| rule.types.contains(kind)))
        .collect();
    if resources.is_empty() {
        return Vec::new();
    }
    let mut asked = BTreeSet::new();
    for (_, body) in &resources {
        conditions_in(body, &mut asked);
        asked.extend(body.get("Condition").and_then(Value::as_str).map(str::to_owned));
    }
    let none = Map::new();
    let conditions = document.get("Conditions").and_then(Value::as_object).unwrap_or(&none);
    let Some(worlds) = worlds(conditions, &asked) else {
        let path = format!("/Resources/{}", resources[0].0);
        let why = "Too many conditions decide how what the rule is about is made.";
        return vec![undecided(rule, checked, &path, why)];
    };
    let fixed = fixed(document);
    let mut found = Vec::new();
    for world in worlds {
        let made: Map<String, Value> = resources
            .iter()
            .filter(|(_, body)| {
                let condition = body.get("Condition").and_then(Value::as_str);
                condition.is_none_or(|name| world.get(name).copied().unwrap_or(false))
            })
            .filter_map(|(id, body)| Some(((*id).clone(), value_in(body, &world, &fixed)?)))
            .collect();
        // One by one, so that what skips is told apart.
        for (id, body) in made {
            let path = format!("/Resources/{id}");
            match run(rule, &json!({ "Resources": { id: body } })) {
                Ok(record) => found.extend(read(rule, checked, &record, &path)),
                Err(why) => found.push(undecided(rule, checked, &path, &why)),
            }
        }
    }
    found.sort();
    found.dedup();
    // Of a list of tags it is said once, and not for each tag.
    let mut said = BTreeSet::new();
    found.retain(|it| match it.path.split_once("/Tags/") {
        Some((of, _)) => said.insert((of.to_owned(), it.message.clone())),
        None => true,
    });
    found
}

/// Runs Guard. It is given what was read here, so that it parses no text that somebody wrote; its own mistakes are told as such.
fn run(rule: &Rule, data: &Value) -> Result<Value, String> {
    let data = data.to_string();
    let file_name = format!("{}.guard", rule.name);
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let data = ValidateInput { content: &data, file_name: "template" };
        let rules = ValidateInput { content: &rule.text, file_name: &file_name };
        run_checks(data, rules, true)
    }));
    let text = ran.map_err(|_| "CloudFormation Guard ended on it.".to_owned())?.map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("what CloudFormation Guard answers cannot be read: {error}"))
}

/// The findings of one record.
fn read(rule: &Rule, checked: &Checked, record: &Value, path: &str) -> Vec<Finding> {
    let status = children(record).iter().find_map(|child| {
        let check = child.pointer("/container/RuleCheck")?;
        (check.get("name")?.as_str()? == rule.name).then(|| check.get("status")?.as_str())?
    });
    match status {
        Some("PASS") => return Vec::new(),
        Some("FAIL") => {}
        Some(_) => return vec![undecided(rule, checked, path, "The rule skips what it is about.")],
        None => return vec![undecided(rule, checked, path, "CloudFormation Guard has no answer for it.")],
    }
    let mut found = Vec::new();
    failed(record, &mut |clause| found.push(finding(rule, checked, clause, path)));
    if found.is_empty() {
        found.push(undecided(rule, checked, path, "The rule fails and does not say by which clause."));
    }
    found
}

fn children(record: &Value) -> &[Value] {
    record.get("children").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The clauses that failed. What decides whether a rule or block applies fails nothing.
fn failed(record: &Value, told: &mut impl FnMut(&Value)) {
    let container = record.get("container").and_then(Value::as_object).and_then(|it| it.iter().next());
    if let Some((kind, check)) = container {
        match kind.as_str() {
            "Filter" | "RuleCondition" | "TypeCondition" | "WhenCondition" => return,
            "ClauseValueCheck" => {
                if check.as_str() != Some("Success") && status_in(check) != Some("PASS") {
                    told(check);
                }
                return;
            }
            _ if matches!(status_in(check), Some("PASS" | "SKIP")) => return,
            _ => {}
        }
    }
    for child in children(record) {
        failed(child, told);
    }
}

/// The status of a check, which some kinds keep one level further in.
fn status_in(check: &Value) -> Option<&str> {
    match check {
        Value::String(status) => Some(status),
        Value::Object(map) => match map.get("status") {
            Some(Value::String(status)) => Some(status),
            _ => map.iter().filter(|(key, _)| *key != "from" && *key != "to").find_map(|(_, inner)| match inner {
                Value::Object(_) => status_in(inner),
                _ => None,
            }),
        },
        _ => None,
    }
}

fn finding(rule: &Rule, checked: &Checked, clause: &Value, path: &str) -> Finding {
    let place = text_at(clause, "path").filter(|it| it.starts_with(path)).unwrap_or(path);
    let told = text_at(clause, "custom_message").unwrap_or_default();
    let part =
        |name: &str| told.lines().find_map(|line| line.trim().strip_prefix(name)).map(|text| text.trim().to_owned());
    let message = part("Violation:").unwrap_or_else(|| {
        let said = if told.trim().is_empty() { text_at(clause, "message").unwrap_or_default() } else { told };
        format!("The rule {} does not hold. {}", rule.name, said.trim()).trim_end().to_owned()
    });
    let fix = part("Fix:").unwrap_or_else(|| format!("See the rule {}.", rule.name));
    new(rule, checked, place, message, fix)
}

/// The first text under a key, however deep.
fn text_at<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    match value {
        Value::Object(map) => match map.get(key) {
            Some(Value::String(text)) => Some(text),
            _ => map.values().find_map(|inner| text_at(inner, key)),
        },
        Value::Array(items) => items.iter().find_map(|inner| text_at(inner, key)),
        _ => None,
    }
}

fn undecided(rule: &Rule, checked: &Checked, path: &str, why: &str) -> Finding {
    let message = format!("Whether it holds to the rule {} cannot be told. {why}", rule.name);
    new(rule, checked, path, message, "Write it plainly, or ask the platform team to let it pass.".to_owned())
}

fn new(rule: &Rule, checked: &Checked, path: &str, message: String, fix: String) -> Finding {
    let at = checked.positions.at(path);
    let (line, column, rule, path) = (at.line, at.column, rule.name.clone(), path.to_owned());
    Finding { line, column, rule, message, fix, path, waivable: true }
}
