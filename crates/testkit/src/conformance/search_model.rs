//! Stage 7, the log: searches against a look at every single event.

use std::collections::BTreeMap;

use bellwire_core::{
    delivery::{Attempt, Kind, State},
    event::Event,
    ids::EventId,
    job::StatusFilter,
    organization::Organization,
    outcome::{Answer, Cause},
    policy::Next,
    ports::{Corner, DeliveryView, EventDetail, EventFilter},
    time::{DurationUs, HOUR, MINUTE, Time},
    webhook::Webhook,
};
use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    Subject, World,
    query::all_pages,
    search::{hurried, resend},
};

const SEED: u64 = 20_251_122;
/// Events of the model.
const EVENTS: usize = 160;
/// Searches compared with it.
const SEARCHES: usize = 250;
const CAUSES: [Cause; 3] = [Cause::Dns, Cause::Refused, Cause::TotalTimeout];
const STATUSES: [u16; 6] = [200, 204, 404, 410, 500, 503];

/// Random events, deliveries and attempts; random filters, alone and together, paged to the end in
/// pages of random size, with all the time and with none: always what a look at every single event
/// gives.
pub async fn searches_agree_with_a_look_at_everything<S: Subject>(subject: S) {
    let mut rng = StdRng::seed_from_u64(SEED);
    let world = World::new(subject);
    let cool = world.organization("cool").await;
    let other = world.organization("other").await;
    let foreign = world.webhook(&other).await;
    let mut webhooks = Vec::new();
    for _ in 0..5 {
        webhooks.push(world.webhook(&cool).await);
    }
    let mut log = Log {
        world,
        cool,
        webhooks,
        events: Vec::new(),
        times: Vec::new(),
    };
    while log.events.len() < EVENTS {
        log.happen(&mut rng).await;
        if rng.random_ratio(1, 5) {
            log.world.enqueue(&other, &foreign).await;
        }
    }
    // One is disabled, so that its rows say less than is so; another was, and its rows are swept.
    let (swept, marked) = (log.webhooks[3].clone(), log.webhooks[4].clone());
    log.world.switch(&swept, false).await;
    log.world.sweep().await;
    log.world.switch(&marked, false).await;

    let mut all = BTreeMap::new();
    for id in &log.events {
        let detail = log.world.store().event(log.cool.id, *id).await;
        all.insert(*id, detail.expect("read").expect("it is there"));
    }
    let mut hits = 0;
    for search in 0..SEARCHES {
        let filter = log.filter(&mut rng, &all);
        let expected: Vec<EventId> = all
            .iter()
            .rev()
            .filter(|(_, detail)| shows(&filter, detail))
            .map(|(id, _)| *id)
            .collect();
        let limit = *[1, 3, 10, 50].choose(&mut rng).expect("some");
        let (world, cool) = (&log.world, &log.cool);
        let found = all_pages(world, cool, &filter, limit).await;
        assert_eq!(found, expected, "seed {SEED}, search {search}: {filter:?}");
        let (found, _) = hurried(world, cool, &filter, limit).await;
        assert_eq!(found, expected, "seed {SEED}, hurried {search}: {filter:?}");
        hits += usize::from(!expected.is_empty());
    }
    assert!(hits > SEARCHES / 4, "most searches find nothing: {hits}");
}

struct Log<S> {
    world: World<S>,
    cool: Organization,
    webhooks: Vec<Webhook>,
    events: Vec<EventId>,
    times: Vec<Time>,
}

impl<S: Subject> Log<S> {
    async fn happen(&mut self, rng: &mut StdRng) {
        let pause: DurationUs = *[MINUTE / 1000, MINUTE, HOUR, 7 * HOUR]
            .choose(rng)
            .expect("some");
        self.world.now = self.world.now + rng.random_range(1..=pause);
        self.times.push(self.world.now);
        match rng.random_range(0..10) {
            0..4 => self.enqueue(rng).await,
            4..8 => self.attempt(rng).await,
            8 if !self.events.is_empty() => {
                let event = *self.events.choose(rng).expect("some");
                let webhook = self.webhooks.choose(rng).expect("some").clone();
                resend(&self.world, &self.cool, event, &webhook).await;
            }
            _ => self.cancel(rng).await,
        }
    }

