//! A browser, as far as signing in needs one: cookies by host and path, redirects one at a time, and
//! forms.

use std::{collections::BTreeMap, time::Duration};

use ureq::{Agent, Body, http::Response};
use url::{Url, form_urlencoded};

/// The origin that Bellwire is reached under, as far as anybody can tell: https, so that its cookies
/// are as in production. The browser alone knows where that really is.
pub(crate) const ORIGIN: &str = "https://hooks.example.test";

/// How long an answer may take before a test fails: far longer than any healthy one.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser of somebody's.
#[derive(Clone)]
pub(crate) struct Browser {
    agent: Agent,
    /// Where [`ORIGIN`] is.
    bellwire: String,
    pub(crate) jar: Vec<Cookie>,
}

/// A cookie that a browser holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cookie {
    host: String,
    path: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// What a browser sees.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) url: Url,
    pub(crate) status: u16,
    /// Where it is sent on to.
    pub(crate) location: Option<String>,
    /// Lines that set cookies.
    pub(crate) cookies: Vec<String>,
    pub(crate) text: String,
}

impl Seen {
    /// Where it is sent on to, as a URL.
    pub(crate) fn next(&self) -> Url {
        let location = self.location.as_deref();
        let location =
            location.unwrap_or_else(|| panic!("{} {}: {}", self.status, self.url, self.text));
        self.url.join(location).expect("a URL")
    }

    /// Whether a session was given.
    pub(crate) fn has_session(&self) -> bool {
        self.cookies
            .iter()
            .any(|line| line.starts_with("__Host-bellwire=bws_"))
    }
}

impl Browser {
    /// A browser for which [`ORIGIN`] is at this address.
    pub(crate) fn new(bellwire: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            // A provider that was started again has closed what was open.
            .max_idle_connections(0)
            .max_redirects(0);
        Self {
            agent: config.build().into(),
            bellwire: bellwire.to_owned(),
            jar: Vec::new(),
        }
    }

    /// Opens a page; a path is one of Bellwire's.
    pub(crate) fn get(&mut self, url: &str) -> Seen {
        let base = Url::parse(ORIGIN).expect("a URL");
        let url = base.join(url).expect("a URL");
        let mut request = self.agent.get(self.really(&url));
        if let Some(cookies) = self.cookies(&url) {
            request = request.header("cookie", cookies);
        }
        let answer = tokio::task::block_in_place(|| request.call());
        self.seen(url, answer.expect("an answer"))
    }

    /// The status of a look at where a URL leads, with the same cookies.
    pub(crate) fn head(&self, url: &str) -> u16 {
        let url = Url::parse(url).expect("a URL");
        let request = self.agent.head(self.really(&url));
        let request = request.header("cookie", self.cookies(&url).unwrap_or_default());
        let answer = tokio::task::block_in_place(|| request.call());
        answer.expect("an answer").status().as_u16()
    }

    /// Sends a form.
    pub(crate) fn post(&mut self, url: &Url, fields: &[(&str, &str)]) -> Seen {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = self
            .agent
            .post(self.really(url))
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(cookies) = self.cookies(url) {
            request = request.header("cookie", cookies);
        }
        let answer = tokio::task::block_in_place(|| request.send(form.finish()));
        self.seen(url.clone(), answer.expect("an answer"))
    }

    /// The value of a cookie of Bellwire's.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let cookie = self.jar.iter().find(|cookie| cookie.name == name);
        cookie.map(|cookie| cookie.value.as_str())
    }

    /// Holds a cookie of Bellwire's.
    pub(crate) fn hold(&mut self, name: &str, value: &str) {
        self.keep(Cookie {
            host: "hooks.example.test".to_owned(),
            path: "/".to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }

    fn really(&self, url: &Url) -> String {
        url.as_str().replacen(ORIGIN, &self.bellwire, 1)
    }

    fn cookies(&self, url: &Url) -> Option<String> {
        let pairs: Vec<String> = self
            .jar
            .iter()
            .filter(|cookie| {
                url.host_str() == Some(&cookie.host) && url.path().starts_with(&cookie.path)
            })
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep(&mut self, cookie: Cookie) {
        self.jar.retain(|other| {
            (&other.host, &other.path, &other.name) != (&cookie.host, &cookie.path, &cookie.name)
        });
        if !cookie.value.is_empty() {
            self.jar.push(cookie);
        }
    }

    fn seen(&mut self, url: Url, mut answer: Response<Body>) -> Seen {
        let lines = |name: &str| -> Vec<String> {
            let all = answer.headers().get_all(name).iter();
            all.map(|value| value.to_str().expect("text").to_owned())
                .collect()
        };
        let (location, cookies) = (lines("location").pop(), lines("set-cookie"));
        for line in &cookies {
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a pair");
            let attributes: BTreeMap<String, &str> = parts
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect();
            let gone = attributes.get("max-age") == Some(&"0");
            self.keep(Cookie {
                host: url.host_str().unwrap_or_default().to_owned(),
                path: (*attributes.get("path").unwrap_or(&"/")).to_owned(),
                name: name.to_owned(),
                value: if gone {
                    String::new()
                } else {
                    value.to_owned()
                },
            });
        }
        let text = tokio::task::block_in_place(|| answer.body_mut().read_to_string());
        Seen {
            url,
            status: answer.status().as_u16(),
            location,
            cookies,
            text: text.expect("text"),
        }
    }
}
