//! Resends in bulk. What a step does is worked out by a reader (`choice.rs`) and made true by the
//! writer (`step.rs`), which looks again at what it is about to send: so the one thread that writes
//! never goes through what a filter leaves out.

mod choice;
mod row;
mod step;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{DeliveryId, JobId, OrganizationId, WebhookId},
    job::{Change, Count, Filter, Job, State, StopReason},
    ports::{Jobs, Result, Stepped},
    time::{DurationUs, Time},
};

use self::row::OVER;
#[cfg(test)]
pub(crate) use self::{
    choice::{AGAIN, NEXT_WEBHOOKS, WALK},
    row::DUE,
};
use crate::Sqlite;

/// Those that were paused long ago, and nobody came back to.
const STOP_PAUSED: &str = "\
UPDATE jobs SET state = ?3, reason = ?4, updated_at = ?5
WHERE seq IN (SELECT seq FROM jobs WHERE state = 1 AND updated_at < ?1 ORDER BY updated_at LIMIT ?2)";
/// Jobs removed in one call.
const JOBS_PER_SWEEP: i64 = 300;

#[async_trait]
impl Jobs for Sqlite {
    async fn count_job(
        &self,
        organization_id: OrganizationId,
        filter: &Filter,
        now: Time,
        budget: DurationUs,
    ) -> Result<Count> {
        let filter = filter.clone();
        let firsts = Arc::clone(&self.inner.firsts);
        self.readers()
            .read(move |conn| choice::count(conn, &firsts, organization_id, &filter, now, budget))
            .await
    }

    async fn create_job(&self, job: Job, entry: Entry) -> Result<Option<JobId>> {
        self.as_server()?;
        self.writer()
            .call(2, move |work| row::create(work, &job, &entry))
            .await
    }

    async fn job(&self, organization_id: OrganizationId, id: JobId) -> Result<Option<Job>> {
        self.readers()
            .read(move |conn| row::one(conn, organization_id, id))
            .await
    }

    async fn jobs(
        &self,
        organization_id: OrganizationId,
        webhooks: Option<&[WebhookId]>,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>> {
        let webhooks = webhooks.map(<[WebhookId]>::to_vec);
        self.readers()
            .read(move |conn| row::list(conn, organization_id, webhooks.as_deref(), before, limit))
            .await
    }

    async fn change_job(
        &self,
        organization_id: OrganizationId,
        id: JobId,
        change: Change,
        now: Time,
        entry: Entry,
    ) -> Result<(Job, bool)> {
        self.as_server()?;
        self.writer()
            .call(2, move |work| {
                row::change(work.conn, (organization_id, id), change, now, &entry)
            })
            .await
    }

    async fn step_job(&self, now: Time, ids: Vec<DeliveryId>) -> Result<Stepped> {
        self.as_server()?;
        let room = ids.len();
        let firsts = Arc::clone(&self.inner.firsts);
        let planned = self
            .readers()
            .read(move |conn| step::plan(conn, &firsts, now, room))
            .await?;
        match planned {
            Ok(planned) => {
                self.writer()
                    .call(2 * planned.rows() + 1, move |work| {
                        step::take(work, &planned, now, &ids)
                    })
                    .await
            }
            Err(next_at) => Ok(Stepped {
                next_at,
                ..Stepped::default()
            }),
        }
    }

    async fn put_off_job(&self, now: Time, until: Time) -> Result<()> {
        self.as_server()?;
        self.writer()
            .call(1, move |work| {
                let sql = "\
UPDATE jobs SET next_at = ?2
WHERE seq = (SELECT seq FROM jobs WHERE state = 0 AND next_at <= ?1 ORDER BY next_at LIMIT 1)";
                work.conn
                    .prepare_cached(sql)?
                    .execute([now.as_micros(), until.as_micros()])?;
                Ok(())
            })
            .await
    }

    async fn stop_paused_jobs(&self, before: Time, now: Time) -> Result<u64> {
        self.as_server()?;
        self.writer()
            .call(JOBS_PER_SWEEP as usize, move |work| {
                let stopped = work.conn.prepare_cached(STOP_PAUSED)?.execute([
                    before.as_micros(),
                    JOBS_PER_SWEEP,
                    State::Stopped.code(),
                    StopReason::PausedTooLong.code(),
                    now.as_micros(),
                ])?;
                Ok(stopped as u64)
            })
            .await
    }

    async fn sweep_jobs(&self, before: Time) -> Result<u64> {
        self.as_server()?;
        self.writer()
            .call(JOBS_PER_SWEEP as usize, move |work| {
                let removed = work
                    .conn
                    .prepare_cached(&format!("DELETE FROM jobs WHERE seq IN ({OVER})"))?
                    .execute([before.as_micros(), JOBS_PER_SWEEP])?;
                Ok(removed as u64)
            })
            .await
    }
}
