//! A plain HTTP receiver: what `inspect` and `demo` put where a customer's endpoint would be.
//!
//! It reads each request whole, hands it to a handler, and answers as the handler says. It keeps
//! nothing and prints nothing itself.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use bellwire_core::time::{Clock, Time};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::clock::SystemClock;

/// The largest body that is read; more is answered 413.
const MAX_BODY_BYTES: usize = 32 << 20;
/// How long a request hangs that is told to hang for good. Callers give up long before.
const FOREVER: Duration = Duration::from_secs(3600);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// When it was read to its end.
    pub at: Time,
    /// Who sent it.
    pub from: SocketAddr,
    /// `POST`, as a rule.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case, in the order they came; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The first header of this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or(&self.target)
    }
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long to wait before it; `None`: the answer never comes.
    pub delay: Option<Duration>,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// This status at once.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            delay: Some(Duration::ZERO),
            body: String::new(),
        }
    }

    /// No answer at all.
    #[must_use]
    pub fn never() -> Self {
        Self {
            delay: None,
            ..Self::status(200)
        }
    }
}

/// Decides what to answer. Called once for each request, before any delay.
pub type Handler = Arc<dyn Fn(&Received) -> Answer + Send + Sync>;

/// A listening receiver. Dropping it closes its port.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    accept: AbortHandle,
}

impl Receiver {
    /// Listens on the address; port 0 picks a free one.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(address: SocketAddr, handler: Handler) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let accept = tokio::spawn(accept(listener, handler)).abort_handle();
        Ok(Self { address, accept })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path (with its leading slash) here.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

async fn accept(listener: TcpListener, handler: Handler) {
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // Out of file descriptors, as a rule: others must close first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let handler = Arc::clone(&handler);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, from, Arc::clone(&handler)));
            // What goes wrong on a connection is the sender's to see.
            let _ = Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    from: SocketAddr,
    handler: Handler,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Ok(respond(413, "the body is larger than 32 MiB".to_owned()));
        }
        Err(_) => return Ok(respond(400, "the body broke off".to_owned())),
    };
    let received = Received {
        at: SystemClock.now(),
        from,
        method: head.method.to_string(),
        target: head
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect(),
        body,
    };
    let answer = handler(&received);
    // The connection's end drops this future, so a sender that gives up leaves nothing behind.
    tokio::time::sleep(answer.delay.unwrap_or(FOREVER)).await;
    Ok(respond(answer.status, answer.body))
}

fn respond(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    if let Ok(status) = hyper::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}
