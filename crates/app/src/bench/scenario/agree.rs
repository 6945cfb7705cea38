//! Whether statistics agree with a full count: what the API says of some organizations, held against
//! every attempt that is in the database, read one by one when nobody serves it any more.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use bellwire_core::{
    copied::Item,
    ids::WebhookId,
    outcome::Answer,
    ports::{CopySource, Section},
    statistics::Class,
    time::{HOUR, MINUTE, Time},
};
use bellwire_postgres::{self as postgres, copy as whole_postgres};
use bellwire_sqlite::copy as whole_sqlite;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Bench, Row, api::Api, fill::fill};
use crate::{
    bench::{Server, database::Home, log::Log},
    entropy::SystemEntropy,
    keyring,
};

/// The organization whose webhooks do not all answer.
const MIXED: &str = "mixed";
/// Its webhooks that answer, and those where nobody listens.
const ANSWERING: u32 = 4;
const CLOSED: u32 = 2;
/// How long is waited for what was posted, for counts that stand still, and for a database whose
/// nodes are not taken for living any more.
const LIMIT: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// By then what was counted last is folded, so that what is read are rollups.
const FOLDED: Duration = Duration::from_secs(8);

/// What is counted, on either side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    attempts: u64,
    delivered: u64,
    /// The longest, in microseconds.
    max_us: u64,
}

/// By what it is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Platform,
    Webhook(WebhookId),
    Class(&'static str),
    Minute(WebhookId, i64),
    Hour(i64),
}

type Counts = BTreeMap<By, Counted>;

/// Compares, and ends the server. `slug` names an organization of it whose webhooks all answer.
pub(super) async fn run(
    bench: &Bench,
    server: Server,
    directory: &Path,
    slug: &str,
    log: &Log,
) -> Result<Row> {
    let mut api = Api::open(&server.subject(slug).doors[0]).await?;
    post(bench, &server, &mut api).await?;
    let webhooks = still(&mut api, [slug, MIXED]).await?;
    sleep(FOLDED).await;
    let told = told(&mut api, &webhooks, log).await?;
    drop(api);
    let home = server.end().await?;
    bench.progress.set_message("query: a full count");
    let began = Instant::now();
    let (counted, all) = full_count(&home, directory, &webhooks).await?;
    let differ: Vec<&By> = told
        .keys()
        .chain(counted.keys())
        .filter(|by| told.get(by) != counted.get(by))
        .collect();
    let attempts = counted.get(&By::Platform).copied().unwrap_or_default();
    let mut row = Row::new("query: rollups, full count".to_owned(), bench);
    let found = match differ.first() {
        None => "none differs".to_owned(),
        Some(by) => format!(
            "{} differ, the first {by:?}: {:?} told, {:?} counted",
            differ.len(),
            told.get(by),
            counted.get(by)
        ),
    };
    row.aim(
        format!(
            "{} counts of {} attempts ({} failed) of the platform by hour, and of the webhooks that were \
             sent to by minute and class, against the attempts in the database: {found}; aim: all are \
             equal",
            counted.len(),
            attempts.attempts,
            attempts.attempts - attempts.delivered,
        ),
        differ.is_empty() && attempts.attempts > 0 && attempts.delivered < attempts.attempts,
    );
    row.notes.push(format!(
        "{all} attempts of all organizations read in {:.1} s; those of the log ({}) were written with \
         their counts, as a folder would have left them",
        began.elapsed().as_secs_f64(),
        log.attempts
    ));
    Ok(row)
}

