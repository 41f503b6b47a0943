use domain::approval::{ApprovalRule, Approver, MOST_PEOPLE};
use domain::view::{FormState, RULE_FIELDS, RuleInput};
use leptos::prelude::*;

use super::{Choice, Select, TextField};
use crate::words;

/// The steps of a rule of approval: who decides each, and how many people.
#[component]
pub fn RuleFields(rule: ApprovalRule, state: FormState, #[prop(optional)] part: &'static str) -> impl IntoView {
    let stored = stored_rule(&rule);
    let rows = RULE_FIELDS
        .into_iter()
        .enumerate()
        .map(|(i, (who, people))| {
            let value =
                |name: &str| stored.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()).unwrap_or_default();
            let choices = std::iter::once(Choice::new("", if i == 0 { "Nobody" } else { "No such step" }))
                .chain(Approver::ALL.map(|who| Choice::new(who.as_str(), words::approver(who))))
                .collect();
            view! {
                <Select
                    label=format!("Step {}: who decides", i + 1)
                    name=who
                    value=value(who)
                    choices
                    required=false
                    state=state.clone()
                    part
                />
                <TextField
                    label=format!("Step {}: how many of them", i + 1)
                    name=people
                    inputmode="numeric"
                    help=if i == 0 { format!("1 to {MOST_PEOPLE}; empty is one.") } else { String::new() }
                    value=value(people)
                    required=false
                    state=state.clone()
                    part
                />
            }
        })
        .collect_view();
    view! { {rows} }
}

/// The fields of a rule and their values, as [`super::StoredNow`] takes them.
pub fn stored_rule(rule: &ApprovalRule) -> Vec<(&'static str, String)> {
    let RuleInput { who_1, people_1, who_2, people_2, who_3, people_3, who_4, people_4 } = RuleInput::of(rule);
    let values = [(who_1, people_1), (who_2, people_2), (who_3, people_3), (who_4, people_4)];
    RULE_FIELDS.into_iter().zip(values).flat_map(|((who, people), (w, p))| [(who, w), (people, p)]).collect()
}
