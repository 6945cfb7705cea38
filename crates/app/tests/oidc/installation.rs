//! Bellwire over a store of its own, with a clock that is moved by hand, and a provider that forges.

use std::{sync::Arc, time::Duration};

use bellwire::{
    http::HttpServer,
    oidc::{Options, Provider},
};
use bellwire_core::{
    audit::{AuditFilter, Entry},
    service::{Federation, Provisioning},
    user::User,
};
use bellwire_sqlite::Sqlite;
use bellwire_testkit::{
    builders::START,
    clock::FakeClock,
    entropy::SeededEntropy,
    service::{Kit, keyring},
};
use bellwire_web::{AppState, metrics::Metrics};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    browser::{Browser, ORIGIN, Seen},
    forge::{CLIENT, Forge, SECRET},
};

/// How long a provider may keep Bellwire waiting here: long for a healthy one, short for a test.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Everything.
pub(crate) struct Installation {
    pub(crate) kit: Kit,
    pub(crate) forge: Forge,
    url: String,
    _server: HttpServer,
    _directory: TempDir,
}

impl Installation {
    /// With the rules that hold when nobody sets any.
    pub(crate) async fn start() -> Self {
        Self::with(Provisioning::default()).await
    }

    pub(crate) async fn with(rules: Provisioning) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("bellwire.db");
        let store = Sqlite::open(
            &bellwire_sqlite::Options::new(path),
            keyring(),
            Arc::new(SeededEntropy::new(9)),
        );
        let clock = FakeClock::new(START);
        let forge = Forge::start(clock.clone()).await;
        let provider = Provider::new(Options {
            issuer: forge.url().to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: SECRET.to_owned(),
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            groups_claim: "groups".to_owned(),
            roots: Vec::new(),
            patience: PATIENCE,
        });
        let federation = Federation {
            provider: Arc::new(provider),
            rules,
        };
        let store = Arc::new(store.expect("the store opens"));
        let kit = Kit::with_federation(store, federation, clock).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let web = bellwire_web::Options {
            origin: ORIGIN.to_owned(),
            ..bellwire_web::Options::default()
        };
        let state = AppState::new(kit.service.clone(), Arc::new(Metrics::new()), web);
        let server = HttpServer::start(listener, bellwire_web::router(state));
        Self {
            kit,
            forge,
            url,
            _server: server.expect("it serves"),
            _directory: directory,
        }
    }

    /// Somebody's browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Begins in this browser, and goes to the provider; where that sends it back to.
    pub(crate) fn to_the_provider_and_back(&self, browser: &mut Browser) -> String {
        let begun = browser.get("/sign-in/oidc?return_to=/portal/acme");
        assert_eq!(begun.status, 303, "{}", begun.text);
        let at_the_provider = browser.get(begun.next().as_str());
        at_the_provider.next().into()
    }

    /// The whole way in this browser, up to Bellwire's answer to what came back.
    pub(crate) fn sign_in(&self, browser: &mut Browser) -> Seen {
        let back = self.to_the_provider_and_back(browser);
        browser.get(&back)
    }

    /// Asserts that nobody was signed in by this, and that the page says why in these words.
    pub(crate) async fn assert_refused(&self, browser: &mut Browser, seen: &Seen, why: &str) {
        let text = unescaped(&seen.text);
        assert!(text.contains(why), "not `{why}`: {} {text}", seen.status);
        assert!((400..=599).contains(&seen.status), "{}", seen.status);
        assert!(!seen.has_session(), "{:?}", seen.cookies);
        assert_eq!(browser.get("/api/v1/session").status, 401);
        for user in self.users().await {
            let sessions = self.kit.service.sessions(user.id).await;
            assert_eq!(sessions.expect("read"), [], "{why}");
        }
    }

    pub(crate) async fn users(&self) -> Vec<User> {
        let users = self.kit.service.users(None, None, 100).await;
        users.expect("read").items
    }

    /// The user of this e-mail address.
    pub(crate) async fn user(&self, email: &str) -> User {
        let users = self.users().await;
        let user = users.into_iter().find(|user| user.email == email);
        user.unwrap_or_else(|| panic!("there is no {email}"))
    }

    /// What the audit log says, oldest first, of these actions.
    pub(crate) async fn told(&self, actions: &[&str]) -> Vec<Entry> {
        let everything = AuditFilter::default();
        let page = self.kit.service.audit(None, everything, None, 1_000).await;
        let mut entries = page.expect("read").items;
        entries.reverse();
        entries.retain(|entry| actions.contains(&entry.action.as_str()));
        entries
    }
}

/// Who is signed in in this browser, as the API says.
pub(crate) fn me(browser: &mut Browser) -> Value {
    let seen = browser.get("/api/v1/session");
    assert_eq!(seen.status, 200, "{}", seen.text);
    serde_json::from_str(&seen.text).expect("JSON")
}

fn unescaped(html: &str) -> String {
    let pairs = [
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ];
    let mut text = html.to_owned();
    for (escaped, letter) in pairs {
        text = text.replace(escaped, letter);
    }
    text
}
