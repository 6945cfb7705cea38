//! The endpoints of every webhook of the bench: one listener, on a thread of its own. Answers 200
//! with ten headers and 200 bytes at once, or hangs where it is told to.
//!
//! A webhook's path is `/<number>`; from this number on, endpoints can be told to hang.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    header::{HeaderName, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::oneshot,
};

use super::ledger::{Arrival, Ledger, Stopwatch};

/// With `date` and `content-length`, which hyper adds, an answer has ten headers.
const HEADERS: [(&str, &str); 8] = [
    ("content-type", "application/json; charset=utf-8"),
    ("server", "receiver/1.0"),
    ("cache-control", "no-store, max-age=0"),
    ("vary", "accept-encoding"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("x-request-id", "0193a5b0-7f2c-7d11-8a4e-2f6b1c0d9e8f"),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
];
/// How long an answer's body is.
const BODY_BYTES: usize = 200;
/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: u32 = 4096;
/// Hang nowhere.
const NONE: u32 = u32::MAX;

/// The endpoints. Dropping them ends their thread.
pub(super) struct Receiver {
    address: SocketAddr,
    hang_from: Arc<AtomicU32>,
    others: Arc<AtomicU64>,
    _stop: oneshot::Sender<()>,
}

impl Receiver {
    /// Listens on a free port of the loopback address.
    pub(super) fn start(ledger: Arc<Ledger>, stopwatch: Stopwatch) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(async { listen() })
            .context("cannot listen on the loopback address")?;
        let address = listener.local_addr()?;
        let hang_from = Arc::new(AtomicU32::new(NONE));
        let others = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = oneshot::channel();
        let endpoint = Endpoint {
            ledger,
            stopwatch,
            hang_from: Arc::clone(&hang_from),
            others: Arc::clone(&others),
            answer: answer(),
        };
        std::thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, endpoint) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            hang_from,
            others,
            _stop: stop,
        })
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a webhook.
    pub(super) fn url(&self, webhook: u32) -> String {
        format!("http://{}/{webhook}", self.address)
    }

    /// How many requests have arrived that carry no event of the load generator's.
    pub(super) fn others(&self) -> u64 {
        self.others.load(Ordering::SeqCst)
    }

    /// Webhooks from this number on get no answer any more; `None`: all answer.
    pub(super) fn hang(&self, from: Option<u32>) {
        self.hang_from.store(from.unwrap_or(NONE), Ordering::SeqCst);
    }
}

/// With room for a burst of connections: one that is turned away comes back after a second, which
/// would measure the receiver.
fn listen() -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    socket.listen(BACKLOG)
}

#[derive(Clone)]
struct Endpoint {
    ledger: Arc<Ledger>,
    stopwatch: Stopwatch,
    hang_from: Arc<AtomicU32>,
    others: Arc<AtomicU64>,
    answer: Response<Full<Bytes>>,
}

fn answer() -> Response<Full<Bytes>> {
    let mut body = br#"{"received":true,"pad":""#.to_vec();
    body.resize(BODY_BYTES - 2, b'.');
    body.extend_from_slice(b"\"}");
    let mut response = Response::new(Full::new(Bytes::from(body)));
    for (name, value) in HEADERS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

async fn accept(listener: TcpListener, endpoint: Endpoint) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: hanging senders must give up first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| serve(endpoint.clone(), request));
            // A sender that closes or gives up is none of the receiver's business.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn serve(
    endpoint: Endpoint,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let webhook = request
        .uri()
        .path()
        .trim_start_matches('/')
        .parse()
        .unwrap_or(u32::MAX);
    let Ok(body) = request.into_body().collect().await else {
        return Ok(endpoint.answer);
    };
    let now_ns = endpoint.stopwatch.ns();
    match read(&body.to_bytes(), webhook) {
        Some(arrival) => endpoint.ledger.arrived(arrival, now_ns),
        None => drop(endpoint.others.fetch_add(1, Ordering::SeqCst)),
    }
    if webhook >= endpoint.hang_from.load(Ordering::SeqCst) {
        // Dropped with the connection, when the sender gives up.
        std::future::pending::<()>().await;
    }
    Ok(endpoint.answer)
}

/// What every event of the bench begins its data with; the generator's side is in [`super::load`].
pub(super) const MARK: &str = r#"{"run":"#;

/// Reads run, sequence number and time out of a body without parsing the JSON around them.
fn read(body: &[u8], webhook: u32) -> Option<Arrival> {
    let at = body
        .windows(MARK.len())
        .position(|window| window == MARK.as_bytes())?;
    let mut rest = &body[at + MARK.len()..];
    let run = number(&mut rest)?;
    rest = rest.strip_prefix(b",\"seq\":")?;
    let sequence = number(&mut rest)?;
    rest = rest.strip_prefix(b",\"at\":")?;
    let sent_ns = number(&mut rest)?;
    Some(Arrival {
        run: u32::try_from(run).ok()?,
        sequence: u32::try_from(sequence).ok()?,
        sent_ns,
        webhook,
    })
}

fn number(text: &mut &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits)?;
    *text = rest;
    std::str::from_utf8(number).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_found_in_an_envelope() {
        let body = br#"{"type":"b","timestamp":"t","data":{"run":3,"seq":17,"at":99,"pad":""}}"#;
        let arrival = Arrival {
            run: 3,
            sequence: 17,
            sent_ns: 99,
            webhook: 4,
        };
        assert_eq!(read(body, 4), Some(arrival));
        assert_eq!(read(b"{}", 4), None);
        assert_eq!(read(br#"{"run":"#, 4), None);
    }

    #[test]
    fn an_answer_has_two_hundred_bytes() {
        let bytes = hyper::body::Body::size_hint(answer().body()).exact();
        assert_eq!(bytes, Some(BODY_BYTES as u64));
    }
}
