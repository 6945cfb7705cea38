//! A webhook's history: each change, who made it, and what it was before and after. Out of the audit
//! log, without what only those may read who may read all of it.

use serde_json::{Map, Value};

use crate::{
    access::{Access, ActorKind},
    audit::{AuditFilter, Entry},
    ids::AuditId,
    ports::Page,
    service::{Error, Service},
    time::Time,
    webhook::Webhook,
};

/// What stands for the values of headers that were changed.
const CHANGED: &str = "*** (changed)";

/// One change of a webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its id, which sorts by time.
    pub id: AuditId,
    /// When.
    pub at: Time,
    /// What kind of somebody made it.
    pub by_kind: ActorKind,
    /// Who, for people.
    pub by: String,
    /// What: `webhook.updated`.
    pub action: String,
    /// The revision that it made: attempts name theirs.
    pub revision: u32,
    /// What is different since. Empty where all of it came or went.
    pub changes: Vec<FieldChange>,
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// Which, as the API calls it.
    pub field: String,
    /// What it was; secrets masked.
    pub before: Value,
    /// What it is; secrets masked.
    pub after: Value,
}

impl Service {
    /// Changes of a webhook, newest first, before the one given. A page may be short and still have
    /// a next. Who is restricted to some channels sees what it was while it was all theirs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn webhook_history(
        &self,
        webhook: &Webhook,
        access: &Access,
        before: Option<AuditId>,
        limit: usize,
    ) -> Result<Page<HistoryEntry, AuditId>, Error> {
        let filter = AuditFilter {
            organization_id: Some(webhook.organization_id),
            subject: Some(webhook.id.to_string()),
            action: Some("webhook.".to_owned()),
            ..AuditFilter::default()
        };
        let page = self.store().audit(&filter, before, limit.max(1)).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for entry in page.items {
            let (was, is) = (object(&entry.before), object(&entry.after));
            let Some(revision) = revision(&was, &is) else {
                // A test, or a look at the secrets: no change.
                continue;
            };
            if self.is_seen(webhook, access, revision, [&was, &is]).await? {
                items.push(self.change(webhook, entry, revision, &was, &is).await?);
            }
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    async fn change(
        &self,
        webhook: &Webhook,
        entry: Entry,
        revision: u32,
        was: &Option<Map<String, Value>>,
        is: &Option<Map<String, Value>>,
    ) -> Result<HistoryEntry, Error> {
        let mut changes = match (was, is) {
            (Some(was), Some(is)) => different(was, is),
            _ => Vec::new(),
        };
        if let (Some(was), Some(is)) = (was, is)
            && self.headers_changed(webhook, revision, was, is).await?
        {
            changes.push(FieldChange {
                field: "headers".to_owned(),
                before: was["headers"].clone(),
                after: masked(&is["headers"]),
            });
        }
        Ok(HistoryEntry {
            id: entry.id,
            at: entry.at,
            by_kind: entry.actor.kind,
            by: entry.actor.name,
            action: entry.action,
            revision,
            changes,
        })
    }

    /// Whether values of headers changed that the log shows as the same masks.
    async fn headers_changed(
        &self,
        webhook: &Webhook,
        revision: u32,
        was: &Map<String, Value>,
        is: &Map<String, Value>,
    ) -> Result<bool, Error> {
        let some = is
            .get("headers")
            .and_then(Value::as_object)
            .is_some_and(|headers| !headers.is_empty());
        if !some || was.get("headers") != is.get("headers") {
            return Ok(false);
        }
        let (store, at) = (self.store(), webhook.organization_id);
        let former = store
            .webhook_revision(at, webhook.id, revision.saturating_sub(1))
            .await?;
        let then = store.webhook_revision(at, webhook.id, revision).await?;
        Ok(match (former, then) {
            (Some(former), Some(then)) => former.settings.headers != then.settings.headers,
            _ => false,
        })
    }

    /// Whether all of a change is somebody's own.
    async fn is_seen(
        &self,
        webhook: &Webhook,
        access: &Access,
        revision: u32,
        sides: [&Option<Map<String, Value>>; 2],
    ) -> Result<bool, Error> {
        if access.channels.is_empty() {
            return Ok(true);
        }
        let mut named = false;
        for side in sides.into_iter().flatten() {
            if let Some(channels) = side.get("channels") {
                let channels: Vec<String> =
                    serde_json::from_value(channels.clone()).unwrap_or_default();
                named = true;
                if !access.covers(&channels) {
                    return Ok(false);
                }
            }
        }
        if named {
            return Ok(true);
        }
        // What a rule does says nothing of channels.
        let found = self
            .store()
            .webhook_revision(webhook.organization_id, webhook.id, revision)
            .await?;
        Ok(found.is_some_and(|found| access.covers(&found.settings.channels)))
    }
}

fn object(text: &Option<String>) -> Option<Map<String, Value>> {
    match serde_json::from_str(text.as_ref()?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The revision that a change made: a deletion makes one too, and has nothing after it.
fn revision(was: &Option<Map<String, Value>>, is: &Option<Map<String, Value>>) -> Option<u32> {
    let number = |side: &Map<String, Value>| {
        side.get("revision")
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok())
    };
    match (was, is) {
        (_, Some(is)) => number(is),
        (Some(was), None) => number(was).map(|number| number + 1),
        (None, None) => None,
    }
}

/// The fields that differ, in alphabetical order.
fn different(was: &Map<String, Value>, is: &Map<String, Value>) -> Vec<FieldChange> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| *name != "revision" && *name != "id")
        .filter_map(|name| {
            let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or(Value::Null);
            let (before, after) = (value(was), value(is));
            (before != after).then(|| FieldChange {
                field: name.clone(),
                before,
                after,
            })
        })
        .collect()
}

/// The same names, marked as changed.
fn masked(headers: &Value) -> Value {
    match headers {
        Value::Object(headers) => headers
            .keys()
            .map(|name| (name.clone(), Value::from(CHANGED)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
