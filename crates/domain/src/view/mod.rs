//! What each page shows: plain data, filled by `control-plane`, drawn by `app`. No page decides anything: what a person
//! may do comes as [`Allowed`], computed by the authorizer.

mod administration;
mod approval_rules;
mod approvals;
mod audit;
mod blueprint;
mod catalog;
mod catalog_change;
mod catalog_drift;
mod catalog_files;
mod constraint;
mod environment;
mod environments;
mod fleet;
mod form;
mod home;
mod idle;
mod notification;
mod organization;
mod policy_change;
mod portfolio_access;
mod profile;
mod request;
mod revocation;
mod rollout;
mod sheet;
mod shell;
mod tag_option;
mod tag_policy;
mod template;
mod unmanaged;
mod update;
mod visibility;

pub use administration::*;
pub use approval_rules::*;
pub use approvals::*;
pub use audit::*;
pub use blueprint::*;
pub use catalog::*;
pub use catalog_change::*;
pub use catalog_drift::*;
pub use catalog_files::*;
pub use constraint::*;
pub use environment::*;
pub use environments::*;
pub use fleet::*;
pub use form::*;
pub use home::*;
pub use idle::*;
pub use notification::*;
pub use organization::*;
pub use policy_change::*;
pub use portfolio_access::*;
pub use profile::*;
pub use request::*;
pub use revocation::*;
pub use rollout::*;
pub use sheet::*;
pub use shell::*;
pub use tag_option::*;
pub use tag_policy::*;
pub use template::*;
pub use unmanaged::*;
pub use update::*;
pub use visibility::*;

use serde::{Deserialize, Serialize};

use crate::action::Action;

/// The actions that the authorizer allows this person on this thing, now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed(pub Vec<Action>);

impl Allowed {
    pub fn has(&self, action: Action) -> bool {
        self.0.contains(&action)
    }
}

/// One page of a list; `next` is the opaque cursor for the link to the following page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
    /// Whether any filter is on: tells "none yet" from "none match".
    pub filtered: bool,
}
