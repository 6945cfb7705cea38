//! The processes that are measured: nodes of `serve` on a fresh database, and the relay. Both end with this
//! process, however it ends: dropped, they are killed; the relay also ends when its input does.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{self, ChildStdout, Command},
};

use super::{
    Subject,
    connection::{Connection, Door},
    database::Home,
    measure::{self, Memory},
};

/// How long a process may take until it listens, and until it is ready.
const START: Duration = Duration::from_secs(60);
/// How often a server that is not ready yet is asked again.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// A running child; dropping it kills it.
pub(super) struct Child {
    process: process::Child,
    pid: u32,
    /// Kept open: a child whose output is closed would fail at its next line.
    output: Lines<BufReader<ChildStdout>>,
}

impl Child {
    fn start(arguments: &[&str], directory: &Path, set: &[(&str, String)]) -> Result<Self> {
        let executable = std::env::current_exe().context("cannot find this executable")?;
        let mut command = Command::new(executable);
        for (name, _) in std::env::vars_os() {
            // The caller's own settings must not reach what is measured.
            if name.to_string_lossy().starts_with("BELLWIRE_") {
                command.env_remove(name);
            }
        }
        let mut process = command
            .args(arguments)
            .envs(set.iter().map(|(name, value)| (name, value)))
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the server")?;
        let output = process.stdout.take().context("the server has no output")?;
        let pid = process.id().context("the server has ended at once")?;
        Ok(Self {
            process,
            pid,
            output: BufReader::new(output).lines(),
        })
    }

    /// Reads the child's output until a line yields something.
    async fn line<T>(&mut self, mut find: impl FnMut(&str) -> Option<T>) -> Result<T> {
        let read = async {
            while let Some(line) = self.output.next_line().await? {
                if let Some(found) = find(&line) {
                    return Ok(found);
                }
            }
            bail!("the server ended at its start; its log is above")
        };
        tokio::time::timeout(START, read)
            .await
            .with_context(|| format!("the server did not listen within {} s", START.as_secs()))?
    }

    /// Ends it as a power cut would (SIGKILL), and waits until it is gone.
    async fn kill(&mut self) -> Result<()> {
        self.process.kill().await.context("cannot end the server")
    }
}

/// The address in a line such as `listening on http://127.0.0.1:4000`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'));
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

/// The token in a line that shows one.
fn token(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("bw_")?;
    let is_inside = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    let secret: String = rest.chars().take_while(is_inside).collect();
    (secret.len() == 43).then(|| format!("bw_{secret}"))
}

/// One or more nodes on a database of their own.
pub(super) struct Server {
    nodes: Vec<Child>,
    doors: Vec<Door>,
    directory: PathBuf,
    home: Home,
    token: String,
}

impl Server {
    /// Starts so many nodes on a new database; returns once all are ready. `directory` is made.
    pub(super) async fn start(directory: &Path, home: Home, nodes: u32) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let mut first = spawn(directory, &home)?;
        let (mut address_found, mut token_found) = (None, None);
        let (address, token) = first
            .line(|line| {
                address_found = address_found.or_else(|| address(line));
                token_found = token_found.take().or_else(|| token(line));
                Some((address_found?, token_found.clone()?))
            })
            .await?;
        let mut server = Self {
            nodes: vec![first],
            doors: vec![Door::new(address, Some(&token))?],
            directory: directory.to_owned(),
            home,
            token,
        };
        server.ready().await?;
        while server.nodes.len() < nodes as usize {
            server.join().await?;
        }
        server.ready().await?;
        Ok(server)
    }

    /// Starts so many nodes on a database that is there, and has this token; returns once all are
    /// ready.
    pub(super) async fn on(directory: &Path, home: Home, token: &str, nodes: u32) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let mut server = Self {
            nodes: Vec::new(),
            doors: Vec::new(),
            directory: directory.to_owned(),
            home,
            token: token.to_owned(),
        };
        while server.nodes.len() < nodes as usize {
            server.join().await?;
        }
        server.ready().await?;
        Ok(server)
    }

    /// Starts one more node.
    async fn join(&mut self) -> Result<()> {
        let mut node = spawn(&self.directory, &self.home)?;
        let address = node.line(address).await?;
        self.nodes.push(node);
        self.doors.push(Door::new(address, Some(&self.token))?);
        Ok(())
    }

    /// Kills every node and starts as many on the same database; returns once all are ready.
    pub(super) async fn restart(&mut self) -> Result<()> {
        let count = self.nodes.len();
        self.doors.clear();
        for mut node in self.nodes.drain(..) {
            node.kill().await?;
        }
        for _ in 0..count {
            self.join().await?;
        }
        self.ready().await
    }

    /// Kills every node; where they stored.
    pub(super) async fn end(mut self) -> Result<Home> {
        for node in &mut self.nodes {
            node.kill().await?;
        }
        Ok(self.home)
    }

    async fn ready(&self) -> Result<()> {
        for door in &self.doors {
            until_ok(door, "/health/ready").await?;
        }
        Ok(())
    }

    /// Makes an organization with these webhooks (URL and event type); returns once every node
    /// knows it.
    pub(super) async fn organization(
        &self,
        name: &str,
        webhooks: impl IntoIterator<Item = (String, String)>,
    ) -> Result<()> {
        let mut connection = Connection::open(&self.doors[0]).await?;
        let body = json!({"id": name, "default_profile": "standard"}).to_string();
        connection
            .post("/api/v1/organizations", body.into())
            .await?;
        for (url, event_type) in webhooks {
            let body = json!({"name": "bench", "url": url, "event_types": [event_type]});
            let path = format!("/api/v1/organizations/{name}/webhooks");
            connection.post(&path, body.to_string().into()).await?;
        }
        for door in &self.doors {
            until_ok(door, &format!("/api/v1/organizations/{name}")).await?;
        }
        Ok(())
    }

    /// The server as something to post events of an organization to.
    pub(super) fn subject(&self, organization: &str) -> Subject {
        Subject {
            doors: self.doors.clone(),
            path: format!("/api/v1/organizations/{organization}/events"),
            pids: self.nodes.iter().map(|node| node.pid).collect(),
            stores: true,
        }
    }

    /// How many deliveries are pending, by the metrics of the nodes. Each of them counts what it
    /// made and ended since all were counted last.
    pub(super) async fn pending(&self) -> Result<u64> {
        let mut pending = 0;
        for door in &self.doors {
            pending += scrape(door).await?.get("bellwire_deliveries_pending")?;
        }
        Ok(pending)
    }

    /// The resident memory of that node which has most.
    pub(super) fn memory(&self) -> Result<Memory> {
        let mut most = Memory {
            now_mib: 0.0,
            peak_mib: 0.0,
        };
        for node in &self.nodes {
            let memory = measure::memory(node.pid)?;
            most.now_mib = most.now_mib.max(memory.now_mib);
            most.peak_mib = most.peak_mib.max(memory.peak_mib);
        }
        Ok(most)
    }
}

