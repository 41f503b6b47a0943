//! The rules of Studiogate: types, state machines, policy evaluation and audit hashing.
//!
//! Nothing in this crate reads a clock, draws a random number or does I/O, and all of it compiles to
//! WebAssembly: whatever a rule needs is passed in, so every rule can be tested for all inputs.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod access;
pub mod action;
pub mod approval;
pub mod audit;
pub mod binding;
pub mod binding_check;
pub mod binding_form;
pub mod binding_limits;
pub mod binding_proposal;
pub mod blueprint;
pub mod catalog;
pub mod changed_member;
pub mod clock;
pub mod curation;
pub mod decimal;
pub mod delegation;
pub mod deny_policy;
pub mod described;
pub mod diagnosis;
pub mod draft;
pub mod environment;
pub mod guardrail;
pub mod home;
pub mod id;
pub mod idle;
pub mod lease;
pub mod mistake;
pub mod notification;
pub mod observed;
pub mod obstacle;
pub mod operation;
pub mod organization;
pub mod parameter;
pub mod person;
pub mod preflight;
pub mod probe;
pub mod problem;
pub mod product_summary;
pub mod project;
pub mod question;
pub mod request;
pub mod resource_actions;
pub mod revocation;
pub mod rollout;
pub mod session;
pub mod share;
pub mod studio;
pub mod tag_policy;
pub mod template;
pub mod text;
pub mod unmanaged;
pub mod view;
