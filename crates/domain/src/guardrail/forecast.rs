//! What service control policies will say to a call of which not everything is known yet: three answers instead of two. A
//! statement that asks for something unknown may apply or not, and that is said instead of guessed.

use serde::{Deserialize, Serialize};

use super::actions::CalledAction;
use super::condition::Condition;
use super::context::Context;
use super::glob::Subject;
use super::memo::Memo;
use super::operator::TestKind;
use super::policy::Policy;
use super::statement::Statement;
use super::verdict::{DecidedBy, Effect, Layer};

/// What is known of a call before anybody makes it.
#[derive(Clone, Copy, Debug)]
pub struct ForeseenCall<'a> {
    pub action: &'a str,
    /// `None`: not known, or many.
    pub resource: Option<&'a str>,
    pub context: &'a Context,
    /// Condition keys that the call will not have; `aws:RequestTag/*` is every one that begins so and is not known otherwise.
    /// A key that is nowhere here is unknown.
    pub absent: &'a [&'a str],
    /// Condition keys that the call will have, with values that are not known.
    pub present: &'a [&'a str],
}

impl ForeseenCall<'_> {
    fn has(&self, key: &str) -> bool {
        self.present.iter().any(|present| present.eq_ignore_ascii_case(key))
    }

    fn lacks(&self, key: &str) -> bool {
        self.absent.iter().any(|absent| match absent.strip_suffix('*') {
            Some(start) => key.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
            None => absent.eq_ignore_ascii_case(key),
        })
    }
}

/// How the policies stand to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    Passes,
    /// By what the call will say of itself.
    Depends,
    Denied,
}

/// An [`Outlook`] with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    pub outlook: Outlook,
    /// The statement that denies, or may; or the level without an Allow. `None` where it passes.
    pub decided_by: Option<DecidedBy>,
    /// Where it depends: what has to be so for it to be denied, in words.
    pub denied_where: Vec<String>,
    /// Where it depends: what else may deny it. What says the same as one before it is left out.
    pub others: Vec<MayDeny>,
}

/// A statement that may deny a call, or a level that may not allow it, and what has to be so for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MayDeny {
    pub by: DecidedBy,
    pub denied_where: Vec<String>,
}

impl Forecast {
    fn denied(by: DecidedBy) -> Self {
        Self { outlook: Outlook::Denied, decided_by: Some(by), denied_where: Vec::new(), others: Vec::new() }
    }

    /// What is left where nothing denies for sure.
    fn depends(may_deny: Vec<MayDeny>) -> Self {
        let mut may_deny = may_deny.into_iter();
        match may_deny.next() {
            Some(MayDeny { by, denied_where }) => {
                Self { outlook: Outlook::Depends, decided_by: Some(by), denied_where, others: may_deny.collect() }
            }
            None => Self { outlook: Outlook::Passes, decided_by: None, denied_where: Vec::new(), others: Vec::new() },
        }
    }
}

/// Foresees what the levels of service control policies, root first, say to a call.
pub fn forecast(levels: &[Vec<Policy>], call: &ForeseenCall<'_>) -> Forecast {
    let action = CalledAction::new(call.action);
    let (mut lacking, mut may_deny) = (None, Vec::<MayDeny>::new());
    let mut note = |by: DecidedBy, denied_where: Vec<String>| {
        if !may_deny.iter().any(|other| other.denied_where == denied_where) {
            may_deny.push(MayDeny { by, denied_where });
        }
    };
    for (level, policies) in levels.iter().enumerate() {
        let by = |found: Option<(&Policy, &Statement)>| DecidedBy {
            layer: Layer::Scp,
            level: Some(level),
            policy: found.map(|(policy, _)| policy.name().to_owned()).unwrap_or_default(),
            statement: found.map(|(_, statement)| statement.name.clone()),
        };
        let (mut allowed, mut allowed_where) = (false, Vec::new());
        for policy in policies {
            for statement in naming(policy, Effect::Deny, &action) {
                match applies(statement, call) {
                    Applies::Yes => return Forecast::denied(by(Some((policy, statement)))),
                    Applies::Maybe(denied_where) => note(by(Some((policy, statement))), denied_where),
                    Applies::No => {}
                }
            }
            for statement in naming(policy, Effect::Allow, &action) {
                match applies(statement, call) {
                    Applies::Yes => allowed = true,
                    Applies::Maybe(what) => allowed_where.push(format!("it is not so that {}", what.join(" and "))),
                    Applies::No => {}
                }
            }
        }
        match (allowed, allowed_where.is_empty()) {
            (true, _) => {}
            (false, true) => lacking = lacking.or_else(|| Some(by(None))),
            (false, false) => note(by(None), allowed_where),
        }
    }
    lacking.map_or_else(|| Forecast::depends(may_deny), Forecast::denied)
}

