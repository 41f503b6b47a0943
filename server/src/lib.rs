//! The `studiogate` binary: configuration, HTTP, sign-in, sessions, and the commands.
// The types of views nest as deep as the elements do.
#![recursion_limit = "256"]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod cli;
pub mod commands;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod http;
mod keyfile;
pub mod logging;
pub mod oidc;
pub mod serve;
pub mod sessions;
