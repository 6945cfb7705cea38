//! Stage 6: attempts onto disk, deliveries moved on, counters folded, webhooks disabled.
//!
//! One transaction for a batch of calls: a read of the deliveries and their webhooks, a decision
//! about each record in memory (`settle.rs`), one statement for each table and day, commit. The read
//! takes no locks; the update names what was read, and when somebody was quicker (which takes two
//! nodes with one delivery) the batch looks again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use bellwire_core::{
    delivery::{CancelReason, Delivery, State},
    ids::{DeliveryId, OrganizationId, WebhookId},
    ports::{Change, Error, Record, RecordPort, Recorded, Result},
    stored::{audit::Ids, refusals},
    time::Time,
};
use futures_util::future::{OptionFuture, join, join_all, join3, join4};
use tokio::time::Instant;
use tokio_postgres::{Row, Statement, types::ToSql};
use uuid::Uuid;

use crate::{
    Postgres,
    attempts::AttemptRows,
    committer::{Kind, Stop},
    connect::{Conn as _, Session},
    counters::{COUNT, CounterRows},
    fault::Fault,
    locks, outbox,
    partitions::{day, leaf},
    query::delivery_of,
    rows::{self, DeliveryRow, Key as _, RowExt as _, code, delivery_columns, mark_columns, time},
    settle::{Batch, Hook},
    shared::Shared,
    statistics,
    stats::Stage,
    sweep, webhooks,
};

/// How records find their deliveries, on one day.
pub(crate) fn find(day: i64) -> String {
    format!(
        "SELECT {} FROM unnest($1::uuid[]) AS k (id) JOIN {} d ON d.id = k.id",
        delivery_columns!(),
        leaf("deliveries", day)
    )
}

/// How records move their deliveries on, on one day.
pub(crate) fn move_on(day: i64) -> String {
    format!(
        "UPDATE {} d
         SET state = u.state, reason = u.reason, attempts = u.attempts, due_at = u.due_at,
             updated_at = u.updated_at, node = NULL
         FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::int[], $5::bigint[],
                     $6::bigint[], $7::smallint[], $8::int[])
              AS u (id, state, reason, attempts, due_at, updated_at, was_state, was_attempts)
         WHERE d.id = u.id AND d.state = u.was_state AND d.attempts = u.was_attempts",
        leaf("deliveries", day)
    )
}

pub(crate) const HOOKS: &str = concat!(
    "SELECT w.id, ",
    mark_columns!(),
    ", w.disabled IS NOT NULL, w.organization_id, coalesce(h.redirects, 0),
     coalesce(h.client_errors, 0), coalesce(h.server_errors, 0), coalesce(h.failures, 0),
     h.failing_since, h.told_at
     FROM webhooks w LEFT JOIN health h ON h.webhook_id = w.id WHERE w.id = ANY($1::uuid[])"
);
/// In the order of webhooks, as everybody does it.
pub(crate) const LOCK_HEALTH: &str = "\
SELECT h.webhook_id, h.redirects, h.client_errors, h.server_errors, h.failures, h.failing_since,
       h.told_at
FROM (SELECT id FROM unnest($1::uuid[]) AS id ORDER BY id) k
CROSS JOIN LATERAL (SELECT * FROM health h WHERE h.webhook_id = k.id FOR UPDATE) h";
#[async_trait]
impl RecordPort for Postgres {
    async fn record(&self, records: Arc<[Record]>) -> Result<Recorded> {
        if records.is_empty() {
            return Ok(Recorded::default());
        }
        self.inner.records.call(records).await
    }

    async fn cancel(
        &self,
        organization_id: OrganizationId,
        delivery_id: DeliveryId,
        now: Time,
    ) -> Result<Delivery> {
        Ok(cancel(&self.inner.shared, organization_id, delivery_id, now).await?)
    }

    async fn sweep_cancelled(&self) -> Result<bool> {
        Ok(sweep::cancelled(&self.inner).await?)
    }
}

/// Commits records in groups.
pub(crate) struct Records {
    pub(crate) shared: Arc<Shared>,
    pub(crate) kept: crate::attempts::Kept,
    /// For entries of the log that nobody else makes.
    pub(crate) ids: Ids,
}

