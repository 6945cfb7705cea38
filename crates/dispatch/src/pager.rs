//! Stage 4, the long way: due deliveries out of the store and into lanes that have room.
//!
//! One task. It knows for each webhook when its next delivery in the store is due (from a walk at
//! the start, and from each retry that is recorded), sleeps until then, and claims for all hungry
//! lanes in one call. A walk every few minutes makes up for anything that it was not told.
//!
//! For a lane that another process owns, a claim brings nothing and tells the owner. Such a lane then
//! rests for a moment, so that a stream of events for it is one message now and then.

use std::collections::{BTreeSet, HashMap, VecDeque};

use bellwire_core::{
    ids::WebhookId,
    ports::{Error, LaneAsk},
    time::{DurationUs, MINUTE, SECOND, Time},
};
use tokio::sync::mpsc;

use crate::{dispatcher::Dispatcher, lane::Held};

/// A message to the pager.
#[derive(Debug)]
pub(crate) enum Page {
    /// This lane has room, and due deliveries in the store.
    Hungry(WebhookId),
    /// A delivery of this webhook is due at this time.
    Due(WebhookId, Time),
    /// The next token of this lane comes at this time: nothing is to be read for it.
    Token(WebhookId, Time),
    /// Look in the store for what is due, now.
    Walk,
}

/// Lanes asked for in one call.
const LANES_PER_CLAIM: usize = 32;
/// How long a lane that another process owns is not asked for again: the most that a delivery which
/// is stored here and sent there waits for.
const REST: DurationUs = SECOND / 20;

/// Lanes that another process owns, which were asked for a moment ago: until when, whose, and the
/// mark of that page. In order, because they all rest for as long.
type Resting = VecDeque<(Time, WebhookId, u64)>;

/// One time for each webhook.
#[derive(Default)]
struct Alarms {
    by_time: BTreeSet<(Time, WebhookId)>,
    by_webhook: HashMap<WebhookId, Time>,
}

/// What wakes the pager by itself.
#[derive(Default)]
struct Timers {
    /// When something is due in the store.
    due: Alarms,
    /// When lanes get their next token.
    tokens: Alarms,
    /// When to look through the store again.
    walk_at: Time,
}

impl Timers {
    fn next(&self) -> Time {
        let alarms = self.due.next().into_iter().chain(self.tokens.next());
        alarms.fold(self.walk_at, Time::min)
    }
}

impl Alarms {
    /// Notes that something is due at this time; only the earliest per webhook counts.
    fn note(&mut self, webhook: WebhookId, time: Time) {
        match self.by_webhook.get(&webhook) {
            Some(earlier) if *earlier <= time => {}
            later => {
                if let Some(later) = later {
                    self.by_time.remove(&(*later, webhook));
                }
                self.by_webhook.insert(webhook, time);
                self.by_time.insert((time, webhook));
            }
        }
    }

    fn next(&self) -> Option<Time> {
        self.by_time.first().map(|(time, _)| *time)
    }

    fn pop_due(&mut self, now: Time) -> Option<WebhookId> {
        let (time, webhook) = *self.by_time.first()?;
        (time <= now).then(|| {
            self.by_time.pop_first();
            self.by_webhook.remove(&webhook);
            webhook
        })
    }
}

pub(crate) async fn run(dispatcher: Dispatcher, mut inbox: mpsc::UnboundedReceiver<Page>) {
    let clock = &dispatcher.0.parts.clock;
    let mut timers = Timers::default();
    // First come, first served: in any other order those with the longest backlogs could keep the
    // rest out. Each lane is in it once, because a lane asks once and then waits.
    let mut hungry = VecDeque::new();
    let mut resting = Resting::new();
    // Messages taken and not yet acted on; a graceful stop waits for them.
    let mut taken = 0;
    while !dispatcher.is_stopping() {
        let now = clock.now();
        if now >= timers.walk_at {
            let found = walk(&dispatcher, &mut timers).await;
            timers.walk_at = now + if found { 5 * MINUTE } else { SECOND };
        }
        while let Some(webhook) = timers.due.pop_due(now) {
            // The lane decides whether it has room, and asks here when it has.
            let lane = dispatcher.lane(webhook);
            let wants = lane.wake(dispatcher.bounds(webhook), true);
            dispatcher.serve(webhook, &lane, wants);
        }
        while let Some(webhook) = timers.tokens.pop_due(now) {
            let lane = dispatcher.lane(webhook);
            let wants = lane.paced(dispatcher.bounds(webhook));
            dispatcher.serve(webhook, &lane, wants);
        }
        while let Some((_, webhook, mark)) = resting.pop_front_if(|(until, ..)| *until <= now) {
            // It asks again if it was woken meanwhile.
            let lane = dispatcher.lane(webhook);
            let bounds = dispatcher.bounds(webhook);
            let (wants, _) = lane.end_page(Vec::new(), true, mark, bounds);
            dispatcher.serve(webhook, &lane, wants);
        }
        while let Ok(page) = inbox.try_recv() {
            taken += 1;
            take(page, &mut timers, &mut hungry);
        }
        if !hungry.is_empty() {
            claim(&dispatcher, &mut timers, &mut hungry, &mut resting).await;
            continue;
        }
        let rested = resting.front().map(|(until, ..)| *until);
        let wake_at = rested.into_iter().fold(timers.next(), Time::min);
        dispatcher.end(std::mem::take(&mut taken));
        tokio::select! {
            page = inbox.recv() => match page {
                Some(page) => {
                    taken += 1;
                    take(page, &mut timers, &mut hungry);
                }
                None => break,
            },
            () = clock.sleep_until(wake_at) => {}
            () = dispatcher.0.stop.notified() => break,
        }
    }
    inbox.close();
    while inbox.try_recv().is_ok() {
        taken += 1;
    }
    dispatcher.end(taken);
}

