//! `POST /portal/{org}/webhooks/{id}/secret`: the secrets that sign, shown on demand. The audit log
//! says who looked.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{time::Time, webhook::Webhook};
use bellwire_web::AppState;
use http::StatusCode;

use super::show;
use crate::{frame::Page, html, language::Text, moment::Moment, refusal::Refusal, visit::Sent};

/// A secret in clear.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) note: String,
}

#[derive(Template)]
#[template(path = "webhooks/secret-part.html")]
pub(crate) struct SecretPart {
    pub(crate) page: Page,
    pub(crate) path: String,
    pub(crate) secrets: Vec<Shown>,
}

fn shown(text: &Text, webhook: &Webhook, now: Time) -> Vec<Shown> {
    webhook
        .signing_secrets(now)
        .enumerate()
        .map(|(index, secret)| Shown {
            id: format!("secret-{index}"),
            value: secret.value.clone(),
            note: match secret.expires_at {
                None => text.t("secret-current"),
                Some(end) => {
                    let until = Moment::new(text, end, now).words;
                    text.with("secret-leaving", [("until", until.into())])
                }
            },
        })
        .collect()
}

pub(super) async fn reveal(
    State(state): State<AppState>,
    Sent { visit, .. }: Sent,
) -> Result<Response, Refusal> {
    let webhook = visit.webhook(&state).await?;
    let noted = state.service.secret_shown(&webhook, visit.by()).await;
    noted.map_err(|error| visit.refuse(error))?;
    let secrets = shown(visit.text(), &webhook, state.service.now());
    if visit.look.part {
        let part = SecretPart {
            page: visit.page(),
            path: super::act::path(&visit, &webhook),
            secrets,
        };
        return Ok(html::page(&part, StatusCode::OK, &part.page.embedding));
    }
    let mut whole = show::gather(&state, &visit, &webhook).await?;
    whole.secrets = secrets;
    // This page was posted; what comes back to it gets it.
    whole.page.here.clone_from(&whole.path);
    Ok(html::page(&whole, StatusCode::OK, &whole.page.embedding))
}