/// Whether a statement applies to a call.
#[derive(Debug)]
enum Applies {
    Yes,
    /// Where all of this is so.
    Maybe(Vec<String>),
    No,
}

/// The statements of this effect that name the action, in the policy's order.
fn naming<'p>(policy: &'p Policy, effect: Effect, action: &CalledAction) -> impl Iterator<Item = &'p Statement> {
    let index = if effect == Effect::Deny { &policy.deny } else { &policy.allow };
    let mut numbers = Vec::new();
    index.find(action, &Memo::default(), |number| {
        numbers.push(number);
        false
    });
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().filter_map(|number| policy.statements.get(number as usize))
}

fn applies(statement: &Statement, call: &ForeseenCall<'_>) -> Applies {
    let mut unknown = Vec::new();
    let resource = call.resource.map(Subject::new);
    match statement.reaches(resource.as_ref(), call.context) {
        Some(true) => {}
        Some(false) => return Applies::No,
        None => {
            let but = if statement.written.all_resources_but { "none of " } else { "" };
            unknown.push(format!("the resource is {but}{}", statement.written.resources.join(", ")));
        }
    }
    for condition in &statement.conditions {
        match met(condition, statement.effect, call) {
            Some(true) => {}
            Some(false) => return Applies::No,
            None => unknown.push(condition.in_words()),
        }
    }
    if unknown.is_empty() { Applies::Yes } else { Applies::Maybe(unknown) }
}