fn take(page: Page, timers: &mut Timers, hungry: &mut VecDeque<WebhookId>) {
    match page {
        Page::Hungry(webhook) => hungry.push_back(webhook),
        Page::Due(webhook, time) => timers.due.note(webhook, time),
        Page::Token(webhook, time) => timers.tokens.note(webhook, time),
        Page::Walk => timers.walk_at = Time::EPOCH,
    }
}

/// Asks the store which webhooks have pending work, and when.
async fn walk(dispatcher: &Dispatcher, timers: &mut Timers) -> bool {
    match dispatcher.0.parts.store.due_lanes().await {
        Ok(due) => {
            for (webhook, time) in due {
                timers.due.note(webhook, time);
            }
            true
        }
        Err(error) => {
            tracing::warn!(%error, "pending deliveries could not be looked up; trying again");
            false
        }
    }
}

async fn claim(
    dispatcher: &Dispatcher,
    timers: &mut Timers,
    hungry: &mut VecDeque<WebhookId>,
    resting: &mut Resting,
) {
    let parts = &dispatcher.0.parts;
    let mut asks = Vec::new();
    let mut marks = Vec::new();
    let mut damaged = BTreeSet::new();
    while asks.len() < LANES_PER_CLAIM
        && let Some(webhook_id) = hungry.pop_front()
    {
        let bounds = dispatcher.bounds(webhook_id);
        let (room, mark) = dispatcher.lane(webhook_id).begin_page(bounds);
        asks.push(LaneAsk {
            webhook_id,
            room,
            exclusive: bounds.exclusive,
        });
        marks.push(mark);
    }
    let before = parts.store.lease().unwrap_or_default();
    let began = parts.clock.now();
    let jobs = match parts.store.claim(&asks, began).await {
        Ok(jobs) => {
            let took = parts.clock.now().since(began);
            dispatcher.0.metrics.claimed(jobs.len(), took);
            jobs
        }
        Err(Error::Unavailable(why)) => {
            tracing::warn!(why, "due deliveries could not be claimed; trying again");
            hungry.extend(asks.iter().map(|ask| ask.webhook_id));
            let again = parts.clock.now() + SECOND / 2;
            parts.clock.sleep_until(again).await;
            return;
        }
        Err(error) => {
            // One lane's damage must not stop the others: ask for each by itself, and leave the
            // one that fails alone for a while.
            let mut jobs = Vec::new();
            for ask in &asks {
                match parts.store.claim(&[*ask], parts.clock.now()).await {
                    Ok(more) => jobs.extend(more),
                    Err(_) => {
                        let webhook = ask.webhook_id;
                        tracing::error!(%error, %webhook, "its due deliveries cannot be read");
                        damaged.insert(webhook);
                    }
                }
            }
            jobs
        }
    };
    // The claim was made under the lease of its moment, which may be a younger one.
    let lease = parts.store.lease().unwrap_or(before);
    let mut by_webhook: HashMap<WebhookId, Vec<Held>> = HashMap::new();
    for job in jobs {
        let lane = by_webhook.entry(job.webhook_id).or_default();
        lane.push(Held::new(job, lease));
    }
    for (ask, mark) in asks.into_iter().zip(marks) {
        let webhook = ask.webhook_id;
        if ask.exclusive && !parts.store.owns(webhook) {
            // Its owner has been told, and knows when more is due.
            resting.push_back((parts.clock.now() + REST, webhook, mark));
            continue;
        }
        let jobs = by_webhook.remove(&webhook).unwrap_or_default();
        let exhausted = jobs.len() < ask.room;
        dispatcher.queued(&jobs);
        let lane = dispatcher.lane(webhook);
        let (wants, gone) = lane.end_page(jobs, exhausted, mark, dispatcher.bounds(webhook));
        dispatcher.serve(webhook, &lane, wants);
        if damaged.contains(&webhook) {
            timers.due.note(webhook, parts.clock.now() + MINUTE);
        } else if gone {
            let next = match parts.store.next_due(webhook).await {
                Ok(next) => next,
                Err(error) => {
                    // The next walk finds it.
                    tracing::warn!(%error, %webhook, "no next due time");
                    continue;
                }
            };
            if let Some(time) = next {
                timers.due.note(webhook, time);
            }
            // A claim can be short of what is due, where payloads are large.
            if next.is_none_or(|time| time > parts.clock.now()) {
                let wants = lane.exhausted(dispatcher.bounds(webhook));
                dispatcher.serve(webhook, &lane, wants);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_due_time_of_a_webhook_counts() {
        let (a, b) = (
            WebhookId::from_bytes([1; 16]),
            WebhookId::from_bytes([2; 16]),
        );
        let at = Time::from_micros;
        let mut timers = Alarms::default();
        timers.note(a, at(50));
        timers.note(b, at(30));
        timers.note(a, at(20));
        timers.note(a, at(90));
        assert_eq!(timers.next(), Some(at(20)));
        assert_eq!(timers.pop_due(at(10)), None);
        assert_eq!(timers.pop_due(at(40)), Some(a));
        assert_eq!(timers.pop_due(at(40)), Some(b));
        assert_eq!(timers.next(), None);
    }
}
