//! The listening side of the API: connections in, each with limits, and an end that lets requests
//! under way finish.
//!
//! In place of `axum::serve`, which sets no limit on how long a client may take to send a head. It
//! speaks HTTP/1.1 only: a proxy in front speaks what browsers like, and telling the versions apart
//! would mean waiting, without a limit, for the first bytes of a connection.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, response::Response};
use bellwire_web::auth::Peer;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1::Builder,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, oneshot},
    task::{JoinError, JoinHandle},
};

/// How long a client may take to send the head of a request. It counts while a connection idles
/// too, so it is longer than clients keep idle connections in their pools (90 s is common).
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);
/// Connections at once. Beyond it new ones wait in the system's queue until one ends.
const MAX_CONNECTIONS: usize = 10_000;
/// How long to wait after the system refused a connection for want of file descriptors.
const REFUSED_WAIT: Duration = Duration::from_millis(50);

/// A running HTTP server. Dropping it closes its port.
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
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut failing = false;
    let grace = loop {
        let place = Arc::clone(&places);
        let (stream, peer, place) = tokio::select! {
            accepted = async {
                let place = place.acquire_owned().await;
                listener.accept().await.map(|accepted| (accepted, place))
            } => match accepted {
                Ok(((stream, peer), place)) => {
                    failing = false;
                    (stream, Peer(peer.ip()), place)
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
        let routes = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            to_its_end(&routes, request)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            let _place = place;
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

/// Answers a request. One that changes something is followed to its end even when its client hangs
/// up meanwhile: hyper lets go of the answer then, but the store does what it was asked all the
/// same, and somebody must put the stored deliveries into their lanes and the change into the
/// catalogue.
fn to_its_end(
    routes: &TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response, JoinError>> + use<> {
    let is_safe = request.method().is_safe();
    let answer = routes.call(request);
    async move {
        let Ok(response) = if is_safe {
            answer.await
        } else {
            tokio::spawn(answer).await?
        };
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::mpsc};

    use super::*;

    #[tokio::test]
    async fn a_change_is_made_to_its_end_although_the_client_hangs_up() {
        let (tell, mut told) = mpsc::channel(2);
        let router = Router::new().route(
            "/",
            post(async move || {
                tell.send("begun").await.unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
                tell.send("done").await.unwrap();
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = HttpServer::start(listener, router).unwrap();
        let mut client = TcpStream::connect(server.address()).await.unwrap();
        client
            .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(told.recv().await, Some("begun"));
        drop(client);
        let done = tokio::time::timeout(Duration::from_secs(5), told.recv()).await;
        assert_eq!(done, Ok(Some("done")));
    }
}
