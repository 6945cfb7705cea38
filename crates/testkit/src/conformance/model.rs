//! Random operations on a store and on a model of a few lines; both must say the same.
//!
//! The model knows no batches, no sweeps and no crashes: it changes states at once and loses claims
//! when told to. A failure names the seed and the step.

use std::collections::BTreeMap;

use bellwire_core::{
    delivery::{CancelReason, Job, Kind, State},
    ids::{DeliveryId, EventId, WebhookId},
    organization::Organization,
    policy::{Counters, DisableRule, Next},
    ports::{DeleteOutcome, Error, NewDelivery, Record},
    time::{MINUTE, Time},
    webhook::Webhook,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{Subject, World, world::tally};
use crate::people::any;

const STEPS: usize = 1500;
const SEED: u64 = 20_251_121;

#[derive(Debug, Clone)]
struct Row {
    event: EventId,
    webhook: WebhookId,
    kind: Kind,
    state: State,
    reason: Option<CancelReason>,
    attempts: u32,
    due_at: Time,
    held: Option<Job>,
}

struct Lane {
    webhook: Webhook,
    enabled: bool,
    deleted: bool,
    counters: Counters,
}

struct Model<S> {
    world: World<S>,
    organization: Organization,
    rng: StdRng,
    rule: DisableRule,
    lanes: Vec<Lane>,
    rows: BTreeMap<DeliveryId, Row>,
}

/// Enqueues, claims, records, releases, cancels, resends, disables, deletes, sweeps and crashes in
/// a random order.
pub async fn random_operations_agree_with_a_model<S: Subject>(subject: S) {
    let world = World::new(subject);
    let organization = world.organization("cool").await;
    let mut model = Model {
        world,
        organization,
        rng: StdRng::seed_from_u64(SEED),
        rule: DisableRule {
            after_server_errors: Some(6),
            ..DisableRule::default()
        },
        lanes: Vec::new(),
        rows: BTreeMap::new(),
    };
    for _ in 0..3 {
        model.new_webhook().await;
    }
    for step in 0..STEPS {
        model.world.now = model.world.now + model.rng.random_range(1..MINUTE);
        let dice = model.rng.random_range(0..100);
        match dice {
            0..25 => model.enqueue().await,
            25..50 => model.claim().await,
            50..75 => model.record().await,
            75..80 => model.release().await,
            80..85 => model.cancel().await,
            85..90 => model.resend().await,
            90..94 => model.switch().await,
            94 => model.delete().await,
            95 => model.new_webhook().await,
            96 => model.crash().await,
            _ => drop(model.world.store().sweep_cancelled().await.expect("swept")),
        }
        if step % 30 == 0 {
            model.compare(step).await;
        }
    }
    model.world.sweep().await;
    model.compare(STEPS).await;
    let pending = model
        .rows
        .values()
        .filter(|row| row.state == State::Pending)
        .count();
    assert_eq!(
        model.world.store().stats().pending,
        pending as u64,
        "seed {SEED}"
    );
}

impl<S: Subject> Model<S> {
    async fn new_webhook(&mut self) {
        let webhook = self.world.webhook(&self.organization).await;
        self.lanes.push(Lane {
            webhook,
            enabled: true,
            deleted: false,
            counters: Counters::default(),
        });
    }

    async fn enqueue(&mut self) {
        let mut events = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let kind = if self.rng.random_ratio(1, 8) {
                Kind::Test
            } else {
                Kind::Matched
            };
            let claimed = self.rng.random_ratio(1, 3);
            let to: Vec<&Webhook> = self
                .lanes
                .iter()
                .filter(|lane| !lane.deleted && (lane.enabled || kind == Kind::Test))
                .filter(|_| self.rng.random_ratio(2, 3))
                .map(|lane| &lane.webhook)
                .collect();
            let event = self.world.event(&self.organization);
            events.push(self.world.to(event, &to, kind, claimed));
        }
        for new in &events {
            for delivery in &new.deliveries {
                self.insert(new.event.clone(), *delivery);
            }
        }
        self.world
            .submit(&self.organization, events)
            .await
            .expect("stored");
    }

    fn insert(
        &mut self,
        event: std::sync::Arc<bellwire_core::event::Event>,
        delivery: NewDelivery,
    ) {
        let job = Job {
            delivery_id: delivery.id,
            webhook_id: delivery.webhook_id,
            kind: delivery.kind,
            attempts: 0,
            created_at: self.world.now,
            event: event.clone(),
        };
        self.rows.insert(
            delivery.id,
            Row {
                event: event.id,
                webhook: delivery.webhook_id,
                kind: delivery.kind,
                state: State::Pending,
                reason: None,
                attempts: 0,
                due_at: self.world.now,
                held: delivery.claimed.then_some(job),
            },
        );
    }

    async fn claim(&mut self) {
        let Some(lane) = self.lanes.choose(&mut self.rng) else {
            return;
        };
        let webhook = lane.webhook.clone();
        let room = self.rng.random_range(1..8);
        let mut due: Vec<(Time, DeliveryId)> = self
            .rows
            .iter()
            .filter(|(_, row)| row.webhook == webhook.id && row.state == State::Pending)
            .filter(|(_, row)| row.held.is_none() && row.due_at <= self.world.now)
            .map(|(id, row)| (row.due_at, *id))
            .collect();
        due.sort_unstable();
        due.truncate(room);
        let given = self.world.claim(&webhook, room).await;
        let ids: Vec<_> = given.iter().map(|job| job.delivery_id).collect();
        assert_eq!(
            ids,
            due.iter().map(|(_, id)| *id).collect::<Vec<_>>(),
            "seed {SEED}"
        );
        for job in given {
            let row = self.rows.get_mut(&job.delivery_id).expect("given once");
            assert_eq!(
                (job.attempts, job.kind, job.event.id),
                (row.attempts, row.kind, row.event)
            );
            row.held = Some(job);
        }
    }

    async fn record(&mut self) {
        let mut records = Vec::new();
        let held: Vec<DeliveryId> = self
            .rows
            .iter()
            .filter(|(_, row)| row.held.is_some())
            .map(|(id, _)| *id)
            .collect();
        let count = self.rng.random_range(1..6).min(held.len());
        let mut disabled = Vec::new();
        for id in held
            .sample(&mut self.rng, count)
            .copied()
            .collect::<Vec<_>>()
        {
            let status = if self.rng.random_ratio(1, 2) {
                200
            } else {
                500
            };
            let next = match (status, self.rng.random_ratio(3, 4)) {
                (200, _) => Next::Deliver,
                (_, true) => Next::RetryAt(self.world.now + self.rng.random_range(0..5 * MINUTE)),
                (_, false) => Next::Fail,
            };
            let job = self
                .rows
                .get_mut(&id)
                .and_then(|row| row.held.take())
                .expect("held");
            let mut record: Record = self.world.record(&job, status, next);
            if record.tally.is_some() {
                record.tally = Some(tally(status, &self.rule));
            }
            if let Some(reason) = self.expect(&record) {
                disabled.push((job.webhook_id, reason));
            }
            records.push(record);
        }
        let recorded = self
            .world
            .store()
            .record(records.into())
            .await
            .expect("recorded");
        assert_eq!(recorded.disabled, disabled, "seed {SEED}");
    }

    /// What one record does to the model.
    fn expect(&mut self, record: &Record) -> Option<bellwire_core::policy::DisableReason> {
        let id = record.attempt.delivery_id;
        let webhook = record.attempt.webhook_id;
        let was_pending = self.rows[&id].state == State::Pending;
        let lane = self
            .lanes
            .iter_mut()
            .find(|lane| lane.webhook.id == webhook)
            .expect("known");
        let mut disabled = None;
        if let Some(tally) = &record.tally
            && !lane.deleted
        {
            let answer = record.attempt.answer;
            let (counters, reason) =
                tally
                    .rule
                    .fold(lane.counters, tally.class, answer, record.now);
            lane.counters = counters;
            if lane.enabled && reason.is_some() {
                lane.enabled = false;
                disabled = reason;
            }
        }
        let row = self.rows.get_mut(&id).expect("known");
        row.attempts += 1;
        match record.next {
            Next::Deliver => (row.state, row.reason) = (State::Delivered, None),
            Next::Fail if was_pending => row.state = State::Failed,
            Next::RetryAt(at) if was_pending => row.due_at = at,
            _ => {}
        }
        if disabled.is_some() {
            self.cancel_all(webhook, CancelReason::WebhookDisabled);
        }
        disabled
    }

    fn cancel_all(&mut self, webhook: WebhookId, reason: CancelReason) {
        for row in self.rows.values_mut() {
            let spared = row.kind == Kind::Test && reason == CancelReason::WebhookDisabled;
            if row.webhook == webhook && row.state == State::Pending && !spared {
                (row.state, row.reason) = (State::Cancelled, Some(reason));
            }
        }
    }

    async fn release(&mut self) {
        let mut ids = Vec::new();
        for (id, row) in &mut self.rows {
            if row.held.is_some() && self.rng.random_ratio(1, 3) {
                row.held = None;
                ids.push(*id);
            }
        }
        self.world.store().release(&ids).await.expect("released");
    }

    async fn cancel(&mut self) {
        let ids: Vec<DeliveryId> = self.rows.keys().copied().collect();
        let Some(id) = ids.choose(&mut self.rng) else {
            return;
        };
        let answer = self
            .world
            .store()
            .cancel(self.organization.id, *id, self.world.now)
            .await;
        let row = self.rows.get_mut(id).expect("known");
        if row.state == State::Pending {
            answer.expect("cancelled");
            (row.state, row.reason) = (State::Cancelled, Some(CancelReason::Manual));
        } else {
            assert!(
                matches!(answer, Err(Error::Conflict(_))),
                "seed {SEED}: {answer:?}"
            );
        }
    }

    async fn resend(&mut self) {
        let rows: Vec<EventId> = self.rows.values().map(|row| row.event).collect();
        let (Some(event), Some(lane)) =
            (rows.choose(&mut self.rng), self.lanes.choose(&mut self.rng))
        else {
            return;
        };
        let kind = if self.rng.random_ratio(1, 4) {
            Kind::Test
        } else {
            Kind::Resent
        };
        let new = NewDelivery {
            id: self.world.id(),
            webhook_id: lane.webhook.id,
            kind,
            claimed: self.rng.random_ratio(1, 2),
        };
        let allowed = !lane.deleted && (lane.enabled || kind == Kind::Test);
        let store = self.world.store();
        let answer = store
            .enqueue_again(self.organization.id, *event, vec![new], self.world.now)
            .await;
        match answer {
            Ok(event) if allowed => self.insert(event, new),
            Err(Error::Conflict(_)) if !allowed => {}
            answer => panic!("seed {SEED}: {answer:?}, allowed: {allowed}"),
        }
    }

    async fn switch(&mut self) {
        let count = self.lanes.len();
        let lane = &mut self.lanes[self.rng.random_range(0..count)];
        if lane.deleted {
            return;
        }
        lane.enabled = !lane.enabled;
        if lane.enabled {
            lane.counters = Counters::default();
        }
        let (webhook, enabled) = (lane.webhook.clone(), lane.enabled);
        self.world.switch(&webhook, enabled).await;
        if !enabled {
            self.cancel_all(webhook.id, CancelReason::WebhookDisabled);
        }
    }

    async fn delete(&mut self) {
        let count = self.lanes.len();
        let index = self.rng.random_range(0..count);
        let force = self.rng.random_ratio(1, 2);
        if self.lanes[index].deleted {
            return;
        }
        let id = self.lanes[index].webhook.id;
        let pending = self
            .rows
            .values()
            .any(|row| row.webhook == id && row.state == State::Pending);
        let store = self.world.store();
        let done = store
            .delete_webhook(
                self.organization.id,
                id,
                force,
                self.world.now,
                "ann",
                any(),
            )
            .await;
        let done = done.expect("answered");
        if pending && !force {
            assert_eq!(done, DeleteOutcome::HasPending, "seed {SEED}");
        } else {
            assert_eq!(done, DeleteOutcome::Deleted, "seed {SEED}");
            self.lanes[index].deleted = true;
            self.cancel_all(id, CancelReason::WebhookDeleted);
        }
    }

    async fn crash(&mut self) {
        self.world.crash().await;
        for row in self.rows.values_mut() {
            row.held = None;
        }
    }

    /// Every delivery, every lane's next due time, every counter.
    async fn compare(&self, step: usize) {
        let store = self.world.store();
        for (id, row) in &self.rows {
            let seen = self.world.delivery(&self.organization, *id).await;
            assert_eq!(
                (seen.state, seen.cancel_reason, seen.attempts, seen.event_id),
                (row.state, row.reason, row.attempts, row.event),
                "seed {SEED}, step {step}, delivery {id}"
            );
            if row.state == State::Pending {
                assert_eq!(
                    seen.due_at, row.due_at,
                    "seed {SEED}, step {step}, delivery {id}"
                );
            }
        }
        let mut expected: BTreeMap<WebhookId, Time> = BTreeMap::new();
        for row in self.rows.values() {
            if row.state == State::Pending && row.held.is_none() {
                let due = expected.entry(row.webhook).or_insert(row.due_at);
                *due = row.due_at.min(*due);
            }
        }
        let lanes: BTreeMap<_, _> = store
            .due_lanes()
            .await
            .expect("asked")
            .into_iter()
            .collect();
        assert_eq!(lanes, expected, "seed {SEED}, step {step}");
        for lane in &self.lanes {
            let health = store.health(&[lane.webhook.id]).await.expect("read");
            assert_eq!(
                health[0].counters, lane.counters,
                "seed {SEED}, step {step}"
            );
            let webhook = self.world.read(&lane.webhook).await;
            assert_eq!(
                webhook.disabled.is_none(),
                lane.enabled,
                "seed {SEED}, step {step}"
            );
            assert_eq!(
                webhook.deleted_at.is_some(),
                lane.deleted,
                "seed {SEED}, step {step}"
            );
        }
    }
}
