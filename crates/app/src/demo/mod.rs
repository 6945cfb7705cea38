//! `bellwire demo`: everything at work at once, for somebody who sees it for the first time.
//!
//! Cast: a whole server on a temporary database; an [`endpoint`] where customers' systems would
//! be; a [`scenario`] of one organization per profile, with a developer of one of them who uses up a
//! [`quota`]; a [`view`] of the deliveries as they go; a [`check`] of what really arrived; and what is
//! [`live`] from then on, with a way into the portal. The
//! server and the endpoint share this process, but they meet over HTTP only: the scenario is played
//! through the API, and what is checked is what the endpoint received.

pub mod check;
pub mod endpoint;
pub mod live;
pub mod quota;
pub mod scenario;
pub mod view;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json, value::RawValue};
use tokio::runtime::Runtime;

use self::{
    endpoint::Endpoint,
    live::Live,
    quota::Quota,
    scenario::{EVENTS, HOOKS, Hook, ORGANIZATIONS, Planned},
    view::{Row, View},
};
use crate::{
    api_client::ApiClient,
    config::{Age, Config},
    failure::{Exit, Failure},
    say,
    serve::Server,
    shutdown::Signals,
    terminal::{accent, bad, faint, good, strong},
};

/// How often the deliveries are looked at while they go.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After how many looks the developer of the quota uses more.
const USE_EVERY: u128 = 6;
/// How long everything may take to settle; it takes about six seconds.
const SETTLE_WITHIN: Duration = Duration::from_secs(45);
/// How long events are kept, so that a demo that is left alone does not fill the disk.
const KEEP_EVENTS: &str = "6h";
/// For how many seconds a repeated key is known: for less than its event is kept.
const KNOW_KEYS_S: u32 = 3600;
/// How long requests under way are given at the end.
const GRACE: Duration = Duration::from_secs(3);

/// A webhook of the scenario, as the server made it.
#[derive(Debug, Clone)]
pub struct MadeHook {
    /// What was planned.
    pub hook: &'static Hook,
    /// Its id.
    pub id: String,
    /// Its signing secret.
    pub secret: String,
}

/// An event of the scenario, as the server accepted it.
#[derive(Debug, Clone)]
pub struct SentEvent {
    /// What was planned.
    pub planned: &'static Planned,
    /// Its id; empty while it has not come about.
    pub id: String,
    /// What made it, for people; empty where it was posted.
    pub note: String,
}

/// Plays the demo. With `once` it ends when all is settled; without, it goes on until a signal.
///
/// # Errors
/// [`Failure`] when anything is not exactly as it should be.
pub fn run(once: bool, listen: std::net::SocketAddr) -> Result<()> {
    let directory = tempfile::Builder::new()
        .prefix("bellwire-demo-")
        .tempdir()
        .context("cannot make a temporary directory; TMPDIR names another place")?;
    let mut config = Config::default();
    config.server.listen = listen;
    config.store.path = directory.path().join("bellwire.db");
    // The endpoint is on this machine, where a server in earnest never sends anything.
    config.delivery.allow_networks = vec!["127.0.0.0/8".parse()?];
    config.delivery.allow_http_loopback = true;
    config.retention.events = KEEP_EVENTS.parse::<Age>().map_err(anyhow::Error::msg)?;
    config.ingest.idempotency_ttl_s = KNOW_KEYS_S;
    config.log.level = "warn".to_owned();
    crate::telemetry::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::listen()?
    };
    let endpoint = runtime.block_on(Endpoint::start())?;
    let server = runtime.block_on(Server::start(&config))?;
    let played = play(&runtime, &mut signals, &server, &endpoint, once);
    runtime.block_on(server.stop(GRACE));
    runtime.shutdown_timeout(GRACE);
    played
}

