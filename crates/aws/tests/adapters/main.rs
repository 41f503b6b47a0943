//! The adapters, against the local AWS and against answers that it never gives.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is not as expected")]
#![allow(clippy::disallowed_methods, reason = "this is what the adapters' own tests are about")]

mod local;
mod wire;

mod failures;
mod homes;
mod patience;
mod probing;
mod reading;
mod sessions;
mod story;
