//! What needs the browser's help. Everything else works without JavaScript and ships none.

mod connection;
#[cfg(feature = "hydrate")]
mod ended;
#[cfg(feature = "hydrate")]
mod events;
mod live_progress;
#[cfg(feature = "hydrate")]
mod reader;
mod under_way;

pub(crate) use connection::Connection;
pub use live_progress::LiveProgress;
pub use under_way::UnderWay;
