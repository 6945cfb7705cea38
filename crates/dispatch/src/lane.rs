//! One lane: the deliveries of one webhook that are in memory, and how many may be sent at once.
//!
//! A lane is bounded: what does not fit stays in the store and is paged in. It begins with a small
//! window of requests at once, widens it with every answer and halves it with every time-out; and
//! while requests are out and nothing has come back for a second, it starts no more of them. So an
//! endpoint that hangs holds few connections before its first time-out, and one after it. Where a rate
//! is set, it starts what [`crate::pace`] allows and says when it may start the next. Everything here
//! is plain data under one short lock; starting tasks and reading the store is left to
//! [`crate::dispatcher`].

mod parts;

use std::collections::VecDeque;

use bellwire_core::{
    delivery::{Job, Kind},
    ids::DeliveryId,
    time::{DurationUs, SECOND, Time},
};
use parking_lot::Mutex;

pub(crate) use self::parts::{Bounds, Fared, Held, Wants};
use crate::pace::{Pace, Promise};

/// How many requests at once a lane begins with.
const INITIAL_WINDOW: usize = 8;

/// How long requests may be out without any of them coming back before no more are started.
const PATIENCE: DurationUs = SECOND;
/// Payload bytes that a lane may always hold.
const SHARE_BYTES: usize = 64 << 10;

/// The deliveries of one webhook that are in memory.
#[derive(Debug)]
pub(crate) struct Lane {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Ready to send, in order.
    queue: VecDeque<Held>,
    /// Payload bytes of the queue.
    bytes: usize,
    /// Places promised to deliveries that are being stored.
    reserved: usize,
    /// Being sent.
    in_flight: usize,
    /// Requests at once that the endpoint has earned.
    window: usize,
    /// The last attempt ran out of time.
    suspect: bool,
    /// When something last came back; when requests went out, if nothing was out before.
    progress: Time,
    /// Due deliveries of this lane may be in the store, unclaimed.
    backlog: bool,
    /// A claim for this lane is on its way.
    paging: bool,
    /// Counts what was stored without a place: a claim that came back short proves that the
    /// backlog is gone only if nothing was stored meanwhile.
    stored: u64,
    /// A test may be in the store, which is sent while the webhook is paused too.
    tests: bool,
    /// How fast it may send, where that is limited.
    pace: Option<Pace>,
    /// Counts buckets.
    paces: u64,
    /// When it has asked to be woken for the next token.
    woken_at: Option<Time>,
    drain: Draining,
}

/// How far what a pause held is sent.
#[derive(Debug, Default, Clone, Copy)]
struct Draining {
    /// What was made up to then is meant.
    up_to: Option<Time>,
    /// The store has no more of it that is due.
    passed: bool,
    /// The end has been told.
    told: bool,
}

