//! What the store promises, held against both databases.
//!
//! Postgres: `STUDIOGATE_TEST_POSTGRES_URL` is the address of a server where databases may be made. `cargo xtask test`
//! starts one and sets it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod backend;
mod databases;
mod samples;

mod administration;
mod audit;
mod blueprints;
mod catalog;
mod claims;
mod deciding;
mod environments;
mod errors;
mod expected_catalog;
mod fleet;
mod idle;
mod lists;
mod notifications;
mod operations;
mod organization;
mod people;
mod policy_changes;
mod preflight;
mod probes;
mod requests;
mod revocations;
mod schema;
mod tag_policy;
mod template_waiver;
mod transactions;