    async fn enqueue(&mut self, rng: &mut StdRng) {
        let mut events = Vec::new();
        for _ in 0..rng.random_range(1..4) {
            let mut event = self.world.event(&self.cool);
            event.event_type = format!("type.{}", rng.random_range(0..3));
            event.channels = (0..3)
                .filter(|_| rng.random_ratio(1, 3))
                .map(|number| format!("account:{number}"))
                .collect();
            event.external_id = rng
                .random_ratio(1, 4)
                .then(|| format!("own-{}", self.events.len() + events.len()));
            event.data = Bytes::from(format!("{{\"n\":\"N{}\"}}", rng.random_range(0..30)));
            let to: Vec<&Webhook> = self
                .webhooks
                .iter()
                .filter(|_| rng.random_ratio(1, 3))
                .collect();
            let new = self.world.to(event, &to, Kind::Matched, false);
            events.push(new);
        }
        let ids: Vec<EventId> = events.iter().map(|new| new.event.id).collect();
        self.world.submit(&self.cool, events).await.expect("stored");
        self.events.extend(ids);
    }

    async fn attempt(&mut self, rng: &mut StdRng) {
        let webhook = self.webhooks.choose(rng).expect("some").clone();
        for job in self.world.claim(&webhook, rng.random_range(1..6)).await {
            let status = *STATUSES.choose(rng).expect("some");
            let next = match rng.random_range(0..4) {
                _ if status < 300 => Next::Deliver,
                0..2 => Next::RetryAt(self.world.now + rng.random_range(1..3 * HOUR)),
                _ => Next::Fail,
            };
            let mut record = self.world.record(&job, status, next);
            record.tally = None;
            if status >= 300 && rng.random_ratio(1, 3) {
                record.attempt.answer = Answer::None(*CAUSES.choose(rng).expect("some"));
            }
            let recorded = self.world.store().record(vec![record].into()).await;
            recorded.expect("recorded");
        }
    }

    async fn cancel(&mut self, rng: &mut StdRng) {
        let Some(event) = self.events.choose(rng) else {
            return;
        };
        let detail = self.world.store().event(self.cool.id, *event).await;
        let detail = detail.expect("read").expect("it is there");
        let pending = |state| state == State::Pending;
        let waits = |view: &&DeliveryView| pending(view.delivery.state);
        if let Some(view) = detail.deliveries.iter().find(waits) {
            let (store, now) = (self.world.store(), self.world.now);
            let done = store.cancel(self.cool.id, view.delivery.id, now).await;
            done.expect("cancelled");
        }
    }

