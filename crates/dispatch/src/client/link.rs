//! One connection, ready for requests.
//!
//! An HTTP/1 connection is driven by whoever uses it, within the same task: no wake-up of a second
//! task, no channel between threads. While it idles nobody drives it; one poll before the next use
//! finds out whether the endpoint has closed it. An HTTP/2 connection carries several requests at
//! once, so a task of its own drives it.

use std::{
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use bellwire_core::outcome::Cause;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::AbortHandle;

use super::{
    fault::Fault,
    stream::{LastWrite, Stream},
    target::Target,
};

/// The largest head, and the largest piece of a body that is in memory at once.
const MAX_HEAD: usize = 64 * 1024;
/// What one HTTP/2 stream may send before we have read it.
const H2_STREAM_WINDOW: u32 = 64 * 1024;
/// The same for the whole connection.
const H2_CONNECTION_WINDOW: u32 = 512 * 1024;

type Body = Full<Bytes>;

/// A connection, opened for one scheme and authority.
pub(super) enum Link {
    /// Boxed, for hyper's connection is large and moves in and out of the pool.
    H1(Box<H1>),
    H2(Arc<H2>),
}

pub(super) struct H1 {
    pub(super) sender: http1::SendRequest<Body>,
    /// `None` once it has ended.
    connection: Option<http1::Connection<TokioIo<Stream>, Body>>,
    pub(super) last_write: Arc<LastWrite>,
    address: SocketAddr,
    target: Arc<Target>,
}

pub(super) struct H2 {
    pub(super) sender: http2::SendRequest<Body>,
    driver: AbortHandle,
    address: SocketAddr,
    target: Arc<Target>,
}

impl Drop for H2 {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    pub(super) async fn http1(
        stream: Stream,
        address: SocketAddr,
        target: Arc<Target>,
    ) -> Result<Self, Fault> {
        let last_write = stream.last_write();
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .max_header_size(MAX_HEAD)
            // Endpoints are not judged by their style: only what makes the meaning unclear is refused.
            .ignore_invalid_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault::new(Cause::Reset, error.to_string()).at(address))?;
        Ok(Self::H1(Box::new(H1 {
            sender,
            connection: Some(connection),
            last_write,
            address,
            target,
        })))
    }

    pub(super) async fn http2(
        stream: Stream,
        address: SocketAddr,
        target: Arc<Target>,
    ) -> Result<Self, Fault> {
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(MAX_HEAD as u32)
            .initial_stream_window_size(H2_STREAM_WINDOW)
            .initial_connection_window_size(H2_CONNECTION_WINDOW)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Fault::new(Cause::Reset, error.to_string()).at(address))?;
        let driver = tokio::spawn(async move {
            // Each request on it learns of an error by itself.
            if let Err(error) = connection.await {
                tracing::debug!(%error, %address, "an HTTP/2 connection ended");
            }
        });
        Ok(Self::H2(Arc::new(H2 {
            sender,
            driver: driver.abort_handle(),
            address,
            target,
        })))
    }

    pub(super) fn address(&self) -> SocketAddr {
        match self {
            Self::H1(h1) => h1.address,
            Self::H2(h2) => h2.address,
        }
    }

    pub(super) fn target(&self) -> &Target {
        match self {
            Self::H1(h1) => &h1.target,
            Self::H2(h2) => &h2.target,
        }
    }

    pub(super) fn is_h2(&self) -> bool {
        matches!(self, Self::H2(_))
    }

    /// When the request went out, as far as that can be told: an HTTP/2 connection writes for
    /// several requests, and answers to the endpoint's pings.
    pub(super) fn sent_at(&self) -> Option<Instant> {
        match self {
            Self::H1(h1) => Some(h1.last_write.get()),
            Self::H2(_) => None,
        }
    }

    /// Moves the bytes: whoever waits for something on this connection polls this first.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>) {
        let Self::H1(h1) = self else { return };
        if let Some(connection) = &mut h1.connection
            && Pin::new(connection).poll(cx).is_ready()
        {
            // Errors reach the request or the body that they are about.
            h1.connection = None;
        }
    }

    /// Whether another request can be sent. Notices that the endpoint has closed meanwhile.
    pub(super) async fn is_ready(&mut self) -> bool {
        poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(match self {
                Self::H1(h1) => h1.connection.is_some() && h1.sender.is_ready(),
                Self::H2(h2) => !h2.sender.is_closed(),
            })
        })
        .await
    }
}
