//! The portal over a store of its own, and somebody's browser as far as forms and cookies go.

use std::sync::Arc;

use axum::{Router, body::Body};
use bellwire_core::{
    access::Role,
    crypt::{Key, Keyring},
    delivery::Attempt,
    headers::HeaderList,
    ids::EventId,
    outcome::{Answer, Timing},
    own_event::Kinds,
    policy::{Class, DisableRule, Next},
    ports::{Query as _, Record, RecordPort as _, Tally},
    rendering::sha256,
    service::{Caller, Incoming, NewEventType, NewPortalLink, NewUser, NewWebhook, SignedIn},
    time::HOUR,
    webhook::Webhook,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    entropy::SeededEntropy,
    service::{Kit, by},
};
use bellwire_web::{AppState, metrics::Metrics};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::value::RawValue;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The portal over a store of its own.
pub(crate) struct App {
    pub(crate) kit: Kit,
    store: Arc<Sqlite>,
    router: Router,
    _directory: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Seen {
    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }

    #[track_caller]
    pub(crate) fn has(&self, part: &str) -> &Self {
        assert!(self.text.contains(part), "no `{part}` in:\n{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn has_not(&self, part: &str) -> &Self {
        assert!(!self.text.contains(part), "`{part}` in:\n{}", self.text);
        self
    }

    /// The first link in which this stands, without its fragment.
    #[track_caller]
    pub(crate) fn link(&self, part: &str) -> String {
        let found = self.text.split("href=\"").skip(1).find_map(|rest| {
            let href = rest.split('"').next()?.replace("&#38;", "&");
            let href = href.replace("&amp;", "&");
            href.contains(part).then_some(href)
        });
        let href = found.unwrap_or_else(|| panic!("no link with `{part}` in:\n{}", self.text));
        href.split('#').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Browser {
    cookie: String,
    csrf: String,
    pub(crate) language: &'static str,
}

impl App {
    /// With one organization, `acme`, of this profile.
    pub(crate) async fn new(profile: &str) -> Self {
        Self::under(profile, "").await
    }

    /// The same, reached under this origin.
    pub(crate) async fn under(profile: &str, origin: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let keyring = Keyring::new(vec![Key::from_bytes([7; 32])]).unwrap();
        let options = Options::new(directory.path().join("bellwire.db"));
        let entropy = Arc::new(SeededEntropy::new(9));
        let store = Arc::new(Sqlite::open(&options, keyring, entropy).unwrap());
        let kit = Kit::start(store.clone()).await;
        kit.organization("acme", profile).await;
        let web = bellwire_web::Options {
            origin: origin.to_owned(),
            ..bellwire_web::Options::default()
        };
        let state = AppState::new(kit.service.clone(), Arc::new(Metrics::new()), web);
        Self {
            router: bellwire_web::router_with(state, bellwire_portal::router()),
            kit,
            store,
            _directory: directory,
        }
    }

    /// A user of this role.
    pub(crate) async fn user(&self, email: &str, role: Role) -> Browser {
        let new = NewUser {
            email: email.to_owned(),
            password: Some("plum gravel orbit lantern".to_owned()),
            memberships: vec![("acme".to_owned(), role)],
            ..NewUser::default()
        };
        let service = &self.kit.service;
        let made = service.create_user(new, &by("test")).await.unwrap();
        let user = Arc::new(made.user);
        let signed_in = service.start_session(user, &Caller::default()).await;
        Browser::new("__Host-bellwire", &signed_in.unwrap())
    }

    /// Somebody who runs the server.
    pub(crate) async fn operator(&self) -> Browser {
        let new = NewUser {
            email: "op@acme.example".to_owned(),
            password: Some("plum gravel orbit lantern".to_owned()),
            operator: true,
            ..NewUser::default()
        };
        let service = &self.kit.service;
        let user = Arc::new(service.create_user(new, &by("test")).await.unwrap().user);
        let signed_in = service.start_session(user, &Caller::default()).await;
        Browser::new("__Host-bellwire", &signed_in.unwrap())
    }

    /// A user who is there already, on one more browser.
    pub(crate) async fn again(&self, email: &str) -> Browser {
        let service = &self.kit.service;
        let users = service.users(Some(email), None, 1).await.unwrap();
        let user = Arc::new(users.items[0].clone());
        let signed_in = service.start_session(user, &Caller::default()).await;
        Browser::new("__Host-bellwire", &signed_in.unwrap())
    }

    /// A browser in which nobody is signed in.
    pub(crate) fn nobody(&self) -> Browser {
        Browser {
            cookie: "a=b".to_owned(),
            csrf: String::new(),
            language: "en",
        }
    }

    /// How many bytes of this path go over the wire, and the paths of what it names.
    pub(crate) async fn weight(&self, browser: &Browser, path: &str) -> (usize, Vec<String>) {
        let request = Request::builder()
            .uri(path)
            .header("cookie", &browser.cookie)
            .header("accept-encoding", "gzip, deflate, br");
        let request = request.body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let coded = answer.headers().get("content-encoding").cloned();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let mut plain = String::new();
        if coded.is_some_and(|coding| coding == "gzip") {
            let mut unpacked = flate2::read::GzDecoder::new(&bytes[..]);
            std::io::Read::read_to_string(&mut unpacked, &mut plain).unwrap();
        }
        let named = plain
            .split('"')
            .filter(|part| part.starts_with("/assets/"))
            .map(str::to_owned)
            .collect();
        (bytes.len(), named)
    }

    /// A customer behind a link for these channels.
    pub(crate) async fn customer(&self, channels: &[&str]) -> Browser {
        let new = NewPortalLink {
            name: "A customer".to_owned(),
            role: Some(Role::Editor),
            channels: channels.iter().map(|&channel| channel.to_owned()).collect(),
            embed_origins: vec!["https://app.example".to_owned()],
            ..NewPortalLink::default()
        };
        let service = &self.kit.service;
        let made = service.create_portal_link("acme", new, &by("test")).await;
        let signed_in = service.enter(&made.unwrap().1, &Caller::default()).await;
        Browser::new("__Host-bellwire-portal", &signed_in.unwrap())
    }

    /// Opens a page as nobody, within a page of somebody else's.
    pub(crate) async fn open_framed(&self, path: &str) -> Seen {
        let request = Request::builder()
            .uri(path)
            .header("sec-fetch-dest", "iframe");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A webhook.
    pub(crate) async fn webhook(&self, name: &str, url: &str, channels: &[&str]) -> Webhook {
        let new = NewWebhook {
            name: Some(name.to_owned()),
            url: Some(url.to_owned()),
            channels: Some(channels.iter().map(|&channel| channel.to_owned()).collect()),
            ..NewWebhook::default()
        };
        let service = &self.kit.service;
        let made = service.create_webhook("acme", new, &by("test")).await;
        made.unwrap().0
    }

    /// A type in the organization's own catalogue.
    pub(crate) async fn event_type(&self, name: &str, example: Option<&str>) {
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let schema = r#"{"type":"object","required":["id"],
            "properties":{"id":{"type":"integer","description":"Whose."}}}"#;
        let new = NewEventType {
            name: name.to_owned(),
            description: Some(format!("About {name} <b>.")),
            schema: Some(raw(schema)),
            example: example.map(raw),
        };
        let service = &self.kit.service;
        let by = by("test");
        let made = service.create_event_type(Some("acme"), new, &by);
        made.await.unwrap();
    }

    /// An event that is stored and matched.
    pub(crate) async fn event(&self, kind: &str, channels: &[&str], data: &str) -> EventId {
        let incoming = Incoming {
            event_type: kind.to_owned(),
            data: Bytes::copy_from_slice(data.as_bytes()),
            channels: channels.iter().map(|&channel| channel.to_owned()).collect(),
            time: None,
            external_id: None,
            webhooks: Vec::new(),
        };
        let receipts = self.kit.service.ingest("acme", vec![incoming], None).await;
        receipts.unwrap()[0].event_id
    }

    /// An attempt of the event's first delivery, answered like this; a failure is tried again an
    /// hour later.
    pub(crate) async fn attempt(&self, event: EventId, number: u32, answer: Answer) {
        self.attempt_then(event, number, answer, true).await;
    }

    /// The last attempt of the event's first delivery, which fails like this.
    pub(crate) async fn give_up(&self, event: EventId, answer: Answer) {
        self.attempt_then(event, 1, answer, false).await;
    }

    async fn attempt_then(&self, event: EventId, number: u32, answer: Answer, again: bool) {
        let service = &self.kit.service;
        let organization = service.tenant("acme").unwrap().organization.id;
        let detail = self
            .store
            .event(organization, event)
            .await
            .unwrap()
            .unwrap();
        let delivery = &detail.deliveries[0].delivery;
        let now = service.now();
        let failed = answer != Answer::Status(200);
        let attempt = Attempt {
            delivery_id: delivery.id,
            number,
            event_id: event,
            webhook_id: delivery.webhook_id,
            organization_id: organization,
            revision: 1,
            at: now,
            answer,
            timing: Timing {
                dns_us: Some(1_000),
                connect_us: Some(2_000),
                tls_us: Some(3_000),
                first_byte_us: Some(20_000),
                total_us: 30_250,
            },
            url: "https://hooks.example/a".to_owned(),
            address: Some("203.0.113.7:443".parse().unwrap()),
            detail: None,
            body_sha256: sha256(b"{}"),
            request_headers: HeaderList::default(),
            response_headers: HeaderList::default(),
            excerpt: Bytes::from_static(b"<b>oops</b>"),
            truncated: false,
            retry_at: (failed && again).then_some(now + HOUR),
        };
        let record = Record {
            attempt,
            event_type: detail.event.event_type.as_str().into(),
            next: match (failed, again) {
                (true, true) => Next::RetryAt(now + HOUR),
                (true, false) => Next::Fail,
                (false, _) => Next::Deliver,
            },
            tally: Some(Tally {
                class: match answer {
                    Answer::Status(200) => Class::Success,
                    Answer::Status(_) => Class::ServerError,
                    Answer::None(_) => Class::NoAnswer,
                },
                rule: DisableRule::default().into(),
            }),
            now,
            listened: Kinds::NONE,
            is_own: false,
        };
        self.store.record([record].into()).await.unwrap();
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Seen {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Sends something to the server as any program may.
    pub(crate) async fn arrive(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Seen {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_vec())).unwrap())
            .await
    }

    /// Opens a page as nobody.
    pub(crate) async fn open(&self, path: &str) -> Seen {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Opens a page.
    pub(crate) async fn get(&self, browser: &Browser, path: &str) -> Seen {
        self.get_with(browser, path, &[]).await
    }

    /// Opens a page with these headers too.
    pub(crate) async fn get_with(
        &self,
        browser: &Browser,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Seen {
        let mut request = Request::builder()
            .uri(path)
            .header("cookie", &browser.cookie)
            .header("accept-language", browser.language);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form of a page of ours.
    pub(crate) async fn post(
        &self,
        browser: &Browser,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Seen {
        let csrf = browser.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.post_with(browser, path, &all, &[]).await
    }

    /// Sends these fields with these headers.
    pub(crate) async fn post_with(
        &self,
        browser: &Browser,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Seen {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = Request::post(path)
            .header("cookie", &browser.cookie)
            .header("accept-language", browser.language)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

impl Browser {
    /// The same browser with one more cookie.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Self {
        Self {
            cookie: format!("{}; {cookie}", self.cookie),
            ..self.clone()
        }
    }

    /// Its cookies.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// What a form of this session shows.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    fn new(name: &str, signed_in: &SignedIn) -> Self {
        let session = signed_in.principal.session().unwrap();
        // What it is called where there is no TLS.
        let plain = name.trim_start_matches("__Host-");
        Self {
            cookie: format!("{name}={0}; {plain}={0}", signed_in.secret),
            csrf: session.csrf.clone(),
            language: "en",
        }
    }
}
