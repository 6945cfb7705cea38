//! Resending in bulk: counted first, then a job that anybody who may can halt, let go on or end.
//!
//! What a job does step by step is the store's and the runner's; here is who may start one, and over
//! what.

use serde_json::{Value, json};

use super::{
    Error, Service,
    audit::{Logged, Subject},
    validate::{self, Findings},
};
use crate::{
    access::{Access, Actor},
    delivery,
    ids::{JobId, WebhookId},
    job::{
        CHUNK, Change, Count, Cursor, Filter, Job, KEPT, MAX_PER_SECOND, PAUSED, Skipped, State,
        StatusFilter,
    },
    matching,
    outcome::Cause,
    ports::{self, Page, Stepped},
    said::Said,
    say,
    snapshot::Tenant,
    time::{DurationUs, SECOND, Time},
};

/// How long a job waits that could not go on.
const PUT_OFF: DurationUs = 30 * SECOND;
/// How long counting may take before its answer is "at least".
const COUNT_BUDGET_US: DurationUs = SECOND;

/// What to send again, as somebody wrote it. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// To this webhook; to all of the organization, when absent.
    pub webhook: Option<WebhookId>,
    /// In one of these states; failed, when absent.
    pub states: Option<Vec<String>>,
    /// Last updated at or after this time.
    pub since: Option<Time>,
    /// Last updated before this time.
    pub until: Option<Time>,
    /// Of events of exactly this type.
    pub event_type: Option<String>,
    /// Of events that carry this channel.
    pub channel: Option<String>,
    /// Whose last attempt got this status: `503`, or `5xx`.
    pub status: Option<String>,
    /// Whose last attempt got no answer, for this cause.
    pub cause: Option<String>,
}

/// A job to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What to send again.
    pub filter: JobFilter,
    /// How many deliveries in a second.
    pub per_second: u32,
}

impl Service {
    /// How many deliveries a job would send again, counted within about a second.
    ///
    /// # Errors
    /// As [`Service::start_job`], but for what stands in the way of a job only.
    pub async fn count_job(
        &self,
        slug: &str,
        filter: JobFilter,
        access: &Access,
    ) -> Result<Count, Error> {
        let tenant = self.tenant(slug)?;
        let filter = self.check_filter(&tenant, filter, access, Findings::default())?;
        self.takes_deliveries(&tenant, &filter).await?;
        let (at, now) = (tenant.organization.id, self.now());
        let count = self.store().count_job(at, &filter, now, COUNT_BUDGET_US);
        Ok(count.await?)
    }

    /// Starts a job that sends what a filter takes again, at a rate. Who is restricted to some
    /// channels names one of their webhooks.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`]; [`Error::Conflict`]
    /// (`webhook_disabled`, `webhook_deleted`, `job_overlap`).
    pub async fn start_job(
        &self,
        slug: &str,
        new: NewJob,
        access: &Access,
        by: &Actor,
    ) -> Result<Job, Error> {
        let tenant = self.tenant(slug)?;
        let mut findings = Findings::default();
        findings.check("per_second", rate(new.per_second));
        let filter = self.check_filter(&tenant, new.filter, access, findings)?;
        self.takes_deliveries(&tenant, &filter).await?;
        let organization_id = tenant.organization.id;
        // The job is of the moment at which counting began: what fails meanwhile is none of it.
        let now = self.now();
        let count = self
            .store()
            .count_job(organization_id, &filter, now, COUNT_BUDGET_US)
            .await?;
        let job = Job {
            id: self.new_id(),
            organization_id,
            filter,
            per_second: new.per_second,
            state: State::Running,
            stop_reason: None,
            total: count.total(),
            total_complete: count.complete,
            done: 0,
            skipped: Skipped::default(),
            cursor: Cursor::default(),
            next_at: now,
            created_at: now,
            created_by: by.name.clone(),
            updated_at: now,
            updated_by: by.name.clone(),
        };
        let entry = self.entry(by, "job.started", None, Some(&job));
        if let Some(other) = self.store().create_job(job.clone(), entry).await? {
            let other = self.store().job(organization_id, other).await?;
            return Err(overlap(other.filter(|other| sees(&tenant, access, other))));
        }
        self.lanes().start_jobs();
        Ok(job)
    }