impl Kind for Records {
    type Ask = Arc<[Record]>;
    type Answer = Recorded;

    fn rows(ask: &Arc<[Record]>) -> usize {
        ask.len() * 2
    }

    async fn run(
        &self,
        session: &Session,
        asks: &[&Arc<[Record]>],
    ) -> std::result::Result<Vec<Result<Recorded>>, Stop> {
        let mut exclusive = BTreeSet::new();
        loop {
            match self.pass(session, asks, &exclusive).await? {
                Pass::Committed(answers) => return Ok(answers.into_iter().map(Ok).collect()),
                // A disable needs the organization to itself, which must come before anything else.
                Pass::Disables(organizations) => {
                    self.shared.stats.sent(Stage::Record, 1);
                    session.command("ROLLBACK").await?;
                    exclusive.extend(organizations);
                }
            }
        }
    }

    /// A record that comes again is known by its number.
    fn uncertain(&self, _: &[&Arc<[Record]>]) {}
}

enum Pass {
    Committed(Vec<Recorded>),
    Disables(BTreeSet<OrganizationId>),
}

impl Records {
    async fn pass(
        &self,
        session: &Session,
        asks: &[&Arc<[Record]>],
        exclusive: &BTreeSet<OrganizationId>,
    ) -> std::result::Result<Pass, Stop> {
        let shared = &self.shared;
        let (rows, mut hooks) = self.read(session, asks, exclusive).await?;
        let locked = to_lock(asks, &hooks);
        if !locked.is_empty() {
            shared.stats.sent(Stage::Record, 1);
            let statement = session.prepare(LOCK_HEALTH).await?;
            for row in session.rows(&statement, &[&locked]).await? {
                if let Some(hook) = hooks.get_mut(&row.id::<WebhookId>(0)?) {
                    hook.counters = webhooks::counters(&row, 1)?;
                }
            }
        }
        for (id, hook) in &mut hooks {
            // Only who may disable need know how far the mark must reach.
            if exclusive.contains(&hook.organization) {
                shared.stats.sent(Stage::Record, 1);
                let now = asks
                    .iter()
                    .flat_map(|ask| ask.iter())
                    .map(|record| record.now)
                    .max();
                hook.newest = webhooks::newest(session, *id, now.unwrap_or_default()).await?;
            }
        }
        let mut batch = Batch::new(rows, hooks, &self.ids);
        let recorded: Vec<Recorded> = asks.iter().map(|ask| batch.fold(ask)).collect();
        let disabling = batch.disabling();
        if !disabling.is_subset(exclusive) {
            return Ok(Pass::Disables(disabling));
        }
        self.write(session, &batch).await?;
        shared.stats.pending(-(batch.ended as i64));
        for organization in disabling {
            shared.announce(Change::Organization(organization));
        }
        Ok(Pass::Committed(recorded))
    }

