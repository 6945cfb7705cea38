//! An identity provider that says what a test wants: rightly, or forged in any place. It lets
//! everybody in without asking who they are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bellwire::http::HttpServer;
use bellwire_core::time::Clock as _;
use bellwire_testkit::clock::FakeClock;
use hyper::{HeaderMap, StatusCode, header};
use ring::{
    digest::{SHA256, digest},
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

pub(crate) const CLIENT: &str = "bellwire";
/// With what must be encoded on its way into a header.
pub(crate) const SECRET: &str = "s3cret: 100%";

/// A key of a provider.
#[derive(Clone)]
pub(crate) struct Key(Arc<(String, EcdsaKeyPair)>);

impl Key {
    pub(crate) fn new(name: &str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random);
        Self(Arc::new((name.to_owned(), pair.expect("a key"))))
    }

    fn public(&self) -> Value {
        let (name, pair) = &*self.0;
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        json!({"kty": "EC", "crv": "P-256", "kid": name, "use": "sig", "alg": "ES256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)})
    }
}

/// How a token is signed.
#[derive(Clone, Default)]
pub(crate) enum Sign {
    /// With the provider's key.
    #[default]
    Right,
    /// With another key, which calls itself as the provider's.
    Impostor,
    /// Not at all.
    No,
    /// With what the client and the provider both know.
    Shared,
    /// Rightly, and then the claims were changed.
    Altered,
}

/// How the place that gives tokens answers.
#[derive(Clone, Default, PartialEq)]
pub(crate) enum Answer {
    #[default]
    Tokens,
    Status(u16),
    /// Never.
    Silence,
    /// With a megabyte.
    Huge,
    /// No, and this is why.
    Denied(&'static str),
    /// With this text.
    Text(&'static str),
    /// With a redirect to somewhere that would give tokens.
    Elsewhere,
}

type Change<T> = Option<Arc<dyn Fn(&mut T) + Send + Sync>>;

/// What is wrong with a provider; nothing, by default.
#[derive(Clone, Default)]
pub(crate) struct Wrong {
    /// Of what the token says.
    pub(crate) claims: Change<Value>,
    pub(crate) sign: Sign,
    pub(crate) answer: Answer,
    /// Of what the browser is sent back with.
    pub(crate) returned: Change<HashMap<&'static str, String>>,
    /// Of what it says of itself.
    pub(crate) metadata: Change<Value>,
    /// What it says where it is asked who somebody is.
    pub(crate) userinfo: Option<Value>,
    /// Whether it is away.
    pub(crate) away: bool,
}

struct Grant {
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

struct Inner {
    url: String,
    clock: FakeClock,
    wrong: Mutex<Wrong>,
    user: Mutex<Value>,
    /// The one that signs, and those that are named.
    keys: Mutex<(Key, Vec<Key>)>,
    grants: Mutex<HashMap<String, Grant>>,
    asked: Mutex<HashMap<String, usize>>,
}

/// A running provider. A clone is the same one.
#[derive(Clone)]
pub(crate) struct Forge {
    inner: Arc<Inner>,
    _server: Arc<HttpServer>,
}

impl Forge {
    pub(crate) async fn start(clock: FakeClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let key = Key::new("one");
        let inner = Arc::new(Inner {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            clock,
            wrong: Mutex::default(),
            user: Mutex::new(json!({"sub": "248289761001", "email": "Ann@Example.com",
                "email_verified": true, "name": "Ann", "groups": []})),
            keys: Mutex::new((key.clone(), vec![key])),
            grants: Mutex::default(),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/elsewhere", post(token).get(token))
            .route("/keys", get(keys))
            .route("/userinfo", get(userinfo))
            .with_state(Arc::clone(&inner));
        let server = HttpServer::start(listener, router).expect("it serves");
        Self {
            inner,
            _server: Arc::new(server),
        }
    }

    /// What it calls itself.
    pub(crate) fn url(&self) -> &str {
        &self.inner.url
    }

    /// Who it says that somebody is.
    pub(crate) fn user(&self, claims: Value) {
        *lock(&self.inner.user) = claims;
    }

    /// From now on this is wrong, and nothing else.
    pub(crate) fn wrong(&self, wrong: Wrong) {
        *lock(&self.inner.wrong) = wrong;
    }

    /// From now on this key signs, and these are named.
    pub(crate) fn keys(&self, signs: &Key, named: &[&Key]) {
        let named = named.iter().map(|&key| key.clone()).collect();
        *lock(&self.inner.keys) = (signs.clone(), named);
    }

    /// How often it was asked for something.
    pub(crate) fn asked(&self, what: &str) -> usize {
        lock(&self.inner.asked).get(what).copied().unwrap_or(0)
    }
}

impl Inner {
    fn ask(&self, what: &str) -> Result<Wrong, StatusCode> {
        *lock(&self.asked).entry(what.to_owned()).or_default() += 1;
        let wrong = lock(&self.wrong).clone();
        if wrong.away {
            return Err(StatusCode::BAD_GATEWAY);
        }
        Ok(wrong)
    }

    fn id_token(&self, nonce: &str, wrong: &Wrong) -> String {
        let now = self.clock.now().as_secs();
        let mut claims = json!({"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": nonce});
        for (name, value) in lock(&self.user).as_object().expect("claims") {
            claims[name] = value.clone();
        }
        if let Some(change) = &wrong.claims {
            change(&mut claims);
        }
        let (key, _) = &*lock(&self.keys);
        let name = key.0.0.clone();
        let signed = |algorithm: &str| {
            let header = json!({"typ": "JWT", "alg": algorithm, "kid": name});
            let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}", encoded(&header), encoded(&claims))
        };
        let by = |key: &Key, text: &str| {
            let signature = key.0.1.sign(&SystemRandom::new(), text.as_bytes());
            URL_SAFE_NO_PAD.encode(signature.expect("a signature"))
        };
        let text = signed("ES256");
        match wrong.sign {
            Sign::Right => format!("{text}.{}", by(key, &text)),
            Sign::Impostor => format!("{text}.{}", by(&Key::new(&name), &text)),
            Sign::No => format!("{}.", signed("none")),
            Sign::Shared => {
                let text = signed("HS256");
                let secret = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                let tag = hmac::sign(&secret, text.as_bytes());
                format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
            }
            Sign::Altered => {
                let signature = by(key, &text);
                claims["sub"] = json!("somebody else");
                let (header, _) = text.split_once('.').expect("two parts");
                let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
                format!("{header}.{payload}.{signature}")
            }
        }
    }
}

async fn metadata(State(forge): State<Arc<Inner>>) -> Result<Json<Value>, StatusCode> {
    let wrong = forge.ask("metadata")?;
    let url = &forge.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize?theme=dark"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "response_types_supported": ["code"],
        "authorization_response_iss_parameter_supported": true,
    });
    if let Some(change) = &wrong.metadata {
        change(&mut document);
    }
    Ok(Json(document))
}

async fn keys(State(forge): State<Arc<Inner>>) -> Result<Json<Value>, StatusCode> {
    forge.ask("keys")?;
    let named: Vec<Value> = lock(&forge.keys).1.iter().map(Key::public).collect();
    Ok(Json(json!({"keys": named})))
}

async fn authorize(
    State(forge): State<Arc<Inner>>,
    RawQuery(query): RawQuery,
) -> Result<Response, StatusCode> {
    let wrong = forge.ask("authorize")?;
    let asked = fields(query.unwrap_or_default().as_bytes());
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    assert_eq!(
        [
            of("response_type"),
            of("client_id"),
            of("theme"),
            of("code_challenge_method")
        ],
        ["code", CLIENT, "dark", "S256"]
    );
    let code = format!("code-{}", forge.asked_so_far());
    lock(&forge.grants).insert(
        code.clone(),
        Grant {
            nonce: of("nonce"),
            challenge: of("code_challenge"),
            redirect_uri: of("redirect_uri"),
        },
    );
    let mut returned = HashMap::from([
        ("code", code),
        ("state", of("state")),
        ("iss", forge.url.clone()),
        ("session_state", "what nobody asked for".to_owned()),
    ]);
    if let Some(change) = &wrong.returned {
        change(&mut returned);
    }
    let mut to = Url::parse(&of("redirect_uri")).map_err(|_| StatusCode::BAD_REQUEST)?;
    to.query_pairs_mut().extend_pairs(&returned);
    Ok((StatusCode::FOUND, [(header::LOCATION, String::from(to))]).into_response())
}

async fn token(
    State(forge): State<Arc<Inner>>,
    uri: hyper::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, StatusCode> {
    let wrong = forge.ask(uri.path())?;
    let expected = format!("{CLIENT}:s3cret%3A+100%25");
    let expected = format!("Basic {}", STANDARD.encode(expected));
    assert_eq!(headers["authorization"], expected);
    let sent = fields(&body);
    let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let denied = |why: &str| {
        let no = json!({"error": "invalid_grant", "error_description": why});
        (StatusCode::BAD_REQUEST, Json(no)).into_response()
    };
    let Some(grant) = lock(&forge.grants).remove(&of("code")) else {
        return Ok(denied("the code is not known"));
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, of("code_verifier").as_bytes()));
    if challenge != grant.challenge || of("redirect_uri") != grant.redirect_uri {
        return Ok(denied("the verifier is another one"));
    }
    Ok(match wrong.answer {
        Answer::Tokens => Json(json!({
            "id_token": forge.id_token(&grant.nonce, &wrong),
            "access_token": "for userinfo",
            "token_type": "Bearer",
        }))
        .into_response(),
        Answer::Status(status) => StatusCode::from_u16(status)
            .expect("a status")
            .into_response(),
        Answer::Silence => std::future::pending().await,
        Answer::Huge => format!("{{\"id_token\": \"{}\"}}", "a".repeat(1 << 20)).into_response(),
        Answer::Denied(error) => {
            (StatusCode::UNAUTHORIZED, Json(json!({"error": error}))).into_response()
        }
        Answer::Text(text) => text.into_response(),
        Answer::Elsewhere => (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, format!("{}/elsewhere", forge.url))],
        )
            .into_response(),
    })
}

async fn userinfo(
    State(forge): State<Arc<Inner>>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    let wrong = forge.ask("userinfo")?;
    assert_eq!(headers["authorization"], "Bearer for userinfo");
    let known = lock(&forge.user).clone();
    Ok(Json(wrong.userinfo.unwrap_or(known)))
}

impl Inner {
    fn asked_so_far(&self) -> usize {
        lock(&self.asked).values().sum()
    }
}

fn fields(form: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(form).into_owned().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no handler panicked")
}
