//! The Deny statements of a policy, for people who want to know what it takes away before they run into it.

use super::policy::Policy;
use super::verdict::{Effect, StatementName};

/// A Deny statement, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prohibition {
    pub statement: StatementName,
    pub actions: Vec<String>,
    /// `NotAction`: everything but the actions.
    pub all_but: bool,
    /// Empty: every resource.
    pub resources: Vec<String>,
    /// `NotResource`: every resource but these.
    pub all_resources_but: bool,
    /// `StringNotEquals aws:RequestedRegion "eu-west-1"`; it holds where all of them are met.
    pub conditions: Vec<String>,
}

impl Policy {
    /// What the policy denies, statement by statement.
    pub fn prohibitions(&self) -> Vec<Prohibition> {
        let denies = self.statements.iter().filter(|statement| statement.effect == Effect::Deny);
        denies
            .map(|statement| {
                let written = &statement.written;
                let any = !written.all_resources_but && written.resources.iter().any(|resource| resource == "*");
                Prohibition {
                    statement: statement.name.clone(),
                    actions: written.actions.to_vec(),
                    all_but: written.all_but,
                    resources: if any { Vec::new() } else { written.resources.to_vec() },
                    all_resources_but: written.all_resources_but,
                    conditions: statement.conditions.iter().map(|condition| condition.words.to_string()).collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::PolicyKind;

    #[test]
    fn what_a_policy_denies_is_said_as_it_is_written() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"*","Resource":"*"},
            {"Sid":"NoEndpoints","Effect":"Deny","Action":["sagemaker:CreateEndpoint"],"Resource":"*"},
            {"Effect":"Deny","NotAction":"iam:*","Resource":"arn:aws:s3:::logs/*",
             "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}}]}"#;
        let policy = Policy::parse(PolicyKind::ServiceControl, "some", text).unwrap();
        let [endpoints, rest] = policy.prohibitions().try_into().unwrap();
        assert_eq!(endpoints.statement, StatementName::Sid("NoEndpoints".into()));
        assert_eq!(endpoints.actions, ["sagemaker:CreateEndpoint"]);
        assert!(!endpoints.all_but && endpoints.resources.is_empty() && endpoints.conditions.is_empty());
        assert_eq!((rest.statement, rest.all_but), (StatementName::Index(2), true));
        assert_eq!(rest.resources, ["arn:aws:s3:::logs/*"]);
        assert_eq!(rest.conditions, [r#"StringNotEquals aws:RequestedRegion "eu-west-1", "eu-central-1""#]);
    }
}
