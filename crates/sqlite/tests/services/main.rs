//! The use cases of the catalogue over the real store: what they refuse, what they store, and that
//! it is live when they return.

mod audit;
mod channels;
mod event_types;
mod links;
mod organizations;
mod own_events;
mod repeats;
mod secrets;
mod signing_in;
mod tokens;
mod usage;
mod usage_plans;
mod usage_reports;
mod users;
mod webhooks;

use std::sync::Arc;

use bellwire_core::{
    access::Access,
    audit::AuditFilter,
    crypt::{Key, Keyring},
    ids::WebhookId,
    service::{self, Error, Incoming, NewWebhook, WebhookPatch},
    webhook::Webhook,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    entropy::SeededEntropy,
    service::{Kit, by},
};
use bytes::Bytes;
use tempfile::TempDir;

const URL: &str = "https://hooks.example/a";

struct World {
    kit: Kit,
    store: Arc<Sqlite>,
    _directory: TempDir,
}

impl World {
    /// A store with one organization, `acme`, of this profile.
    async fn new(profile: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keyring = Keyring::new(vec![Key::from_bytes([7; 32])]).unwrap();
        let options = Options::new(directory.path().join("bellwire.db"));
        let store = Sqlite::open(&options, keyring, Arc::new(SeededEntropy::new(9))).unwrap();
        let store = Arc::new(store);
        let kit = Kit::start(store.clone()).await;
        kit.organization("acme", profile).await;
        Self {
            kit,
            store,
            _directory: directory,
        }
    }

    /// A second process on the same store.
    async fn other_process(&self) -> Kit {
        Kit::with(self.store.clone(), service::Options::default(), 2).await
    }

    /// A second process with these keys.
    async fn process_with(&self, keyring: Keyring, seed: u64) -> Kit {
        let options = service::Options::default();
        Kit::with_keyring(self.store.clone(), options, seed, keyring).await
    }

    async fn patch(&self, id: WebhookId, patch: WebhookPatch) -> Result<Webhook, Error> {
        self.kit
            .service
            .update_webhook("acme", id, patch, &Access::everything(), &by("ann"))
            .await
    }

    async fn post_event(&self, event_type: &str, data: &'static str) -> Result<u32, Error> {
        let incoming = Incoming {
            event_type: event_type.to_owned(),
            data: Bytes::from_static(data.as_bytes()),
            ..Incoming::default()
        };
        let receipts = self
            .kit
            .service
            .ingest("acme", vec![incoming], None)
            .await?;
        Ok(receipts[0].matched)
    }
}

fn with_url(url: &str) -> NewWebhook {
    NewWebhook {
        name: Some("orders".to_owned()),
        url: Some(url.to_owned()),
        ..NewWebhook::default()
    }
}

fn enabled(enabled: bool) -> WebhookPatch {
    WebhookPatch {
        enabled: Some(enabled),
        ..WebhookPatch::default()
    }
}

/// What the audit log says was done, newest first: in an organization, or at all.
async fn actions(world: &World, slug: Option<&str>) -> Vec<String> {
    let filter = AuditFilter::default();
    let page = world.kit.service.audit(slug, filter, None, 100).await;
    let entries = page.unwrap().items.into_iter();
    entries.map(|entry| entry.action).collect()
}

/// The fields that a refusal names.
#[track_caller]
fn fields<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<String> {
    match result.unwrap_err() {
        Error::Invalid(findings) => findings.into_iter().map(|finding| finding.field).collect(),
        error => panic!("{error:?}"),
    }
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Conflict { code, .. } => code,
        error => panic!("{error:?}"),
    }
}

#[track_caller]
fn missing<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::NotFound(what) => what,
        error => panic!("{error:?}"),
    }
}
