//! Every request to a provider. Each has a limit on time and on size, and follows no redirect: what a
//! provider is asked with goes to where it said, and nowhere else.

use std::{io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::ports::{IdentityError, Inbound};
use serde::Deserialize;
use serde_json::{Map, Value};
use ureq::{
    Agent, Body,
    http::Response,
    tls::{RootCerts, TlsConfig},
};
use url::{Url, form_urlencoded};

use super::{
    Options,
    discovery::{Metadata, Shown},
};

/// The largest answer that is read: a token with hundreds of groups has a tenth of it.
const MAX_BYTES: u64 = 256 << 10;
/// How much of what a provider says in its own words is passed on.
const MAX_WORDS: usize = 200;

/// What a provider gives for a code.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: Option<String>,
}

/// Why a provider gives nothing for a code (RFC 6749, 5.2).
#[derive(Deserialize, Default)]
struct No {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Asks a provider.
#[derive(Debug, Clone)]
pub(super) struct Fetch {
    agent: Agent,
}

impl Fetch {
    pub(super) fn new(options: &Options) -> Self {
        let mut tls = TlsConfig::builder();
        if !options.roots.is_empty() {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(options.roots.clone())));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(options.patience))
            // People sign in seldom: a connection that was kept would have been closed meanwhile by
            // many a provider, and whoever comes first would fail on it.
            .max_idle_connections(0)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("Bellwire/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build());
        Self {
            agent: config.build().into(),
        }
    }

    /// A document that anybody may read.
    pub(super) async fn json(
        &self,
        url: &Url,
        what: &str,
    ) -> Result<Map<String, Value>, IdentityError> {
        let (agent, place) = (self.agent.clone(), url.to_string());
        let (status, body) = asked(move || {
            let request = agent.get(place).header("accept", "application/json");
            request.call()
        })
        .await?;
        match status {
            200 => serde_json::from_slice(&body).map_err(|error| {
                unreachable(format!(
                    "what it gives as {what} is no JSON object ({error})"
                ))
            }),
            status => Err(unreachable(format!(
                "asked for {what} it answers with status {status}"
            ))),
        }
    }

    /// The tokens that a code is good for.
    pub(super) async fn exchange(
        &self,
        options: &Options,
        metadata: &Metadata,
        with: Inbound<'_>,
    ) -> Result<Tokens, IdentityError> {
        let (form, authorization) = ask(options, metadata, with);
        let agent = self.agent.clone();
        let place = metadata.token_endpoint.to_string();
        let (status, body) = asked(move || {
            let mut request = agent
                .post(place)
                .header("accept", "application/json")
                .header("content-type", "application/x-www-form-urlencoded");
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            request.send(form)
        })
        .await?;
        match status {
            200 => serde_json::from_slice(&body).map_err(|_| {
                IdentityError::Refused("what it gives for the code is no ID token".to_owned())
            }),
            400..=499 => Err(denied(
                &serde_json::from_slice(&body).unwrap_or_default(),
                status,
            )),
            status => Err(unreachable(format!(
                "asked for the ID token it answers with status {status}"
            ))),
        }
    }

    /// What else there is to know about whom an access token is of.
    pub(super) async fn userinfo(
        &self,
        url: &Url,
        access_token: &str,
    ) -> Result<Map<String, Value>, IdentityError> {
        let (agent, place) = (self.agent.clone(), url.to_string());
        let bearer = format!("Bearer {access_token}");
        let (status, body) = asked(move || {
            agent
                .get(place)
                .header("accept", "application/json")
                .header("authorization", bearer)
                .call()
        })
        .await?;
        match status {
            200 => serde_json::from_slice(&body).map_err(|_| {
                IdentityError::Misconfigured(
                    "the provider signs or encrypts its UserInfo; register Bellwire there for \
                     plain JSON"
                        .to_owned(),
                )
            }),
            status => Err(unreachable(format!(
                "asked who you are (UserInfo) it answers with status {status}"
            ))),
        }
    }
}

/// The form that a code is exchanged with, and the header that shows who asks.
fn ask(options: &Options, metadata: &Metadata, with: Inbound<'_>) -> (String, Option<String>) {
    let (id, secret) = (&options.client_id, &options.client_secret);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", with.code)
        .append_pair("redirect_uri", with.redirect_uri)
        .append_pair("code_verifier", with.verifier);
    let authorization = match metadata.shown() {
        _ if secret.is_empty() => {
            form.append_pair("client_id", id);
            None
        }
        Shown::Basic => Some(basic(id, secret)),
        Shown::Post => {
            form.append_pair("client_id", id)
                .append_pair("client_secret", secret);
            None
        }
    };
    (form.finish(), authorization)
}

/// Makes a request where it may block; status and body.
async fn asked(
    request: impl FnOnce() -> Result<Response<Body>, ureq::Error> + Send + 'static,
) -> Result<(u16, Vec<u8>), IdentityError> {
    let made = tokio::task::spawn_blocking(move || {
        let mut response = request()?;
        let body = response
            .body_mut()
            .with_config()
            .limit(MAX_BYTES)
            .read_to_vec()?;
        Ok((response.status().as_u16(), body))
    });
    match made.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(unreachable(why(&error))),
        Err(_) => Err(unreachable("the request was given up")),
    }
}

fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it takes too long".to_owned(),
        ureq::Error::BodyExceedsLimit(_) => {
            format!("it answers with more than {} KiB", MAX_BYTES >> 10)
        }
        ureq::Error::HostNotFound => "its name is not known".to_owned(),
        ureq::Error::ConnectionFailed => "there is no connection to it".to_owned(),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "it refuses the connection".to_owned()
        }
        other => printable(&other.to_string()),
    }
}

/// The answer to a code that is not taken.
fn denied(no: &No, status: u16) -> IdentityError {
    let words = match printable(&no.error_description) {
        words if words.is_empty() => String::new(),
        words => format!(" ({words})"),
    };
    match no.error.as_str() {
        "invalid_grant" => IdentityError::Refused(format!(
            "it does not take the code, which may be too old, or used before{words}"
        )),
        "invalid_client" | "unauthorized_client" => IdentityError::Misconfigured(format!(
            "the provider does not take `oidc.client_id` with its secret{words}"
        )),
        "" => IdentityError::Refused(format!("it answers with status {status}")),
        error => IdentityError::Refused(format!("{}{words}", printable(error))),
    }
}

/// HTTP Basic as OAuth means it: both parts encoded as in forms (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

fn unreachable(why: impl Into<String>) -> IdentityError {
    IdentityError::Unreachable(why.into())
}

/// What somebody else wrote, short and in one line.
pub(super) fn printable(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_control());
    letters.take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_a_colon_stays_one() {
        // `a:b` and `c d%` as in a form, then in base64.
        assert_eq!(
            basic("a:b", "c d%"),
            format!("Basic {}", STANDARD.encode("a%3Ab:c+d%25"))
        );
    }

    #[test]
    fn whose_mistake_a_refusal_is_can_be_told() {
        let no = |error: &str| No {
            error: error.to_owned(),
            error_description: "Because\n.".to_owned(),
        };
        assert_eq!(
            denied(&no("invalid_grant"), 400).to_string(),
            "the identity provider refuses: it does not take the code, which may be too old, or \
             used before (Because.)"
        );
        let client = denied(&no("invalid_client"), 401);
        assert!(
            matches!(client, IdentityError::Misconfigured(_)),
            "{client:?}"
        );
        let plain = denied(&No::default(), 404);
        assert!(plain.to_string().ends_with("status 404"), "{plain}");
    }
}
