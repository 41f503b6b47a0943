//! The organization's tree.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::AccountId;
use serde::{Deserialize, Serialize};

/// An AWS organization.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Organization {
    /// `o-...`; empty when there is no organization.
    pub id: String,
    /// `r-...`
    pub root: String,
    pub management: Option<AccountId>,
    /// Member accounts that may call Organizations' reading operations.
    pub delegated_administrators: BTreeSet<AccountId>,
    /// By id (`ou-...`).
    pub units: BTreeMap<String, OrganizationalUnit>,
    /// The id of the root or unit that an account is in.
    pub account_parents: BTreeMap<AccountId, String>,
    /// By id (`p-...`).
    pub policies: BTreeMap<String, ServiceControlPolicy>,
    /// Ids of policies by target (root, unit or account), in the order of attachment.
    pub attachments: BTreeMap<String, Vec<String>>,
    /// Accounts that are closed: nobody takes a role there any more.
    #[serde(default)]
    pub suspended: BTreeSet<AccountId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationalUnit {
    pub id: String,
    pub name: String,
    pub parent: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceControlPolicy {
    pub id: String,
    pub name: String,
    pub description: String,
    pub content: String,
    pub aws_managed: bool,
}

impl Organization {
    pub fn contains(&self, account: &AccountId) -> bool {
        self.account_parents.contains_key(account)
    }

    /// Root, units and account above and including `account`, root first.
    pub fn path(&self, account: &AccountId) -> Vec<String> {
        let mut path = vec![account.to_string()];
        let mut at = self.account_parents.get(account).cloned();
        while let Some(id) = at {
            at = self.units.get(&id).map(|unit| unit.parent.clone());
            path.push(id);
        }
        path.reverse();
        path
    }

    /// The policies of every level from the root to the account. Empty for the management account and for accounts
    /// outside the organization: they are not subject to service control policies.
    pub fn chain(&self, account: &AccountId) -> Vec<Vec<&ServiceControlPolicy>> {
        if self.management.as_ref() == Some(account) || !self.contains(account) {
            return Vec::new();
        }
        self.path(account).iter().map(|target| self.attached(target)).collect()
    }

    /// The policies that hang directly on a target.
    pub fn attached(&self, target: &str) -> Vec<&ServiceControlPolicy> {
        let ids = self.attachments.get(target).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.policies.get(id)).collect()
    }

    /// Whether a root, unit or account has this id.
    pub fn has_target(&self, id: &str) -> bool {
        self.root == id
            || self.units.contains_key(id)
            || id.parse::<AccountId>().is_ok_and(|account| self.contains(&account))
    }
}
