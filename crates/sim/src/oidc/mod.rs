//! A demo OIDC provider: authorization code with PKCE, a page with a button per persona, RP-initiated sign-out.
//!
//! It is a provider for demos and tests, on loopback: it asks for no password. What it can be told to get wrong
//! ([`Misbehaviour`]) is what a relying party has to notice.

mod authorize;
mod key;
mod personas;
mod provider;
mod routes;
mod sign_out;
mod token;

pub use personas::{PERSONAS, Persona};
pub use provider::{CLIENT_ID, CLIENT_SECRET, Misbehaviour, Provider};
pub use routes::router;