fn play(
    runtime: &Runtime,
    signals: &mut Signals,
    server: &Server,
    endpoint: &Endpoint,
    once: bool,
) -> Result<()> {
    let token = server
        .first_token()
        .context("a new database must come with a token")?;
    say!("{}", strong("Bellwire demo"))?;
    say!(
        "{}",
        faint(
            "A server on a temporary database, an endpoint on this machine, one organization for\n\
             each profile. Real events go in over the API, real signed requests come out."
        )
    )?;
    say!("\n  {}    {}", faint("server"), accent(server.url()))?;
    say!("  {}  {}\n", faint("endpoint"), accent(endpoint.url("")))?;

    let client = ApiClient::new(&server.url(), token);
    let hooks = set_up(&client, endpoint)?;
    let mut quota = Quota::set_up(&client, &hooks)?;
    let mut events = EVENTS
        .iter()
        .map(|planned| send(&client, planned))
        .collect::<Result<Vec<SentEvent>>>()?;
    events.extend(Quota::planned());

    let mut view = View::start(&rows(&events, &hooks))?;
    let looks = SETTLE_WITHIN.as_millis() / LOOK_EVERY.as_millis();
    for number in 0..looks {
        if number % USE_EVERY == 0 {
            quota.report(&client, &mut events)?;
        }
        if view.update(&look(&client, &events, &hooks)?)? {
            break;
        }
        if pause(runtime, signals, LOOK_EVERY) {
            view.end()?;
            return interrupted(once);
        }
    }
    view.end()?;

    let faults = report(&client, &events, &hooks, endpoint)?;
    if once {
        return if faults.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(
                Exit::Failed,
                format!("not as it should be: {}", faults.join("; ")),
            )
            .into())
        };
    }
    go_on(runtime, signals, (&client, &hooks), endpoint, server, token)
}

/// A signal came before everything was settled: a failure with `once`, as nothing is proven.
fn interrupted(once: bool) -> Result<()> {
    if once {
        let message = "a signal ended it before everything was settled: nothing is proven";
        return Err(Failure::new(Exit::Failed, message).into());
    }
    Ok(())
}

/// Makes the organizations, the catalogue and the webhooks.
fn set_up(client: &ApiClient, endpoint: &Endpoint) -> Result<Vec<MadeHook>> {
    for organization in ORGANIZATIONS {
        client.post(
            "/organizations",
            &json!({
                "id": organization.id,
                "name": organization.name,
                "default_profile": organization.profile,
            }),
        )?;
    }
    for (name, description) in scenario::EVENT_TYPES {
        client.post(
            "/event-types",
            &json!({"name": name, "description": description}),
        )?;
    }
    HOOKS
        .iter()
        .map(|hook| {
            let mut body = json!({
                "name": hook.name,
                "url": endpoint.url(&hook.path()),
                "event_types": hook.event_types,
                "channels": hook.channels,
            });
            if let Some(overrides) = hook.overrides {
                let overrides: Value = serde_json::from_str(overrides)?;
                merge(&mut body, overrides);
            }
            let webhooks = format!("/organizations/{}/webhooks", hook.organization);
            let made = client.post(&webhooks, &body)?;
            let id = string(&made, "id")?;
            let secret = client.get(&format!("{webhooks}/{id}/secret"))?;
            Ok(MadeHook {
                hook,
                id,
                secret: string(&secret["secrets"][0], "secret")?,
            })
        })
        .collect()
}

fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

fn string(value: &Value, field: &str) -> Result<String> {
    value[field]
        .as_str()
        .map(ToOwned::to_owned)
        .with_context(|| format!("the answer has no `{field}`: {value}"))
}

fn send(client: &ApiClient, planned: &'static Planned) -> Result<SentEvent> {
    #[derive(serde::Serialize)]
    struct NewEvent<'a> {
        #[serde(rename = "type")]
        event_type: &'a str,
        data: &'a RawValue,
        channels: &'a [&'a str],
    }
    let accepted = client.post(
        &format!("/organizations/{}/events", planned.organization),
        &NewEvent {
            event_type: planned.event_type,
            data: serde_json::from_str(planned.data)?,
            channels: planned.channels,
        },
    )?;
    Ok(SentEvent {
        planned,
        id: string(&accepted, "id")?,
        note: String::new(),
    })
}