    /// Begins the transaction and reads deliveries and webhooks.
    async fn read(
        &self,
        session: &Session,
        asks: &[&Arc<[Record]>],
        exclusive: &BTreeSet<OrganizationId>,
    ) -> std::result::Result<(Vec<DeliveryRow>, BTreeMap<WebhookId, Hook>), Stop> {
        let shared = &self.shared;
        let mut ids: BTreeMap<i64, BTreeSet<Uuid>> = BTreeMap::new();
        let mut webhooks = BTreeSet::new();
        for record in asks.iter().flat_map(|ask| ask.iter()) {
            let id = record.attempt.delivery_id.uuid();
            ids.entry(day(id)).or_default().insert(id);
            webhooks.insert(record.attempt.webhook_id.uuid());
        }
        let days = ids.keys().copied().collect();
        let present = shared.partitions.present(&shared.pools.work, days).await?;
        ids.retain(|day, _| present.contains(day));

        let lock = session.prepare(locks::EXCLUSIVE).await?;
        let find_hooks = session.prepare(HOOKS).await?;
        let mut finds: Vec<(Statement, Vec<Uuid>)> = Vec::with_capacity(ids.len());
        for (day, ids) in ids {
            finds.push((
                session.prepare(&find(day)).await?,
                ids.into_iter().collect(),
            ));
        }
        let keys = locks::sorted(exclusive.iter().copied().map(locks::key));
        let webhooks: Vec<Uuid> = webhooks.into_iter().collect();
        let lock_params: [&(dyn ToSql + Sync); 1] = [&keys];
        let hook_params: [&(dyn ToSql + Sync); 1] = [&webhooks];
        shared.stats.sent(
            Stage::Record,
            2 + usize::from(!keys.is_empty()) + finds.len(),
        );
        let ((begun, locked, hooks), found) = join(
            join3(
                session.command("BEGIN"),
                OptionFuture::from((!keys.is_empty()).then(|| session.rows(&lock, &lock_params))),
                session.rows(&find_hooks, &hook_params),
            ),
            join_all(
                finds
                    .iter()
                    .map(|(statement, ids)| async move { session.rows(statement, &[ids]).await }),
            ),
        )
        .await;
        begun?;
        locked.transpose()?;
        let mut deliveries = Vec::new();
        for rows in found {
            for row in rows? {
                deliveries.push(rows::delivery(&row)?);
            }
        }
        let mut known = BTreeMap::new();
        for row in hooks? {
            known.insert(row.id::<WebhookId>(0)?, hook(&row)?);
        }
        Ok((deliveries, known))
    }

    /// Writes everything and commits.
    async fn write(&self, session: &Session, batch: &Batch<'_>) -> std::result::Result<(), Stop> {
        let shared = &self.shared;
        let attempts = AttemptRows::new(&batch.attempts, &self.kept);
        let store_attempts = session.prepare(crate::attempts::STORE).await?;
        let store_excerpts = session.prepare(crate::attempts::STORE_EXCERPTS).await?;
        let count = session.prepare(COUNT).await?;
        let store_statistics = session.prepare(statistics::STORE).await?;
        let mut moves: Vec<(Statement, MoveRows)> = Vec::new();
        for (day, rows) in MoveRows::by_day(batch) {
            moves.push((session.prepare(&move_on(day)).await?, rows));
        }
        let counters = CounterRows::new(&batch.counted());
        let (attempt_params, excerpt_params) = (attempts.params(), attempts.excerpt_params());
        let counter_params = counters.params();
        let statistics_wanted = !batch.statistics.is_empty();
        let delta = batch.statistics.encode();
        let delta_params: [&(dyn ToSql + Sync); 1] = [&delta];
        let (attempts_wanted, excerpts_wanted) = (attempts.len() > 0, attempts.excerpts() > 0);
        // Webhooks before deliveries, as everybody does it.
        for (webhook, disabled) in batch.disables() {
            webhooks::disable(session, webhook, disabled, &self.ids).await?;
        }
        outbox::write(session, &batch.notices).await?;
        shared.stats.sent(
            Stage::Record,
            1 + moves.len()
                + usize::from(attempts_wanted)
                + usize::from(excerpts_wanted)
                + usize::from(counters.len() > 0)
                + usize::from(statistics_wanted),
        );
        let (moved, (stored, excerpts, counted, added)) = join(
            join_all(moves.iter().map(|(statement, rows)| async move {
                session.run(statement, &rows.params()).await
            })),
            join4(
                OptionFuture::from(
                    attempts_wanted.then(|| session.run(&store_attempts, &attempt_params)),
                ),
                OptionFuture::from(
                    excerpts_wanted.then(|| session.run(&store_excerpts, &excerpt_params)),
                ),
                OptionFuture::from(
                    (counters.len() > 0).then(|| session.run(&count, &counter_params)),
                ),
                OptionFuture::from(
                    statistics_wanted.then(|| session.run(&store_statistics, &delta_params)),
                ),
            ),
        )
        .await;
        let mut as_read = true;
        for (moved, (_, rows)) in moved.into_iter().zip(&moves) {
            as_read &= moved? == rows.ids.len() as u64;
        }
        if !as_read {
            return Err(Stop::Again);
        }
        stored.transpose()?;
        excerpts.transpose()?;
        counted.transpose()?;
        added.transpose()?;
        session.command("COMMIT").await?;
        self.kept.remember(&attempts);
        Ok(())
    }
}

