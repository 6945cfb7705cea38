//! An ID token (OpenID Connect Core, 3.1.3.7): taken apart, its signature, and what it says of itself.
//! What it says of the user is in `claims`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bellwire_core::{
    ports::IdentityError,
    time::{DurationUs, MINUTE, SECOND, Time},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    Options, fetch,
    keys::{Algorithm, Keys},
    untrusted,
};

/// How far the provider's clock may be from ours.
const SKEW_US: DurationUs = MINUTE;
/// The longest name a provider may have for somebody (OpenID Connect Core, 2).
const MAX_SUBJECT_BYTES: usize = 255;

/// A token that was taken apart. Nothing that it says is true yet.
pub(super) struct Token<'t> {
    key: Option<String>,
    algorithm: Algorithm,
    signed: &'t str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood. We understand none.
    crit: Option<Value>,
}

impl<'t> Token<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, IdentityError> {
        let malformed = || untrusted("the ID token is none");
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed());
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| malformed())?;
        let algorithm = Algorithm::parse(&header.alg).ok_or_else(|| {
            untrusted(format!(
                "the ID token is signed by `{}`, which proves nothing here; a public key is \
                 expected, such as `RS256`",
                fetch::printable(&header.alg)
            ))
        })?;
        if header.crit.is_some() {
            return Err(untrusted("the ID token demands an extension"));
        }
        Ok(Self {
            key: header.kid,
            algorithm,
            signed,
            payload: decoded(payload)?,
            signature: decoded(signature)?,
        })
    }

    /// The name of the key that it says to be signed with.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What it says, which the owner of one of these keys has signed.
    pub(super) fn verified(&self, keys: &Keys) -> Result<Map<String, Value>, IdentityError> {
        if !keys.has(self.key()) {
            return Err(untrusted(
                "the ID token is signed with a key that the provider does not name",
            ));
        }
        let signed = self.signed.as_bytes();
        if !keys.verify(self.key(), self.algorithm, signed, &self.signature) {
            return Err(untrusted("the signature of the ID token is wrong"));
        }
        serde_json::from_slice(&self.payload).map_err(|_| untrusted("the ID token holds no claims"))
    }
}

/// Whether a token is of this provider, for this server, of now, and the answer to what was asked.
pub(super) fn check(
    said: &Map<String, Value>,
    options: &Options,
    nonce: &str,
    now: Time,
) -> Result<(), IdentityError> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    if text("iss") != Some(&options.issuer) {
        return Err(untrusted("the ID token is of another issuer"));
    }
    let ours = match said.get("aud") {
        Some(Value::String(audience)) => *audience == options.client_id,
        // Another audience could pass the token on to us; none of them is known here.
        Some(Value::Array(all)) => {
            !all.is_empty()
                && all
                    .iter()
                    .all(|one| one.as_str() == Some(&options.client_id))
        }
        _ => false,
    };
    let authorized = said
        .get("azp")
        .is_none_or(|party| party.as_str() == Some(&options.client_id));
    if !ours || !authorized {
        return Err(untrusted("the ID token is for another audience"));
    }
    let expires_at = time(said, "exp")?.ok_or_else(|| untrusted("the ID token has no end"))?;
    if now >= expires_at + SKEW_US {
        return Err(untrusted("the ID token has expired"));
    }
    let issued_at = time(said, "iat")?;
    let issued_at = issued_at.ok_or_else(|| untrusted("the ID token has no beginning"))?;
    let begins_at = time(said, "nbf")?.unwrap_or(issued_at);
    if now + SKEW_US < issued_at.max(begins_at) {
        return Err(untrusted(
            "the ID token is of a time to come; the clocks of Bellwire and the provider differ",
        ));
    }
    if text("nonce") != Some(nonce) {
        return Err(untrusted(
            "the ID token answers another sign-in (its nonce is wrong)",
        ));
    }
    match text("sub") {
        Some(subject) if (1..=MAX_SUBJECT_BYTES).contains(&subject.len()) => Ok(()),
        _ => Err(untrusted("the ID token does not say whom it is about")),
    }
}