/// Events of several types to endpoints that answer and to some that do not, until those have arrived
/// that can.
async fn post(bench: &Bench, server: &Server, api: &mut Api) -> Result<()> {
    // Where nobody listens: the port was free a moment ago.
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let webhooks = (0..ANSWERING + CLOSED).map(|number| {
        let url = match number < ANSWERING {
            true => bench.receiver.url(number),
            false => format!("http://{closed}/{number}"),
        };
        (url, format!("bench.{number}"))
    });
    server.organization(MIXED, webhooks).await?;
    let subject = server.subject(MIXED);
    let (answered, refused) = bench.effort.pick((25_000, 500), (5_000, 200), (100, 10));
    for number in 0..ANSWERING {
        fill(&subject, number, answered).await?;
    }
    for number in ANSWERING..ANSWERING + CLOSED {
        fill(&subject, number, refused).await?;
    }
    let posted = u64::from(ANSWERING * answered);
    let end = Instant::now() + LIMIT;
    let path = format!("/api/v1/organizations/{MIXED}/statistics");
    loop {
        let totals = &api.get(&path).await?["totals"];
        let first_tries = u64::from(CLOSED * refused);
        if number(totals, "delivered")? >= posted && number(totals, "failed")? >= first_tries {
            return Ok(());
        }
        if Instant::now() > end {
            bail!(
                "{posted} events were not delivered within {} s",
                LIMIT.as_secs()
            );
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Pauses every webhook and waits until nothing is counted any more; the webhooks.
async fn still(api: &mut Api, slugs: [&str; 2]) -> Result<HashMap<WebhookId, String>> {
    let mut webhooks = HashMap::new();
    for slug in slugs {
        let path = format!("/api/v1/organizations/{slug}/webhooks");
        let found = api.get(&format!("{path}?limit=100")).await?;
        for webhook in found["items"].as_array().context("no list of webhooks")? {
            let id: WebhookId = serde_json::from_value(webhook["id"].clone())?;
            api.post(&format!("{path}/{id}/pause"), json!({})).await?;
            webhooks.insert(id, slug.to_owned());
        }
    }
    let end = Instant::now() + LIMIT;
    let mut before = 0;
    loop {
        let all = number(&api.get("/api/v1/statistics").await?["totals"], "attempts")?;
        if all == before {
            return Ok(webhooks);
        }
        if Instant::now() > end {
            bail!(
                "attempts of paused webhooks go on after {} s",
                LIMIT.as_secs()
            );
        }
        before = all;
        sleep(LOOK_EVERY).await;
    }
}

/// What the API says: of the platform since before the log, of these webhooks since its end.
async fn told(api: &mut Api, webhooks: &HashMap<WebhookId, String>, log: &Log) -> Result<Counts> {
    let mut counts = Counts::new();
    let of = |by: &str| format!("since={}&step={by}", log.end);
    let path = format!("/api/v1/statistics?since={}&step=hour", log.began());
    let platform = api.get(&path).await?;
    counts.insert(By::Platform, counted(&platform["totals"])?);
    for step in steps(&platform)? {
        put(&mut counts, By::Hour(step.0.as_micros()), step.1);
    }
    let mut slugs: Vec<&String> = webhooks.values().collect();
    slugs.sort_unstable();
    slugs.dedup();
    for slug in slugs {
        let path = format!("/api/v1/organizations/{slug}/statistics");
        let answer = api
            .get(&format!("{path}?{}&group_by=class", of("hour")))
            .await?;
        for group in answer["groups"].as_array().context("no groups")? {
            let name = group["class"].as_str().unwrap_or_default();
            let class = Class::ALL.into_iter().find(|class| class.as_str() == name);
            let class = class.with_context(|| format!("`{name}` is no class"))?;
            put(
                &mut counts,
                By::Class(class.as_str()),
                counted(&group["totals"])?,
            );
        }
    }
    for (id, slug) in webhooks {
        let path = format!("/api/v1/organizations/{slug}/webhooks/{id}/statistics");
        let answer = api.get(&format!("{path}?{}", of("minute"))).await?;
        put(&mut counts, By::Webhook(*id), counted(&answer["totals"])?);
        for (at, step) in steps(&answer)? {
            put(&mut counts, By::Minute(*id, at.as_micros()), step);
        }
    }
    Ok(counts)
}

fn steps(answer: &Value) -> Result<Vec<(Time, Counted)>> {
    let steps = answer["steps"].as_array().context("no steps")?;
    steps
        .iter()
        .map(|step| Ok((serde_json::from_value(step["at"].clone())?, counted(step)?)))
        .collect()
}

fn counted(value: &Value) -> Result<Counted> {
    let max = value["latency_ms"]["max"].as_f64().unwrap_or_default();
    Ok(Counted {
        attempts: number(value, "attempts")?,
        delivered: number(value, "delivered")?,
        max_us: (max * 1000.0).round() as u64,
    })
}

fn number(value: &Value, name: &str) -> Result<u64> {
    value[name]
        .as_u64()
        .with_context(|| format!("statistics do not say `{name}`"))
}

/// Adds counts, but not those of nothing.
fn put(counts: &mut Counts, by: By, more: Counted) {
    if more.attempts == 0 {
        return;
    }
    let sum = counts.entry(by).or_default();
    sum.attempts += more.attempts;
    sum.delivered += more.delivered;
    sum.max_us = sum.max_us.max(more.max_us);
}

/// What every attempt adds up to, those of these webhooks also by themselves; and how many there are.
async fn full_count(
    home: &Home,
    directory: &Path,
    webhooks: &HashMap<WebhookId, String>,
) -> Result<(Counts, u64)> {
    let source = source(home, directory).await?;
    let (mut counts, mut all, mut after) = (Counts::new(), 0, None);
    loop {
        let page = source.page(Section::Attempts, after.as_ref()).await?;
        for item in page.items {
            let Item::Attempt(attempt) = item else {
                bail!("among the attempts there is something else");
            };
            all += 1;
            let one = Counted {
                attempts: 1,
                delivered: u64::from(matches!(attempt.answer, Answer::Status(200..=299))),
                max_us: attempt.timing.total_us.into(),
            };
            let since = |span: i64| {
                let at = attempt.at.as_micros();
                at - at.rem_euclid(span)
            };
            put(&mut counts, By::Platform, one);
            put(&mut counts, By::Hour(since(HOUR)), one);
            if !webhooks.contains_key(&attempt.webhook_id) {
                continue;
            }
            for by in [
                By::Webhook(attempt.webhook_id),
                By::Class(Class::of(attempt.answer).as_str()),
                By::Minute(attempt.webhook_id, since(MINUTE)),
            ] {
                put(&mut counts, by, one);
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((counts, all)),
        }
    }
}

/// The database, once nobody is taken for serving it any more.
async fn source(home: &Home, directory: &Path) -> Result<Box<dyn CopySource>> {
    let entropy: Arc<dyn bellwire_core::entropy::Entropy> = Arc::new(SystemEntropy);
    let end = Instant::now() + LIMIT;
    loop {
        let entropy = Arc::clone(&entropy);
        let opened: Result<Box<dyn CopySource>, anyhow::Error> = match home {
            Home::File(path) => {
                let keyring = keyring::load(&[], path, &*entropy)?;
                whole_sqlite::Source::open(path, keyring, entropy)
                    .map(|source| Box::new(source) as _)
                    .map_err(Into::into)
            }
            Home::Database { url, key } => {
                let keyring = keyring::configured(std::slice::from_ref(key))?;
                let options = postgres::Options::new(url);
                whole_postgres::Source::open(&options, keyring, entropy)
                    .await
                    .map(|source| Box::new(source) as _)
                    .map_err(Into::into)
            }
        };
        match opened {
            Ok(source) => return Ok(source),
            Err(error) if Instant::now() > end => {
                return Err(error.context(format!("a full count in {}", directory.display())));
            }
            Err(_) => sleep(LOOK_EVERY).await,
        }
    }
}
