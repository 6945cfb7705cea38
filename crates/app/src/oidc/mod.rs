//! The identity provider of the configuration, over OpenID Connect: the authorization code flow with
//! PKCE, discovery, and keys that change.
//!
//! Cast:
//! - `discovery` is what the provider says of itself, read at the first sign-in and once an hour;
//! - `keys` are the keys it signs with, read again when a token names one that nobody knows;
//! - `token` takes an ID token apart and says what is wrong with it;
//! - `claims` is who that is;
//! - `fetch` is every request that leaves, each with a limit on time and size.
//!
//! Signatures are checked by ring, which TLS is made of already; the crates that do OpenID Connect
//! bring a second set of cryptography, one of it with a known weakness (docs/adr/0013).
//!
//! The provider is chosen by the operator, as the database is: the guard that keeps customers' URLs
//! off internal networks does not stand before it.

mod claims;
mod configured;
mod discovery;
mod fetch;
mod keys;
mod token;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bellwire_core::{
    ports::{Claims, IdentityError, IdentityProvider, Inbound, Outbound},
    time::{DurationUs, HOUR, SECOND, Time},
};
use ring::digest::{SHA256, digest};
use tokio::sync::{Mutex, Semaphore};
use ureq::tls::Certificate;
use url::Url;

pub use self::configured::configured;
use self::{discovery::Metadata, fetch::Fetch, keys::Keys};

/// Sign-ins that talk to the provider at once. More would only wait there.
const PLACES: usize = 16;
/// How long what the provider says of itself is believed, its keys too: one that it withdraws is good
/// for so long at most.
const BELIEVED_US: DurationUs = HOUR;
/// How long a provider that did not answer is left alone.
const RESTS_US: DurationUs = 2 * SECOND;
/// How long between two looks for a key that nobody knows: a provider whose tokens name keys that it
/// does not have is not asked each time.
const LOOKS_US: DurationUs = 10 * SECOND;

/// What a provider and this server agreed on.
#[derive(Clone)]
pub struct Options {
    /// What the provider calls itself.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What this server shows there; nothing, for a public client.
    pub client_secret: String,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Where the groups are: the name of a claim, or names with dots between them.
    pub groups_claim: String,
    /// The authorities that its certificate may come from; the public ones, when there are none.
    pub roots: Vec<Certificate<'static>>,
    /// How long one request may take.
    pub patience: Duration,
}

impl std::fmt::Debug for Options {
    /// Never shows the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// How long one request to a provider may take.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// A provider.
#[derive(Debug)]
pub struct Provider {
    options: Arc<Options>,
    fetch: Fetch,
    places: Semaphore,
    known: Mutex<Known>,
}

/// What is known of a provider. Held while it is asked, so that many who sign in at once ask once.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Time, Arc<Metadata>)>,
    keys: Option<(Time, Arc<Keys>)>,
    /// When a key was last looked for that nobody knew.
    looked_at: Option<Time>,
    /// When it was last asked in vain, and what came of it.
    failed: Option<(Time, IdentityError)>,
}

impl Provider {
    /// A provider, of which nothing is known yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            fetch: Fetch::new(&options),
            options: Arc::new(options),
            places: Semaphore::new(PLACES),
            known: Mutex::default(),
        }
    }

    async fn metadata(&self, now: Time) -> Result<Arc<Metadata>, IdentityError> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &known.metadata
            && now.since(*at) < BELIEVED_US
        {
            return Ok(Arc::clone(metadata));
        }
        if let Some((at, error)) = &known.failed
            && now.since(*at) < RESTS_US
        {
            return Err(error.clone());
        }
        match Metadata::read(&self.fetch, &self.options.issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.metadata = Some((now, Arc::clone(&metadata)));
                known.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                known.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    /// The keys, among them the one of this name if the provider has it.
    async fn keys(
        &self,
        metadata: &Metadata,
        name: Option<&str>,
        now: Time,
    ) -> Result<Arc<Keys>, IdentityError> {
        let mut known = self.known.lock().await;
        if let Some((at, keys)) = &known.keys
            && now.since(*at) < BELIEVED_US
        {
            let keys = Arc::clone(keys);
            let looked = known.looked_at;
            if keys.has(name) || looked.is_some_and(|at| now.since(at) < LOOKS_US) {
                return Ok(keys);
            }
            known.looked_at = Some(now);
        }
        let keys = Arc::new(Keys::read(&self.fetch, &metadata.jwks_uri).await?);
        known.keys = Some((now, Arc::clone(&keys)));
        Ok(keys)
    }
}

#[async_trait]
impl IdentityProvider for Provider {
    async fn begin(&self, with: Outbound<'_>, now: Time) -> Result<String, IdentityError> {
        let metadata = self.metadata(now).await?;
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, with.verifier.as_bytes()));
        let mut url = metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.options.client_id)
            .append_pair("redirect_uri", with.redirect_uri)
            .append_pair("scope", &self.options.scopes.join(" "))
            .append_pair("state", with.state)
            .append_pair("nonce", with.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    async fn finish(&self, with: Inbound<'_>, now: Time) -> Result<Claims, IdentityError> {
        let options = &self.options;
        let _place = self.places.try_acquire().map_err(|_| IdentityError::Busy)?;
        let metadata = self.metadata(now).await?;
        match with.issuer {
            Some(issuer) if issuer != options.issuer => {
                return Err(untrusted(
                    "it comes from another provider than the one that was asked",
                ));
            }
            None if metadata.says_issuer => {
                return Err(untrusted("it does not say which provider it comes from"));
            }
            _ => {}
        }
        let tokens = self.fetch.exchange(options, &metadata, with).await?;
        let token = token::Token::parse(&tokens.id_token)?;
        let keys = self.keys(&metadata, token.key(), now).await?;
        let said = token.verified(&keys)?;
        token::check(&said, options, with.nonce, now)?;
        let more = match (&metadata.userinfo_endpoint, &tokens.access_token) {
            (Some(endpoint), Some(access)) if claims::wanting(&said, options) => {
                self.fetch.userinfo(endpoint, access).await?
            }
            _ => serde_json::Map::new(),
        };
        claims::read(&said, &more, options)
    }
}

fn untrusted(why: impl Into<String>) -> IdentityError {
    IdentityError::Untrusted(why.into())
}

/// Whether a URL of a provider is one that secrets may be sent to: https, or this very machine.
#[must_use]
pub fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}
