//! Where an account stands in the organization, and what the service control policies on its way forbid there. Mirrored
//! into the store; nothing here asks AWS.

mod applied;
mod chain;
mod change;
mod diff;
mod effect;
mod effective;
mod governed;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::guardrail::{Call, Context, Decision, Effect, Layers, Policy, PolicyKind, SizeLimit, evaluate};
use crate::id::{AccountId, Region};
use crate::problem::Problem;

pub use applied::{AppliedChange, ChangeState};
pub use chain::Chain;
pub use change::{AroundChange, Basis, MOST_NODES, PolicyChange, ScpLimits, fingerprint};
pub use diff::{DiffLine, around_changes, diff};
pub use effect::{ChangedOutlook, Need, OtherDenial, OutlookOf, changed_outlooks};
pub use effective::{EffectiveLevel, EffectivePolicy, EffectiveStatement, effective_policy, statements_of};
pub use governed::{GOVERNED, GovernedAction, requested_region};
pub use tree::{NodeKind, Organization, TreeNode};

/// The root, an organizational unit, or the account itself, with the policies attached to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationNode {
    pub id: String,
    pub name: String,
    /// By id, see [`ServiceControlPolicy`].
    pub policies: Vec<String>,
}

/// The way from the root down to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPath {
    pub account: AccountId,
    /// The root first, the account last.
    pub nodes: Vec<OrganizationNode>,
    /// No service control policy reaches the management account, and none applies without all features.
    pub exempt: bool,
}

/// A service control policy with its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceControlPolicy {
    pub id: String,
    pub name: String,
    pub content: String,
    pub description: String,
    /// AWS's own, which nobody changes.
    pub aws_managed: bool,
}

impl ServiceControlPolicy {
    /// Whether it is exactly this.
    pub fn says(&self, name: &str, description: &str, content: &str) -> bool {
        (self.name.as_str(), self.description.as_str(), self.content.as_str()) == (name, description, content)
    }
}

/// How fresh the mirror of the organization is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationState {
    /// When it was last read whole.
    pub refreshed_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed, if it did.
    pub problem: Option<Problem>,
}

/// A Deny statement that reaches an account, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forbidden {
    pub policy: String,
    /// The name of the node that the policy is attached to.
    pub node: String,
    pub statement: String,
    pub actions: Vec<String>,
    /// Everything but the actions.
    pub all_but: bool,
    /// Empty: every resource.
    pub resources: Vec<String>,
    /// Every resource but these.
    pub all_resources_but: bool,
    /// It holds where all of them are met.
    pub conditions: Vec<String>,
}

/// An action that something needs and that does not pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refused {
    pub action: String,
    /// The policy and the node it is attached to, or the node where nothing allows the action.
    pub why: String,
}

/// What the policies mean for one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrails {
    pub forbidden: Vec<Forbidden>,
    /// Of the actions that were asked about.
    pub refused: Vec<Refused>,
    /// Policies that cannot be evaluated here, and why: what they forbid is not among the above.
    pub unreadable: Vec<String>,
}

/// Who would make the calls: a role of the account.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub role: &'a str,
    pub region: &'a Region,
    pub partition: &'a str,
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What the chain of policies from the root to the account forbids, and which of `actions` the caller could not do whatever
/// its own policies allow. Resources and what a call says of itself are not known here: a Deny for some resources alone is
/// among the forbidden, not among the refused, and one under conditions is refused with its conditions.
pub fn guardrails(
    path: &AccountPath,
    policies: &BTreeMap<String, ServiceControlPolicy>,
    caller: Caller<'_>,
    actions: &BTreeSet<&str>,
) -> Guardrails {
    let mut found = Guardrails::default();
    if path.exempt {
        return found;
    }
    let mut levels: Vec<Vec<Policy>> = Vec::with_capacity(path.nodes.len());
    for node in &path.nodes {
        let mut level = Vec::new();
        for id in &node.policies {
            let Some(policy) = policies.get(id) else {
                found.unreadable.push(format!("{id} at {}: it was not read", node.name));
                continue;
            };
            // What Organizations keeps is within its quota, which customers can have raised.
            match Policy::parse_within(SizeLimit::NONE, PolicyKind::ServiceControl, &policy.name, &policy.content) {
                Ok(parsed) => {
                    found.forbidden.extend(forbidden(&parsed, &node.name));
                    level.push(parsed);
                }
                Err(error) => found.unreadable.push(format!("{} at {}: {error}", policy.name, node.name)),
            }
        }
        levels.push(level);
    }
    // With a policy missing, "nothing allows it" would be a guess.
    let complete = found.unreadable.is_empty();
    let Ok(everything) = Policy::parse(PolicyKind::Identity, "everything", EVERYTHING) else { return found };
    let context = context(&path.account, caller);
    let identity = [everything];
    let layers = Layers { scps: &levels, boundary: None, session: None, identity: &identity };
    for action in actions {
        let verdict = evaluate(&layers, &Call { action, resource: "*", context: &context });
        let Some(by) = verdict.decided_by else { continue };
        let node = by.level.and_then(|level| path.nodes.get(level)).map_or("", |node| node.name.as_str());
        let why = match verdict.decision {
            Decision::ImplicitDeny if complete => format!("no policy at {node} allows it"),
            Decision::Allow | Decision::ImplicitDeny => continue,
            Decision::ExplicitDeny => {
                let statement = by.statement.map(|name| name.to_string()).unwrap_or_default();
                let denying = found
                    .forbidden
                    .iter()
                    .find(|f| f.policy == by.policy && f.node == node && f.statement == statement);
                let conditions = denying.map(|f| f.conditions.join(" and ")).filter(|text| !text.is_empty());
                match conditions {
                    Some(conditions) => format!("{} at {node} denies it where {conditions}", by.policy),
                    None => format!("{} at {node} denies it", by.policy),
                }
            }
        };
        found.refused.push(Refused { action: (*action).to_owned(), why });
    }
    found
}