    fn filter(&self, rng: &mut StdRng, all: &BTreeMap<EventId, EventDetail>) -> EventFilter {
        let mut filter = EventFilter::default();
        let time = |rng: &mut StdRng| *self.times.choose(rng).expect("some");
        for _ in 0..rng.random_range(1..4) {
            match rng.random_range(0..13) {
                0 => filter.event_type = Some(format!("type.{}", rng.random_range(0..4))),
                1 => filter.channel = Some(format!("account:{}", rng.random_range(0..3))),
                2 => filter.webhook = self.webhooks.choose(rng).map(|webhook| webhook.id),
                3 => filter.states.push(*State::ALL.choose(rng).expect("some")),
                4 => {
                    let state = *[State::Failed, State::Cancelled, State::Pending]
                        .choose(rng)
                        .expect("some");
                    filter.states.push(state);
                }
                5 => {
                    let code = STATUSES.choose(rng).expect("some");
                    filter.status = Some(StatusFilter::Code(*code));
                }
                6 => filter.status = Some(StatusFilter::Class(rng.random_range(2..6))),
                7 => filter.cause = CAUSES.choose(rng).copied(),
                8 => filter.updated_since = Some(time(rng)),
                9 => filter.updated_until = Some(time(rng)),
                10 => {
                    filter.created_since = Some(time(rng));
                    filter.created_until = rng.random_ratio(1, 2).then(|| time(rng));
                }
                11 => filter.text = Some(format!("n{}", rng.random_range(0..30))),
                _ => {
                    let id = self.events.choose(rng).expect("some");
                    let deliveries = &all[id].deliveries;
                    filter.id = match (deliveries.choose(rng), &all[id].event.external_id) {
                        (_, Some(id)) => Some(id.clone()),
                        (Some(view), _) => Some(view.delivery.id.to_string()),
                        _ => Some(id.to_string()),
                    };
                }
            }
        }
        if rng.random_ratio(1, 6) {
            filter.corner = Some(Corner {
                channels: vec!["account:1".to_owned()],
                webhooks: self.webhooks[..2]
                    .iter()
                    .map(|webhook| webhook.id)
                    .collect(),
            });
        }
        filter
    }
}

/// Whether a list shows an event, told from all that is known of it.
fn shows(filter: &EventFilter, detail: &EventDetail) -> bool {
    let event: &Event = &detail.event;
    let corner = filter.corner.as_ref();
    let seen: Vec<_> = detail
        .deliveries
        .iter()
        .filter(|view| corner.is_none_or(|c| c.webhooks.contains(&view.delivery.webhook_id)))
        .collect();
    let updated_at = seen
        .iter()
        .map(|view| view.delivery.updated_at)
        .fold(event.created_at, Time::max);
    let got = |attempts: &[Attempt], wanted: &dyn Fn(Answer) -> bool| {
        attempts.iter().any(|attempt| wanted(attempt.answer))
    };
    let asks = filter.webhook.is_some()
        || !filter.states.is_empty()
        || filter.status.is_some()
        || filter.cause.is_some();
    let one_fits = seen.iter().any(|view| {
        let status = |answer| match (answer, filter.status) {
            (Answer::Status(got), Some(StatusFilter::Code(code))) => got == code,
            (Answer::Status(got), Some(StatusFilter::Class(class))) => {
                got / 100 == u16::from(class)
            }
            _ => false,
        };
        let cause = |answer| filter.cause.map(Answer::None) == Some(answer);
        filter
            .webhook
            .is_none_or(|id| view.delivery.webhook_id == id)
            && (filter.states.is_empty() || filter.states.contains(&view.delivery.state))
            && (filter.status.is_none() || got(&view.attempts, &status))
            && (filter.cause.is_none() || got(&view.attempts, &cause))
    });
    let data = String::from_utf8_lossy(&event.data).to_lowercase();
    let mut names = vec![event.id.to_string()];
    names.extend(event.external_id.clone());
    names.extend(seen.iter().map(|view| view.delivery.id.to_string()));
    (!asks || one_fits)
        && filter
            .event_type
            .as_ref()
            .is_none_or(|t| *t == event.event_type)
        && filter
            .channel
            .as_ref()
            .is_none_or(|c| event.channels.contains(c))
        && filter
            .text
            .as_ref()
            .is_none_or(|text| data.contains(text.to_lowercase().as_str()))
        && filter.id.as_ref().is_none_or(|id| names.contains(id))
        && filter.updated_since.is_none_or(|since| updated_at >= since)
        && filter.updated_until.is_none_or(|until| updated_at < until)
        && filter
            .created_since
            .is_none_or(|since| event.created_at >= since)
        && filter
            .created_until
            .is_none_or(|until| event.created_at < until)
        && corner.is_none_or(|c| {
            let own = |channel: &String| c.channels.contains(channel);
            event.channels.iter().any(own) && filter.channel.as_ref().is_none_or(own)
        })
}