/// Reads what [`HOOKS`] selects, behind the id.
fn hook(row: &Row) -> std::result::Result<Hook, Fault> {
    Ok(Hook {
        marks: rows::marks(row, 1)?,
        disabled: row.try_get(6)?,
        organization: row.id(7)?,
        counters: webhooks::counters(row, 8)?,
        newest: Time::default(),
        disables: None,
    })
}

/// The webhooks whose counters this batch can change. The rest is not locked: a success of a webhook
/// whose counters are zero writes nothing.
fn to_lock(asks: &[&Arc<[Record]>], hooks: &BTreeMap<WebhookId, Hook>) -> Vec<Uuid> {
    let mut locked = BTreeSet::new();
    for record in asks.iter().flat_map(|ask| ask.iter()) {
        let Some(tally) = &record.tally else { continue };
        let Some(hook) = hooks.get(&record.attempt.webhook_id) else {
            continue;
        };
        let counts = tally.class != bellwire_core::policy::Class::Success
            || hook.counters != Default::default();
        if counts && hook.marks.deleted_at.is_none() {
            locked.insert(record.attempt.webhook_id.uuid());
        }
    }
    locked.into_iter().collect()
}

/// Rows of [`move_on`].
#[derive(Default)]
struct MoveRows {
    ids: Vec<Uuid>,
    states: Vec<i16>,
    reasons: Vec<Option<i16>>,
    attempts: Vec<i32>,
    due_at: Vec<Option<i64>>,
    updated_at: Vec<Option<i64>>,
    were_states: Vec<i16>,
    were_attempts: Vec<i32>,
}

impl MoveRows {
    /// In the order of ids.
    fn by_day(batch: &Batch<'_>) -> BTreeMap<i64, Self> {
        let mut days: BTreeMap<i64, Self> = BTreeMap::new();
        for (before, after) in batch.moved() {
            let id = after.id.uuid();
            let rows = days.entry(day(id)).or_default();
            rows.ids.push(id);
            rows.states.push(code(after.state.code()));
            rows.reasons
                .push(after.reason.map(|reason| code(reason.code())));
            rows.attempts.push(after.attempts.cast_signed());
            rows.due_at.push(time(after.due_at));
            rows.updated_at.push(time(after.updated_at));
            rows.were_states.push(code(before.state.code()));
            rows.were_attempts.push(before.attempts.cast_signed());
        }
        days
    }

    fn params(&self) -> [&(dyn ToSql + Sync); 8] {
        [
            &self.ids,
            &self.states,
            &self.reasons,
            &self.attempts,
            &self.due_at,
            &self.updated_at,
            &self.were_states,
            &self.were_attempts,
        ]
    }
}

async fn cancel(
    shared: &Shared,
    organization_id: OrganizationId,
    delivery_id: DeliveryId,
    now: Time,
) -> std::result::Result<Delivery, Fault> {
    let began = Instant::now();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    transaction
        .query(
            "SELECT 1 FROM deliveries WHERE id = $1 FOR UPDATE",
            &[&delivery_id.uuid()],
        )
        .await?;
    let found = delivery_of(&transaction, organization_id, delivery_id).await?;
    let mut delivery = found.ok_or(Error::NotFound("delivery"))?;
    if !matches!(delivery.state, State::Pending | State::Held) {
        return Err(Error::Conflict(refusals::settled(delivery.state)).into());
    }
    let now = now.max(delivery.created_at);
    transaction
        .execute(
            "UPDATE deliveries
             SET state = $2, reason = $3, due_at = NULL, updated_at = $4, node = NULL
             WHERE id = $1",
            &[
                &delivery_id.uuid(),
                &code(State::Cancelled.code()),
                &code(CancelReason::Manual.code()),
                &now.as_micros(),
            ],
        )
        .await?;
    shared.commit(transaction, began).await?;
    shared.stats.pending(-1);
    delivery.state = State::Cancelled;
    delivery.cancel_reason = Some(CancelReason::Manual);
    delivery.updated_at = now;
    delivery.due_at = now;
    Ok(delivery)
}
