//! The listening side of the API: connections in, each with limits, and an end that lets requests
//! under way finish.
//!
//! In place of `axum::serve`, which sets no limit on how long a client may take to send a head.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long a client may take to send the head of a request. It counts while a connection idles
/// too, so it is longer than clients keep idle connections in their pools (90 s is common).
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);
/// How long to wait after the system refused a connection for want of file descriptors.
const REFUSED_WAIT: Duration = Duration::from_millis(50);

/// A running HTTP server. Dropping it closes its port and every connection.
#[derive(Debug)]
pub struct HttpServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<Duration>>,
    task: JoinHandle<bool>,
}

impl HttpServer {
    /// Serves these routes on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(listener: TcpListener, router: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, router, stopped));
        Ok(Self {
            address,
            stop: Some(stop),
            task,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing any more and lets requests under way finish within `grace`; true when all
    /// of them did.
    pub async fn stop(mut self, grace: Duration) -> bool {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(grace);
        }
        (&mut self.task).await.unwrap_or(false)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: oneshot::Receiver<Duration>,
) -> bool {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new());
    let graceful = GracefulShutdown::new();
    let mut failing = false;
    let grace = loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    failing = false;
                    stream
                }
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "cannot accept a connection; raise the limit of open files (ulimit -n)");
                        failing = true;
                    }
                    tokio::time::sleep(REFUSED_WAIT).await;
                    continue;
                }
            },
            grace = &mut stopped => break grace.unwrap_or_default(),
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    };
    drop(listener);
    tokio::time::timeout(grace, graceful.shutdown())
        .await
        .is_ok()
}
