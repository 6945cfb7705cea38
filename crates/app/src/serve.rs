//! A whole server in one value: store, service, dispatcher, API. Started by `serve`, by `demo`, by
//! the benchmarks and by tests.
//!
//! Start: listen, open the store, load the catalogue, start the dispatcher, answer.
//! Stop: accept nothing, finish what is under way up to the grace, release the rest, close the store.

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use bellwire_core::{
    access::Actor,
    entropy::Entropy,
    ports::{Sender, TokenScope},
    profile::Profiles,
    service::{self, NewToken, Service},
    snapshot::Snapshot,
    time::{Clock, DAY, DurationUs, SECOND},
};
use bellwire_dispatch::{
    self as dispatch, Dispatcher,
    client::{Client, ClientOptions},
    resolve::SystemResolver,
};
use bellwire_web::{self as web, AppState, metrics::Metrics};
use tokio::net::TcpListener;

use crate::{
    backend::{Backend, Role},
    clock::SystemClock,
    config::{Age, Config},
    entropy::SystemEntropy,
    failure::{Exit, Failure},
    http::HttpServer,
    oidc,
    passwords::Hasher,
};

/// The name of the token that the first start makes.
const FIRST_TOKEN: &str = "first start";

/// A running server.
pub struct Server {
    http: HttpServer,
    local: Local,
    first_token: Option<String>,
    origin: String,
}

impl Server {
    /// Starts a server, with everything it is configured with.
    ///
    /// # Errors
    /// [`Failure`] in one line that says what to do: the address is taken, the database cannot be
    /// opened, a profile cannot be read.
    pub async fn start(config: &Config) -> Result<Self> {
        // First the port: a second server on the same machine fails before it touches anything.
        let listen = config.server.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| listen_failure(listen, &error))?;
        let local = Local::assemble(config, Role::Server).await?;
        let first_token = local.first_token().await?;
        local.dispatcher.start(local.service.clone());
        let metrics = Arc::new(Metrics::new());
        metrics.add(|registry| {
            local.dispatcher.metrics().register(registry);
            dispatch::Metrics::register_load(registry, local.dispatcher.clone());
        });
        let address = listener.local_addr().context("cannot serve")?;
        let origin = config.server.origin(address);
        let state = AppState::new(
            local.service.clone(),
            metrics,
            web::Options {
                origin: origin.clone(),
                trusted_proxies: config.server.trusted_proxies.clone(),
                metrics_token: config.server.metrics_token,
                retention: config.retention.limits(),
            },
        );
        let router = web::router_with(state, bellwire_portal::router());
        let http = HttpServer::start(listener, router).context("cannot serve")?;
        Ok(Self {
            http,
            local,
            first_token,
            origin,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The platform token that was made because the store had none; not to be had again.
    #[must_use]
    pub fn first_token(&self) -> Option<&str> {
        self.first_token.as_deref()
    }

    /// The URL of a page that makes the first operator, while there is none. Those made before stop
    /// working.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn first_operator_link(&self) -> Result<Option<String>> {
        let link = self.local.service.first_operator_link().await?;
        Ok(link.map(|text| format!("{}/setup/{text}", self.origin)))
    }

    /// Its use cases.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.local.service
    }

    /// Its dispatcher.
    #[must_use]
    pub const fn dispatcher(&self) -> &Dispatcher {
        &self.local.dispatcher
    }

    /// Stops; true when everything under way was finished within `grace`. What was not is pending
    /// in the store and is sent again after the next start.
    pub async fn stop(self, grace: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + grace;
        // A client that dawdles must not cost the deliveries under way their time.
        let answered = self.http.stop(grace / 2).await;
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        let sent = self.local.dispatcher.stop(left).await;
        self.local.close().await;
        answered && sent
    }
}

/// The parts below the API, for commands that work on the store themselves.
pub struct Local {
    service: Service,
    dispatcher: Dispatcher,
    backend: Backend,
}

impl Local {
    /// Opens the store beside a server that may be running. Nothing is sent.
    ///
    /// # Errors
    /// [`Failure`] when the store cannot be opened.
    pub async fn open(config: &Config) -> Result<Self> {
        Self::assemble(config, Role::Tool).await
    }

    /// The use cases.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// Closes the store.
    pub async fn close(self) {
        self.backend.close().await;
    }

