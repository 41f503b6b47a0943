//! What needs the browser's help. Everything else works without JavaScript and ships none.

mod live_progress;

pub use live_progress::LiveProgress;
