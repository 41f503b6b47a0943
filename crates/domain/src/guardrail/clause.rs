//! The statements of a policy as they are written, for people who want to know what it gives and takes before they run into
//! it.

use super::policy::Policy;
use super::principal::PrincipalArn;
use super::statement::Statement;
use super::verdict::{Effect, StatementName};

/// One statement, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub statement: StatementName,
    pub effect: Effect,
    pub actions: Vec<String>,
    /// `NotAction`: everything but the actions.
    pub all_but: bool,
    /// Empty: every resource.
    pub resources: Vec<String>,
    /// `NotResource`: every resource but these.
    pub all_resources_but: bool,
    /// `StringNotEquals aws:RequestedRegion "eu-west-1"`; it holds where all of them are met.
    pub conditions: Vec<String>,
    /// The same conditions for people: `aws:RequestedRegion is not "eu-west-1", or the call has none`.
    pub conditions_in_words: Vec<String>,
}

impl Policy {
    /// Every statement, in the policy's order.
    pub fn clauses(&self) -> impl Iterator<Item = Clause> + '_ {
        self.clauses_of(|_| true)
    }

    /// The statements of a trust policy that speak of `principal`.
    pub fn clauses_about<'a>(&'a self, principal: &'a PrincipalArn) -> impl Iterator<Item = Clause> + 'a {
        self.clauses_of(|statement| statement.is_about(principal))
    }

    fn clauses_of<'a>(&'a self, of: impl Fn(&Statement) -> bool + 'a) -> impl Iterator<Item = Clause> + 'a {
        self.statements.iter().filter(move |statement| of(statement)).map(|statement| {
            let written = &statement.written;
            let any = !written.all_resources_but && written.resources.iter().any(|resource| resource == "*");
            Clause {
                statement: statement.name.clone(),
                effect: statement.effect,
                actions: written.actions.to_vec(),
                all_but: written.all_but,
                resources: if any { Vec::new() } else { written.resources.to_vec() },
                all_resources_but: written.all_resources_but,
                conditions: statement.conditions.iter().map(|condition| condition.words.to_string()).collect(),
                conditions_in_words: statement.conditions.iter().map(super::condition::Condition::in_words).collect(),
            }
        })
    }
}

impl Clause {
    /// Whether it names every action on every resource, under no condition.
    pub fn is_everything(&self) -> bool {
        !self.all_but
            && self.actions.iter().any(|action| action == "*")
            && self.resources.is_empty()
            && self.conditions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::PolicyKind;

    #[test]
    fn what_a_policy_says_is_said_as_it_is_written() {
        let text = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"*","Resource":"*"},
            {"Sid":"NoEndpoints","Effect":"Deny","Action":["sagemaker:CreateEndpoint"],"Resource":"*"},
            {"Effect":"Deny","NotAction":"iam:*","Resource":"arn:aws:s3:::logs/*",
             "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}}]}"#;
        let policy = Policy::parse(PolicyKind::ServiceControl, "some", text).unwrap();
        let clauses: Vec<Clause> = policy.clauses().collect();
        let [everything, endpoints, rest] = clauses.try_into().unwrap();
        assert_eq!((everything.effect, everything.is_everything()), (Effect::Allow, true));
        assert_eq!((&endpoints.statement, endpoints.effect), (&StatementName::Sid("NoEndpoints".into()), Effect::Deny));
        assert_eq!(endpoints.actions, ["sagemaker:CreateEndpoint"]);
        assert!(!endpoints.all_but && endpoints.resources.is_empty() && endpoints.conditions.is_empty());
        assert!(!endpoints.is_everything() && !rest.is_everything());
        assert_eq!((rest.statement, rest.all_but), (StatementName::Index(2), true));
        assert_eq!(rest.resources, ["arn:aws:s3:::logs/*"]);
        assert_eq!(rest.conditions, [r#"StringNotEquals aws:RequestedRegion "eu-west-1", "eu-central-1""#]);
        assert_eq!(
            rest.conditions_in_words,
            [r#"aws:RequestedRegion is none of "eu-west-1", "eu-central-1", or the call has none"#]
        );
    }
}