/// A time in seconds; an error when it is something else.
fn time(said: &Map<String, Value>, name: &str) -> Result<Option<Time>, IdentityError> {
    let Some(value) = said.get(name) else {
        return Ok(None);
    };
    let seconds = value
        .as_f64()
        .filter(|seconds| (0.0..=1e11).contains(seconds));
    match seconds {
        Some(seconds) => Ok(Some(Time::from_micros((seconds * SECOND as f64) as i64))),
        None => Err(untrusted(format!("`{name}` of the ID token is no time"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Time = Time::from_millis(1_000_000_000);

    fn options() -> Options {
        Options {
            issuer: "https://id.example".to_owned(),
            client_id: "bellwire".to_owned(),
            client_secret: String::new(),
            scopes: Vec::new(),
            groups_claim: String::new(),
            roots: Vec::new(),
            patience: super::super::PATIENCE,
        }
    }

    fn checked(change: impl FnOnce(&mut Map<String, Value>)) -> Result<(), String> {
        let mut said = json!({
            "iss": "https://id.example",
            "aud": "bellwire",
            "exp": 1_000_300,
            "iat": 999_999.5,
            "nonce": "n",
            "sub": "248289761001",
        });
        change(said.as_object_mut().unwrap());
        check(said.as_object().unwrap(), &options(), "n", NOW).map_err(|error| error.to_string())
    }

    #[test]
    fn a_token_is_of_this_provider_for_this_server_and_of_now() {
        assert_eq!(checked(|_| {}), Ok(()));
        let set = |name: &'static str, value: Value| {
            checked(move |said| {
                said.insert(name.to_owned(), value);
            })
        };
        for (name, right) in [
            ("aud", json!(["bellwire"])),
            ("azp", json!("bellwire")),
            ("exp", json!(999_941)),
            ("iat", json!(1_000_060)),
            ("nbf", json!(999_000)),
        ] {
            assert_eq!(set(name, right.clone()), Ok(()), "{name}: {right}");
        }
        for (name, wrong, expected) in [
            ("iss", json!("https://id.example/"), "issuer"),
            ("iss", json!(null), "issuer"),
            ("aud", json!("other"), "audience"),
            ("aud", json!(["bellwire", "other"]), "audience"),
            ("aud", json!([]), "audience"),
            ("aud", json!({"bellwire": 1}), "audience"),
            ("azp", json!("other"), "audience"),
            ("exp", json!(999_940), "expired"),
            ("exp", json!("1000300"), "no time"),
            ("exp", json!(-1), "no time"),
            ("iat", json!(1_000_061), "time to come"),
            ("nbf", json!(1_000_061), "time to come"),
            ("nbf", json!("x"), "no time"),
            ("nonce", json!("m"), "nonce"),
            ("nonce", json!(["n"]), "nonce"),
            ("sub", json!(""), "whom"),
            ("sub", json!(7), "whom"),
            ("sub", json!("s".repeat(256)), "whom"),
        ] {
            let error = set(name, wrong.clone()).unwrap_err();
            assert!(error.contains(expected), "{name}: {wrong}: {error}");
        }
        for (missing, expected) in [
            ("iss", "issuer"),
            ("aud", "audience"),
            ("exp", "no end"),
            ("iat", "no beginning"),
            ("nonce", "nonce"),
            ("sub", "whom"),
        ] {
            let error = checked(|said| {
                said.remove(missing);
            });
            assert!(error.unwrap_err().contains(expected), "{missing}");
        }
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for text in [
            String::new(),
            "a.b".to_owned(),
            "..".to_owned(),
            "a.b.c.d".to_owned(),
            format!("{}.e30.", header("{}")),
            format!("{}.e30.", header(r#"{"alg":"none"}"#)),
            format!("{}.e30.AAAA", header(r#"{"alg":"HS256"}"#)),
            format!("{}.e30.AAAA", header(r#"{"alg":"RS256","crit":["b64"]}"#)),
            format!("{}.e30.!", header(r#"{"alg":"RS256"}"#)),
        ] {
            let error = Token::parse(&text).err();
            assert!(matches!(error, Some(IdentityError::Untrusted(_))), "{text}");
        }
    }
}
