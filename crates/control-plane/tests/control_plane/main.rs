//! The portal without its pages, on both databases, against the local AWS through the real SDK.
#![recursion_limit = "256"]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::pedantic,
    reason = "a test stops where something is not as expected"
)]
#![allow(clippy::print_stdout, reason = "a test that fails shows what was done")]

#[macro_use]
mod common;

mod administration;
mod approvals;
mod audit_log;
mod authorization;
mod blueprint;
mod catalog;
mod catalog_changes;
mod catalog_drift;
mod catalog_files;
mod causes;
mod constraints;
mod crash;
mod curation;
mod deciding;
mod failures;
mod fleet;
mod foreign_templates;
mod forms;
mod group_mappings;
mod homes;
mod idle;
mod idle_kept;
mod idle_rules;
mod leases;
mod leavers;
mod mirror;
mod mirror_sequences;
mod notifications;
mod observe;
mod organization;
mod policy_changes;
mod portfolio_access;
mod preflight;
mod probes;
mod proofs;
mod reading;
mod requests;
mod revocations;
mod rollouts;
mod running;
mod sequences;
mod story;
mod stuck;
mod tag_options;
mod tag_policy;
mod templates;
mod terminations;
mod transfers;
mod unmanaged;
mod updates;
mod versions;
mod visibility;
