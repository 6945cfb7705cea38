//! `GET /organizations/{org}/webhooks/{id}/attempts`

use axum::{Json, extract::State};
use bellwire_core::{
    ids::{DeliveryId, WebhookId},
    time::Time,
};

use crate::{
    AppState,
    api::v1::{attempt::Attempt, shape::List},
    auth::Within,
    cursor::Binding,
    extract::{Id, IdPath, OrganizationPath, Paging, Query},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Attempts of a page when none are asked for (EVI-15).
const DEFAULT_LIMIT: usize = 10;

type Position = (Time, DeliveryId, u32);

fn to_bytes((at, delivery_id, number): Position) -> [u8; 28] {
    let mut bytes = [0; 28];
    bytes[..8].copy_from_slice(&at.as_micros().to_be_bytes());
    bytes[8..24].copy_from_slice(delivery_id.as_bytes());
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn from_bytes(bytes: [u8; 28]) -> Position {
    let (mut at, mut id, mut number) = ([0; 8], [0; 16], [0; 4]);
    at.copy_from_slice(&bytes[..8]);
    id.copy_from_slice(&bytes[8..24]);
    number.copy_from_slice(&bytes[24..]);
    (
        Time::from_micros(i64::from_be_bytes(at)),
        DeliveryId::from_bytes(id),
        u32::from_be_bytes(number),
    )
}

/// Lists a webhook's attempts, newest first; 10 when no limit is given.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks/{id}/attempts",
    tag = "webhooks",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Attempt>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_attempts(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<WebhookId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Attempt>>, Problem> {
    let webhook = state.live_webhook(&within, id).await?;
    let binding = Binding::of(&["attempts", &webhook.id.to_string()]);
    let cursor = binding.bytes_after::<28>(&paging)?.map(from_bytes);
    let limit = paging.limit.unwrap_or(DEFAULT_LIMIT);
    let page = state
        .service
        .store()
        .attempts(within.id(), webhook.id, cursor, limit)
        .await?;
    Ok(Json(List {
        items: Attempt::all(&state.service, within.id(), page.items).await?,
        next_cursor: page.next.map(|next| binding.encode(&to_bytes(next))),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_bytes() {
        let position = (Time::from_micros(-7), DeliveryId::from_bytes([9; 16]), 72);
        assert_eq!(from_bytes(to_bytes(position)), position);
    }
}
