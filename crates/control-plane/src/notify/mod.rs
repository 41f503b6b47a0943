//! What people and webhooks are told: which events of the audit log, in which words (`notices`), and whom (`recipients`). The
//! workers `workers/notify.rs` and `workers/deliver.rs` do it.

mod delegated;
mod notices;
mod recipients;
mod rolled_out;

pub(crate) use notices::Told;
pub(crate) use recipients::may_be_told;
