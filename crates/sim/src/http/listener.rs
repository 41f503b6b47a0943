//! A loopback listener whose connections can be cut: for answers that get lost, and without Nagle's delay, which would
//! cost 40 ms on answers that go out in pieces.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::response::Response;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Cuts one connection: nothing more is written to it.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSwitch(Arc<AtomicBool>);

/// A TCP listener for [`axum::serve`] whose connections carry a [`ConnectionSwitch`].
#[derive(Debug)]
pub struct Listener(pub TcpListener);

/// A connection that can be cut.
#[derive(Debug)]
pub struct Stream {
    inner: TcpStream,
    switch: ConnectionSwitch,
}

/// The answer that goes out when it is to be lost: with a switch, none at all; without (a router called directly), a body
/// that breaks off.
pub(super) fn lose(switch: Option<&ConnectionSwitch>, response: Response) -> Response {
    if let Some(switch) = switch {
        switch.0.store(true, Ordering::SeqCst);
        return response;
    }
    let (parts, _) = response.into_parts();
    Response::from_parts(parts, Body::from_stream(futures::stream::once(async { Err::<Bytes, _>(cut()) })))
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the answer is lost on purpose")
}

impl axum::serve::Listener for Listener {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        let (inner, address) = axum::serve::Listener::accept(&mut self.0).await;
        // A connection that refuses the option still works.
        let _ = inner.set_nodelay(true);
        (Stream { inner, switch: ConnectionSwitch::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for ConnectionSwitch {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.io().switch.clone()
    }
}

impl Stream {
    fn is_cut(&self) -> bool {
        self.switch.0.load(Ordering::SeqCst)
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut() { Poll::Ready(Err(cut())) } else { Pin::new(&mut self.inner).poll_write(cx, buf) }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut() { Poll::Ready(Err(cut())) } else { Pin::new(&mut self.inner).poll_write_vectored(cx, bufs) }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
