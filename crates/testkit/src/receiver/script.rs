//! What a receiver has been told and what it has seen, shared by its connections.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::Behaviour;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// Position among all requests of this receiver, from 0.
    pub number: usize,
    /// Which connection it came on, from 0 in the order of acceptance.
    pub connection: usize,
    /// When it had been read completely.
    pub at: Instant,
    /// `POST`.
    pub method: String,
    /// Path and query as they were sent.
    pub path: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// Headers in order, names in lower case.
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
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is not JSON ({error}): {:?}", self.body))
    }
}

#[derive(Debug, Default)]
struct Scene {
    queue: VecDeque<Behaviour>,
    after: Option<Behaviour>,
}

#[derive(Debug)]
struct Inner {
    scenes: HashMap<String, Scene>,
    otherwise: Behaviour,
    received: Vec<Received>,
}

/// The state behind a [`super::Receiver`].
#[derive(Debug)]
pub(super) struct Script {
    inner: Mutex<Inner>,
    accepted: AtomicUsize,
    open: AtomicUsize,
    endless_bytes: AtomicU64,
    changed: watch::Sender<()>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            inner: Mutex::new(Inner {
                scenes: HashMap::new(),
                otherwise: Behaviour::Status(200),
                received: Vec::new(),
            }),
            accepted: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            endless_bytes: AtomicU64::new(0),
            changed: watch::Sender::new(()),
        }
    }
}

impl Script {
    pub(super) fn push(&self, path: &str, behaviours: impl IntoIterator<Item = Behaviour>) {
        let mut inner = self.inner.lock();
        let scene = inner.scenes.entry(path.to_owned()).or_default();
        scene.queue.extend(behaviours);
    }

    pub(super) fn set_path_default(&self, path: &str, behaviour: Behaviour) {
        let mut inner = self.inner.lock();
        inner.scenes.entry(path.to_owned()).or_default().after = Some(behaviour);
    }

    pub(super) fn set_default(&self, behaviour: Behaviour) {
        self.inner.lock().otherwise = behaviour;
    }

    pub(super) fn with_received<T>(&self, look: impl FnOnce(&[Received]) -> T) -> T {
        look(&self.inner.lock().received)
    }

    pub(super) fn clear(&self) {
        self.inner.lock().received.clear();
    }

    pub(super) fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(super) fn endless_bytes(&self) -> u64 {
        self.endless_bytes.load(Ordering::SeqCst)
    }

    pub(super) fn count_endless(&self, bytes: usize) {
        self.endless_bytes.fetch_add(bytes as u64, Ordering::SeqCst);
    }

    /// Changes whenever a request or a connection comes, or a connection goes.
    pub(super) fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes note of a new connection, until the guard is dropped.
    pub(super) fn connected(self: Arc<Self>) -> Connection {
        let number = self.accepted.fetch_add(1, Ordering::SeqCst);
        self.open.fetch_add(1, Ordering::SeqCst);
        self.changed.send_replace(());
        Connection {
            number,
            script: self,
        }
    }
}

/// One accepted connection, while it is open.
#[derive(Debug)]
pub(super) struct Connection {
    number: usize,
    pub(super) script: Arc<Script>,
}

impl Connection {
    /// Records a request and says what to do with it. The script is keyed by the path alone.
    pub(super) fn record(
        &self,
        method: String,
        path: String,
        version: String,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Behaviour {
        let behaviour = {
            let mut inner = self.script.inner.lock();
            let key = path.split('?').next().unwrap_or_default();
            let scripted = inner
                .scenes
                .get_mut(key)
                .and_then(|scene| scene.queue.pop_front().or_else(|| scene.after.clone()));
            let behaviour = scripted.unwrap_or_else(|| inner.otherwise.clone());
            let number = inner.received.len();
            inner.received.push(Received {
                number,
                connection: self.number,
                at: Instant::now(),
                method,
                path,
                version,
                headers,
                body,
            });
            behaviour
        };
        self.script.changed.send_replace(());
        behaviour
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.script.open.fetch_sub(1, Ordering::SeqCst);
        self.script.changed.send_replace(());
    }
}
