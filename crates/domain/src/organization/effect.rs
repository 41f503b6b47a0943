//! What a change of the policies does to calls that somebody needs: each looked at before and after.

use serde::{Deserialize, Serialize};

use super::Chain;
use crate::guardrail::{Context, DecidedBy, Forecast, ForeseenCall, MayDeny, Outlook};

/// A call that something needs, and the role that makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// What it is needed for, in words: `to create it`.
    pub purpose: String,
    pub action: String,
    pub role: String,
}

/// How the policies stand to a call, by the names that people know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookOf {
    pub outlook: Outlook,
    /// The id of the policy that denies, or may; empty where a level has no Allow.
    pub policy_id: String,
    pub statement: String,
    /// The name of the node that the policy is attached to, or that has no Allow.
    pub node: String,
    pub denied_where: Vec<String>,
    /// What else may deny it.
    #[serde(default)]
    pub others: Vec<OtherDenial>,
}

/// What may deny a call as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherDenial {
    pub policy_id: String,
    pub statement: String,
    pub node: String,
    pub denied_where: Vec<String>,
}

/// A call whose outlook is another after the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedOutlook {
    pub need: Need,
    pub before: OutlookOf,
    pub after: OutlookOf,
}

impl ChangedOutlook {
    /// Whether it is denied for sure afterwards and was not before.
    pub fn is_newly_denied(&self) -> bool {
        self.after.outlook == Outlook::Denied && self.before.outlook != Outlook::Denied
    }

    /// Whether the change takes something away: for sure, or depending on the call.
    pub fn is_loss(&self) -> bool {
        self.after.outlook > self.before.outlook
    }
}

impl OutlookOf {
    /// What the chain says to the call.
    pub fn of(chain: &Chain, call: &ForeseenCall<'_>) -> Self {
        Self::named(chain, chain.forecast(call))
    }

    /// A forecast that the chain gave, by the names of its nodes.
    pub fn named(chain: &Chain, found: Forecast) -> Self {
        let node = |by: &DecidedBy| chain.node(by.level).map(|node| node.name.clone()).unwrap_or_default();
        let statement = |by: &DecidedBy| by.statement.as_ref().map(ToString::to_string).unwrap_or_default();
        let by = found.decided_by;
        let others = found.others.into_iter().map(|MayDeny { by, denied_where }| OtherDenial {
            statement: statement(&by),
            node: node(&by),
            policy_id: by.policy,
            denied_where,
        });
        Self {
            outlook: found.outlook,
            node: by.as_ref().map(node).unwrap_or_default(),
            statement: by.as_ref().map(statement).unwrap_or_default(),
            policy_id: by.map(|by| by.policy).unwrap_or_default(),
            denied_where: found.denied_where,
            others: others.collect(),
        }
    }

    /// Whether it is so by the same policies, on whatever node: where an account was moved, or a policy is attached twice, that alone is
    /// no difference.
    pub fn stands_as(&self, other: &Self) -> bool {
        let others = |it: &Self| -> Vec<(String, String, Vec<String>)> {
            let of = |it: &OtherDenial| (it.policy_id.clone(), it.statement.clone(), it.denied_where.clone());
            it.others.iter().map(of).collect()
        };
        let itself = |it: &Self| (it.outlook, it.policy_id.clone(), it.statement.clone(), it.denied_where.clone());
        itself(self) == itself(other) && others(self) == others(other)
    }

    /// Ids of the policies that it speaks of.
    pub fn policies(&self) -> impl Iterator<Item = &String> {
        let others = self.others.iter().map(|other| &other.policy_id);
        std::iter::once(&self.policy_id).chain(others).filter(|id| !id.is_empty())
    }
}

/// The needs whose outlook is another after the change. `context` is what is known of every call of a role.
pub fn changed_outlooks(
    before: &Chain,
    after: &Chain,
    needs: &[Need],
    context: impl Fn(&str) -> Context,
) -> Vec<ChangedOutlook> {
    let mut changed = Vec::new();
    for need in needs {
        let context = context(&need.role);
        let call = ForeseenCall { action: &need.action, resource: None, context: &context, absent: &[], present: &[] };
        let (before, after) = (OutlookOf::of(before, &call), OutlookOf::of(after, &call));
        if !before.stands_as(&after) {
            changed.push(ChangedOutlook { need: need.clone(), before, after });
        }
    }
    changed
}