/// Asks until the answer is 200.
async fn until_ok(door: &Door, path: &str) -> Result<()> {
    let ask = async {
        loop {
            if let Ok(mut connection) = Connection::open(door).await
                && let Ok((StatusCode::OK, _)) =
                    connection.call(Method::GET, path, Bytes::new()).await
            {
                return;
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    tokio::time::timeout(START, ask)
        .await
        .with_context(|| format!("{path} was not answered 200 within {} s", START.as_secs()))
}

/// What a node's `/metrics` says.
pub(super) struct Scraped(String);

pub(super) async fn scrape(door: &Door) -> Result<Scraped> {
    let mut connection = Connection::open(door).await?;
    let (status, text) = connection
        .call(Method::GET, "/metrics", Bytes::new())
        .await?;
    ensure!(status == StatusCode::OK, "/metrics was answered {status}");
    Ok(Scraped(String::from_utf8_lossy(&text).into_owned()))
}

impl Scraped {
    /// The value of a series, named with its labels.
    pub(super) fn get(&self, series: &str) -> Result<u64> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
            .and_then(|number| number.trim().parse().ok())
            .with_context(|| format!("/metrics does not say {series}"))
    }
}

/// Defaults in everything but what a bench on one machine needs.
fn spawn(directory: &Path, home: &Home) -> Result<Child> {
    let mut set = vec![
        ("BELLWIRE_SERVER_LISTEN", "127.0.0.1:0".to_owned()),
        ("BELLWIRE_DELIVERY_ALLOW_NETWORKS", "127.0.0.0/8".to_owned()),
        ("BELLWIRE_DELIVERY_ALLOW_HTTP_LOOPBACK", "true".to_owned()),
        ("BELLWIRE_LOG_LEVEL", "warn".to_owned()),
    ];
    match home {
        Home::File(path) => set.push(("BELLWIRE_STORE_PATH", path.display().to_string())),
        Home::Database { url, key } => {
            set.push(("BELLWIRE_STORE_URL", url.clone()));
            set.push(("BELLWIRE_SECRETS_KEYS", key.clone()));
        }
    }
    Child::start(&["serve"], directory, &set)
}

/// Starts a relay that sends every event to webhooks `0..webhooks` of the receiver.
pub(super) async fn start_relay(receiver: SocketAddr, webhooks: u32) -> Result<(Child, Subject)> {
    let (receiver, webhooks) = (receiver.to_string(), webhooks.to_string());
    let arguments = [
        "bench-relay",
        "--receiver",
        &receiver,
        "--webhooks",
        &webhooks,
    ];
    let mut child = Child::start(&arguments, Path::new("/"), &[])?;
    let address = child.line(address).await?;
    let subject = Subject {
        doors: vec![Door::new(address, None)?],
        path: super::relay::PATH.to_owned(),
        pids: vec![child.pid],
        stores: false,
    };
    Ok((child, subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_token_are_found_in_what_the_server_says() {
        let line = "listening on http://127.0.0.1:4000 (API)";
        assert_eq!(
            address(line),
            Some(SocketAddr::from(([127, 0, 0, 1], 4000)))
        );
        assert_eq!(address("http://127.0.0.1:4000/api"), address(line));
        assert_eq!(address("nothing"), None);
        let secret = format!("bw_{}", "a-_Z9".repeat(9).get(..43).unwrap_or_default());
        assert_eq!(token(&format!("token: {secret}.")), Some(secret));
        assert_eq!(token("bw_short"), None);
    }

    #[test]
    fn a_series_is_not_taken_for_one_whose_name_is_longer() {
        let scraped = Scraped("# HELP a b\na_total 3\na 4\nb{stage=\"x\"} 5\n".to_owned());
        assert_eq!(scraped.get("a").unwrap(), 4);
        assert_eq!(scraped.get("b{stage=\"x\"}").unwrap(), 5);
        assert!(scraped.get("c").is_err());
    }
}
