//! What preflight says, check by check: what was not looked at is never called fine.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod account;
mod resources;

use domain::id::AccountId;

fn account() -> AccountId {
    "601000000002".parse().unwrap()
}
