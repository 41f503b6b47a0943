//! Verdicts in words: what decided, and what would have to change.

use super::condition::Condition;
use super::evaluate::{Group, Question};
use super::policy::Policy;
use super::statement::Statement;
use super::verdict::{Effect, Layer};

/// Longer lists of values are cut in the middle of a sentence.
const LONGEST_CONDITION: usize = 240;

fn what(question: &Question<'_>) -> String {
    match question.call.resource {
        "*" => question.call.action.to_owned(),
        resource => format!("{} on {resource}", question.call.action),
    }
}

fn place(group: &Group<'_>) -> String {
    match group.level {
        Some(0) => format!(" {} at the root (level 0)", group.layer.in_words()),
        Some(level) => format!(" {} at level {level} below the root", group.layer.in_words()),
        None => format!(" {}", group.layer.in_words()),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CONDITION) {
        None => text.to_owned(),
        Some((end, _)) => format!("{} ...", &text[..end]),
    }
}

fn conditions(question: &Question<'_>, conditions: &[&Condition]) -> String {
    let each: Vec<String> = conditions
        .iter()
        .map(|c| format!("{} ({} for {})", cut(&c.words), cut(&c.found(question.call.context)), c.shown_key))
        .collect();
    each.join(" and ")
}

pub(super) fn denied(question: &Question<'_>, group: &Group<'_>, policy: &Policy, statement: &Statement) -> String {
    let all: Vec<&Condition> = statement.conditions.iter().collect();
    let change = if all.is_empty() {
        "it has no condition, so it would have to be changed or detached".to_owned()
    } else {
        format!("it would not apply if one of its conditions were not met: {}", conditions(question, &all))
    };
    format!(
        "{} is explicitly denied by statement {} of the{} {:?}: {change}.",
        what(question),
        statement.name,
        place(group),
        policy.name(),
    )
}

pub(super) fn allowed(question: &Question<'_>, group: &Group<'_>, policy: &Policy, statement: &Statement) -> String {
    format!(
        "{} is allowed by statement {} of the{} {:?}, and nothing denies it.",
        what(question),
        statement.name,
        place(group),
        policy.name(),
    )
}

pub(super) fn not_allowed(question: &Question<'_>, group: &Group<'_>) -> String {
    let refused = match group.layer {
        Layer::Trust => format!("{} is not allowed by the role trust policy", what(question)),
        _ => format!("{} is not allowed: no{} allows it", what(question), place(group)),
    };
    match near_miss(question, group) {
        Some((policy, statement, unmet)) => format!(
            "{refused}. Statement {} of {:?} would allow it if this condition were met: {}.",
            statement.name,
            policy.name(),
            conditions(question, &unmet),
        ),
        None if group.policies.is_empty() => format!("{refused}; none is attached there."),
        None => format!("{refused}. A statement that allows the action on this resource would have to be added there."),
    }
}

/// A statement that would allow the call if its conditions were met, and those that are not; the one with the fewest.
fn near_miss<'g>(
    question: &Question<'_>,
    group: &Group<'g>,
) -> Option<(&'g Policy, &'g Statement, Vec<&'g Condition>)> {
    let mut nearest: Option<(&Policy, &Statement, Vec<&Condition>)> = None;
    for policy in group.policies {
        policy.allow.find(&question.action, &question.memo, |number| {
            if let Some(statement) = policy.statements.get(number as usize)
                && statement.covers(question.principal, &question.resource, question.call.context)
            {
                let unmet: Vec<_> =
                    statement.conditions.iter().filter(|c| !c.is_met(question.call.context, Effect::Allow)).collect();
                if !unmet.is_empty() && nearest.as_ref().is_none_or(|(_, _, fewest)| unmet.len() < fewest.len()) {
                    nearest = Some((policy, statement, unmet));
                }
            }
            false
        });
    }
    nearest
}