impl Lane {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                bytes: 0,
                reserved: 0,
                in_flight: 0,
                window: INITIAL_WINDOW,
                suspect: false,
                progress: Time::EPOCH,
                backlog: false,
                paging: false,
                stored: 0,
                tests: false,
                pace: None,
                paces: 0,
                woken_at: None,
                drain: Draining::default(),
            }),
        }
    }

    /// A place for a delivery that is being stored; `false` when the lane is full, or not owned
    /// here, or older deliveries wait in the store, which go first.
    pub(crate) fn reserve(&self, bounds: Bounds) -> bool {
        let mut state = self.state.lock();
        let room = state.occupied() < state.size(bounds);
        let free = room && !state.backlog && !bounds.elsewhere && !bounds.paused;
        state.reserved += usize::from(free);
        free
    }

    /// A place for a test: while the webhook is paused too, and before what waits.
    pub(crate) fn reserve_test(&self, bounds: Bounds) -> bool {
        let mut state = self.state.lock();
        let free = state.occupied() < state.size(bounds) && !bounds.elsewhere;
        state.reserved += usize::from(free);
        free
    }

    /// Gives a reserved place back, which may be the room that a backlog waits for.
    pub(crate) fn unreserve(&self, bounds: Bounds) -> Wants {
        let mut state = self.state.lock();
        state.reserved -= 1;
        state.wants(bounds)
    }

    /// Turns a reserved place into a queued delivery.
    pub(crate) fn fill(&self, held: Held, bounds: Bounds) -> Wants {
        let mut state = self.state.lock();
        state.reserved -= 1;
        state.bytes += held.bytes();
        match held.job.kind {
            Kind::Test => state.queue.push_front(held),
            _ => state.queue.push_back(held),
        }
        state.wants(bounds)
    }

    /// Notes that due deliveries are in the store; that a test may be among them, too.
    pub(crate) fn wake(&self, bounds: Bounds, tests: bool) -> Wants {
        let mut state = self.state.lock();
        state.stored += 1;
        state.backlog = true;
        state.tests |= tests;
        state.wants(bounds)
    }

    /// Room to ask the store for, and a mark to give back with what comes.
    pub(crate) fn begin_page(&self, bounds: Bounds) -> (usize, u64) {
        let mut state = self.state.lock();
        state.tests = false;
        let room = state.size(bounds).saturating_sub(state.occupied());
        (room, state.stored)
    }

    /// Takes what the store gave. `exhausted`: it gave less than was asked for. The second answer
    /// says whether the backlog is gone: then the caller finds out when more is due.
    pub(crate) fn end_page(
        &self,
        jobs: Vec<Held>,
        exhausted: bool,
        mark: u64,
        bounds: Bounds,
    ) -> (Wants, bool) {
        let mut state = self.state.lock();
        state.paging = false;
        state.bytes += jobs.iter().map(Held::bytes).sum::<usize>();
        state.keep(bounds);
        // They come in the order they are due, and nothing is due before it was made.
        let last = jobs.last().map(|held| held.job.created_at);
        state.drain.passed |= last.is_some_and(|last| !state.drain.covers(last));
        state.queue.extend(jobs);
        let gone = exhausted && state.stored == mark;
        if gone {
            state.backlog = false;
        }
        (state.wants(bounds), gone)
    }

    /// The store has nothing that is due.
    pub(crate) fn exhausted(&self, bounds: Bounds) -> Wants {
        let mut state = self.state.lock();
        state.keep(bounds);
        state.drain.passed = true;
        state.wants(bounds)
    }

    /// The end of a drain could not be written: it is told again.
    pub(crate) fn tell_again(&self) {
        self.state.lock().drain.told = false;
    }

    /// The time for the next token has come.
    pub(crate) fn paced(&self, bounds: Bounds) -> Wants {
        let mut state = self.state.lock();
        state.woken_at = None;
        state.wants(bounds)
    }

    /// What it wants now that its bounds may be others.
    pub(crate) fn look(&self, bounds: Bounds) -> Wants {
        self.state.lock().wants(bounds)
    }

    /// A request goes out now: whether the rate allows it.
    pub(crate) fn pay(&self, promise: Promise, bounds: Bounds) -> (bool, Wants) {
        let mut state = self.state.lock();
        state.keep(bounds);
        let paid = match &mut state.pace {
            Some(pace) => pace.pay(promise, bounds.now),
            None => true,
        };
        (paid, state.wants(bounds))
    }

    /// A worker that was promised a token does not send after all.
    pub(crate) fn give_back(&self, promise: Promise) {
        if let Some(pace) = &mut self.state.lock().pace {
            pace.give_back(promise);
        }
    }

    /// Puts a delivery that may not go out now back to the front.
    pub(crate) fn put_back(&self, held: Held) {
        let mut state = self.state.lock();
        state.bytes += held.bytes();
        state.queue.push_front(held);
    }

    /// A worker is done with a delivery: the next one for it, or `None`, and its place in flight is
    /// given up.
    pub(crate) fn next(&self, bounds: Bounds) -> (Option<Held>, Wants) {
        let mut state = self.state.lock();
        state.in_flight -= 1;
        state.keep(bounds);
        let free = state.in_flight < state.allowed(bounds) && state.tokens(bounds) > 0;
        let job = if free { state.pop() } else { None };
        state.in_flight += usize::from(job.is_some());
        (job, state.wants(bounds))
    }

    /// Learns from an attempt.
    pub(crate) fn fared(&self, fared: Fared, bounds: Bounds) {
        let mut state = self.state.lock();
        state.progress = bounds.now;
        match fared {
            Fared::Answered => {
                state.suspect = false;
                state.window = (state.window + 1).min(bounds.concurrency.max(1));
            }
            Fared::TimedOut => {
                state.suspect = true;
                state.window = (state.window / 2).max(1);
            }
            Fared::Neither => {}
        }
    }

    /// Whether the endpoint kept us waiting last time, and whether only one request is out.
    pub(crate) fn standing(&self) -> (bool, bool) {
        let state = self.state.lock();
        (state.suspect, state.in_flight <= 1)
    }

    /// Takes everything that is queued out (graceful stop, a webhook that is gone).
    pub(crate) fn drain(&self) -> Vec<Held> {
        let mut state = self.state.lock();
        state.bytes = 0;
        state.queue.drain(..).collect()
    }

    /// Takes out what is queued and not wanted.
    pub(crate) fn take_out(&self, wanted: impl Fn(&Job) -> bool) -> Vec<Held> {
        let mut state = self.state.lock();
        if state.queue.iter().all(|held| wanted(&held.job)) {
            return Vec::new();
        }
        let (stay, out): (VecDeque<Held>, VecDeque<Held>) = std::mem::take(&mut state.queue)
            .into_iter()
            .partition(|held| wanted(&held.job));
        state.queue = stay;
        state.bytes -= out.iter().map(Held::bytes).sum::<usize>();
        out.into()
    }

    /// Takes one delivery out of the queue, if it is there and not being sent.
    pub(crate) fn withdraw(&self, delivery: DeliveryId) -> Option<Held> {
        let mut state = self.state.lock();
        let index = state
            .queue
            .iter()
            .position(|held| held.job.delivery_id == delivery)?;
        let held = state.queue.remove(index)?;
        state.bytes -= held.bytes();
        Some(held)
    }

    /// Whether nothing at all would be lost by forgetting the lane.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.state.lock();
        state.occupied() == 0 && !state.backlog && !state.paging && !state.suspect
    }

    /// Whether it keeps count of what it sends in a stretch of time, which would be lost.
    pub(crate) fn is_paced(&self) -> bool {
        let mut state = self.state.lock();
        if state.queue.is_empty() {
            state.queue.shrink_to_fit();
        }
        state.pace.is_some()
    }

    /// Deliveries queued and in flight.
    pub(crate) fn load(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.queue.len(), state.in_flight)
    }
}

