//! The relay that everything is compared with: the server's own HTTP side, parsing, envelope,
//! signature and client, and nothing in between that could remember anything. Run by the bench as a
//! child process, through a hidden command.
//!
//! It answers 202 once an event is in memory, and sends behind that: per webhook as many places
//! and requests at once as a lane of the server has by default. When there is no place, the answer
//! waits. It keeps no attempts, retries nothing, knows no tokens: what that costs is the server's
//! to make up for.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use bellwire_core::{
    entropy::Entropy,
    envelope::Facts,
    event::Event,
    ids::{IdSource, OrganizationId, WebhookId},
    ports::{Request, Sender},
    profile::{Profile, Profiles},
    signature,
    time::Clock,
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::{net::TcpListener, sync::Semaphore};
use url::Url;

use crate::{
    clock::SystemClock, config::Config, entropy::SystemEntropy, http::HttpServer, say, serve,
};

/// Where it takes events: the same path as the server.
pub(super) const PATH: &str = "/api/v1/organizations/bench/events";
/// The profile whose envelope and time-outs are used.
const PROFILE: &str = "standard";

/// What the relay is told.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Where the endpoints are.
    pub receiver: SocketAddr,
    /// Every event goes to `/0` up to `/<webhooks - 1>` there.
    pub webhooks: u32,
}

/// Runs the relay until its standard input ends, which it does with the process that started it.
///
/// # Errors
/// When it cannot listen or send at all.
pub fn run(options: Options) -> Result<()> {
    // As many workers as `serve` has.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let relay = Arc::new(Relay::new(options)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let router = Router::new().route(PATH, post(accept)).with_state(relay);
        let server = HttpServer::start(listener, router)?;
        say!("Listening on http://{}", server.address())?;
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()))
            .await??;
        anyhow::Ok(())
    })?;
    runtime.shutdown_background();
    Ok(())
}

struct Relay {
    client: Box<dyn Sender>,
    profile: Arc<Profile>,
    user_agent: String,
    organization_id: OrganizationId,
    ids: IdSource,
    webhooks: Vec<Arc<Webhook>>,
    /// Requests at once, in all.
    in_flight: Semaphore,
}

struct Webhook {
    id: WebhookId,
    url: Arc<Url>,
    secret: String,
    /// Deliveries in memory.
    places: Arc<Semaphore>,
    /// Requests at once.
    in_flight: Semaphore,
}

/// An event as it is posted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent<'a> {
    #[serde(rename = "type")]
    event_type: String,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default)]
    channels: Vec<String>,
}

impl Relay {
    fn new(options: Options) -> Result<Self> {
        let mut config = Config::default();
        config.delivery.allow_networks = vec!["127.0.0.0/8".parse()?];
        let ids = IdSource::default();
        let now = SystemClock.now();
        let webhooks = (0..options.webhooks)
            .map(|number| {
                let mut secret = [0; 24];
                SystemEntropy.fill(&mut secret);
                Ok(Arc::new(Webhook {
                    id: ids.next(now, SystemEntropy.u64()),
                    url: Arc::new(Url::parse(&format!(
                        "http://{}/{number}",
                        options.receiver
                    ))?),
                    secret: signature::generate_secret(secret),
                    places: Arc::new(Semaphore::new(config.delivery.lane_size)),
                    in_flight: Semaphore::new(config.delivery.webhook_concurrency.into()),
                }))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            client: Box::new(serve::client(
                &config,
                &(Arc::new(SystemClock) as Arc<dyn Clock>),
            )?),
            profile: Profiles::embedded()
                .get(PROFILE)
                .context("the standard profile is missing")?,
            user_agent: config.delivery.user_agent,
            organization_id: ids.next(now, SystemEntropy.u64()),
            ids,
            webhooks,
            in_flight: Semaphore::new(config.delivery.max_concurrency),
        })
    }

    /// One request: envelope, signature, headers, and what the client makes of it.
    async fn send(&self, webhook: &Webhook, event: &Event) -> Result<()> {
        let now = SystemClock.now();
        let body = self.profile.envelope.render(&Facts {
            event,
            organization: "bench",
        })?;
        let id = event.id.to_string();
        let timestamp = now.as_secs();
        let secrets = std::iter::once(webhook.secret.as_str());
        let signature = signature::signature_header(secrets, &id, timestamp, &body)?;
        let headers = [
            ("content-type", self.profile.content_type.as_str()),
            ("user-agent", &self.user_agent),
            ("webhook-id", &id),
            ("webhook-timestamp", &timestamp.to_string()),
            ("webhook-signature", &signature),
        ];
        let request = Request {
            webhook_id: webhook.id,
            url: Arc::clone(&webhook.url),
            headers: headers.into_iter().collect(),
            body,
            timeouts: self.profile.policy.timeouts,
        };
        // What came back is forgotten; the bench counts what never arrived.
        let _ = self.client.send(request).await;
        Ok(())
    }
}

/// Takes one event and answers once it has a place in memory.
async fn accept(State(relay): State<Arc<Relay>>, body: Bytes) -> Response {
    let Ok(new) = serde_json::from_slice::<NewEvent<'_>>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let now = SystemClock.now();
    let event = Arc::new(Event {
        id: relay.ids.next(now, SystemEntropy.u64()),
        organization_id: relay.organization_id,
        external_id: None,
        event_type: new.event_type,
        channels: new.channels,
        data: Bytes::copy_from_slice(new.data.get().as_bytes()),
        time: now,
        created_at: now,
        unknown_type: true,
        test: false,
    });
    drop(body);
    for webhook in &relay.webhooks {
        let Ok(place) = Arc::clone(&webhook.places).acquire_owned().await else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        let (relay, webhook, event) = (Arc::clone(&relay), Arc::clone(webhook), Arc::clone(&event));
        tokio::spawn(async move {
            let _own = webhook.in_flight.acquire().await;
            let _of_all = relay.in_flight.acquire().await;
            if let Err(error) = relay.send(&webhook, &event).await {
                tracing::warn!(%error, "not relayed");
            }
            drop(place);
        });
    }
    let answer = format!(
        r#"{{"id":"{}","matched":{}}}"#,
        event.id,
        relay.webhooks.len()
    );
    (
        StatusCode::ACCEPTED,
        [("content-type", "application/json")],
        answer,
    )
        .into_response()
}
