//! The portal as an HTTP service.

mod assets;
mod auth;
mod context;
mod csp;
mod events;
mod export;
mod frame;
mod health;
mod identify;
mod metrics;
mod origin;
mod page;
mod plain_text;
mod portal;
mod return_to;
mod router;
mod signed_out;
mod upload;

pub use metrics::{install as install_metrics, upkeep as metrics_upkeep};
pub use portal::{Portal, PortalOptions};
pub use router::{Endpoint, Guard, endpoints, router};