    /// One job.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn job(&self, slug: &str, id: JobId, access: &Access) -> Result<Job, Error> {
        let tenant = self.tenant(slug)?;
        let job = self.store().job(tenant.organization.id, id).await?;
        job.filter(|job| sees(&tenant, access, job))
            .ok_or(Error::NotFound("job"))
    }

    /// Jobs, newest first, before the one given. Those that are over are kept for thirty days.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn jobs(
        &self,
        slug: &str,
        access: &Access,
        before: Option<JobId>,
        limit: usize,
    ) -> Result<Page<Job, JobId>, Error> {
        let tenant = self.tenant(slug)?;
        let limit = limit.max(1);
        let corner = self.corner(&tenant, access);
        let webhooks = corner.as_ref().map(|corner| corner.webhooks.as_slice());
        let jobs = self
            .store()
            .jobs(tenant.organization.id, webhooks, before, limit + 1)
            .await?;
        Ok(validate::page(jobs.into_iter(), limit, |job| job.id))
    }

    /// Halts a job, lets it go on, ends it, or sets its rate. Asking for what is so already changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a rate that is none; [`Error::Conflict`]
    /// (`job_over`; on resuming `webhook_disabled`, `webhook_deleted`).
    pub async fn change_job(
        &self,
        slug: &str,
        id: JobId,
        change: Change,
        access: &Access,
        by: &Actor,
    ) -> Result<Job, Error> {
        let tenant = self.tenant(slug)?;
        if let Change::Rate(per_second) = change {
            let mut findings = Findings::default();
            findings.check("per_second", rate(per_second));
            findings.finish()?;
        }
        let before = self.job(slug, id, access).await?;
        if before.state.is_over() {
            return Err(over(&before));
        }
        if change == Change::Resume {
            self.takes_deliveries(&tenant, &before.filter).await?;
        }
        let action = match change {
            Change::Pause => "job.paused",
            Change::Resume => "job.resumed",
            Change::Cancel => "job.cancelled",
            Change::Rate(_) => "job.rate_changed",
        };
        let now = self.later(before.updated_at);
        let mut after = before.clone();
        after.change(change, &by.name, now);
        let entry = self.entry(by, action, Some(&before), Some(&after));
        let organization_id = tenant.organization.id;
        let (job, changed) = self
            .store()
            .change_job(organization_id, id, change, now, entry)
            .await?;
        // It came to its end in between.
        if !changed && job.state.is_over() {
            return Err(over(&job));
        }
        self.lanes().start_jobs();
        Ok(job)
    }

    /// Moves the running job that is due longest on by one step.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn step_job(&self, now: Time) -> Result<Stepped, Error> {
        let ids = (0..CHUNK).map(|_| self.new_id()).collect();
        match self.store().step_job(now, ids).await {
            Ok(stepped) => Ok(stepped),
            // The store as a whole: all jobs wait.
            Err(error @ ports::Error::Unavailable(_)) => Err(error.into()),
            Err(error) => {
                // One job's damage must not stop the others.
                self.store().put_off_job(now, now + PUT_OFF).await?;
                Err(error.into())
            }
        }
    }

    /// Stops jobs that have been paused for a week, and forgets those that have been over for thirty
    /// days, a chunk of each; how many.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn sweep_jobs(&self) -> Result<u64, Error> {
        let now = self.now();
        let stopped = self.store().stop_paused_jobs(now - PAUSED, now).await?;
        Ok(stopped + self.store().sweep_jobs(now - KEPT).await?)
    }

    /// Whether the webhook of a filter, if it names one, takes deliveries.
    async fn takes_deliveries(&self, tenant: &Tenant, filter: &Filter) -> Result<(), Error> {
        let Some(id) = filter.webhook else {
            return Ok(());
        };
        self.sendable(tenant, id)
            .await
            .map_err(|error| match error {
                Error::NotFound(_) => unknown_webhook(),
                other => other,
            })
    }

    /// A filter as it is kept. `findings` is what is wrong with the rest of the request.
    fn check_filter(
        &self,
        tenant: &Tenant,
        filter: JobFilter,
        access: &Access,
        mut findings: Findings,
    ) -> Result<Filter, Error> {
        let now = self.now();
        match filter.webhook.map(|id| tenant.route(id)) {
            None if !access.channels.is_empty() => findings.add(
                "filter.webhook",
                say!(
                    "rule-job-webhook",
                    "name the webhook, one of yours, whose deliveries are to be sent again"
                ),
            ),
            Some(Some(route)) if !access.sees(&route.webhook) => return Err(unknown_webhook()),
            // Who sees only some does not learn of those that were deleted either.
            Some(None) if !access.channels.is_empty() => return Err(unknown_webhook()),
            _ => {}
        }
        if filter.since.is_some_and(|since| since > now) {
            findings.add(
                "filter.since",
                say!(
                    "rule-since",
                    "it is in the future; nothing has happened since then"
                ),
            );
        }
        if let (Some(since), Some(until)) = (filter.since, filter.until)
            && since >= until
        {
            findings.add(
                "filter.until",
                say!("rule-until", "it must be later than `since`"),
            );
        }
        if let Some(event_type) = &filter.event_type {
            findings.check("filter.type", matching::check_event_type(event_type));
        }
        if let Some(channel) = &filter.channel {
            findings.check("filter.channel", matching::check_channel(channel));
        }
        let states = match filter.states {
            None => vec![delivery::State::Failed],
            Some(names) => states(&names, &mut findings),
        };
        let status = filter.status.as_deref().and_then(|text| {
            let status = StatusFilter::parse(text).ok_or_else(|| {
                say!(
                    "rule-status",
                    "expected a status such as `503`, or a class of them such as `5xx`"
                )
            });
            findings.check("filter.status", status)
        });
        let cause = filter.cause.as_deref().and_then(|text| {
            let names = || Cause::ALL.map(Cause::as_str).join("`, `");
            let cause = Cause::parse(text)
                .ok_or_else(|| say!("rule-one-of", "expected one of `{names}`", names = names()));
            findings.check("filter.cause", cause)
        });
        if status.is_some() && cause.is_some() {
            findings.add(
                "filter.cause",
                say!(
                    "rule-status-or-cause",
                    "an attempt has either a status or a cause; leave one of the two out"
                ),
            );
        }
        findings.finish()?;
        Ok(Filter {
            webhook: filter.webhook,
            states,
            since: filter.since,
            until: filter.until,
            event_type: filter.event_type,
            channel: filter.channel,
            status,
            cause,
            corner: access.channels.clone(),
        })
    }
}