fn met(condition: &Condition, effect: Effect, call: &ForeseenCall<'_>) -> Option<bool> {
    let key = &condition.shown_key;
    if call.has(key) {
        // Whether it is there is all that is known.
        let mut context = Context::new();
        context.set(key, "is there");
        return (condition.operator.test == TestKind::Null).then(|| condition.is_met(&context, effect));
    }
    let known = !call.context.get(key).is_empty() || call.lacks(key);
    // A variable stands for something that the call says of itself.
    (known && !condition.words.contains("${")).then(|| condition.is_met(call.context, effect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guardrail::PolicyKind;

    const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

    fn level(statements: &[&str]) -> Vec<Policy> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        vec![Policy::parse(PolicyKind::ServiceControl, "some", &text).unwrap()]
    }

    fn foresee(levels: &[Vec<Policy>], resource: Option<&str>, absent: &[&str]) -> Forecast {
        let mut context = Context::new();
        context.set("aws:RequestedRegion", "eu-west-1");
        let call = ForeseenCall { action: "sagemaker:CreateDomain", resource, context: &context, absent, present: &[] };
        forecast(levels, &call)
    }

    #[test]
    fn a_key_that_is_there_with_a_value_that_is_not_known_decides_whether_it_is_there() {
        let context = Context::new();
        let seen = |condition: &str| {
            let levels = [level(&[ALL, &deny(&format!(r#""Resource":"*","Condition":{{{condition}}}"#))])];
            let present = &["sagemaker:VolumeKmsKey"][..];
            let absent = &["aws:RequestTag/*"][..];
            let call =
                ForeseenCall { action: "sagemaker:CreateDomain", resource: None, context: &context, absent, present };
            forecast(&levels, &call).outlook
        };
        assert_eq!(seen(r#""Null":{"sagemaker:VolumeKmsKey":"true"}"#), Outlook::Passes);
        assert_eq!(seen(r#""Null":{"sagemaker:volumekmskey":"false"}"#), Outlook::Denied);
        assert_eq!(seen(r#""StringEquals":{"sagemaker:VolumeKmsKey":"k"}"#), Outlook::Depends);
        assert_eq!(seen(r#""Null":{"aws:RequestTag/project":"true"}"#), Outlook::Denied);
        assert_eq!(seen(r#""StringEquals":{"aws:requesttag/project":"x"}"#), Outlook::Passes);
        assert_eq!(seen(r#""Null":{"aws:TagKeys":"true"}"#), Outlook::Depends);
    }

    fn deny(more: &str) -> String {
        format!(r#"{{"Effect":"Deny","Action":"sagemaker:*",{more}}}"#)
    }

    #[test]
    fn what_is_not_known_is_said_and_what_is_known_decides() {
        let without_vpc = deny(r#""Resource":"*","Condition":{"Null":{"sagemaker:VpcSubnets":"true"}}"#);
        let levels = [level(&[ALL]), level(&[ALL, &without_vpc])];
        let found = foresee(&levels, None, &[]);
        assert_eq!(
            (found.outlook, &found.denied_where[..]),
            (Outlook::Depends, &["the call has no sagemaker:VpcSubnets".to_owned()][..])
        );
        assert_eq!(found.decided_by.unwrap().level, Some(1));
        assert_eq!(foresee(&levels, None, &["sagemaker:vpcsubnets"]).outlook, Outlook::Denied);
        let elsewhere = deny(r#""Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#);
        assert_eq!(foresee(&[level(&[ALL, &elsewhere])], None, &[]).outlook, Outlook::Passes);
        let two = deny(
            r#""Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"},"Null":{"a:b":"true"}}"#,
        );
        assert_eq!(
            foresee(&[level(&[ALL, &two])], None, &[]).outlook,
            Outlook::Passes,
            "one that is not met is enough"
        );
    }

    #[test]
    fn some_resources_are_a_matter_of_the_resource() {
        let levels = [level(&[ALL, &deny(r#""Resource":"arn:aws:sagemaker:*:*:domain/d-1""#)])];
        assert_eq!(foresee(&levels, None, &[]).outlook, Outlook::Depends);
        let one = Some("arn:aws:sagemaker:eu-west-1:601000000002:domain/d-1");
        assert_eq!(foresee(&levels, one, &[]).outlook, Outlook::Denied);
        let other = Some("arn:aws:sagemaker:eu-west-1:601000000002:domain/d-2");
        assert_eq!(foresee(&levels, other, &[]).outlook, Outlook::Passes);
    }

    #[test]
    fn a_level_without_an_allow_denies_and_one_under_conditions_depends() {
        let found =
            foresee(&[level(&[ALL]), level(&[r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#])], None, &[]);
        assert_eq!(found.outlook, Outlook::Denied);
        assert_eq!(found.decided_by.unwrap().policy, "");
        let within =
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}"#;
        let found = foresee(&[level(&[within])], None, &[]);
        assert_eq!(
            (found.outlook, found.denied_where),
            (Outlook::Depends, vec![r#"it is not so that aws:SourceVpc is "vpc-1""#.to_owned()])
        );
        assert_eq!(foresee(&[level(&[within])], None, &["aws:SourceVpc"]).outlook, Outlook::Denied);
    }

    #[test]
    fn everything_that_may_deny_is_told_once() {
        let without = |key: &str| {
            let condition = format!(r#""Resource":"*","Condition":{{"Null":{{"{key}":"true"}}}}"#);
            deny(&condition)
        };
        let (vpc, tag) = (without("sagemaker:VpcSubnets"), without("aws:RequestTag/project"));
        let found = foresee(&[level(&[ALL, &vpc, &tag]), level(&[ALL, &vpc])], None, &[]);
        assert_eq!(found.denied_where, ["the call has no sagemaker:VpcSubnets"]);
        let [other] = &found.others[..] else { panic!("{found:?}") };
        assert_eq!(other.denied_where, ["the call has no aws:RequestTag/project"]);
        assert_eq!((other.by.level, other.by.policy.as_str()), (Some(0), "some"));
    }

    #[test]
    fn a_sure_denial_wins_over_a_possible_one_before_it() {
        let maybe = deny(r#""Resource":"*","Condition":{"Bool":{"a:b":"true"}}"#);
        let sure = r#"{"Sid":"Sure","Effect":"Deny","Action":"*","Resource":"*"}"#;
        let found = foresee(&[level(&[ALL, &maybe]), level(&[ALL, sure])], None, &[]);
        assert_eq!(found.outlook, Outlook::Denied);
        assert_eq!(found.decided_by.unwrap().statement.unwrap().to_string(), "Sure");
    }
}
