use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Allowed, FormState, Removal};
use crate::approval::{ApprovalFloor, ApprovalRule, ApproverAssignment, MOST_PEOPLE, RuleError, Step};
use crate::id::ProductId;
use crate::problem::FieldError;
use crate::project::Project;

/// Who has to agree to what beyond the rules of the products, and who decides besides leads and admins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminApprovalsPage {
    pub floors: Vec<ApprovalFloor>,
    pub approvers: Vec<ApproverAssignment>,
    pub projects: Vec<Project>,
    /// By name.
    pub products: Vec<(ProductId, String)>,
    /// By the id of the floor or assignment.
    pub removals: BTreeMap<String, Removal>,
    pub allowed: Allowed,
    pub form: FormState,
}

/// The steps of a rule as posted: who decides each (empty: there is no such step), and how many people (empty: one).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleInput {
    pub who_1: String,
    pub people_1: String,
    pub who_2: String,
    pub people_2: String,
    pub who_3: String,
    pub people_3: String,
    pub who_4: String,
    pub people_4: String,
}

/// The names of the fields of [`RuleInput`].
pub const RULE_FIELDS: [(&str, &str); 4] =
    [("who_1", "people_1"), ("who_2", "people_2"), ("who_3", "people_3"), ("who_4", "people_4")];

impl RuleInput {
    /// As the form of a rule that is there would post it.
    pub fn of(rule: &ApprovalRule) -> Self {
        let who = |i: usize| rule.steps().get(i).map(|step| step.who.to_string()).unwrap_or_default();
        let people = |i: usize| rule.steps().get(i).map(|step| step.people.to_string()).unwrap_or_default();
        Self {
            who_1: who(0),
            people_1: people(0),
            who_2: who(1),
            people_2: people(1),
            who_3: who(2),
            people_3: people(2),
            who_4: who(3),
            people_4: people(3),
        }
    }

    /// The rule, or what is wrong at which field.
    pub fn rule(&self) -> Result<ApprovalRule, Vec<FieldError>> {
        let posted = [
            (&self.who_1, &self.people_1),
            (&self.who_2, &self.people_2),
            (&self.who_3, &self.people_3),
            (&self.who_4, &self.people_4),
        ];
        let (mut steps, mut fields, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for ((who, people), (who_field, people_field)) in posted.into_iter().zip(RULE_FIELDS) {
            let people = people.trim();
            if who.is_empty() {
                continue;
            }
            let Ok(who) = who.parse() else {
                errors.push(FieldError::new(who_field, "Choose who decides, or that there is no such step."));
                continue;
            };
            let count = if people.is_empty() { Some(1) } else { people.parse().ok() };
            match count.filter(|count| (1..=MOST_PEOPLE).contains(count)) {
                Some(people) => {
                    steps.push(Step { who, people });
                    fields.push(who_field);
                }
                None => errors.push(FieldError::new(people_field, format!("A whole number from 1 to {MOST_PEOPLE}."))),
            }
        }
        if let Some(twice) = steps.windows(2).position(|two| two[0].who == two[1].who) {
            let who = steps.get(twice).map(|step| step.who.plural()).unwrap_or_default();
            let message = format!("The step before asks {who} already: make it one step for more people.");
            errors.push(FieldError::new(fields.get(twice + 1).copied().unwrap_or_default(), message));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        ApprovalRule::new(steps).map_err(|e: RuleError| vec![FieldError::new("who_1", format!("{e}."))])
    }
}

/// A floor as posted; `stage` and `data_class` are empty for any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApprovalFloorInput {
    pub stage: String,
    pub data_class: String,
    #[serde(flatten)]
    pub rule: RuleInput,
    /// Empty when it is new.
    pub version: String,
}

/// Who decides, as posted; `project`, `product` and `stage` are empty for any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApproverInput {
    pub group: String,
    pub who: String,
    pub project: String,
    pub product: String,
    pub stage: String,
}
