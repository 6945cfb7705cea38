//! An engine over a real store with the real client, in a time that stands still, and what a case of
//! failure is.

use std::sync::Arc;

use bellwire_core::{
    crypt::{Key, Keyring},
    delivery::Attempt,
    diagnosis::{Diagnosis, Side},
    entropy::Entropy,
    ids::EventId,
    outcome::{Answer, Cause, Header},
    policy::{RetryRule, Timeouts},
    ports::Store,
    profile::Profiles,
    service::{Incoming, NewOrganization, NewWebhook, Options, Parts, Service},
    snapshot::Snapshot,
    time::{Clock, Time},
    webhook::Overrides,
};
use bellwire_dispatch::{
    Dispatcher,
    client::{Client, ClientOptions},
    resolve::StaticResolver,
};
use bellwire_sqlite::Sqlite;
use bellwire_testkit::{
    clock::FakeClock,
    entropy::SeededEntropy,
    passwords::PlainPasswords,
    receiver::Receiver,
    service::{by, keyring},
};
use bytes::Bytes;

const ORG: &str = "acme";
/// 2026-01-01T00:00:00Z
const START: Time = Time::from_millis(1_767_225_600_000);
/// Long enough for a busy machine where nothing is to run out.
pub(crate) const LONG: u32 = 20_000;
/// What is to run out.
pub(crate) const SHORT: u32 = 300;

/// Everything but the endpoints.
pub(crate) struct Engine {
    service: Service,
    dispatcher: Dispatcher,
    clock: FakeClock,
    _directory: tempfile::TempDir,
}

impl Engine {
    /// An engine that trusts the roots of these receivers.
    pub(crate) async fn start(trusted: &[&Receiver]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
        let keys = Keyring::new(vec![Key::from_bytes([7; 32])]).unwrap();
        let options = bellwire_sqlite::Options::new(directory.path().join("bellwire.db"));
        let store: Arc<dyn Store> =
            Arc::new(Sqlite::open(&options, keys, Arc::clone(&entropy)).unwrap());
        let here = [[127, 0, 0, 1].into()];
        let resolver = StaticResolver::new()
            .with("hooks.test", here)
            .with("internal.test", [[10, 1, 2, 3].into()]);
        let clock = FakeClock::new(START);
        let client = ClientOptions {
            // A link-local address without its interface is refused by the kernel before anything
            // leaves: the one way to have no route that needs no other machine.
            allow: vec!["127.0.0.0/8".parse().unwrap(), "fe80::/10".parse().unwrap()],
            extra_roots: trusted
                .iter()
                .map(|receiver| receiver.root_pem().to_owned())
                .collect(),
            ..ClientOptions::default()
        };
        let client =
            Arc::new(Client::new(client, Arc::new(resolver), Arc::new(clock.clone())).unwrap());
        let snapshot = Snapshot::default();
        let shared_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let dispatcher = Dispatcher::new(bellwire_dispatch::Parts {
            store: Arc::clone(&store),
            snapshot: snapshot.clone(),
            sender: client.clone(),
            clock: Arc::clone(&shared_clock),
            entropy: Arc::clone(&entropy),
            options: bellwire_dispatch::Options::default(),
        });
        let service = Service::new(Parts {
            store,
            lanes: Arc::new(dispatcher.clone()),
            sender: client,
            clock: shared_clock,
            entropy,
            keyring: keyring(),
            passwords: Arc::new(PlainPasswords::default()),
            federation: None,
            profiles: Profiles::embedded(),
            snapshot,
            options: Options {
                allow_http_loopback: true,
                ..Options::default()
            },
        });
        service.start().await.unwrap();
        dispatcher.start(service.clone());
        let organization = NewOrganization {
            slug: ORG.to_owned(),
            ..NewOrganization::default()
        };
        service
            .create_organization(organization, &by("test"))
            .await
            .unwrap();
        Self {
            service,
            dispatcher,
            clock,
            _directory: directory,
        }
    }

