//! Studio and notebook instances behind a presigned URL: pages on an origin of their own.

mod execution;
mod page;
mod routes;
mod state;

pub(crate) use page::html;
pub use routes::router;
pub use state::{Entry, OpenSession, Presigned, State, Target};
