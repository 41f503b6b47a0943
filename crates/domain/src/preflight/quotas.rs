//! An account's own quotas: how many of a kind it may have, how many it has, and how many the template makes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Check, Finding, Read, Verdict, Who};
use crate::id::{AccountId, Region};
use crate::template::{Resolver, TemplateDigest};

/// A kind of resource that Service Quotas counts by account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    Domain,
    UserProfile,
    Space,
    NotebookInstance,
}

impl Counted {
    pub const ALL: [Self; 4] = [Self::Domain, Self::UserProfile, Self::Space, Self::NotebookInstance];

    pub fn resource_type(self) -> &'static str {
        match self {
            Self::Domain => "AWS::SageMaker::Domain",
            Self::UserProfile => "AWS::SageMaker::UserProfile",
            Self::Space => "AWS::SageMaker::Space",
            Self::NotebookInstance => "AWS::SageMaker::NotebookInstance",
        }
    }

    /// The quota's code at Service Quotas, the same in every account and region.
    pub fn quota_code(self) -> &'static str {
        match self {
            Self::Domain => "L-B683BCB0",
            Self::UserProfile => "L-AC46C40F",
            Self::Space => "L-8E5333B4",
            Self::NotebookInstance => "L-04CE2E67",
        }
    }

    /// The quota's name there, by which it is found in the console.
    pub fn quota_name(self) -> &'static str {
        match self {
            Self::Domain => "Total domains",
            Self::UserProfile => "Maximum number of Studio user profiles allowed per account",
            Self::Space => "Maximum number of Studio spaces allowed per account",
            Self::NotebookInstance => "Total number of notebook instances",
        }
    }

    /// Those that a template may make, whatever is typed.
    pub fn of(template: &TemplateDigest) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|counted| template.resources.iter().any(|it| it.kind == counted.resource_type()))
    }
}

/// A quota and what is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountQuota {
    pub most: u64,
    pub used: u64,
}

/// What was read of an account in a region; mirrored into the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountQuotas {
    pub account: AccountId,
    pub region: Region,
    pub quotas: BTreeMap<Counted, Read<AccountQuota>>,
    pub read_at: DateTime<Utc>,
}

/// Kinds with a quota by instance type, which is not looked up.
const BY_INSTANCE_TYPE: [&str; 4] = [
    "AWS::SageMaker::App",
    "AWS::SageMaker::NotebookInstance",
    "AWS::SageMaker::EndpointConfig",
    "AWS::SageMaker::Endpoint",
];

/// What the template makes against what the account may still have.
pub fn quotas(
    template: Option<&TemplateDigest>,
    resolver: &Resolver<'_>,
    account: Option<&AccountQuotas>,
) -> Vec<Finding> {
    let Some(template) = template.filter(|template| template.unread.is_none()) else {
        let why = "The portal has not read the template, so it does not know what counts.";
        return vec![Finding::new(Check::Quotas, Verdict::NotAssessed, "", why)];
    };
    let mut findings: Vec<Finding> = Counted::of(template)
        .filter_map(|counted| Some(of_kind(counted, &Made::by(template, counted.resource_type(), resolver)?, account)))
        .collect();
    let made: BTreeSet<&str> = template.resources.iter().map(|it| it.kind.as_str()).collect();
    let made: Vec<&str> = made.into_iter().filter(|kind| Made::by(template, kind, resolver).is_some()).collect();
    let mut not_assessed = |kinds: Vec<&str>, why: &str| {
        if !kinds.is_empty() {
            findings.push(Finding::new(Check::Quotas, Verdict::NotAssessed, kinds.join(", "), why));
        }
    };
    let by_type = made.iter().copied().filter(|kind| BY_INSTANCE_TYPE.contains(kind)).collect();
    not_assessed(by_type, "How many of an instance type the account may run is not looked up.");
    let counted = |kind: &str| Counted::ALL.iter().any(|counted| counted.resource_type() == kind);
    let others = made.into_iter().filter(|kind| !counted(kind) && !BY_INSTANCE_TYPE.contains(kind)).collect();
    not_assessed(others, "How many of these the account may have is not looked up.");
    findings
}

/// How many of a kind a template makes: for sure, and where conditions that are not known yet hold.
struct Made {
    surely: u64,
    at_most: u64,
}

impl Made {
    /// `None`: none at all.
    fn by(template: &TemplateDigest, kind: &str, resolver: &Resolver<'_>) -> Option<Self> {
        let mut made = Self { surely: 0, at_most: 0 };
        for resource in template.resources.iter().filter(|it| it.kind == kind) {
            match resource.condition.as_deref().map(|condition| resolver.holds(condition)) {
                None | Some(Some(true)) => {
                    made.surely += 1;
                    made.at_most += 1;
                }
                Some(None) => made.at_most += 1,
                Some(Some(false)) => {}
            }
        }
        (made.at_most > 0).then_some(made)
    }
}

fn of_kind(counted: Counted, made: &Made, account: Option<&AccountQuotas>) -> Finding {
    let name = counted.quota_name();
    let finding = |verdict, why: String| Finding::new(Check::Quotas, verdict, name, why);
    let AccountQuota { most, used } = match account.and_then(|account| account.quotas.get(&counted)) {
        Some(Ok(quota)) => *quota,
        Some(Err(why)) => {
            return finding(Verdict::NotAssessed, why.clone())
                .mended_by(Who::PlatformTeam, super::launching::CANNOT_READ);
        }
        None => return finding(Verdict::NotAssessed, "The portal has not read the account's quota yet.".to_owned()),
    };
    let told = |more: u64| format!("The account has {used} of {most}; this makes {more} more.");
    let verdict = if used + made.surely > most {
        Verdict::Denied
    } else if used + made.at_most > most {
        Verdict::Depends
    } else {
        Verdict::Fine
    };
    match verdict {
        Verdict::Denied => finding(verdict, told(made.surely)).mended_by(
            Who::PlatformTeam,
            format!(
                "Terminate what is no longer needed in the account, choose another account, or have the quota {} raised.",
                counted.quota_code()
            ),
        ),
        Verdict::Depends => finding(verdict, format!("If the template makes every one: {}", told(made.at_most))),
        Verdict::Fine | Verdict::NotAssessed => finding(verdict, told(made.at_most)),
    }
}