    /// Posts an event for a webhook at this endpoint and nobody else.
    pub(crate) async fn send(&self, case: &Case) -> EventId {
        let new = NewWebhook {
            name: Some(case.code.to_owned()),
            url: Some(case.url.clone()),
            direct: Some(true),
            profile: Some(case.profile.to_owned()),
            headers: Some(case.headers.clone()),
            overrides: Some(Overrides {
                timeouts: Some(case.timeouts),
                retry: Some(RetryRule::Fixed {
                    interval_s: 3600,
                    max_attempts: 2,
                }),
                ..Overrides::default()
            }),
            ..NewWebhook::default()
        };
        let (webhook, _) = self
            .service
            .create_webhook(ORG, new, &by("test"))
            .await
            .unwrap();
        let incoming = Incoming {
            event_type: "user.new".to_owned(),
            data: Bytes::from_static(case.data.as_bytes()),
            webhooks: vec![webhook.id],
            ..Incoming::default()
        };
        let receipts = self.service.ingest(ORG, vec![incoming], None).await;
        receipts.unwrap()[0].event_id
    }

    pub(crate) async fn settle(&self) {
        loop {
            self.clock.wait_for_sleepers(3).await;
            self.dispatcher.settled().await;
            if self.clock.sleepers() >= 3 && self.dispatcher.is_settled() {
                return;
            }
        }
    }

    /// The only attempt for an event, and what is said of it.
    pub(crate) async fn attempt(&self, event: EventId) -> (Attempt, Option<Diagnosis>) {
        let organization = self.service.tenant(ORG).unwrap().organization.id;
        let detail = self.service.store().event(organization, event).await;
        let mut view = detail.unwrap().unwrap().deliveries.remove(0);
        assert_eq!(view.attempts.len(), 1);
        let attempt = view.attempts.remove(0);
        let mut said = self
            .service
            .diagnose(organization, &[&attempt])
            .await
            .unwrap();
        (attempt, said.remove(0))
    }
}

/// An endpoint, and what is to be said of it.
pub(crate) struct Case {
    pub(crate) url: String,
    pub(crate) answer: Answer,
    pub(crate) code: &'static str,
    pub(crate) side: Side,
    pub(crate) summary: String,
    pub(crate) timeouts: Timeouts,
    pub(crate) profile: &'static str,
    pub(crate) headers: Vec<Header>,
    pub(crate) data: &'static str,
}

pub(crate) fn case(
    url: impl Into<String>,
    answer: Answer,
    code: &'static str,
    side: Side,
    summary: impl Into<String>,
) -> Case {
    Case {
        url: url.into(),
        answer,
        code,
        side,
        summary: summary.into(),
        timeouts: Timeouts {
            connect_ms: LONG,
            first_byte_ms: LONG,
            total_ms: 2 * LONG,
        },
        profile: "standard",
        headers: Vec::new(),
        data: r#"{"id":1}"#,
    }
}

pub(crate) const fn none(cause: Cause) -> Answer {
    Answer::None(cause)
}

/// Lengths of time and the ports of this run made the same for every run.
pub(crate) fn plain(sentence: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        let unit = word.trim_end_matches(['.', ',', ')']);
        if matches!(unit, "ms" | "s") && !words.is_empty() {
            words.pop();
            words.push("<time>".to_owned() + &word[unit.len()..]);
            continue;
        }
        let port = word
            .strip_prefix("127.0.0.1:")
            .map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit()));
        words.push(port.map_or_else(|| word.to_owned(), |rest| format!("<endpoint>{rest}")));
    }
    words.join(" ").replace("less than <time>", "<time>")
}

pub(crate) fn limits(connect_ms: u32, first_byte_ms: u32, total_ms: u32) -> Timeouts {
    Timeouts {
        connect_ms,
        first_byte_ms,
        total_ms,
    }
}

/// Drives every case through one engine and holds what is said to what it should say.
pub(crate) async fn drive(engine: &Engine, cases: Vec<Case>) {
    let mut events = Vec::with_capacity(cases.len());
    for case in &cases {
        events.push(engine.send(case).await);
    }
    engine.settle().await;
    for (case, event) in cases.iter().zip(events) {
        let (attempt, said) = engine.attempt(event).await;
        assert_eq!(attempt.answer, case.answer, "{}: {attempt:?}", case.code);
        let said = said.unwrap_or_else(|| panic!("{} has no diagnosis", case.code));
        assert_eq!(said.code, case.code, "{said:?}");
        assert_eq!(said.side, case.side, "{said:?}");
        assert_eq!(plain(&said.summary), case.summary, "{}", case.code);
        assert!(said.advice.ends_with('.'), "{said:?}");
        let next = match case.answer {
            Answer::None(Cause::Envelope) => "No further attempt follows",
            _ => "Attempt 2 is due at 2026-01-01T01:00:00Z.",
        };
        assert!(said.next.starts_with(next), "{}: {}", case.code, said.next);
    }
}
