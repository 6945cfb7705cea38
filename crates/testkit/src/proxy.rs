//! A TCP proxy that does what networks do, on demand: connections are cut in the middle of a
//! message, nothing passes for a while, new ones are refused, open ones are forgotten.
//!
//! It knows nothing of what passes. Where a connection is cut follows from a seed, as far as the
//! other side's timing allows.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bellwire_core::entropy::Entropy as _;
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use crate::entropy::SeededEntropy;

/// Bytes that are passed on at once, at most.
const CHUNK: usize = 16 << 10;

/// What happens to connections for as long as it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Clear,
    /// Each connection ends at a random byte among its next so many, both directions together.
    Cutting {
        /// At most this many pass before the cut; not 0.
        within: u64,
    },
    /// Nothing passes, and nothing is closed. What was sent meanwhile passes later, also for those
    /// who have gone away by then.
    Stalled,
    /// Connections that are open go on; new ones are closed at once.
    Refusing,
}

/// A proxy for as long as it is not dropped; then its port is closed, and all connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accept: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    weather: watch::Sender<Weather>,
    dice: SeededEntropy,
    /// Connections so far.
    accepted: AtomicUsize,
    /// Those with a smaller number than this are forgotten.
    remembered: watch::Sender<usize>,
    cuts: AtomicUsize,
}

/// One connection.
#[derive(Debug)]
struct Link {
    number: usize,
    shared: Arc<Shared>,
    /// Bytes left before the cut.
    left: Mutex<Option<u64>>,
}

impl Proxy {
    /// Listens on a free loopback port and forwards to this address.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn before(target: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let shared = Arc::new(Shared {
            weather: watch::Sender::new(Weather::Clear),
            dice: SeededEntropy::new(seed),
            accepted: AtomicUsize::new(0),
            remembered: watch::Sender::new(0),
            cuts: AtomicUsize::new(0),
        });
        Self {
            address: listener.local_addr().expect("an address"),
            accept: tokio::spawn(accept(listener, target, Arc::clone(&shared))).abort_handle(),
            shared,
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather, for open connections and new ones.
    pub fn set(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }

    /// Nothing passes any more on the connections that are open now, and nobody is told: as when
    /// something in between has lost its table of connections.
    pub fn forget(&self) {
        let accepted = self.shared.accepted.load(SeqCst);
        self.shared.remembered.send_replace(accepted);
    }

    /// How many connections it has cut at a random byte.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

/// Owns the connections: when this task is aborted, the set drops and they all close.
async fn accept(listener: TcpListener, target: SocketAddr, shared: Arc<Shared>) {
    let mut links = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let link = Link {
                    number: shared.accepted.fetch_add(1, SeqCst),
                    shared: Arc::clone(&shared),
                    left: Mutex::new(None),
                };
                if *shared.weather.borrow() != Weather::Refusing {
                    links.spawn(link.run(client, target));
                }
            }
            Some(_) = links.join_next() => {}
        }
    }
}

impl Link {
    async fn run(self, mut client: TcpStream, target: SocketAddr) {
        // When the target is away, the client finds its connection closed.
        let Ok(mut server) = TcpStream::connect(target).await else {
            return;
        };
        // Failing only makes a test slower.
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            () = self.pump(from_client, to_server) => {}
            () = self.pump(from_server, to_client) => {}
        }
    }

    /// Passes on one direction until it ends.
    async fn pump(&self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut chunk = vec![0; CHUNK];
        loop {
            let Ok(size @ 1..) = from.read(&mut chunk).await else {
                // The end comes through the same weather as everything else.
                self.admitted(0).await;
                return;
            };
            let passes = self.admitted(size).await;
            if to.write_all(&chunk[..passes]).await.is_err() {
                return;
            }
            if passes < size {
                self.shared.cuts.fetch_add(1, SeqCst);
                return;
            }
        }
    }

    /// How many of so many bytes may pass, once any may.
    async fn admitted(&self, size: usize) -> usize {
        let mut weather = self.shared.weather.subscribe();
        let mut remembered = self.shared.remembered.subscribe();
        let stands = weather
            .wait_for(|weather| *weather != Weather::Stalled)
            .await;
        // The sender is in `self`, so this cannot fail.
        let weather = stands.map_or(Weather::Clear, |weather| *weather);
        if *remembered.borrow_and_update() > self.number {
            std::future::pending::<()>().await;
        }
        let mut left = self.left.lock();
        let Weather::Cutting { within } = weather else {
            *left = None;
            return size;
        };
        let budget = left.get_or_insert_with(|| self.shared.dice.u64() % within.max(1));
        let passes = u64::try_from(size).unwrap_or(u64::MAX).min(*budget);
        *budget -= passes;
        usize::try_from(passes).unwrap_or(size)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// A server that sends back what it gets, behind a proxy.
    async fn echo() -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = client.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        Proxy::before(address, 1).await
    }

    async fn connect(proxy: &Proxy) -> TcpStream {
        TcpStream::connect(proxy.address())
            .await
            .expect("a connection")
    }

    /// What comes back of one byte; `None` when the connection has ended.
    async fn ask(stream: &mut TcpStream) -> Option<u8> {
        stream.write_all(b"x").await.ok()?;
        let mut byte = [0];
        stream.read_exact(&mut byte).await.ok()?;
        Some(byte[0])
    }

    /// Whether nothing comes for a moment.
    async fn is_silent(stream: &mut TcpStream) -> bool {
        timeout(Duration::from_millis(50), ask(stream))
            .await
            .is_err()
    }

    #[tokio::test]
    async fn a_cut_comes_within_its_bytes_and_after_it_all_is_well() {
        let proxy = echo().await;
        let mut stream = connect(&proxy).await;
        assert_eq!(ask(&mut stream).await, Some(b'x'));
        proxy.set(Weather::Cutting { within: 100 });
        let mut passed = 0;
        while ask(&mut stream).await.is_some() {
            passed += 1;
        }
        assert!(passed < 50, "{passed} went there and back");
        assert_eq!(proxy.cuts(), 1);
        proxy.set(Weather::Clear);
        assert_eq!(ask(&mut connect(&proxy).await).await, Some(b'x'));
    }

    #[tokio::test]
    async fn what_was_stalled_passes_later() {
        let proxy = echo().await;
        let mut stream = connect(&proxy).await;
        assert_eq!(ask(&mut stream).await, Some(b'x'));
        proxy.set(Weather::Stalled);
        assert!(is_silent(&mut stream).await);
        proxy.set(Weather::Clear);
        let mut byte = [0];
        stream.read_exact(&mut byte).await.expect("it passes");
        assert_eq!(&byte, b"x");
    }

    #[tokio::test]
    async fn new_ones_are_refused_and_open_ones_go_on() {
        let proxy = echo().await;
        let mut stream = connect(&proxy).await;
        assert_eq!(ask(&mut stream).await, Some(b'x'));
        proxy.set(Weather::Refusing);
        assert_eq!(ask(&mut connect(&proxy).await).await, None);
        assert_eq!(ask(&mut stream).await, Some(b'x'));
    }

    #[tokio::test]
    async fn what_is_forgotten_stays_open_and_silent() {
        let proxy = echo().await;
        let mut stream = connect(&proxy).await;
        assert_eq!(ask(&mut stream).await, Some(b'x'));
        proxy.forget();
        assert!(is_silent(&mut stream).await);
        assert_eq!(ask(&mut connect(&proxy).await).await, Some(b'x'));
        assert!(is_silent(&mut stream).await);
    }
}