fn forbidden<'a>(policy: &'a Policy, node: &'a str) -> impl Iterator<Item = Forbidden> + 'a {
    policy.clauses().filter(|clause| clause.effect == Effect::Deny).map(|denied| Forbidden {
        policy: policy.name().to_owned(),
        node: node.to_owned(),
        statement: denied.statement.to_string(),
        actions: denied.actions,
        all_but: denied.all_but,
        resources: denied.resources,
        all_resources_but: denied.all_resources_but,
        conditions: denied.conditions,
    })
}

/// What is known of every call of the role.
pub fn context(account: &AccountId, caller: Caller<'_>) -> Context {
    let mut context = Context::new();
    let Caller { role, region, partition } = caller;
    context
        .set("aws:PrincipalArn", format!("arn:{partition}:iam::{account}:role/{role}"))
        .set("aws:PrincipalAccount", account.as_str())
        .set("aws:PrincipalType", "AssumedRole")
        .set("aws:PrincipalIsAWSService", "false")
        .set("aws:RequestedRegion", region.as_str());
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, policies: &[&str]) -> OrganizationNode {
        OrganizationNode {
            id: format!("ou-{name}"),
            name: name.into(),
            policies: policies.iter().map(|p| (*p).to_owned()).collect(),
        }
    }

    fn path(dev: &[&str]) -> AccountPath {
        AccountPath {
            account: "601000000002".parse().unwrap(),
            nodes: vec![node("Root", &["full"]), node("Dev", dev), node("fraud-dev", &["full"])],
            exempt: false,
        }
    }

    fn policies(dev: &str) -> BTreeMap<String, ServiceControlPolicy> {
        let policy = |id: &str, content: &str| {
            let (id, name, content) = (id.to_owned(), id.into(), content.into());
            (id.clone(), ServiceControlPolicy { id, name, content, ..ServiceControlPolicy::default() })
        };
        [policy("full", EVERYTHING), policy("dev", dev)].into()
    }

    fn found(path: &AccountPath, dev: &str, actions: &[&str]) -> Guardrails {
        let region = "eu-west-1".parse().unwrap();
        let caller = Caller { role: "StudiogateLaunchRole", region: &region, partition: "aws" };
        guardrails(path, &policies(dev), caller, &actions.iter().copied().collect())
    }

    const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny",
        "Action":["sagemaker:CreateEndpoint","sagemaker:CreateApp"],"Resource":"*"}]}"#;

    #[test]
    fn what_is_denied_on_the_way_is_shown_and_only_what_is_needed_is_refused() {
        let found = found(&path(&["full", "dev"]), DENY, &["sagemaker:CreateApp", "sagemaker:CreateDomain"]);
        let [forbidden] = &found.forbidden[..] else { panic!("{found:?}") };
        assert_eq!((forbidden.policy.as_str(), forbidden.node.as_str()), ("dev", "Dev"));
        assert_eq!(forbidden.actions, ["sagemaker:CreateEndpoint", "sagemaker:CreateApp"]);
        let why = "dev at Dev denies it".to_owned();
        assert_eq!(found.refused, [Refused { action: "sagemaker:CreateApp".into(), why }]);
    }

    #[test]
    fn a_level_that_allows_nothing_refuses_everything_below() {
        let found = found(&path(&["dev"]), DENY, &["s3:CreateBucket"]);
        assert_eq!(found.refused[0].why, "no policy at Dev allows it");
    }

    #[test]
    fn a_deny_under_conditions_names_them_and_one_for_others_does_not_count() {
        let deny = |condition: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"sagemaker:CreateDomain",
                "Resource":"*","Condition":{{{condition}}}}}]}}"#
            )
        };
        let chain = path(&["full", "dev"]);
        let needed = ["sagemaker:CreateDomain"];
        let without_vpc = found(&chain, &deny(r#""Null":{"sagemaker:VpcSubnets":"true"}"#), &needed);
        assert_eq!(without_vpc.refused[0].why, r#"dev at Dev denies it where Null sagemaker:VpcSubnets "true""#);
        let exempt = r#""ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/StudiogateLaunchRole"}"#;
        let exempt = found(&chain, &deny(exempt), &needed);
        assert!(exempt.refused.is_empty() && exempt.forbidden.len() == 1);
        let elsewhere = found(&chain, &deny(r#""StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}"#), &needed);
        assert!(elsewhere.refused.is_empty());
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_named_and_nothing_is_guessed() {
        let broken = found(&path(&["dev"]), "{", &["s3:CreateBucket"]);
        assert!(broken.unreadable[0].starts_with("dev at Dev: line 1"), "{broken:?}");
        assert!(broken.refused.is_empty());
        let missing = found(&path(&["full", "gone"]), DENY, &[]);
        assert_eq!(missing.unreadable, ["gone at Dev: it was not read"]);
    }

    #[test]
    fn no_policy_reaches_the_management_account() {
        let exempt = AccountPath { exempt: true, ..path(&["dev"]) };
        assert_eq!(found(&exempt, DENY, &["sagemaker:CreateApp"]), Guardrails::default());
    }
}
