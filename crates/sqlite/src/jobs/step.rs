//! One step of a job: planned on a snapshot, made true in one transaction. The writer looks again at
//! each delivery it is about to send; what the plan is based on may be over by then.

use bellwire_core::{
    delivery::Kind,
    ids::{DeliveryId, JobId, WebhookId},
    job::{Cursor, Fate, Job, Skipped, State, StopReason, chunk},
    ports::{NewDelivery, Stepped},
    time::{SECOND, Time},
};
use rusqlite::Connection;

use super::{
    choice::{FindFirst, Looked, Pick, Scope, Takes, fate, look},
    row,
};
use crate::{
    Firsts, enqueue,
    fault::Fault,
    query::{Webhooks, delivery_row},
    work::Work,
};

/// What a step is to do.
pub(super) struct Planned {
    job: JobId,
    from: Cursor,
    looked: Looked,
}

impl Planned {
    pub(super) fn rows(&self) -> usize {
        self.looked.picks.len()
    }
}

/// What the job that is due longest comes to next; when the next one is due, if none is.
pub(super) fn plan(
    conn: &Connection,
    firsts: &Firsts,
    now: Time,
    room: usize,
) -> Result<Result<Planned, Option<Time>>, Fault> {
    let (job, organization) = match row::due(conn, now)? {
        Ok(found) => found,
        Err(next_at) => return Ok(Err(next_at)),
    };
    let want = room.min(chunk(job.per_second) as usize);
    let looked = look(
        conn,
        firsts,
        Scope::of(&job, organization),
        job.cursor,
        want,
    )?;
    Ok(Ok(Planned {
        job: job.id,
        from: job.cursor,
        looked,
    }))
}

pub(super) fn take(
    work: &mut Work<'_>,
    planned: &Planned,
    now: Time,
    ids: &[DeliveryId],
) -> Result<Stepped, Fault> {
    let looked = &planned.looked;
    let mut stepped = Stepped::default();
    let found = row::any(work.conn, planned.job)?;
    let found = found.filter(|(job, _)| {
        job.state == State::Running && job.next_at <= now && job.cursor == planned.from
    });
    let Some((mut job, organization)) = found else {
        // Somebody halted it, or it was another step's.
        stepped.next_at = row::next_at(work.conn)?;
        return Ok(stepped);
    };
    stepped.took = true;
    let webhook = looked.webhook;
    let takes = match webhook {
        None => None,
        Some(id) => Some(match work.webhook(id)? {
            Some(slot) => Takes::of(slot.disabled, slot.deleted_at.is_some()),
            None => Takes::Deleted,
        }),
    };
    let stop = match takes.filter(|_| job.filter.webhook.is_some()) {
        Some(Takes::Disabled) => Some(StopReason::WebhookDisabled),
        Some(Takes::Deleted) => Some(StopReason::WebhookDeleted),
        _ => None,
    };
    if stop.is_some() {
        job.finish(State::Stopped, stop);
        job.updated_at = now.max(job.updated_at);
    } else if takes != looked.takes {
        // Disabled or enabled since the plan: plan again.
        stepped.next_at = Some(job.next_at);
        return Ok(stepped);
    } else if looked.unswept && takes == Some(Takes::Yes) {
        job.next_at = now + SECOND;
    } else {
        let mut skipped = looked.skipped;
        let made = match webhook {
            Some(id) => send(
                work,
                planned,
                (&job, organization),
                id,
                now,
                ids,
                &mut skipped,
            )?,
            None => 0,
        };
        job.stepped(made, skipped, looked.cursor, now);
        if looked.end {
            job.finish(State::Finished, None);
        }
        stepped.made = webhook.filter(|_| made > 0).map(|id| (id, made));
    }
    row::store(work.conn, &job)?;
    stepped.ended = job.state.is_over().then_some((job.id, job.state));
    stepped.next_at = row::next_at(work.conn)?;
    Ok(stepped)
}

/// Makes the deliveries; how many.
fn send(
    work: &mut Work<'_>,
    planned: &Planned,
    (job, organization): (&Job, i64),
    webhook_id: WebhookId,
    now: Time,
    ids: &[DeliveryId],
    skipped: &mut Skipped,
) -> Result<usize, Fault> {
    let mut webhooks = Webhooks::default();
    let mut ids = ids.iter();
    let mut made = 0;
    for Pick { id, first } in &planned.looked.picks {
        let Some(row) = delivery_row(work.conn, *id)? else {
            continue;
        };
        let scope = Scope::of(job, organization);
        // Which delivery was made with the event does not change: the plan knows.
        let first = FindFirst::Known(*first);
        let (fate, _) = fate(work.conn, scope, &row, Takes::Yes, &mut webhooks, first)?;
        match fate {
            Fate::Leave => {}
            Fate::Skip(why) => skipped.add(why),
            Fate::Send => {
                let Some(id) = ids.next() else { break };
                let delivery = NewDelivery {
                    id: job.new_id(*id),
                    webhook_id,
                    kind: Kind::Resent,
                    claimed: false,
                };
                enqueue::insert(work, row.event, &[delivery], true, now)?;
                made += 1;
            }
        }
    }
    Ok(made)
}
