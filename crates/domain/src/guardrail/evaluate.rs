//! The decision over all layers, in AWS's order (IAM user guide, "Policy evaluation logic"; Organizations user guide, "SCP
//! evaluation"): a Deny anywhere wins; then every level of service control policies must have an Allow, then the boundary,
//! the session policies and the identity-based policies.

use super::actions::CalledAction;
use super::context::Context;
use super::explain;
use super::glob::Subject;
use super::memo::Memo;
use super::policy::Policy;
use super::principal::PrincipalArn;
use super::statement::Statement;
use super::verdict::{DecidedBy, Decision, Layer, Verdict};

/// One call that is to be decided.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// `sagemaker:CreateApp`; case-insensitive.
    pub action: &'a str,
    /// An ARN, or `*` for actions without resources.
    pub resource: &'a str,
    pub context: &'a Context,
}

/// The policies that apply to a call. All of them are needed: one that is left out is one that does not restrict.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// From the root to the account, the policies attached at each level. Empty: not subject to service control policies
    /// (see [`PrincipalArn::is_subject_to_scps`]). A level without policies allows nothing.
    pub scps: &'a [Vec<Policy>],
    pub boundary: Option<&'a Policy>,
    /// `Some(&[])` allows nothing.
    pub session: Option<&'a [Policy]>,
    pub identity: &'a [Policy],
}

impl<'a> Layers<'a> {
    /// Every group of policies that must have an Allow of its own, in order.
    fn groups(&self) -> impl Iterator<Item = Group<'a>> {
        let scps = self.scps.iter().enumerate().map(|(level, policies)| Group {
            layer: Layer::Scp,
            level: Some(level),
            policies,
        });
        let one = |layer, policies| Group { layer, level: None, policies };
        scps.chain(self.boundary.map(|policy| one(Layer::Boundary, std::slice::from_ref(policy))))
            .chain(self.session.map(|policies| one(Layer::Session, policies)))
            .chain(std::iter::once(one(Layer::Identity, self.identity)))
    }
}

/// Policies of which one Allow is enough.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) layer: Layer,
    pub(super) level: Option<usize>,
    pub(super) policies: &'a [Policy],
}

impl Group<'_> {
    fn decided_by(&self, found: Option<(&Policy, &Statement)>) -> DecidedBy {
        DecidedBy {
            layer: self.layer,
            level: self.level,
            policy: found.map(|(policy, _)| policy.name().to_owned()).unwrap_or_default(),
            statement: found.map(|(_, statement)| statement.name.clone()),
        }
    }
}

/// A call, taken apart once for all policies.
pub(super) struct Question<'a> {
    pub(super) call: Call<'a>,
    pub(super) principal: Option<&'a PrincipalArn>,
    pub(super) action: CalledAction,
    pub(super) resource: Subject<'a>,
    pub(super) memo: Memo,
}

impl<'a> Question<'a> {
    fn new(call: &Call<'a>, principal: Option<&'a PrincipalArn>) -> Self {
        Self {
            call: *call,
            principal,
            action: CalledAction::new(call.action),
            resource: Subject::new(call.resource),
            memo: Memo::default(),
        }
    }

    fn denied_by<'p>(&self, policy: &'p Policy) -> Option<&'p Statement> {
        let number = policy.deny.find(&self.action, &self.memo, |n| self.applies(policy, n))?;
        policy.statements.get(number as usize)
    }

    fn allowed_by<'p>(&self, policy: &'p Policy) -> Option<&'p Statement> {
        let number = policy.allow.find(&self.action, &self.memo, |n| self.applies(policy, n))?;
        policy.statements.get(number as usize)
    }

    fn applies(&self, policy: &Policy, number: u32) -> bool {
        policy
            .statements
            .get(number as usize)
            .is_some_and(|s| s.applies(self.principal, &self.resource, self.call.context, &self.memo))
    }
}

/// Decides a call as AWS does.
pub fn evaluate(layers: &Layers<'_>, call: &Call<'_>) -> Verdict {
    decide(layers.groups(), &Question::new(call, None))
}

/// Whether a role's trust policy lets `principal` make the call (`sts:AssumeRole`, `sts:TagSession`, ...). Where the policy
/// trusts an account, and always across accounts, the principal's own policies must allow the call as well.
pub fn trusts(policy: &Policy, principal: &PrincipalArn, call: &Call<'_>) -> Verdict {
    let group = Group { layer: Layer::Trust, level: None, policies: std::slice::from_ref(policy) };
    decide(std::iter::once(group), &Question::new(call, Some(principal)))
}

fn decide<'a>(groups: impl Iterator<Item = Group<'a>>, question: &Question<'_>) -> Verdict {
    let mut lacking: Option<Group<'a>> = None;
    let mut allowed = None;
    for group in groups {
        let mut allow = None;
        for policy in group.policies {
            if let Some(statement) = question.denied_by(policy) {
                return Verdict {
                    decision: Decision::ExplicitDeny,
                    decided_by: Some(group.decided_by(Some((policy, statement)))),
                    explanation: explain::denied(question, &group, policy, statement),
                };
            }
            if allow.is_none() && lacking.is_none() {
                allow = question.allowed_by(policy).map(|statement| (policy, statement));
            }
        }
        if allow.is_none() && lacking.is_none() {
            lacking = Some(group);
        }
        allowed = allow.map(|(policy, statement)| (group, policy, statement));
    }
    match (lacking, allowed) {
        (None, Some((group, policy, statement))) => Verdict {
            decision: Decision::Allow,
            decided_by: Some(group.decided_by(Some((policy, statement)))),
            explanation: explain::allowed(question, &group, policy, statement),
        },
        (lacking, _) => Verdict {
            decision: Decision::ImplicitDeny,
            decided_by: lacking.map(|group| group.decided_by(None)),
            explanation: lacking.map(|group| explain::not_allowed(question, &group)).unwrap_or_default(),
        },
    }
}
