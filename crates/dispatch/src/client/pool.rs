//! Connections between two requests, kept per webhook and never shared between webhooks.
//!
//! Bounded three ways: per webhook, over all, and in time. The newest idle connection is used
//! first, so that the surplus of a busy moment grows old and goes.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bellwire_core::ids::WebhookId;
use parking_lot::Mutex;
use url::Url;

use super::{
    fault::Fault,
    link::{H1, H2, Link},
    target::Target,
};

/// A power of two; webhooks are spread by the random bits of their ids.
const SHARDS: usize = 32;

/// How much may idle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) idle: Duration,
    pub(super) per_webhook: usize,
    pub(super) in_all: usize,
}

pub(super) struct Pool {
    shards: Vec<Mutex<HashMap<WebhookId, Slot>>>,
    limits: Limits,
    /// Connections in the slots. Changed under the lock of a shard, read without.
    idle: AtomicUsize,
    swept: AtomicBool,
}

/// What is kept for one webhook. It outlives its connections for a while, because its target is
/// worth keeping too.
struct Slot {
    target: Arc<Target>,
    used: Instant,
    /// Newest last.
    h1: Vec<(Box<H1>, Instant)>,
    h2: Option<Arc<H2>>,
}

impl Slot {
    fn len(&self) -> usize {
        self.h1.len() + usize::from(self.h2.is_some())
    }
}

impl Pool {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            limits,
            idle: AtomicUsize::new(0),
            swept: AtomicBool::new(false),
        }
    }

    pub(super) fn idle(&self) -> usize {
        self.idle.load(Ordering::Relaxed)
    }

    fn shard(&self, id: WebhookId) -> &Mutex<HashMap<WebhookId, Slot>> {
        let [.., last] = *id.as_bytes();
        &self.shards[usize::from(last) % SHARDS]
    }

    /// The target of this URL and a connection to it, if one idles.
    pub(super) fn take(
        &self,
        id: WebhookId,
        url: &Arc<Url>,
        now: Instant,
    ) -> Result<(Arc<Target>, Option<Link>), Fault> {
        // Closing sockets is work for after the lock.
        let mut dropped = None;
        let mut shard = self.shard(id).lock();
        let slot = match shard.entry(id) {
            Entry::Occupied(slot) => slot.into_mut(),
            Entry::Vacant(space) => space.insert(Slot {
                target: Arc::new(Target::new(url)?),
                used: now,
                h1: Vec::new(),
                h2: None,
            }),
        };
        slot.used = now;
        if !slot.target.is_of(url) {
            let target = Arc::new(Target::new(url)?);
            if !target.same_origin(&slot.target) {
                self.idle.fetch_sub(slot.len(), Ordering::Relaxed);
                dropped = Some((std::mem::take(&mut slot.h1), slot.h2.take()));
            }
            slot.target = target;
        }
        if let Some(h2) = &slot.h2 {
            if !h2.sender.is_closed() {
                return Ok((slot.target.clone(), Some(Link::H2(h2.clone()))));
            }
            self.idle.fetch_sub(1, Ordering::Relaxed);
            slot.h2 = None;
        }
        let mut link = None;
        if let Some((newest, since)) = slot.h1.pop() {
            self.idle.fetch_sub(1, Ordering::Relaxed);
            if now.saturating_duration_since(since) < self.limits.idle {
                link = Some(Link::H1(newest));
            } else {
                // The others are older still.
                self.idle.fetch_sub(slot.h1.len(), Ordering::Relaxed);
                dropped = Some((std::mem::take(&mut slot.h1), None));
            }
        }
        let target = slot.target.clone();
        drop(shard);
        drop(dropped);
        Ok((target, link))
    }

    /// Keeps a connection for the next request of this webhook, if it may stay.
    pub(super) fn give(&self, id: WebhookId, link: Link, now: Instant) {
        let mut shard = self.shard(id).lock();
        // Without its slot the webhook was forgotten meanwhile, with another origin its URL was
        // changed: this connection leads where nothing is sent any more.
        let Some(slot) = shard.get_mut(&id) else {
            return;
        };
        if !slot.target.same_origin(link.target()) {
            return;
        }
        slot.used = now;
        let room = self.idle.load(Ordering::Relaxed) < self.limits.in_all;
        match link {
            Link::H2(h2) => {
                if slot.h2.is_none() && room {
                    slot.h2 = Some(h2);
                    self.idle.fetch_add(1, Ordering::Relaxed);
                }
            }
            Link::H1(h1) => {
                if slot.h1.len() < self.limits.per_webhook && room {
                    slot.h1.push((h1, now));
                    self.idle.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Lets go of a shared connection that failed a request, so that the next one gets another.
    pub(super) fn discard(&self, id: WebhookId, failed: &Arc<H2>) {
        let mut shard = self.shard(id).lock();
        if let Some(slot) = shard.get_mut(&id)
            && slot.h2.as_ref().is_some_and(|h2| Arc::ptr_eq(h2, failed))
        {
            slot.h2 = None;
            self.idle.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Lets go of everything of a webhook.
    pub(super) fn forget(&self, id: WebhookId) {
        let slot = self.shard(id).lock().remove(&id);
        if let Some(slot) = slot {
            self.idle.fetch_sub(slot.len(), Ordering::Relaxed);
        }
    }

    /// Lets go of everything.
    pub(super) fn clear(&self) {
        for shard in &self.shards {
            let slots = std::mem::take(&mut *shard.lock());
            let count: usize = slots.values().map(Slot::len).sum();
            self.idle.fetch_sub(count, Ordering::Relaxed);
        }
    }

    /// Lets go of what has idled too long.
    fn sweep(&self, now: Instant) {
        let old = |since: Instant| now.saturating_duration_since(since) >= self.limits.idle;
        for shard in &self.shards {
            let mut dropped = Vec::new();
            let mut shared = Vec::new();
            let mut shard = shard.lock();
            shard.retain(|_, slot| {
                let keep_from = slot.h1.partition_point(|(_, since)| old(*since));
                dropped.extend(slot.h1.drain(..keep_from));
                // In use by more than the slot: a request is on it right now.
                let idle_h2 = |h2: &mut Arc<H2>| Arc::strong_count(h2) == 1;
                if old(slot.used) {
                    shared.extend(slot.h2.take_if(idle_h2));
                }
                slot.len() > 0 || !old(slot.used)
            });
            drop(shard);
            self.idle
                .fetch_sub(dropped.len() + shared.len(), Ordering::Relaxed);
        }
    }

    /// Sweeps from now on, if nobody does yet; ends with the pool.
    pub(super) fn keep_swept(self: &Arc<Self>) {
        if self.swept.load(Ordering::Relaxed) || self.swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let pool = Arc::downgrade(self);
        let every = (self.limits.idle / 2).max(Duration::from_millis(10));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match pool.upgrade() {
                    Some(pool) => pool.sweep(Instant::now()),
                    None => return,
                }
            }
        });
    }
}
