//! A real HTTP endpoint that does what a test tells it to: the other side of stage 5 (send).
//!
//! It listens on a loopback port, records every request whole, and answers each path by its script:
//! a queue of [`Behaviour`]s, then one that stays. Tests wait for requests on a signal
//! ([`Receiver::wait_for`]), never by sleeping. HTTP/1 is written by hand on the socket, because
//! much of what an endpoint can do wrong no server library would do. It does not verify signatures.

mod behaviour;
mod bomb;
mod h1;
mod h2;
mod script;
mod tls;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{AbortHandle, JoinSet},
};

use self::script::Script;
pub use self::{
    behaviour::{Behaviour, Gate, Part},
    script::Received,
    tls::{Identity, TlsSetup},
};

/// How long a wait for requests may take before it panics: far longer than any healthy test.
const WAIT: Duration = Duration::from_secs(60);

/// A listening endpoint. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    script: Arc<Script>,
    tls: Option<Arc<TlsSetup>>,
    hang_up: Arc<Notify>,
    accept: AbortHandle,
}

impl Receiver {
    /// Listens on a free loopback port, plain HTTP/1.1, answering 200 to everything.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        Self::start_with(loopback(0), None).await
    }

    /// The same on a given port: an endpoint that comes back after it was down.
    ///
    /// # Panics
    /// When the port is taken.
    pub async fn start_on(address: SocketAddr) -> Self {
        Self::start_with(address, None).await
    }

    /// HTTP/1.1 over TLS, with a certificate signed by a root of its own ([`Receiver::root_pem`]).
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start_tls(identity: Identity) -> Self {
        let setup = TlsSetup::new(identity, &[b"http/1.1"]);
        Self::start_with(loopback(0), Some(setup)).await
    }

    /// HTTP/2 over TLS; also speaks HTTP/1.1 to a client that does not offer `h2`.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start_h2(identity: Identity) -> Self {
        let setup = TlsSetup::new(identity, &[b"h2", b"http/1.1"]);
        Self::start_with(loopback(0), Some(setup)).await
    }

    async fn start_with(address: SocketAddr, tls: Option<TlsSetup>) -> Self {
        let listener = TcpListener::bind(address)
            .await
            .unwrap_or_else(|error| panic!("no receiver on {address}: {error}"));
        let address = listener.local_addr().expect("a listener has an address");
        let script = Arc::new(Script::default());
        let tls = tls.map(Arc::new);
        let hang_up = Arc::new(Notify::new());
        let accepting = accept(listener, script.clone(), tls.clone(), hang_up.clone());
        Self {
            address,
            script,
            tls,
            hang_up,
            accept: tokio::spawn(accepting).abort_handle(),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path (with its leading slash), with the IP address as the host.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.url_as(&self.address.ip().to_string(), path)
    }

    /// The URL of a path under another name for this host, which the test's resolver must know.
    #[must_use]
    pub fn url_as(&self, host: &str, path: &str) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{host}:{}{path}", self.address.port())
    }

    /// The root that signed its certificate, as PEM.
    ///
    /// # Panics
    /// When it was started without TLS.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        self.tls.as_ref().expect("started with TLS").root_pem()
    }

    /// Appends to what this path does, once each and in this order, before what it does always.
    pub fn script(&self, path: &str, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.script.push(path, behaviours);
    }

    /// What this path does once its script is used up (at first: what [`Receiver::otherwise`] says).
    pub fn always(&self, path: &str, behaviour: Behaviour) {
        self.script.set_path_default(path, behaviour);
    }

    /// What every path without its own behaviour does; 200 at first.
    pub fn otherwise(&self, behaviour: Behaviour) {
        self.script.set_default(behaviour);
    }

    /// Every request so far, in the order in which they were read completely.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.script.with_received(<[Received]>::to_vec)
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.script.with_received(<[Received]>::len)
    }

    /// Forgets the requests so far.
    pub fn clear(&self) {
        self.script.clear();
    }

    /// How many connections it has accepted.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.script.connections()
    }

    /// How many bytes of bodies it has managed to write for the behaviours that never end.
    #[must_use]
    pub fn endless_bytes(&self) -> u64 {
        self.script.endless_bytes()
    }

    /// Closes every open connection, soon; [`Receiver::wait_open`] tells when it is done.
    pub fn close_connections(&self) {
        self.hang_up.notify_one();
    }

    /// Waits until there are at least `count` requests and returns all of them.
    ///
    /// # Panics
    /// When that takes more than a minute.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait_until(|requests| requests.len() >= count).await
    }

    /// Waits until the requests so far are as wanted and returns them.
    ///
    /// # Panics
    /// When that takes more than a minute.
    pub async fn wait_until(&self, wanted: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        self.wait_on(|script| {
            script.with_received(|requests| wanted(requests).then(|| requests.to_vec()))
        })
        .await
    }

    /// Waits until exactly this many connections are open: to see the client let go of them.
    ///
    /// # Panics
    /// When that takes more than a minute.
    pub async fn wait_open(&self, count: usize) {
        self.wait_on(|script| (script.open() == count).then_some(()))
            .await;
    }

    async fn wait_on<T>(&self, ready: impl Fn(&Script) -> Option<T>) -> T {
        let mut changed = self.script.changed();
        let wait = async {
            loop {
                changed.borrow_and_update();
                if let Some(value) = ready(&self.script) {
                    return value;
                }
                changed
                    .changed()
                    .await
                    .expect("the receiver holds the sender");
            }
        };
        match tokio::time::timeout(WAIT, wait).await {
            Ok(value) => value,
            Err(_) => panic!(
                "{} did not see what the test waits for; {} requests, {} connections open",
                self.address,
                self.count(),
                self.script.open(),
            ),
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Owns the connections: when this task is aborted, the set drops and they all close.
async fn accept(
    listener: TcpListener,
    script: Arc<Script>,
    tls: Option<Arc<TlsSetup>>,
    hang_up: Arc<Notify>,
) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error here is about one connection (or a lack of descriptors): the next may do.
                let Ok((stream, _)) = accepted else {
                    tokio::task::yield_now().await;
                    continue;
                };
                tasks.spawn(serve(stream, script.clone(), tls.clone()));
            }
            Some(_) = tasks.join_next() => {}
            () = hang_up.notified() => tasks.shutdown().await,
        }
    }
}

async fn serve(stream: TcpStream, script: Arc<Script>, tls: Option<Arc<TlsSetup>>) {
    let connection = script.connected();
    // Failing only makes a test slower.
    let _ = stream.set_nodelay(true);
    // What goes wrong on a connection is the client's doing or the script's: nothing to report.
    let _ = match tls {
        None => h1::serve(stream, &connection).await,
        Some(setup) => match setup.accept(stream).await {
            Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                h2::serve(stream, Arc::new(connection)).await
            }
            Ok(stream) => h1::serve(stream, &connection).await,
            Err(error) => Err(error),
        },
    };
}

#[cfg(test)]
mod tests;
