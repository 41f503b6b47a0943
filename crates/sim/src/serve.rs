//! Listening on loopback.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http::{ConnectionSwitch, Listener};
use crate::local::LocalAws;

/// Where the local AWS listens. Port 0 takes any free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    pub aws: SocketAddr,
    /// Studio has an origin of its own.
    pub studio: SocketAddr,
    /// Absent: no OIDC provider.
    pub oidc: Option<SocketAddr>,
}

impl ServeOptions {
    /// The usual ports: 4566, 4567 and 4568.
    pub fn usual() -> Self {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self { aws: at(4566), studio: at(4567), oidc: Some(at(4568)) }
    }

    /// Any free ports.
    pub fn any() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { aws: free, studio: free, oidc: Some(free) }
    }
}

/// A local AWS that listens. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// For `AWS_ENDPOINT_URL`.
    pub aws_url: String,
    pub studio_url: String,
    /// The demo provider's issuer, if it listens.
    pub oidc_issuer: Option<String>,
    pub aws: LocalAws,
    stopped: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    /// Closes the listeners, and every connection as soon as it is idle.
    pub fn stop(&self) {
        self.stopped.cancel();
    }
}

/// Listens, and tells the parts where each other are.
pub async fn serve(aws: LocalAws, options: ServeOptions) -> io::Result<Running> {
    let stopped = CancellationToken::new();
    let studio_url = listen(options.studio, |_| aws.studio_router(), &stopped).await?;
    aws.set_studio_origin(&studio_url);
    let aws_url = listen(options.aws, |_| aws.router(), &stopped).await?;
    let oidc_issuer = match options.oidc {
        None => None,
        Some(address) => {
            let start = |url: &str| {
                aws.oidc().set_issuer(url);
                aws.oidc_router()
            };
            Some(listen(address, start, &stopped).await?)
        }
    };
    Ok(Running { aws_url, studio_url, oidc_issuer, aws, stopped })
}

/// Binds `address` and serves what `router` makes of the resulting URL.
async fn listen(
    address: SocketAddr,
    router: impl FnOnce(&str) -> Router,
    stopped: &CancellationToken,
) -> io::Result<String> {
    if !address.ip().is_loopback() {
        let message =
            format!("the local AWS listens on loopback only, and {address} is not: it lets anyone in as any account");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let service = router(&url).into_make_service_with_connect_info::<ConnectionSwitch>();
    let stopped = stopped.clone();
    tokio::spawn(async move {
        let served = axum::serve(Listener(listener), service).with_graceful_shutdown(stopped.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(%error, "the local AWS stopped listening");
        }
    });
    Ok(url)
}