/// One row for each delivery that there should be.
fn rows(events: &[SentEvent], hooks: &[MadeHook]) -> Vec<Row> {
    events
        .iter()
        .flat_map(|event| {
            hooks
                .iter()
                .filter(|made| event.planned.goes_to(made.hook))
                .map(|made| Row::new(event, made))
        })
        .collect()
}

/// The rows as they stand now, read through the API.
fn look(client: &ApiClient, events: &[SentEvent], hooks: &[MadeHook]) -> Result<Vec<Row>> {
    let mut rows = rows(events, hooks);
    for event in events.iter().filter(|event| !event.id.is_empty()) {
        let path = format!(
            "/organizations/{}/events/{}",
            event.planned.organization, event.id
        );
        let detail = client.get(&path)?;
        for row in rows.iter_mut().filter(|row| row.event_id == event.id) {
            row.read(&detail);
        }
    }
    Ok(rows)
}

/// Says what is as it should be and what is not; gives back the latter.
fn report(
    client: &ApiClient,
    events: &[SentEvent],
    hooks: &[MadeHook],
    endpoint: &Endpoint,
) -> Result<Vec<String>> {
    let rows = look(client, events, hooks)?;
    let mut faults = Vec::new();
    say!("\n{}", strong("What arrived, checked at the endpoint"))?;
    for finding in check::all(&rows, events, hooks, &endpoint.take()) {
        if finding.faults.is_empty() {
            say!("{} {}", good("✓"), finding.title)?;
        } else {
            say!("{} {}", bad("✗"), finding.title)?;
            for fault in &finding.faults {
                say!("    {}", bad(fault))?;
            }
        }
        faults.extend(finding.faults);
    }
    Ok(faults)
}

/// Tells how to look at it, and keeps something happening until a signal.
fn go_on(
    runtime: &Runtime,
    signals: &mut Signals,
    (client, hooks): (&ApiClient, &[MadeHook]),
    endpoint: &Endpoint,
    server: &Server,
    token: &str,
) -> Result<()> {
    let live = Live::set_up(client, endpoint, hooks)?;
    say!("\n{}", strong("Go on by hand, in another terminal"))?;
    say!("  export BELLWIRE_URL={}", accent(server.url()))?;
    say!("  export BELLWIRE_TOKEN={}", accent(token))?;
    say!("  export BELLWIRE_ORGANIZATION={}", accent("shop"))?;
    say!("")?;
    for (command, what) in [
        ("bellwire webhook list", "the webhooks of the shop"),
        (
            "bellwire event send order.paid --data '{\"total\": 12.50}'",
            "send an event of your own",
        ),
        ("bellwire event tail", "watch what becomes of events"),
        (
            "bellwire usage list -o api-billing",
            "what developers have used of what they bought",
        ),
        (
            "bellwire inspect",
            "an endpoint that prints what it receives",
        ),
    ] {
        say!("  {command:<58} {}", faint(format!("# {what}")))?;
    }
    let way = live::way_in(runtime, server.service())?;
    say!("\n{}", strong("Open the portal in a browser"))?;
    say!("  {}", accent(format!("{}{}", server.url(), way.path)))?;
    say!(
        "{}\n",
        faint(format!(
            "  The link signs you in as an operator, once, within half an hour. Afterwards:\n  \
             {}, password {}\n\n  About three events a second go out from now on. Ctrl-C ends \
             the demo and removes its database.",
            way.email, way.password
        ))
    )?;
    live.go_on(runtime, signals, client, endpoint)
}

/// Waits; true when a signal came meanwhile.
fn pause(runtime: &Runtime, signals: &mut Signals, time: Duration) -> bool {
    runtime.block_on(async {
        tokio::select! {
            () = tokio::time::sleep(time) => false,
            _ = signals.next() => true,
        }
    })
}
