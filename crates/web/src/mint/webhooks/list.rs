//! `GET /v1/mint/organizations/{org}/webhooks`

use axum::extract::State;
use bellwire_core::ports::WebhookFilter;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::shape::MintWebhook;
use crate::{
    AppState,
    auth::{Read, Within},
    extract::{OrganizationPath, Params, Query, ReadQuery, query::wrong},
    mint::refusal::MintProblems,
    problem::Problem,
};

/// Entries of a page when none are asked for.
const SIZE: usize = 20;

/// Which part of the list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MintPage {
    /// Everything; `size` and `page` do not count then.
    all: Option<bool>,
    /// Entries of a page; 20, if left out.
    #[param(minimum = 1)]
    size: Option<usize>,
    /// Which page, from 1.
    #[param(minimum = 1)]
    page: Option<usize>,
}

impl ReadQuery for MintPage {
    const NAMES: &'static [&'static str] = &["all", "size", "page"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let number = |name: &str| match params.value::<usize>(name)? {
            Some(0) => Err(wrong(name, "a whole number from 1 is expected")),
            number => Ok(number),
        };
        Ok(Self {
            all: params.value("all")?,
            size: number("size")?,
            page: number("page")?,
        })
    }
}

impl MintPage {
    /// The part of a list that is asked for.
    pub(crate) fn of<'a, T>(&self, items: &'a [T]) -> &'a [T] {
        if self.all == Some(true) {
            return items;
        }
        let size = self.size.unwrap_or(SIZE);
        let start = size.saturating_mul(self.page.unwrap_or(1) - 1);
        let rest = items.get(start..).unwrap_or_default();
        &rest[..size.min(rest.len())]
    }
}

/// Webhooks of the organization, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintWebhooks {
    /// How many there are, on all pages.
    total_records: usize,
    /// Those of this page.
    webhooks: Vec<MintWebhook>,
}

/// Lists webhooks (APG-8).
#[utoipa::path(
    get,
    path = "/v1/mint/organizations/{org}/webhooks",
    tag = "monetization",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, MintPage),
    responses((status = 200, description = "A page.", body = MintWebhooks), MintProblems)
)]
pub async fn list_mint_webhooks(
    State(state): State<AppState>,
    within: Within<Read>,
    Query(page): Query<MintPage>,
) -> Result<axum::Json<MintWebhooks>, Problem> {
    let all = state.service.webhooks(
        within.slug(),
        within.access(),
        &WebhookFilter::default(),
        None,
        usize::MAX - 1,
    )?;
    let shown = page.of(&all.items);
    Ok(axum::Json(MintWebhooks {
        total_records: all.items.len(),
        webhooks: shown
            .iter()
            .map(|route| MintWebhook::new(&route.webhook))
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(all: Option<bool>, size: Option<usize>, page: Option<usize>) -> Vec<usize> {
        let items: Vec<usize> = (0..45).collect();
        MintPage { all, size, page }.of(&items).to_vec()
    }

    #[test]
    fn pages_count_from_one_and_have_twenty_entries() {
        assert_eq!(page(None, None, None), (0..20).collect::<Vec<_>>());
        assert_eq!(page(None, None, Some(3)), (40..45).collect::<Vec<_>>());
        assert_eq!(page(None, Some(2), Some(2)), [2, 3]);
        assert!(page(None, Some(usize::MAX), Some(usize::MAX)).is_empty());
        assert_eq!(page(Some(true), Some(2), None).len(), 45);
    }
}
