//! The HTTP server's inside: authentication, the API under `/api/v1`, health and metrics.
//!
//! Every route is a thin layer over a use case of [`bellwire_core::service`]: it authenticates,
//! reads the request into typed values, calls the service and writes the answer. No rule of the
//! domain lives here, and nothing here knows how events are sent: lanes report their numbers
//! through [`metrics::Metrics`].
//!
//! **Invariant: every refusal is a [`problem::Problem`].**

pub mod api;
pub mod around;
pub mod auth;
pub mod cursor;
pub mod extract;
pub mod health;
mod inspect;
pub mod metrics;
pub mod mint;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod scrape;

pub use pages::stays_here;

use std::sync::Arc;

use axum::{
    Router, middleware,
    response::{IntoResponse as _, Response},
};
use bellwire_core::{
    ids::WebhookId,
    ports,
    service::{Service, SignedIn, Who},
    time::SECOND,
    webhook::Webhook,
};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Uri};
use ipnet::IpNet;
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    around::RequestIds,
    auth::{
        Within,
        cookie::{Kind, Names},
    },
    health::Readiness,
    metrics::{Backlog, Metrics},
    problem::{Code, Problem},
};

/// What the operator can set.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The origin that people and browsers reach it under, as browsers write it, such as
    /// `https://hooks.example.com`. Cookies go over `https` only, unless it begins with `http://`.
    pub origin: String,
    /// Proxies that say truly whom they speak for.
    pub trusted_proxies: Vec<IpNet>,
    /// `/metrics` wants a token of the platform.
    pub metrics_token: bool,
    /// How long things are kept.
    pub retention: ports::Retention,
}

/// What every handler works with. A cheap clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub service: Service,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// What the operator set.
    pub options: Arc<Options>,
    readiness: Readiness,
    backlog: Backlog,
    request_ids: RequestIds,
    inspect_room: inspect::Room,
    openapi: Bytes,
}

impl AppState {
    /// The state over a service that was started. The numbers of the store and of the service join the
    /// metrics here.
    #[must_use]
    pub fn new(service: Service, metrics: Arc<Metrics>, options: Options) -> Self {
        metrics.collect_store(Arc::clone(service.store()));
        metrics.collect_sign_ins(service.clone());
        metrics.collect_service(service.clone());
        let backlog = Backlog::default();
        metrics.collect_backlog(backlog.clone());
        Self {
            request_ids: RequestIds::new(&service),
            openapi: openapi().to_json().unwrap_or_default().into(),
            readiness: Readiness::default(),
            inspect_room: inspect::Room::default(),
            backlog,
            service,
            metrics,
            options: Arc::new(options),
        }
    }

    /// A webhook that whoever asks sees and that is not deleted: history names tombstones, routes
    /// do not find them.
    async fn live_webhook<R>(&self, within: &Within<R>, id: WebhookId) -> Result<Webhook, Problem> {
        let webhook = self.service.webhook(within.slug(), id).await?;
        if webhook.deleted_at.is_some() || !within.access().sees(&webhook) {
            return Err(Problem::not_found("webhook"));
        }
        Ok(webhook)
    }

    /// Where people find this path.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.options.origin)
    }

    /// The header that gives a browser the secret of its new session.
    #[must_use]
    pub fn session_cookie(&self, signed_in: &SignedIn) -> HeaderValue {
        let principal = &signed_in.principal;
        let kind = match principal.who {
            Who::Portal { .. } => Kind::Portal,
            Who::User { .. } | Who::Token(_) => Kind::User,
        };
        let ends_at = principal.session().map(|session| session.ends_at);
        let lasts = ends_at.map_or(0, |end| end.since(self.service.now()));
        Names::of(&self.options).set(kind, &signed_in.secret, lasts / SECOND)
    }

    async fn health_of(&self, id: WebhookId) -> Result<Option<ports::Health>, Problem> {
        Ok(self.service.store().health(&[id]).await?.pop())
    }
}

fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::Base::openapi())
        .nest("/api/v1", api::v1::router())
        .merge(mint::router())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(scrape::scrape))
        .routes(routes!(openapi::openapi_json))
}

/// The description of everything that [`router`] serves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    openapi::complete(routes().into_openapi())
}

/// Every route, with plain pages that need no portal.
pub fn router(state: AppState) -> Router {
    router_with(state, pages::router().merge(pages::organization()))
}

/// Every route, with the pages of a portal: those below `/portal/{org}`, and [`pages::router`] in
/// whatever design.
pub fn router_with(state: AppState, portal: Router<AppState>) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .merge(inspect::router())
        .merge(portal)
        .fallback(no_such_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(
            state.clone(),
            around::around,
        ))
        .with_state(state)
}

async fn no_such_route(uri: Uri) -> Problem {
    Problem::new(
        Code::NoSuchRoute,
        format!(
            "Nothing is at `{}`; `/openapi.json` lists what there is.",
            uri.path()
        ),
    )
}

/// OPTIONS is answered with the methods that there are, in the `Allow` header that axum sets.
async fn method_not_allowed(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(
        Code::MethodNotAllowed,
        format!("{method} does not exist here; the header `Allow` says which methods do."),
    )
    .into_response()
}
