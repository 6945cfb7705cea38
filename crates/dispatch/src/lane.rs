//! One lane: the deliveries of one webhook that are in memory, and how many may be sent at once.
//!
//! A lane is bounded: what does not fit stays in the store and is paged in. It begins with a small
//! window of requests at once, widens it with every answer and halves it with every time-out; and
//! while requests are out and nothing has come back for a second, it starts no more of them. So an
//! endpoint that hangs holds few connections before its first time-out, and one after it. Everything here is plain
//! data under one short lock; starting tasks and reading the store is left to [`crate::dispatcher`].

use std::collections::VecDeque;

use bellwire_core::{
    delivery::Job,
    ids::DeliveryId,
    time::{DurationUs, SECOND, Time},
};
use parking_lot::Mutex;

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
}

/// A delivery, and the store's lease that it is held under.
#[derive(Debug)]
pub(crate) struct Held {
    /// What to send.
    pub(crate) job: Job,
    /// Sent only while this is the lease ([`bellwire_core::ports::Claim::lease`]).
    pub(crate) lease: u64,
}

/// What a lane wants done after a change.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    /// Start a worker for each of these; their places in flight are taken already.
    pub(crate) start: Vec<Held>,
    /// Ask the pager for more.
    pub(crate) page: bool,
}

/// How an attempt ended, as far as the lane's window cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fared {
    /// The endpoint answered, whatever it said.
    Answered,
    /// It kept us waiting until a time-out.
    TimedOut,
    /// Refused, unreachable, not sent: says nothing about how many requests it can take at once.
    Neither,
}

/// The bounds of a lane, from the configuration and the webhook.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The time now.
    pub(crate) now: Time,
    /// Deliveries in memory: queued, reserved and in flight together.
    pub(crate) size: usize,
    /// The payloads of all lanes together take what they may: a lane that holds more than its
    /// share of them takes one delivery at a time.
    pub(crate) full: bool,
    /// Requests at once, at most.
    pub(crate) concurrency: usize,
    /// Nothing can be sent to the webhook now: its deliveries wait in the store.
    pub(crate) held: bool,
    /// One process only may have this lane.
    pub(crate) exclusive: bool,
    /// And that is another one, or nobody yet: nothing may be put in here or sent from here.
    pub(crate) elsewhere: bool,
}

