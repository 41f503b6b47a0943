use serde::{Deserialize, Serialize};

use super::{Allowed, ConstraintRow, FormField, FormState, Removal};
use crate::curation::NewConstraint;
use crate::id::{PortfolioId, ProductId};
use crate::obstacle::Obstacle;

/// A constraint as a form gives it. What belongs to another kind stays empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConstraintInput {
    pub product: String,
    pub portfolio: String,
    /// The id of the one that it takes the place of; empty for a new one.
    pub constraint: String,
    /// [`crate::curation::seen`] of what the form was drawn with; empty for a new one.
    pub seen: String,
    /// `launch`, `allowed`, `template`, `tag_update`, `notification` or `stack_set`.
    pub kind: String,
    pub launch_role: String,
    /// Of `allowed`: a parameter, its values, one in a line, and what is said where another is chosen.
    pub parameter: String,
    pub allowed_values: String,
    pub message: String,
    /// Of `template`: JSON.
    pub rules: String,
    /// `yes` or `no`.
    pub tag_update: String,
    /// One in a line.
    pub topics: String,
    /// JSON.
    pub stack_set: String,
    pub constraint_description: String,
    /// Values that rules are tried with: `Parameter = value`, one in a line.
    pub sample: String,
    /// `yes`: it is meant, though nobody can request the product with it.
    pub meant: String,
}

/// What holds for a product in a portfolio, for whoever curates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintsPage {
    pub product: ProductId,
    pub name: String,
    pub portfolio: PortfolioId,
    pub portfolio_name: String,
    pub constraints: Vec<CuratedConstraint>,
    /// What the versions that can be requested ask for.
    pub parameters: Vec<String>,
    /// What rules that were not saved yet do.
    pub trial: Option<ConstraintTrial>,
    pub allowed: Allowed,
    pub form: FormState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CuratedConstraint {
    pub id: String,
    /// `LAUNCH`, `TEMPLATE`, ...
    pub kind: String,
    pub row: ConstraintRow,
    pub written: NewConstraint,
    /// See [`ConstraintInput::seen`].
    pub seen: String,
    pub removal: Removal,
}

/// What rules say to sample values, and what people are asked for once they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConstraintTrial {
    /// The rules one by one, in words.
    pub rules: Vec<String>,
    /// What they refuse of the sample.
    pub violations: Vec<String>,
    /// Rules that the sample neither keeps to nor breaks, as far as it goes.
    pub undecided: Vec<String>,
    /// What would keep the product from being requested.
    pub obstacles: Vec<Obstacle>,
    /// The request form's parameters as they would be.
    pub fields: Vec<FormField>,
}
