//! Starts `bellwire serve` as a child process on a database of the test's own, and talks to it as
//! a producer does. What is left running when a test fails is killed with it.

use std::{
    ffi::OsString,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};

/// How long a start or an answer may take before the test fails: far longer than a healthy one.
const PATIENCE: Duration = Duration::from_secs(60);

/// The organization of every test.
pub(crate) const ORGANIZATION: &str = "acme";

/// The command line of a server on `folder`'s database, on a free port, that may call loopback
/// addresses.
pub(crate) fn serve(folder: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![env!("CARGO_BIN_EXE_bellwire").into(), "serve".into()];
    words.extend(["--listen".into(), "127.0.0.1:0".into(), "--store".into()]);
    words.push(folder.join("bellwire.db").into());
    for setting in [
        "delivery.allow_networks=127.0.0.0/8",
        "delivery.allow_http_loopback=true",
        "log.level=error",
    ] {
        words.extend(["--set".into(), setting.into()]);
    }
    words
}

/// The seed of a test, shown with what it repeats.
pub(crate) fn seed(what: &str) -> u64 {
    let seed = std::env::var("BELLWIRE_TEST_SEED");
    let seed = seed.map_or(7, |seed| seed.parse().expect("a number"));
    println!("BELLWIRE_TEST_SEED={seed} repeats {what}");
    seed
}

/// A running server.
pub(crate) struct Server {
    child: tokio::process::Child,
    /// Where its API is.
    pub(crate) url: String,
    lines: Lines<BufReader<tokio::process::ChildStdout>>,
}

impl Server {
    /// Starts this command line and waits until it says where it listens.
    pub(crate) async fn start(words: &[OsString]) -> Self {
        let mut child = tokio::process::Command::new(&words[0])
            .args(&words[1..])
            // Settings of the developer's shell must not reach the server.
            .env_remove("BELLWIRE_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {:?}: {error}", words[0]));
        let stdout = child.stdout.take().expect("piped");
        let mut server = Self {
            child,
            url: String::new(),
            lines: BufReader::new(stdout).lines(),
        };
        server.url = server.line("Listening on ").await;
        server
    }

    /// The token that the first start prints.
    pub(crate) async fn first_token(&mut self) -> String {
        self.line("Platform token ").await
    }

    /// The link that a start prints while there is no operator.
    pub(crate) async fn first_operator(&mut self) -> String {
        self.line("First operator ").await
    }

    /// What follows this beginning of a line that it prints.
    async fn line(&mut self, beginning: &str) -> String {
        let wait = async {
            while let Some(line) = self.lines.next_line().await.expect("it prints text") {
                if let Some(rest) = line.strip_prefix(beginning) {
                    return Some(rest.trim().to_owned());
                }
            }
            None
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Some(rest)) => rest,
            Ok(None) => panic!("the server ended before it printed `{beginning}`"),
            Err(_) => panic!("the server has not printed `{beginning}` in {PATIENCE:?}"),
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kills it with SIGKILL and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("it could be killed");
    }

    /// Asks it to stop (SIGTERM, to the server also where another program started it), and waits
    /// until it has; whether it ended with 0.
    pub(crate) async fn stop(mut self) -> bool {
        let server = children(self.pid()).first().copied().unwrap_or(self.pid());
        signal("TERM", server);
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        status
            .expect("it stops")
            .expect("it can be waited for")
            .success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            // A server under strace is strace's child, and outlives it.
            for pid in children(pid).into_iter().chain([pid]) {
                signal("KILL", pid);
            }
        }
    }
}

fn signal(name: &str, pid: u32) {
    // It may be gone already.
    let _ = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// The children of a process that we started.
fn children(pid: u32) -> Vec<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

/// A producer. A clone keeps connections of its own.
pub(crate) struct Producer {
    agent: ureq::Agent,
    token: String,
}

impl Clone for Producer {
    fn clone(&self) -> Self {
        Self::new(&self.token)
    }
}

impl Producer {
    pub(crate) fn new(token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: config.into(),
            token: token.to_owned(),
        }
    }

    /// `POST`s to a path of a server; status and answer, or why there is none.
    pub(crate) fn post(
        &self,
        server: &str,
        path: &str,
        body: &Value,
    ) -> Result<(u16, Value), ureq::Error> {
        let mut response = self
            .agent
            .post(format!("{server}/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .send(body.to_string())?;
        let text = response.body_mut().read_to_string()?;
        let answer = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((response.status().as_u16(), answer))
    }

    /// The answer of a `GET` of a path of a server's API.
    pub(crate) fn get(&self, server: &str, path: &str) -> Value {
        let mut response = self
            .agent
            .get(format!("{server}/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .expect("the server answers");
        let text = response.body_mut().read_to_string().expect("text");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    /// Posts an event.
    pub(crate) fn event(&self, server: &str, data: &Value) -> Result<(u16, Value), ureq::Error> {
        let path = format!("/organizations/{ORGANIZATION}/events");
        self.post(server, &path, &json!({"type": "test.event", "data": data}))
    }

    /// Makes the organization.
    pub(crate) fn organization(&self, server: &str) {
        let body = json!({"id": ORGANIZATION, "name": "Acme"});
        self.made(server, "/organizations", &body);
    }

    /// Makes a webhook with a URL and other settings; its id.
    pub(crate) fn webhook(&self, server: &str, url: &str, mut settings: Value) -> String {
        settings["url"] = json!(url);
        let path = format!("/organizations/{ORGANIZATION}/webhooks");
        let made = self.made(server, &path, &settings);
        made["id"].as_str().expect("an id").to_owned()
    }

    fn made(&self, server: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(server, path, body).expect("the server answers");
        assert_eq!(status, 201, "{path}: {answer}");
        answer
    }

    /// The status of a `GET` outside the API: `/health/live`.
    pub(crate) fn status(&self, server: &str, path: &str) -> u16 {
        let response = self.agent.get(format!("{server}{path}")).call();
        response.expect("the server answers").status().as_u16()
    }
}
