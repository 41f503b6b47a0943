//! The whole portal, in this process, as browsers see it: pages, sign-in, sessions, headers, and who may come to which
//! address.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as expected")]

mod audit;
mod blueprint;
mod browser;
mod catalog_files;
mod command;
mod configuration;
mod discovery;
mod doctor;
mod endpoints;
mod folder;
mod forms;
mod headers;
mod https;
mod policy;
mod reading;
mod serving;
mod sessions;
mod sign_in;
mod sign_in_refused;
mod state;
mod template;
mod templates;
