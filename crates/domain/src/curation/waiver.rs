use chrono::{DateTime, Utc};

use crate::id::TemplateId;
use crate::person::PersonKey;

/// What an admin lets pass in one template, word for word as it is, until a moment: CloudFormation would take it, and a rule
/// does not hold or cannot look into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    pub template: TemplateId,
    /// The rule, as its findings name it.
    pub rule: String,
    /// How many findings of it there are in the template.
    pub findings: u32,
    pub reason: String,
    pub until: DateTime<Utc>,
    pub by: PersonKey,
}

/// Days that one holds at most.
pub const LONGEST_WAIVER_DAYS: u32 = 90;
/// Characters of its reason.
pub const LONGEST_WAIVER_REASON: usize = 500;

impl Waiver {
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}
