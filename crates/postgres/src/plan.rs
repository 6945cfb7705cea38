//! What becomes of each enqueue of a batch, decided in memory from what was read: no I/O here.
//!
//! Calls are decided in order, and each one sees what those before it are going to store, exactly
//! as if they had been committed one after the other.

use std::collections::HashMap;

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    ports::{Error, NewEvent, Receipt, Result, Submission},
    stored::receipts::{self, ShortKey, short},
    time::Time,
};

use crate::fault::unavailable;

/// A webhook, as far as an enqueue needs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hook {
    pub(crate) organization: OrganizationId,
    pub(crate) disabled: bool,
    pub(crate) deleted: bool,
    pub(crate) cancelled_up_to: Option<Time>,
}

impl Hook {
    /// When a delivery made now was made. A clock that stands still or goes back must not put it
    /// under the mark of a disable that is over.
    pub(crate) fn created_at(&self, now: Time) -> Time {
        match self.cancelled_up_to {
            Some(mark) if !self.disabled && !self.deleted => now.max(mark + 1),
            _ => now,
        }
    }
}

/// The answer that a key got.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) expires_at: Time,
}

/// The event that an external id names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) fingerprint: Option<[u8; 32]>,
    pub(crate) receipt: Receipt,
    pub(crate) created_at: Time,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The living ones, with their generation.
    pub(crate) organizations: HashMap<OrganizationId, u64>,
    pub(crate) webhooks: HashMap<WebhookId, Hook>,
    pub(crate) keys: HashMap<(OrganizationId, ShortKey), Answered>,
    pub(crate) external_ids: HashMap<(OrganizationId, String), Named>,
    /// This node may lease.
    pub(crate) alive: bool,
}

/// A key to store.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) organization: OrganizationId,
    pub(crate) key: ShortKey,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: Vec<u8>,
    pub(crate) expires_at: Time,
}

/// What is to be stored, of all calls together.
#[derive(Debug, Default)]
pub(crate) struct Plan<'s> {
    pub(crate) events: Vec<(&'s Submission, &'s NewEvent)>,
    pub(crate) keys: Vec<NewKey>,
    /// One answer for each call.
    pub(crate) answers: Vec<Result<Vec<Receipt>>>,
}

/// What an event of a submission comes to.
enum Step {
    Store,
    /// It was stored by an earlier request.
    Stored(Receipt),
    /// It repeats this event of the same request.
    Same(usize),
}

/// Decides about all calls.
pub(crate) fn plan<'s>(known: &mut Known, submissions: &[&'s Submission]) -> Plan<'s> {
    let mut plan = Plan::default();
    for submission in submissions {
        let answer = decide(known, &mut plan, submission);
        plan.answers.push(answer);
    }
    plan
}

fn decide<'s>(
    known: &mut Known,
    plan: &mut Plan<'s>,
    submission: &'s Submission,
) -> Result<Vec<Receipt>> {
    let organization = submission.organization_id;
    let generation = known
        .organizations
        .get(&organization)
        .ok_or(Error::NotFound("organization"))?;
    let key = submission
        .key
        .as_ref()
        .map(|key| (short(&key.key), key.fingerprint));
    if let Some((key, fingerprint)) = &key
        && let Some(answered) = known.keys.get(&(organization, *key))
        && answered.expires_at > submission.now
    {
        if answered.fingerprint != *fingerprint {
            return Err(Error::KeyReused(None));
        }
        return Ok(answered.receipts.clone());
    }
    if *generation != submission.generation {
        return Err(Error::Stale);
    }
    let steps = steps(known, submission)?;
    for (event, step) in submission.events.iter().zip(&steps) {
        if matches!(step, Step::Store) {
            for delivery in &event.deliveries {
                match known.webhooks.get(&delivery.webhook_id) {
                    Some(hook) if hook.organization == organization => {}
                    _ => return Err(Error::NotFound("webhook")),
                }
                if delivery.claimed && !known.alive {
                    return Err(unavailable(
                        "this node was out of touch and must register anew",
                    ));
                }
            }
        }
    }
    // Nothing refuses it any more.
    let mut receipts: Vec<Receipt> = Vec::with_capacity(steps.len());
    for (event, step) in submission.events.iter().zip(steps) {
        receipts.push(match step {
            Step::Store => {
                plan.events.push((submission, event));
                let receipt = Receipt {
                    event_id: event.event.id,
                    matched: event.deliveries.len() as u32,
                    unknown_type: event.event.unknown_type,
                    repeated: false,
                };
                if let Some(external_id) = &event.event.external_id {
                    let named = Named {
                        fingerprint: event.fingerprint,
                        receipt: Receipt {
                            repeated: true,
                            ..receipt.clone()
                        },
                        created_at: event.event.created_at,
                    };
                    known
                        .external_ids
                        .insert((organization, external_id.clone()), named);
                }
                receipt
            }
            Step::Stored(receipt) => receipt,
            Step::Same(first) => Receipt {
                repeated: true,
                ..receipts[first].clone()
            },
        });
    }
    if let Some((key, fingerprint)) = key {
        let expires_at = submission.now + submission.idempotency_ttl;
        plan.keys.push(NewKey {
            organization,
            key,
            fingerprint,
            answer: receipts::encode(&receipts),
            expires_at,
        });
        let repeats = receipts
            .iter()
            .map(|receipt| Receipt {
                repeated: true,
                ..receipt.clone()
            })
            .collect();
        let answered = Answered {
            fingerprint,
            receipts: repeats,
            expires_at,
        };
        known.keys.insert((organization, key), answered);
    }
    Ok(receipts)
}

/// Decides for each event whether it is new, from external ids alone.
fn steps(known: &Known, submission: &Submission) -> Result<Vec<Step>> {
    let mut steps = Vec::with_capacity(submission.events.len());
    let mut here: HashMap<&str, usize> = HashMap::new();
    let oldest = submission.now - submission.idempotency_ttl;
    for (index, event) in submission.events.iter().enumerate() {
        let Some(external_id) = event.event.external_id.as_deref() else {
            steps.push(Step::Store);
            continue;
        };
        if let Some(first) = here.get(external_id) {
            if submission.events[*first].fingerprint != event.fingerprint {
                return Err(Error::KeyReused(Some(index)));
            }
            steps.push(Step::Same(*first));
            continue;
        }
        here.insert(external_id, index);
        let named = known
            .external_ids
            .get(&(submission.organization_id, external_id.to_owned()));
        steps.push(match named {
            Some(named) if named.created_at > oldest => {
                if named.fingerprint != event.fingerprint {
                    return Err(Error::KeyReused(Some(index)));
                }
                Step::Stored(named.receipt.clone())
            }
            _ => Step::Store,
        });
    }
    Ok(steps)
}