    async fn assemble(config: &Config, role: Role) -> Result<Self> {
        let profiles = profiles(config)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let sender: Arc<dyn Sender> = Arc::new(client(config, &clock)?);
        let (backend, keyring) = Backend::open(config, role, &entropy).await?;
        let store = backend.store();
        let snapshot = Snapshot::default();
        let dispatcher = Dispatcher::new(dispatch::Parts {
            store: Arc::clone(&store),
            snapshot: snapshot.clone(),
            sender: Arc::clone(&sender),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            options: dispatch::Options {
                max_in_flight: config.delivery.max_concurrency,
                webhook_concurrency: config.delivery.webhook_concurrency.into(),
                lane_size: config.delivery.lane_size,
                queued_bytes: config.delivery.queued_bytes,
                user_agent: config.delivery.user_agent.clone(),
                retention: config.retention.limits(),
            },
        });
        let service = Service::new(service::Parts {
            store,
            lanes: Arc::new(dispatcher.clone()),
            sender,
            clock,
            passwords: Arc::new(Hasher::new(Arc::clone(&entropy))),
            federation: match role {
                Role::Server => oidc::configured(&config.oidc)?,
                Role::Tool => None,
            },
            entropy,
            keyring,
            profiles,
            snapshot,
            options: service::Options {
                max_event_bytes: config.ingest.max_event_bytes,
                idempotency_ttl: i64::from(config.ingest.idempotency_ttl_s) * SECOND,
                allow_http_loopback: config.delivery.allow_http_loopback,
                session_idle: lasts(config.access.session_idle),
                session_max: lasts(config.access.session_max),
            },
        });
        service.tell_operator(config.own_events.operator());
        service.start().await.map_err(|error| {
            Failure::new(
                Exit::Store,
                format!("the catalogue cannot be read: {error}"),
            )
        })?;
        Ok(Self {
            service,
            dispatcher,
            backend,
        })
    }

    /// Makes a platform token when the store has none of any kind.
    async fn first_token(&self) -> Result<Option<String>> {
        let made = async {
            if !self.service.tokens(None).await?.is_empty() {
                return Ok(None);
            }
            let (_, secret) = self
                .service
                .create_token(
                    TokenScope::Platform,
                    NewToken::admin(FIRST_TOKEN),
                    &Actor::system(),
                )
                .await?;
            Ok::<_, service::Error>(Some(secret))
        };
        made.await.map_err(|error| {
            Failure::new(
                Exit::Store,
                format!("the first token cannot be made: {error}"),
            )
            .into()
        })
    }
}

/// How long a session lasts. Without an end it would not have passed the checks of the configuration.
fn lasts(age: Age) -> DurationUs {
    age.limit().unwrap_or(DAY)
}

fn profiles(config: &Config) -> Result<Profiles> {
    let mut profiles = Profiles::embedded();
    for path in &config.profiles.files {
        let text = read_file("profile", path)?;
        profiles = profiles.with(&text).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("the profile {}: {error}", path.display()),
            )
        })?;
    }
    Ok(profiles)
}

/// The client that sends, as configured.
pub(crate) fn client(config: &Config, clock: &Arc<dyn Clock>) -> Result<Client> {
    let delivery = &config.delivery;
    let mut extra_roots = Vec::new();
    for path in &delivery.extra_roots {
        extra_roots.push(read_file("certificate", path)?);
    }
    let resolver = SystemResolver::new().context("cannot resolve names")?;
    let options = ClientOptions {
        allow: delivery.allow_networks.clone(),
        idle_ms: delivery.idle_ms,
        extra_roots,
        // A busy webhook would otherwise open a connection for most of its requests.
        max_idle_per_webhook: delivery.webhook_concurrency.into(),
        ..ClientOptions::default()
    };
    Client::new(options, Arc::new(resolver), Arc::clone(clock))
        .map_err(|error| Failure::new(Exit::Usage, format!("`delivery`: {error}")).into())
}

fn read_file(what: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!(
            "cannot read the {what} {}: {error}; check the path in the configuration",
            path.display()
        );
        Failure::new(Exit::Usage, message).into()
    })
}

/// Why an address cannot be listened on, and what to do.
#[must_use]
pub fn listen_failure(address: SocketAddr, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the port is taken; stop the program that has it, or choose another port with \
             --listen (port 0 picks a free one)"
                .to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "permission denied; ports below 1024 need a privilege, choose another with --listen"
                .to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have the address; choose another with --listen".to_owned()
        }
        _ => format!("{error}; choose another address with --listen"),
    };
    Failure::new(Exit::Listen, format!("cannot listen on {address}: {why}"))
}
