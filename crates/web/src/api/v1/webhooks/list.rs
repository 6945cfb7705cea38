//! `GET /organizations/{org}/webhooks`

use axum::{Json, extract::State};
use bellwire_core::{ids::WebhookId, ports::WebhookFilter};
use utoipa::IntoParams;

use super::answer::Webhook;
use crate::{
    AppState,
    api::v1::shape::List,
    auth::Within,
    cursor::Binding,
    extract::{OrganizationPath, Paging, Params, Query, ReadQuery},
    problem::{
        Problem,
        docs::{OrganizationProblems, QueryProblems},
    },
};

/// Which webhooks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhookQuery {
    /// Part of the name or the URL, in any case.
    pub q: Option<String>,
    /// Enabled ones only, or disabled ones only.
    pub enabled: Option<bool>,
    #[param(ignore)]
    paging: Paging,
}

impl ReadQuery for WebhookQuery {
    const NAMES: &'static [&'static str] = &["q", "enabled", "limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            q: params.text("q").map(str::to_owned),
            enabled: params.value("enabled")?,
            paging: Paging::read(params)?,
        })
    }
}

/// Lists webhooks, oldest first.
#[utoipa::path(
    get,
    path = "/organizations/{org}/webhooks",
    tag = "webhooks",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, WebhookQuery, Paging),
    responses(
        (status = 200, description = "One page.", body = List<Webhook>),
        QueryProblems,
        OrganizationProblems
    )
)]
pub async fn list_webhooks(
    State(state): State<AppState>,
    within: Within,
    Query(query): Query<WebhookQuery>,
) -> Result<Json<List<Webhook>>, Problem> {
    let filter = WebhookFilter {
        q: query.q,
        enabled: query.enabled,
    };
    let binding = Binding::of(&["webhooks", &within.id().to_string(), &format!("{filter:?}")]);
    let after = binding
        .bytes_after::<16>(&query.paging)?
        .map(WebhookId::from_bytes);
    let page = state.service.webhooks(
        within.slug(),
        within.access(),
        &filter,
        after,
        query.paging.limit(),
    )?;
    let ids: Vec<WebhookId> = page.items.iter().map(|route| route.webhook.id).collect();
    let health = state.service.store().health(&ids).await?;
    let items = page
        .items
        .iter()
        .map(|route| {
            let own = health
                .iter()
                .find(|health| health.webhook_id == route.webhook.id);
            Webhook::new(&state.service, route.webhook.clone(), own.cloned())
        })
        .collect();
    Ok(Json(List {
        items,
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    }))
}
