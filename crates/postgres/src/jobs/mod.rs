//! Resends in bulk. Who takes a step holds the job's row until it is committed, and others step over
//! it: so any node may take any step, the rate holds over all of them, and a node that dies leaves
//! nothing behind.

mod choice;
mod first;
mod row;
mod step;

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{DeliveryId, JobId, OrganizationId, WebhookId},
    job::{Change, Count, Filter, Job, State, StopReason},
    ports::{Jobs, Result, Stepped},
    time::{DurationUs, Time},
};

#[cfg(test)]
pub(crate) use self::choice::{RESENDS, WALK};
use crate::{Postgres, connect::Conn as _, fault::Fault, rows::code};

/// Jobs removed in one call.
const JOBS_PER_SWEEP: i64 = 300;

#[async_trait]
impl Jobs for Postgres {
    async fn count_job(
        &self,
        organization_id: OrganizationId,
        filter: &Filter,
        now: Time,
        budget: DurationUs,
    ) -> Result<Count> {
        let conn = self.shared().reader().await?;
        Ok(choice::count(
            &conn,
            &self.shared().firsts,
            organization_id,
            filter,
            now,
            budget,
        )
        .await?)
    }

    async fn create_job(&self, job: Job, entry: Entry) -> Result<Option<JobId>> {
        Ok(row::create(self.shared(), &job, &entry).await?)
    }

    async fn job(&self, organization_id: OrganizationId, id: JobId) -> Result<Option<Job>> {
        let conn = self.shared().reader().await?;
        Ok(row::one(&conn, organization_id, id, false).await?)
    }

    async fn jobs(
        &self,
        organization_id: OrganizationId,
        webhooks: Option<&[WebhookId]>,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Vec<Job>> {
        let conn = self.shared().reader().await?;
        Ok(row::list(&conn, organization_id, webhooks, before, limit).await?)
    }

    async fn change_job(
        &self,
        organization_id: OrganizationId,
        id: JobId,
        change: Change,
        now: Time,
        entry: Entry,
    ) -> Result<(Job, bool)> {
        Ok(row::change(self.shared(), (organization_id, id), change, now, &entry).await?)
    }

    async fn step_job(&self, now: Time, ids: Vec<DeliveryId>) -> Result<Stepped> {
        Ok(step::take(self.shared(), now, &ids).await?)
    }

    async fn put_off_job(&self, now: Time, until: Time) -> Result<()> {
        let conn = self.shared().worker().await?;
        conn.execute(
            "UPDATE jobs SET next_at = $2 WHERE id = (
                 SELECT id FROM jobs WHERE state = 0 AND next_at <= $1
                 ORDER BY next_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)",
            &[&now.as_micros(), &until.as_micros()],
        )
        .await
        .map_err(Fault::from)?;
        Ok(())
    }

    async fn stop_paused_jobs(&self, before: Time, now: Time) -> Result<u64> {
        let conn = self.shared().worker().await?;
        let stopped = conn
            .execute(
                "UPDATE jobs SET state = $3, reason = $4, updated_at = $5 WHERE id IN (
                     SELECT id FROM jobs WHERE state = 1 AND updated_at < $1
                     ORDER BY updated_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED)",
                &[
                    &before.as_micros(),
                    &JOBS_PER_SWEEP,
                    &code(State::Stopped.code()),
                    &code(StopReason::PausedTooLong.code()),
                    &now.as_micros(),
                ],
            )
            .await
            .map_err(Fault::from)?;
        Ok(stopped)
    }

    async fn sweep_jobs(&self, before: Time) -> Result<u64> {
        let conn = self.shared().worker().await?;
        let removed = conn
            .execute(
                "DELETE FROM jobs WHERE id IN (
                     SELECT id FROM jobs WHERE state >= 2 AND updated_at < $1
                     ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
                &[&before.as_micros(), &JOBS_PER_SWEEP],
            )
            .await
            .map_err(Fault::from)?;
        Ok(removed)
    }
}