fn states(names: &[String], findings: &mut Findings) -> Vec<delivery::State> {
    use delivery::State::{Cancelled, Failed};
    let mut states = Vec::new();
    if names.is_empty() {
        findings.add(
            "filter.states",
            say!(
                "rule-job-states",
                "name `failed`, `cancelled` or both, or leave it out for `failed`"
            ),
        );
    }
    for (index, name) in names.iter().enumerate() {
        match delivery::State::parse(name) {
            Some(state @ (Failed | Cancelled)) if !states.contains(&state) => states.push(state),
            Some(Failed | Cancelled) => {}
            _ => findings.add(
                format!("filter.states[{index}]"),
                say!(
                    "rule-job-state",
                    "only `failed` and `cancelled` deliveries are sent again in bulk"
                ),
            ),
        }
    }
    states
}

fn rate(per_second: u32) -> Result<(), Said> {
    (1..=MAX_PER_SECOND)
        .contains(&per_second)
        .then_some(())
        .ok_or_else(|| {
            say!(
                "rule-job-rate",
                "a rate is 1 to {max} deliveries a second, this is {rate}",
                max = MAX_PER_SECOND,
                rate = per_second
            )
        })
}

/// Whether somebody sees a job: who is restricted to some channels sees those about their own
/// webhooks.
fn sees(tenant: &Tenant, access: &Access, job: &Job) -> bool {
    access.channels.is_empty()
        || job
            .filter
            .webhook
            .and_then(|id| tenant.route(id))
            .is_some_and(|route| access.sees(&route.webhook))
}

fn unknown_webhook() -> Error {
    Error::Invalid(vec![super::FieldError::new(
        "filter.webhook",
        say!(
            "rule-job-no-webhook",
            "there is no such webhook in this organization; `bellwire webhook list` names those \
             there are"
        ),
    )])
}

fn overlap(seen: Option<Job>) -> Error {
    let message = match seen {
        Some(job) => say!(
            "refused-job-overlap",
            "the job {id} is about the same deliveries and is not over; wait for its end, or \
             cancel it first",
            id = job.id
        ),
        None => say!(
            "refused-job-overlap-other",
            "another job, which is not yours, is about the same deliveries and is not over; wait \
             for its end"
        ),
    };
    Error::Conflict {
        code: "job_overlap",
        message,
    }
}

fn over(job: &Job) -> Error {
    let message = match job.state {
        State::Finished => say!(
            "refused-job-finished",
            "the job has finished and does not change any more; start another one"
        ),
        State::Cancelled => say!(
            "refused-job-cancelled",
            "the job was cancelled and does not change any more; start another one"
        ),
        _ => say!(
            "refused-job-stopped",
            "the job has stopped and does not change any more; start another one"
        ),
    };
    Error::Conflict {
        code: "job_over",
        message,
    }
}

impl Logged for Job {
    fn subject(&self) -> Subject {
        Subject::of(self.organization_id, self.id, "")
    }

    fn shown(&self) -> Value {
        let filter = &self.filter;
        json!({
            "id": self.id,
            "kind": "resend",
            "filter": {
                "webhook": filter.webhook,
                "states": filter.states,
                "since": filter.since,
                "until": filter.until,
                "type": filter.event_type,
                "channel": filter.channel,
                "status": filter.status.map(|status| status.to_string()),
                "cause": filter.cause,
            },
            "per_second": self.per_second,
            "state": self.state,
            "total": self.total,
            "done": self.done,
        })
    }
}