impl State {
    fn occupied(&self) -> usize {
        self.queue.len() + self.reserved + self.in_flight
    }

    fn size(&self, bounds: Bounds) -> usize {
        if bounds.held {
            0
        } else if bounds.full && self.bytes > SHARE_BYTES {
            1
        } else {
            bounds.size
        }
    }

    fn pop(&mut self) -> Option<Held> {
        let mut held = self.queue.pop_front()?;
        self.bytes -= held.bytes();
        held.promise = self.pace.as_mut().and_then(|pace| pace.promise(1));
        Some(held)
    }

    /// Keeps rate and drain as the bounds say.
    fn keep(&mut self, bounds: Bounds) {
        match (bounds.rate, &mut self.pace) {
            (None, pace) => *pace = None,
            (Some(rate), Some(pace)) if pace.is_under(rate) => pace.adjust(rate, bounds.now),
            (Some(rate), pace) => {
                self.paces += 1;
                *pace = Some(Pace::new(rate, bounds.now, self.paces));
            }
        }
        if self.drain.up_to != bounds.drain {
            self.drain = Draining {
                up_to: bounds.drain,
                ..Draining::default()
            };
        }
    }

    /// Workers that the rate lets start.
    fn tokens(&mut self, bounds: Bounds) -> usize {
        let pace = self.pace.as_mut();
        pace.map_or(usize::MAX, |pace| pace.free(bounds.now))
    }

    /// When to be woken for the next token, unless that is arranged.
    fn next_token(&mut self, bounds: Bounds) -> Option<Time> {
        let next = self.pace.as_mut()?.next_at(bounds.now)?;
        if self.woken_at.is_some_and(|asked| asked <= next) {
            return None;
        }
        self.woken_at = Some(next);
        Some(next)
    }

    /// Tells once that what a pause held has been sent, but for what is tried again later.
    fn drained(&mut self) -> Option<Time> {
        let Draining {
            up_to,
            passed: true,
            told: false,
        } = self.drain
        else {
            return None;
        };
        let left = |held: &Held| self.drain.covers(held.job.created_at);
        if self.queue.iter().any(left) {
            return None;
        }
        self.drain.told = true;
        up_to
    }

    fn allowed(&self, bounds: Bounds) -> usize {
        if self.in_flight > 0 && bounds.now.since(self.progress) > PATIENCE {
            return 1;
        }
        self.window.min(bounds.concurrency).max(1)
    }

    fn wants(&mut self, bounds: Bounds) -> Wants {
        self.keep(bounds);
        let free = self.allowed(bounds).saturating_sub(self.in_flight);
        let ready = free.min(self.queue.len());
        let count = ready.min(self.tokens(bounds));
        let start: Vec<Held> = (0..count).filter_map(|_| self.pop()).collect();
        if self.in_flight == 0 && count > 0 {
            self.progress = bounds.now;
        }
        self.in_flight += count;
        // Half-empty before asking again: one query brings many.
        let half = self.size(bounds) / 2;
        let sends = !bounds.held && (!bounds.paused || self.tests);
        let page = self.backlog && !self.paging && sends && self.occupied() <= half;
        self.paging |= page;
        let waits = count < ready;
        Wants {
            start,
            page,
            wake_at: if waits { self.next_token(bounds) } else { None },
            drained: if self.paging { None } else { self.drained() },
        }
    }
}

impl Draining {
    fn covers(self, created_at: Time) -> bool {
        self.up_to.is_some_and(|up_to| created_at <= up_to)
    }
}

#[cfg(test)]
mod tests;
