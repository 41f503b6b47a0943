//! Listening, and stopping without leaving anything half done.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::serve::ListenerExt as _;
use control_plane::ControlPlane;
use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long open requests and running acts may take together after the signal to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(25);

/// Takes the address.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Serves `router` and runs the workers until `shutdown`; then lets requests end, and waits until the workers have
/// finished or released what they hold. One of the two that ends by itself ends the other, and is an error: a portal that
/// answers and does nothing would look well from outside.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    control_plane: ControlPlane,
    shutdown: CancellationToken,
) -> Result<()> {
    serve_within(STOPS_WITHIN, listener, router, control_plane, shutdown).await
}

/// Like [`serve`], with another deadline.
pub async fn serve_within(
    deadline: Duration,
    listener: TcpListener,
    router: Router,
    control_plane: ControlPlane,
    shutdown: CancellationToken,
) -> Result<()> {
    let mut workers = {
        let (control_plane, shutdown) = (control_plane.clone(), shutdown.clone());
        tokio::spawn(async move { Box::pin(control_plane.run_workers(shutdown)).await })
    };
    // Answers are written in pieces; without this each page would wait for an acknowledgement of the piece before.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let mut server = {
        let shutdown = shutdown.clone();
        tokio::spawn(
            async move { axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await },
        )
    };
    let ended_early = tokio::select! {
        // First: both may have ended already for that reason by the time that this is looked at.
        biased;
        () = shutdown.cancelled() => None,
        outcome = &mut workers => Some((Part::Workers, early("workers", outcome))),
        outcome = &mut server => Some((Part::Server, early("server", outcome))),
    };
    shutdown.cancel();
    match &ended_early {
        None => tracing::info!("stopping"),
        Some((_, error)) => tracing::error!(reason = format!("{error:#}"), "stopping"),
    }
    let until = Instant::now() + deadline;
    let part = ended_early.as_ref().map(|(part, _)| *part);
    let running = |it: Part| part != Some(it);
    let (requests, acts) = tokio::join!(
        within("open requests", until, running(Part::Server).then_some(server)),
        within("workers", until, running(Part::Workers).then_some(workers)),
    );
    // What an act held that did not come to its end goes to the next process at once, and not when its lease ends.
    if !matches!(acts, Some(Ok(())))
        && let Err(error) = control_plane.release_leases().await
    {
        tracing::warn!(%error, "leases could not be released; they end by themselves");
    }
    control_plane.close().await;
    tracing::info!("stopped");
    if let Some((_, error)) = ended_early {
        return Err(error);
    }
    if let Some(outcome) = requests {
        outcome.context("the server failed")?.context("the server failed")?;
    }
    acts.transpose().context("the workers failed")?;
    Ok(())
}

/// What a portal consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Server,
    Workers,
}

fn early<T>(what: &str, outcome: Result<T, JoinError>) -> anyhow::Error {
    match outcome {
        Ok(_) => anyhow!("the {what} ended by themselves"),
        Err(error) => anyhow::Error::new(error).context(format!("the {what} failed")),
    }
}

/// The outcome of a task; one that does not end in time is stopped where it is.
async fn within<T>(what: &str, until: Instant, task: Option<JoinHandle<T>>) -> Option<Result<T, JoinError>> {
    let mut task = task?;
    let done = tokio::time::timeout_at(until, &mut task).await.ok();
    if done.is_none() {
        tracing::warn!(what, "did not end in time");
        task.abort();
        // Until it is gone it could still act.
        let _ = task.await;
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
