//! `POST /portal/{org}/event-types/{name}/test`: one event of this type to one webhook, with the data
//! that were typed, and what came back.

use axum::{extract::State, response::Response};
use bellwire_core::{ids::WebhookId, service::TestEvent};
use bellwire_web::{
    AppState,
    problem::{Code, Problem},
};
use bytes::Bytes;
use http::StatusCode;

use super::{show, wrong};
use crate::{
    html,
    pages::webhooks::{TestPart, answer, refused},
    refusal::Refusal,
    visit::Sent,
};

pub(super) async fn submit(
    State(state): State<AppState>,
    Sent { visit, form }: Sent,
) -> Result<Response, Refusal> {
    let entry = super::found(&state, &visit)?;
    let name = &entry.event_type.name;
    let typed = form.text("body");
    let id: Option<WebhookId> = form.text("webhook").parse().ok();
    let route = id.and_then(|id| visit.tenant.route(id));
    let route = route.filter(|route| visit.access().sees(&route.webhook));
    let webhook = &route
        .ok_or_else(|| visit.refuse(Problem::not_found("webhook")))?
        .webhook;
    let (tested, status) = match wrong::read("body", typed) {
        Err(error) => {
            let problem = Problem::new(Code::InvalidRequest, error.message);
            let status = problem.code.status();
            (refused(&visit, problem), status)
        }
        Ok(data) => {
            let event = TestEvent {
                event_type: Some(name.clone()),
                // Nothing typed: what the catalogue has.
                data: data.map(|data| Bytes::from(data.get().to_owned())),
                user: visit.principal.user().cloned(),
            };
            let sent = state
                .service
                .test_webhook(visit.slug(), webhook.id, event, visit.by())
                .await;
            match sent.map_err(Problem::from) {
                Ok(sent) => (
                    answer(&state, &visit, webhook, sent.event_id).await?,
                    StatusCode::OK,
                ),
                Err(problem)
                    if matches!(problem.code, Code::InvalidRequest | Code::ProfileMissing) =>
                {
                    let status = problem.code.status();
                    (refused(&visit, problem), status)
                }
                Err(problem) => return Err(visit.refuse(problem)),
            }
        }
    };
    if visit.look.part {
        let part = TestPart {
            page: visit.page(),
            tested: Some(tested),
        };
        return Ok(html::page(&part, status, &part.page.embedding));
    }
    let mut whole = show::gather(&state, &visit, &entry).await?;
    whole.tested = Some(tested);
    whole.body = typed.to_owned();
    let chosen = webhook.id.to_string();
    for choice in &mut whole.webhooks {
        choice.checked = choice.value == chosen;
    }
    // This page was posted; what comes back to it gets it.
    whole.page.here.clone_from(&whole.path);
    Ok(html::page(&whole, status, &whole.page.embedding))
}
