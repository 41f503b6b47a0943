//! Listening, and stopping without leaving anything half done.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::serve::ListenerExt as _;
use control_plane::ControlPlane;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long open requests and running acts may take after the signal to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(25);

/// Takes the address.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Serves `router` and runs the workers until `shutdown`; then lets requests end, and waits until the workers have
/// finished or released what they hold.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    control_plane: ControlPlane,
    shutdown: CancellationToken,
) -> Result<()> {
    let workers = {
        let shutdown = shutdown.clone();
        tokio::spawn(async move { control_plane.run_workers(shutdown).await })
    };
    // Answers are written in pieces; without this each page would wait for an acknowledgement of the piece before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let server = {
        let shutdown = shutdown.clone();
        tokio::spawn(
            async move { axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await },
        )
    };
    shutdown.cancelled().await;
    tracing::info!("stopping");
    let outcome = within("open requests", server).await;
    within("workers", workers).await.transpose().context("the workers failed")?;
    if let Some(outcome) = outcome {
        outcome.context("the server failed")?.context("the server failed")?;
    }
    tracing::info!("stopped");
    Ok(())
}

async fn within<T>(what: &str, task: impl Future<Output = T>) -> Option<T> {
    let done = tokio::time::timeout(STOPS_WITHIN, task).await.ok();
    if done.is_none() {
        tracing::warn!(what, "did not end in time");
    }
    done
}

/// Cancelled by SIGTERM, or by Ctrl-C.
pub fn shutdown_on_signal() -> Result<CancellationToken> {
    let shutdown = CancellationToken::new();
    let token = shutdown.clone();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("SIGTERM cannot be listened for")?;
    tokio::spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
        token.cancel();
    });
    Ok(shutdown)
}
