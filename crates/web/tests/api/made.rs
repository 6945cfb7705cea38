//! Attempts as stages 5 and 6 make them: rendered by the webhook's profile, signed, recorded.

use bellwire_core::{
    delivery::Attempt,
    headers::HeaderList,
    outcome::{Answer, Timing},
    own_event::Kinds,
    policy::{Class, DisableRule, Next},
    ports::{Catalogue as _, Query as _, Record, RecordPort as _, Tally},
    rendering::{self, Heading},
    time::HOUR,
};
use bytes::Bytes;
use serde_json::Value;

use crate::app::App;

/// A request as the endpoint got it.
pub(crate) struct Sent {
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderList,
}

impl Sent {
    /// Its headers as a person copies them.
    pub(crate) fn text(&self) -> String {
        self.headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect()
    }
}

/// The first delivery of an event of `acme`.
pub(crate) async fn delivery_of(app: &App, event: &str) -> Value {
    let path = format!("/organizations/acme/events/{event}");
    let shown = app.get(&path).await.expect(200);
    shown["deliveries"][0].clone()
}

/// Makes an attempt of a delivery now that is answered like this; a failure is tried again an hour
/// later.
pub(crate) async fn attempt(app: &App, delivery: &Value, number: u32, answer: Answer) -> Sent {
    let service = &app.kit.service;
    let organization = &service.tenant("acme").unwrap().organization;
    let id = delivery["id"].as_str().unwrap().parse().unwrap();
    let detail = app.store.delivery_detail(organization.id, id).await;
    let detail = detail.unwrap().unwrap();
    let webhook_id = detail.view.delivery.webhook_id;
    let webhook = app.store.webhook(organization.id, webhook_id).await;
    let webhook = webhook.unwrap().unwrap();
    let profile = service.profiles().get(&webhook.settings.profile).unwrap();
    let now = service.now();
    let body = rendering::body(&profile, &detail.event, &organization.slug).unwrap();
    let heading = Heading {
        content_type: &profile.content_type,
        user_agent: "Bellwire/test",
        event_id: detail.event.id,
        now,
        own: &webhook.settings.headers,
    };
    let secrets = webhook
        .signing_secrets(now)
        .map(|secret| secret.value.as_str());
    let headers = rendering::headers(&heading, secrets, &body).unwrap();
    let url = webhook.settings.url.parse().unwrap();
    let own = &webhook.settings.headers;
    let failed = answer != Answer::Status(200);
    let next = match failed {
        true => Next::RetryAt(now + HOUR),
        false => Next::Deliver,
    };
    let attempt = Attempt {
        delivery_id: id,
        number,
        event_id: detail.event.id,
        webhook_id,
        organization_id: organization.id,
        revision: webhook.revision,
        at: now,
        answer,
        timing: Timing {
            total_us: 30_250,
            ..Timing::default()
        },
        url: webhook.settings.url.clone(),
        address: Some("203.0.113.7:443".parse().unwrap()),
        detail: None,
        body_sha256: rendering::sha256(&body),
        request_headers: rendering::kept(own, &url, &headers, body.len()),
        response_headers: HeaderList::default(),
        excerpt: Bytes::new(),
        truncated: false,
        retry_at: failed.then_some(now + HOUR),
    };
    let class = match answer {
        Answer::Status(200) => Class::Success,
        Answer::Status(_) => Class::ServerError,
        Answer::None(_) => Class::NoAnswer,
    };
    let record = Record {
        attempt,
        event_type: detail.event.event_type.as_str().into(),
        next,
        tally: Some(Tally {
            class,
            rule: DisableRule::default().into(),
        }),
        now,
        listened: Kinds::NONE,
        is_own: false,
    };
    app.store.record([record].into()).await.unwrap();
    Sent { body, headers }
}
