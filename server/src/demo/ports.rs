//! Where the demo's other parts listen.

use std::fmt;
use std::net::{SocketAddr, TcpListener};

use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ports {
    pub(super) studio: SocketAddr,
    pub(super) oidc: SocketAddr,
    pub(super) aws: SocketAddr,
}

/// The ports after the portal's where they are free, otherwise any.
pub(super) fn after(portal: SocketAddr) -> Ports {
    let next = |n: u16| {
        let any = SocketAddr::new(portal.ip(), 0);
        match portal.port().checked_add(n) {
            Some(port) if portal.port() != 0 => {
                let at = SocketAddr::new(portal.ip(), port);
                if TcpListener::bind(at).is_ok() { at } else { any }
            }
            _ => any,
        }
    };
    Ports { studio: next(1), oidc: next(2), aws: next(3) }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} and {}", self.studio, self.oidc, self.aws)
    }
}
