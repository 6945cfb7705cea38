//! The commands' side of the HTTP API: one blocking request at a time, problems told in words.

use std::{
    io::{self, Read as _},
    ops::Deref,
    time::Duration,
};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use ureq::{Agent, Body, http};

use crate::failure::{Exit, Failure};

/// The largest answer that is read.
const MAX_ANSWER_BYTES: u64 = 64 << 20;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the server answered: to look into as a [`Value`], and to print as it came, with key order
/// and numbers as they were written.
#[derive(Debug, Clone)]
pub struct Answer {
    raw: Box<RawValue>,
    value: Value,
}

impl Answer {
    fn new(raw: Box<RawValue>) -> serde_json::Result<Self> {
        let value = serde_json::from_str(raw.get())?;
        Ok(Self { raw, value })
    }

    /// The text as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        self.raw.get()
    }

    /// A field of the answer as it came; `None` when it is not there.
    #[must_use]
    pub fn raw_field(&self, name: &str) -> Option<String> {
        let fields: std::collections::BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(self.raw()).ok()?;
        fields.get(name).map(|field| field.get().to_owned())
    }

    /// The entries of a list.
    ///
    /// # Errors
    /// When it is no list.
    pub fn items(&self) -> Result<Vec<Self>> {
        #[derive(serde::Deserialize)]
        struct Page {
            items: Vec<Box<RawValue>>,
        }
        let page: Page = serde_json::from_str(self.raw()).context("the answer is no list")?;
        page.items
            .into_iter()
            .map(|item| Self::new(item).map_err(Into::into))
            .collect()
    }
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        let raw = RawValue::from_string(value.to_string()).unwrap_or_default();
        Self { raw, value }
    }
}

impl Deref for Answer {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

/// A server and the token to use there. A cheap clone.
#[derive(Clone)]
pub struct ApiClient {
    agent: Agent,
    base: String,
    token: String,
}

impl std::fmt::Debug for ApiClient {
    /// Never shows the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiClient({})", self.base)
    }
}

impl ApiClient {
    /// A client of the server at this URL.
    #[must_use]
    pub fn new(url: &str, token: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .user_agent(concat!("bellwire-cli/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            agent: config.into(),
            base: format!("{}/api/v1", url.trim_end_matches('/')),
            token: token.to_owned(),
        }
    }

    /// `GET`s a path under `/api/v1`.
    ///
    /// # Errors
    /// [`Failure`] in words: the server cannot be reached, or its problem document.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.call("GET", path, None)
    }

