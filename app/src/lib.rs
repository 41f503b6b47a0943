//! The pages, the islands and the server functions.
//!
//! Compiled twice: for the server with everything (feature `ssr`), for the browser with the islands alone (feature
//! `hydrate`). A page is a function of what it shows (`domain::view`): it decides nothing and reads nothing by itself.
// The types of views nest as deep as the elements do.
#![recursion_limit = "256"]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]
// The macros of Leptos make a builder for the properties of each component; nobody prints those.
// The macro also leaves a `pub` on a function that it makes private. Properties are owned, whether all of them are used up
// or not.
#![allow(missing_debug_implementations, unreachable_pub, clippy::needless_pass_by_value)]

pub mod components;
pub mod islands;
#[cfg(feature = "render")]
mod user_agent;
pub mod words;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "render")]
pub mod document;
#[cfg(feature = "ssr")]
mod load;
#[cfg(feature = "render")]
pub mod pages;
#[cfg(feature = "ssr")]
mod routes;

#[cfg(feature = "ssr")]
pub use app::{App, shell};
#[cfg(feature = "render")]
pub use document::Assets;
