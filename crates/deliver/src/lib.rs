//! What leaves the portal besides calls to AWS: e-mail by SMTP, and webhooks. Thin adapters that speak domain types; each
//! says of a try whether it was taken, is worth another, or never will be ([`domain::notification::Tried`]).
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod html;
mod mail;
mod message;
mod slack;
mod webhook;

pub use mail::{MailError, MailSettings, Mailer, Tls};
pub use message::Message;
pub use webhook::{WebhookError, Webhooks};
