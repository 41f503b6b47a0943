//! Whether what is asked for would come up, told before anything is asked of AWS. Each check ends in one of four ways, and what
//! was not looked at is never called fine.

mod constraints;
mod launching;
mod limits;
mod quotas;
mod resources;
mod tag_options;
mod tag_policy;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

pub use constraints::constraints;
pub use launching::{FoundRole, LaunchStanding, Read, RoleStanding, SharedPortfolio, TagChoices, launching};
pub use limits::limits;
pub use quotas::{AccountQuota, AccountQuotas, Counted, quotas};
pub use resources::{Calls, Reach, calls_of_the_portal, resources};
pub use tag_options::{tag_options, tags_stay};
pub use tag_policy::tag_policy;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    LaunchPath,
    Principal,
    LaunchRole,
    /// Resources against service control policies.
    Policies,
    Quotas,
    TagOptions,
    TagPolicy,
    Constraints,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Fine,
    NotAssessed,
    /// On what the call will say of itself.
    Depends,
    Denied,
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Requester,
    PlatformTeam,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    pub verdict: Verdict,
    /// What was looked at: a resource, a role, a tag. Empty where the check has one thing alone.
    pub subject: String,
    pub why: String,
    pub what_to_do: Option<(Who, String)>,
}

impl Finding {
    fn new(check: Check, verdict: Verdict, subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self { check, verdict, subject: subject.into(), why: why.into(), what_to_do: None }
    }

    fn mended_by(mut self, who: Who, what: impl Into<String>) -> Self {
        self.what_to_do = Some((who, what.into()));
        self
    }

    /// What was looked at and why, in one sentence or two.
    pub fn told(&self) -> String {
        if self.subject.is_empty() { self.why.clone() } else { format!("{}: {}", self.subject, self.why) }
    }
}

/// All findings, and how old they are that were read from AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// In the order of [`Check`].
    pub findings: Vec<Finding>,
    /// When launch paths and roles were last read in the account; `None`: never.
    pub account_read_at: Option<DateTime<Utc>>,
    /// When the service control policies were last read.
    pub policies_read_at: Option<DateTime<Utc>>,
    /// Whom the platform team is, for people.
    pub contact: String,
}

impl Preflight {
    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::NotAssessed)
    }

    /// What would be denied, one problem each.
    pub fn denied(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Denied)
    }

    /// Why it cannot be brought up, of the checks that `counts`.
    pub fn problem(&self, counts: impl Fn(Check) -> bool) -> Option<Problem> {
        self.problem_of("This would be denied, so AWS was not asked.", |finding| counts(finding.check))
    }

    /// Why it cannot be asked for as things are, where no other value or tag in the form would mend it.
    pub fn whatever_is_asked(&self) -> Option<Problem> {
        self.problem_of("This cannot be requested as things are.", |finding| {
            let of_the_place = matches!(
                finding.check,
                Check::LaunchPath | Check::Principal | Check::LaunchRole | Check::TagOptions | Check::TagPolicy
            );
            of_the_place && finding.what_to_do.as_ref().is_some_and(|(who, _)| *who == Who::PlatformTeam)
        })
    }

    fn problem_of(&self, what: &str, counts: impl Fn(&Finding) -> bool) -> Option<Problem> {
        let denied: Vec<&Finding> = self.denied().filter(|finding| counts(finding)).collect();
        if denied.is_empty() {
            return None;
        }
        let why: Vec<String> = denied.iter().map(|finding| finding.told()).collect();
        // Whom to ask is said once.
        let next: Vec<String> = [Who::Requester, Who::PlatformTeam]
            .into_iter()
            .filter_map(|who| {
                let mut said: Vec<&str> = Vec::new();
                for (_, what) in denied.iter().filter_map(|it| it.what_to_do.as_ref()).filter(|(by, _)| *by == who) {
                    if !said.contains(&what.as_str()) {
                        said.push(what);
                    }
                }
                (!said.is_empty()).then(|| self.addressed(who, &said.join(" ")))
            })
            .collect();
        Some(Problem::new(what, why.join("\n"), next.join(" ")))
    }

    /// What to do about a finding, and who can.
    pub fn advice(&self, finding: &Finding) -> Option<String> {
        let (who, what) = finding.what_to_do.as_ref()?;
        Some(self.addressed(*who, what))
    }

    fn addressed(&self, who: Who, what: &str) -> String {
        match who {
            Who::Requester => format!("{what} Whoever asks for it can do that."),
            Who::PlatformTeam => format!("{what} Ask {}.", self.contact),
        }
    }
}
