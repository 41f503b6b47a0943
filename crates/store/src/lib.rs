//! Everything that is kept: the only crate with SQL, one text for SQLite and Postgres.
//!
//! Reads are methods of [`Store`], writes are methods of [`Tx`]; a transaction has the reads too that a decision inside it
//! rests on, and on Postgres those lock the row. What no audit event belongs to (sessions, drafts, flashes, leases) is
//! written by [`Store`] directly. A row that cannot be what it should be is an [`Error::Corrupt`] that names it.
//!
//! On SQLite there is one writer: code that holds a [`Tx`] must not write through a [`Store`] before it is done.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod approval_floor;
mod approver;
mod artifact_template;
mod audit_block;
mod audit_event;
mod blueprint;
mod catalog;
mod catalog_change;
mod connect;
mod delegation;
mod delivery;
mod dialect;
mod draft;
mod environment;
mod environment_filter;
mod error;
mod expected_catalog;
mod flash;
mod fleet;
mod form_token;
mod group_mapping;
mod idle_rule;
mod job_mark;
mod leaver;
mod notification;
mod observation;
mod operation;
mod organization;
mod page;
mod parameter_binding;
mod pending_login;
mod person;
#[cfg(test)]
mod plans;
mod policy_change;
mod preflight;
mod probe;
mod product_access;
mod product_list;
mod product_settings;
mod project;
mod project_account;
mod request;
mod request_decision;
mod request_filter;
mod request_message;
mod revocation;
mod rollout;
mod row;
mod run;
mod scope;
mod session;
mod sql;
mod stack_event;
mod tag_option;
mod tag_rule;
mod template;
mod template_waiver;
mod temporary;
mod tx;
mod unmanaged;
mod webhook;
mod worker_lease;

pub use audit_event::{AuditFilter, StoredEvent};
pub use connect::{Limits, Schema, Store};
pub use environment_filter::{Attention, EnvironmentFilter, VersionFilter};
pub use error::{Error, Result};
pub use expected_catalog::ExpectedRow;
pub use fleet::FleetGroup;
pub use form_token::FormToken;
pub use leaver::Leaver;
pub use observation::Observation;
pub use page::{Cursor, InvalidCursor, Order, Page, PageRequest};
pub use pending_login::PendingLoginRecord;
pub use person::PersonRecord;
pub use product_list::ProductFilter;
pub use request::WaitingPlace;
pub use request_filter::RequestFilter;
pub use scope::{Part, Scope};
pub use session::{LivingSessions, SessionRecord};
pub use tx::{Lock, Tx};