    /// `POST`s a body.
    ///
    /// # Errors
    /// As [`ApiClient::get`].
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.call("POST", path, Some(serde_json::to_vec(body)?))
    }

    /// `PATCH`es.
    ///
    /// # Errors
    /// As [`ApiClient::get`].
    pub fn patch(&self, path: &str, body: &impl Serialize) -> Result<Answer> {
        self.call("PATCH", path, Some(serde_json::to_vec(body)?))
    }

    /// `DELETE`s.
    ///
    /// # Errors
    /// As [`ApiClient::get`].
    pub fn delete(&self, path: &str) -> Result<()> {
        self.call("DELETE", path, None).map(|_| ())
    }

    /// `GET`s a path and writes what comes, as long as it comes.
    ///
    /// # Errors
    /// As [`ApiClient::get`]; also when the answer breaks off or cannot be written.
    pub fn download(&self, path: &str, out: &mut impl io::Write) -> Result<()> {
        let request = self.request("GET", path, Vec::new())?;
        // All of it takes as long as it takes; a server that falls silent is given up.
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(None)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .build();
        let mut response = self.run(request)?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            let text = response.body_mut().read_to_vec().unwrap_or_default();
            return Err(problem(status, &text).into());
        }
        let mut body = response.body_mut().as_reader();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let length = body
                .read(&mut chunk)
                .with_context(|| format!("the answer to GET {path} broke off"))?;
            if length == 0 {
                return Ok(out.flush()?);
            }
            out.write_all(&chunk[..length])?;
        }
    }

    fn request(&self, method: &str, path: &str, body: Vec<u8>) -> Result<http::Request<Vec<u8>>> {
        let url = format!("{}{path}", self.base);
        let mut request = http::Request::builder()
            .method(method)
            .uri(&url)
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        request.body(body).map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("`{url}` is not a URL to call: {error}; check --url and the ids given"),
            )
            .into()
        })
    }

    fn run(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Body>> {
        self.agent.run(request).map_err(|error| {
            Failure::new(
                Exit::Api,
                format!(
                    "no answer from {}: {error}; is `bellwire serve` running there? \
                     --url or BELLWIRE_URL names another server",
                    self.base
                ),
            )
            .into()
        })
    }

    fn call(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Answer> {
        let url = format!("{}{path}", self.base);
        let mut response = self.run(self.request(method, path, body.unwrap_or_default())?)?;
        let status = response.status().as_u16();
        let text = response
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER_BYTES)
            .read_to_vec()
            .with_context(|| format!("the answer to {method} {url} broke off"))?;
        if !(200..300).contains(&status) {
            return Err(problem(status, &text).into());
        }
        // Deleting answers with nothing.
        let text: &[u8] = if text.is_empty() { b"null" } else { &text };
        serde_json::from_slice(text).and_then(Answer::new).with_context(|| {
            format!("{method} {url} answered what this version does not understand; does --url point to a Bellwire server?")
        })
    }
}

/// A problem document (RFC 9457) in one line.
fn problem(status: u16, text: &[u8]) -> Failure {
    let problem: Value = serde_json::from_slice(text).unwrap_or_default();
    let field = |name: &str| problem[name].as_str().unwrap_or_default();
    let mut message = match (field("title"), field("detail")) {
        ("", "") => format!("the server answered {status}"),
        (title, "") => title.to_owned(),
        ("", detail) => detail.to_owned(),
        (title, detail) if title == detail => title.to_owned(),
        (title, detail) => format!("{title}: {detail}"),
    };
    let errors: Vec<String> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| {
            let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!("`{}`: {}", part("field"), part("message"))
        })
        .filter(|error| !message.contains(error.as_str()))
        .collect();
    if !errors.is_empty() {
        message = format!("{message} ({})", errors.join("; "));
    }
    let code = field("code");
    if !code.is_empty() {
        message = format!("{message} [{status} {code}]");
    }
    let exit = match status {
        401 | 403 => {
            message.push_str("; give a token with --token or BELLWIRE_TOKEN, `bellwire token create --local` makes one");
            Exit::Api
        }
        502..=504 => Exit::Api,
        _ => Exit::Failed,
    };
    Failure::new(exit, crate::terminal::harmless(&message))
}

/// A part of a path, with everything but letters, digits, `-`, `_`, `.` and `~` percent-encoded.
#[must_use]
pub fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A query string of the parameters that have a value, with its `?`; empty when there is none.
#[must_use]
pub fn query(parameters: &[(&str, Option<String>)]) -> String {
    let pairs: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", segment(value.as_ref()?))))
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_becomes_one_line() {
        let failure = problem(
            422,
            br#"{"title":"A field is not acceptable","code":"invalid_request","errors":[{"field":"url","message":"it has no scheme"}]}"#,
        );
        assert_eq!(
            failure.message,
            "A field is not acceptable (`url`: it has no scheme) [422 invalid_request]"
        );
        assert_eq!(problem(500, b"<html>").message, "the server answered 500");
    }

    #[test]
    fn parameters_are_encoded_and_absent_ones_left_out() {
        assert_eq!(query(&[("a", None)]), "");
        assert_eq!(
            query(&[
                ("q", Some("a b&c".to_owned())),
                ("x", None),
                ("l", Some("1".to_owned()))
            ]),
            "?q=a%20b%26c&l=1"
        );
    }
}