impl Held {
    /// The size of its payload.
    pub(crate) fn bytes(&self) -> usize {
        self.job.event.data.len()
    }
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
            }),
        }
    }

    /// A place for a delivery that is being stored; `false` when the lane is full, or not owned
    /// here, or older deliveries wait in the store, which go first.
    pub(crate) fn reserve(&self, bounds: Bounds) -> bool {
        let mut state = self.state.lock();
        let room = state.occupied() < state.size(bounds);
        let free = room && !state.backlog && !bounds.elsewhere;
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
        state.queue.push_back(held);
        state.wants(bounds)
    }

    /// Notes that due deliveries are in the store.
    pub(crate) fn wake(&self, bounds: Bounds) -> Wants {
        let mut state = self.state.lock();
        state.stored += 1;
        state.backlog = true;
        state.wants(bounds)
    }

    /// Room to ask the store for, and a mark to give back with what comes.
    pub(crate) fn begin_page(&self, bounds: Bounds) -> (usize, u64) {
        let state = self.state.lock();
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
        state.queue.extend(jobs);
        let gone = exhausted && state.stored == mark;
        if gone {
            state.backlog = false;
        }
        (state.wants(bounds), gone)
    }

    /// A worker is done with a delivery: the next one for it, or `None`, and its place in flight is
    /// given up.
    pub(crate) fn next(&self, bounds: Bounds) -> (Option<Held>, Wants) {
        let mut state = self.state.lock();
        state.in_flight -= 1;
        let job = if state.in_flight < state.allowed(bounds) {
            state.pop()
        } else {
            None
        };
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
        let held = self.queue.pop_front()?;
        self.bytes -= held.bytes();
        Some(held)
    }

    fn allowed(&self, bounds: Bounds) -> usize {
        if self.in_flight > 0 && bounds.now.since(self.progress) > PATIENCE {
            return 1;
        }
        self.window.min(bounds.concurrency).max(1)
    }

    fn wants(&mut self, bounds: Bounds) -> Wants {
        let free = self.allowed(bounds).saturating_sub(self.in_flight);
        let count = free.min(self.queue.len());
        let start: Vec<Held> = (0..count).filter_map(|_| self.pop()).collect();
        if self.in_flight == 0 && count > 0 {
            self.progress = bounds.now;
        }
        self.in_flight += count;
        // Half-empty before asking again: one query brings many.
        let half = self.size(bounds) / 2;
        let page = self.backlog && !self.paging && !bounds.held && self.occupied() <= half;
        self.paging |= page;
        Wants { start, page }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bellwire_core::{
        delivery::Kind,
        event::Event,
        ids::{DeliveryId, EventId, OrganizationId, WebhookId},
        time::Time,
    };

    use super::*;

    const BOUNDS: Bounds = Bounds {
        now: Time::EPOCH,
        size: 8,
        full: false,
        concurrency: 4,
        held: false,
        exclusive: false,
        elsewhere: false,
    };

    fn job(number: u8) -> Held {
        let event = Event {
            id: EventId::from_bytes([number; 16]),
            organization_id: OrganizationId::from_bytes([0; 16]),
            external_id: None,
            event_type: "a.b".to_owned(),
            channels: Vec::new(),
            data: bytes::Bytes::from_static(b"{}"),
            time: Time::EPOCH,
            created_at: Time::EPOCH,
            unknown_type: false,
            test: false,
        };
        let job = Job {
            delivery_id: DeliveryId::from_bytes([number; 16]),
            webhook_id: WebhookId::from_bytes([1; 16]),
            kind: Kind::Matched,
            attempts: 0,
            created_at: Time::EPOCH,
            event: Arc::new(event),
        };
        Held { job, lease: 0 }
    }

    #[test]
    fn a_lane_is_full_at_its_size_and_free_again_when_a_place_is_given_back() {
        let lane = Lane::new();
        for _ in 0..BOUNDS.size {
            assert!(lane.reserve(BOUNDS));
        }
        assert!(!lane.reserve(BOUNDS));
        lane.unreserve(BOUNDS);
        assert!(lane.reserve(BOUNDS));
    }

    #[test]
    fn a_lane_that_another_process_owns_has_no_places() {
        let lane = Lane::new();
        let elsewhere = Bounds {
            exclusive: true,
            elsewhere: true,
            ..BOUNDS
        };
        assert!(!lane.reserve(elsewhere));
        assert!(lane.wake(elsewhere).page, "somebody must be told");
        assert!(!lane.wake(elsewhere).page, "once");
    }

    #[test]
    fn places_given_back_let_a_backlog_in() {
        let lane = Lane::new();
        for _ in 0..BOUNDS.size {
            assert!(lane.reserve(BOUNDS));
        }
        assert!(!lane.wake(BOUNDS).page, "there is no room");
        let asked: Vec<bool> = (0..BOUNDS.size)
            .map(|_| lane.unreserve(BOUNDS).page)
            .collect();
        assert_eq!(asked.iter().filter(|page| **page).count(), 1, "{asked:?}");
    }

    #[test]
    fn workers_are_started_up_to_the_concurrency() {
        let lane = Lane::new();
        let mut started = 0;
        for number in 0..8 {
            assert!(lane.reserve(BOUNDS));
            started += lane.fill(job(number), BOUNDS).start.len();
        }
        assert_eq!(started, BOUNDS.concurrency);
    }

    #[test]
    fn a_new_delivery_waits_behind_a_backlog_in_the_store() {
        let lane = Lane::new();
        assert!(lane.wake(BOUNDS).page);
        assert!(!lane.reserve(BOUNDS), "older deliveries go first");
        let (room, mark) = lane.begin_page(BOUNDS);
        let (wants, gone) = lane.end_page(vec![job(1)], room > 1, mark, BOUNDS);
        assert!(gone);
        assert_eq!(wants.start.len(), 1);
        assert!(lane.reserve(BOUNDS));
    }

    #[test]
    fn a_delivery_stored_while_a_page_is_read_is_not_forgotten() {
        let lane = Lane::new();
        assert!(lane.wake(BOUNDS).page);
        let (_, mark) = lane.begin_page(BOUNDS);
        assert!(!lane.wake(BOUNDS).page, "a claim is on its way");
        let (wants, gone) = lane.end_page(Vec::new(), true, mark, BOUNDS);
        assert!(!gone && wants.page, "it asks again");
    }

    #[test]
    fn what_a_held_lane_would_send_waits_in_the_store() {
        let lane = Lane::new();
        let held = Bounds {
            held: true,
            ..BOUNDS
        };
        assert!(!lane.reserve(held));
        assert!(!lane.wake(held).page, "there is nothing to ask for");
        assert!(lane.wake(BOUNDS).page, "it is held no longer");
    }

    #[test]
    fn time_outs_narrow_the_window_to_one_and_answers_widen_it() {
        let lane = Lane::new();
        for _ in 0..5 {
            lane.fared(Fared::TimedOut, BOUNDS);
        }
        assert!(lane.standing().0);
        let mut started = 0;
        for number in 0..8 {
            assert!(lane.reserve(BOUNDS));
            started += lane.fill(job(number), BOUNDS).start.len();
        }
        assert_eq!(started, 1);
        lane.fared(Fared::Answered, BOUNDS);
        let (next, wants) = lane.next(BOUNDS);
        assert!(next.is_some());
        assert_eq!(
            wants.start.len(),
            1,
            "an answer earned a second request at once"
        );
    }

    #[test]
    fn no_more_is_started_while_nothing_comes_back() {
        let lane = Lane::new();
        let later = Bounds {
            now: Time::EPOCH + 2 * SECOND,
            ..BOUNDS
        };
        assert!(lane.reserve(BOUNDS) && lane.reserve(BOUNDS) && lane.reserve(BOUNDS));
        assert_eq!(lane.fill(job(1), BOUNDS).start.len(), 1);
        assert_eq!(
            lane.fill(job(2), BOUNDS).start.len(),
            1,
            "within the second"
        );
        assert!(
            lane.fill(job(3), later).start.is_empty(),
            "two are out, and silent"
        );
        lane.fared(Fared::Answered, later);
        assert!(lane.next(later).0.is_some(), "an answer, and it goes on");
    }
}
