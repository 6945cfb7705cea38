//! The use cases over any store, with everything else played by the test kit.

use std::sync::Arc;

use bellwire_core::{
    access::{Actor, ActorKind},
    crypt::{Key, Keyring},
    ports::Store,
    profile::Profiles,
    service::{Federation, NewOrganization, NewWebhook, Options, Parts, Service},
    snapshot::Snapshot,
    webhook::Webhook,
};

use crate::{
    builders::START, clock::FakeClock, entropy::SeededEntropy, lanes::NoLanes,
    passwords::PlainPasswords, sender::ScriptedSender,
};

/// Somebody of this name, who is behind a change.
#[must_use]
pub fn by(name: &str) -> Actor {
    Actor::named(ActorKind::Token, name)
}

/// The keys of a service that is not about keys: the same for each, as on the nodes of one store.
///
/// # Panics
/// Never.
#[must_use]
pub fn keyring() -> Keyring {
    Keyring::new(vec![Key::from_bytes([7; 32])]).expect("one key")
}

/// A service and what it stands on.
#[derive(Clone)]
pub struct Kit {
    /// The use cases.
    pub service: Service,
    /// Stands at [`START`].
    pub clock: FakeClock,
    /// Sends by script.
    pub sender: ScriptedSender,
    /// Have no room.
    pub lanes: NoLanes,
    /// Hash at no cost.
    pub passwords: PlainPasswords,
}

impl Kit {
    /// The use cases over this store, started.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn start(store: Arc<dyn Store>) -> Self {
        Self::with(store, Options::default(), 1).await
    }

    /// The same with these options and this seed: two kits over one store stand for two processes
    /// and want different seeds.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn with(store: Arc<dyn Store>, options: Options, seed: u64) -> Self {
        Self::with_keyring(store, options, seed, keyring()).await
    }

    /// The same with these keys.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn with_keyring(
        store: Arc<dyn Store>,
        options: Options,
        seed: u64,
        keyring: Keyring,
    ) -> Self {
        let clock = FakeClock::new(START);
        Self::assemble(store, options, seed, keyring, None, clock).await
    }

    /// The same with sign-in through an identity provider, which may go by the same clock.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn with_federation(
        store: Arc<dyn Store>,
        federation: Federation,
        clock: FakeClock,
    ) -> Self {
        let (options, keyring) = (Options::default(), keyring());
        Self::assemble(store, options, 1, keyring, Some(federation), clock).await
    }

    async fn assemble(
        store: Arc<dyn Store>,
        options: Options,
        seed: u64,
        keyring: Keyring,
        federation: Option<Federation>,
        clock: FakeClock,
    ) -> Self {
        let sender = ScriptedSender::new(clock.clone());
        let lanes = NoLanes::default();
        let passwords = PlainPasswords::default();
        let service = Service::new(Parts {
            store,
            lanes: Arc::new(lanes.clone()),
            sender: Arc::new(sender.clone()),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            keyring,
            passwords: Arc::new(passwords.clone()),
            federation,
            profiles: Profiles::embedded(),
            snapshot: Snapshot::default(),
            options,
        });
        service.start().await.expect("the store can be read");
        Self {
            service,
            clock,
            sender,
            lanes,
            passwords,
        }
    }

    /// Makes an organization of this slug and profile.
    ///
    /// # Panics
    /// When that fails.
    pub async fn organization(&self, slug: &str, profile: &str) {
        let new = NewOrganization {
            slug: slug.to_owned(),
            default_profile: Some(profile.to_owned()),
            ..NewOrganization::default()
        };
        self.service
            .create_organization(new, &by("test"))
            .await
            .expect("the organization is made");
    }

    /// Makes a webhook with this URL, everything else by default but its name.
    ///
    /// # Panics
    /// When that fails.
    pub async fn webhook(&self, slug: &str, url: &str) -> Webhook {
        let new = NewWebhook {
            name: Some("a webhook".to_owned()),
            url: Some(url.to_owned()),
            ..NewWebhook::default()
        };
        let (webhook, _) = self
            .service
            .create_webhook(slug, new, &by("test"))
            .await
            .expect("the webhook is made");
        webhook
    }
}
