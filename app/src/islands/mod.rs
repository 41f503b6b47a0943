//! What needs the browser's help. Everything else works without JavaScript and ships none.

#[cfg(feature = "hydrate")]
mod events;
mod live_progress;
#[cfg(feature = "hydrate")]
mod reader;

pub use live_progress::LiveProgress;
