//! Which delivery was made with an event for a webhook: by the list of the event, read once.

use std::collections::HashMap;

use bellwire_core::{
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    stored::listed,
};
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::Fault,
    rows::{Key as _, RowExt as _},
    shared::Firsts,
};

const LIST: &str = "SELECT deliveries FROM events WHERE organization_id = $1 AND id = $2";
/// Whose deliveries these are.
const WHOSE: &str = "\
SELECT d.id, d.webhook_id FROM unnest($1::uuid[]) AS k (id)
JOIN deliveries d ON d.id = k.id AND d.id >= $2 AND d.id <= $3";

/// The delivery that was made with an event for the webhook, if there was one.
pub(super) async fn first(
    conn: &impl Conn,
    firsts: &Firsts,
    organization: OrganizationId,
    webhook: WebhookId,
    event: EventId,
) -> Result<Option<DeliveryId>, Fault> {
    if let Some(first) = firsts.get(event) {
        return Ok(first.get(&webhook).copied());
    }
    let organization = organization.uuid();
    let list = conn
        .query_opt(LIST, &[&organization, &event.uuid()])
        .await?;
    let list: Vec<u8> = match list {
        Some(row) => row.try_get(0)?,
        None => Vec::new(),
    };
    let ids: Vec<Uuid> = listed(&list).map(|id| id.uuid()).collect();
    let mut first = HashMap::new();
    if let (Some(least), Some(most)) = (ids.iter().min(), ids.iter().max()) {
        for row in conn.query(WHOSE, &[&ids, least, most]).await? {
            first.insert(row.id(1)?, row.id(0)?);
        }
    }
    Ok(firsts.put(event, first).get(&webhook).copied())
}
