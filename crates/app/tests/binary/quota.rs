//! An organization that sells by quota: what the tests of usage set up and report, and the books that
//! the server is held against when all is over.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use bellwire_core::entropy::Entropy;
use bellwire_testkit::receiver::{Received, Receiver};
use serde_json::{Value, json};

use super::server::{ORGANIZATION, Producer};

/// Who buys.
pub(crate) const DEVELOPERS: usize = 8;
/// A whole percentage is 50 counts.
const TARGET: u64 = 5_000;
/// Every percentage up to this one is told of.
const MOST_PERCENT: u64 = 1_000;
/// The most that one record counts.
const MAX_COUNT: u64 = 3;
const RATE_PLAN: &str = "calls_monthly";

pub(crate) fn within(path: &str) -> String {
    format!("/organizations/{ORGANIZATION}{path}")
}

fn email(developer: usize) -> String {
    format!("d{developer}@example.com")
}

/// Makes a package, a rate plan, a condition that calls this webhook, and developers who bought it.
pub(crate) fn sell(producer: &Producer, url: &str, webhook: &str) {
    let made = |path: &str, body: Value| {
        let answer = producer.post(url, &within(path), &body);
        let (status, answer) = answer.expect("the server answers");
        assert_eq!(status, 201, "{path}: {answer}");
    };
    made("/packages", json!({"id": "calls", "name": "Calls"}));
    made(
        "/rate-plans",
        json!({
            "id": RATE_PLAN, "package": "calls", "name": "Monthly", "published": true,
            // Long: the whole test is within one period.
            "period_months": 24,
        }),
    );
    // Two conditions that overlap: each percentage is told of once all the same.
    for thresholds in [
        json!([{"from": 1, "to": MOST_PERCENT, "step": 1}]),
        json!([80, 90, 100]),
    ] {
        let condition =
            json!({"rate_plan": RATE_PLAN, "thresholds": thresholds, "webhooks": [webhook]});
        made("/notification-conditions", condition);
    }
    for developer in 0..DEVELOPERS {
        let email = email(developer);
        made("/developers", json!({"email": email, "first_name": "Ada"}));
        let bought = json!({
            "developer": email,
            "rate_plan": RATE_PLAN,
            "quota_target": TARGET,
            "start": "2020-01-01T00:00:00Z",
        });
        made("/developer-rate-plans", bought);
    }
}

/// What is sent in one request.
#[derive(Clone)]
pub(crate) struct Report {
    records: Vec<Value>,
    counts: [u64; DEVELOPERS],
}

impl Report {
    /// So many records, as the dice say; their ids begin with this name.
    pub(crate) fn draw(dice: &dyn Entropy, name: &str, records: usize) -> Self {
        let mut counts = [0; DEVELOPERS];
        let records = (0..records)
            .map(|number| {
                let developer = (dice.u64() % DEVELOPERS as u64) as usize;
                let count = 1 + dice.u64() % MAX_COUNT;
                counts[developer] += count;
                json!({
                    "id": format!("{name}-{number}"),
                    "developer": email(developer),
                    "rate_plan": RATE_PLAN,
                    "count": count,
                })
            })
            .collect();
        Self { records, counts }
    }

    pub(crate) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// The same records, the last one first.
    pub(crate) fn reversed(&self) -> Self {
        let mut reversed = self.clone();
        reversed.records.reverse();
        reversed
    }

    /// Sends it; status and answer, or why there is none.
    pub(crate) fn send(&self, producer: &Producer, url: &str) -> Result<(u16, Value), ureq::Error> {
        let body = json!({"records": self.records});
        producer.post(url, &within("/usage"), &body)
    }
}

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Books {
    /// For each developer.
    counts: [u64; DEVELOPERS],
    /// Records in reports that were acknowledged, each once.
    pub(crate) records: u64,
    /// The event of each percentage that an answer told of.
    fired: BTreeMap<(String, u64), String>,
}

impl Books {
    /// A report was acknowledged for the first time.
    pub(crate) fn acknowledged(&mut self, report: &Report) {
        self.records += report.len();
        for (all, more) in self.counts.iter_mut().zip(&report.counts) {
            *all += more;
        }
    }

    /// What an answer says of records and thresholds; how many of the records had been counted
    /// before.
    pub(crate) fn answered(&mut self, report: &Report, receipt: &Value) -> u64 {
        let number = |key: &str| receipt[key].as_u64().expect("a number");
        let (counted, repeated) = (number("accepted"), number("repeated"));
        assert_eq!(counted + repeated, report.len(), "{receipt}");
        for fired in receipt["fired"].as_array().expect("a list") {
            let text = |key: &str| fired[key].as_str().expect("a text").to_owned();
            let percent = fired["percent"].as_u64().expect("a number");
            let former = self
                .fired
                .insert((text("developer"), percent), text("event_id"));
            assert_eq!(former, None, "it fired twice: {fired}");
        }
        repeated
    }

    /// Joins others.
    pub(crate) fn merge(&mut self, other: Self) {
        self.records += other.records;
        for (all, more) in self.counts.iter_mut().zip(other.counts) {
            *all += more;
        }
        for (threshold, event) in other.fired {
            let former = self.fired.insert(threshold.clone(), event);
            assert_eq!(former, None, "{threshold:?} was answered twice");
        }
    }

    /// Every percentage that these counts have crossed.
    fn crossed(&self) -> BTreeSet<(String, u64)> {
        let all = self.counts.iter().enumerate();
        all.flat_map(|(developer, count)| {
            let level = (count * 100 / TARGET).min(MOST_PERCENT);
            (1..=level).map(move |percent| (email(developer), percent))
        })
        .collect()
    }

    /// Holds the server and the endpoint against it, once everything has arrived: counters are the
    /// sum of the acknowledged records, each threshold was delivered, and none was recorded twice.
    /// How many thresholds there were, and how many calls were made more than once.
    pub(crate) async fn settle(
        &self,
        producer: &Producer,
        url: &str,
        receiver: &Receiver,
    ) -> (usize, usize) {
        let shown = producer.get(url, &within("/usage?limit=100"));
        let items = shown["items"].as_array().expect("a list");
        assert_eq!(items.len(), DEVELOPERS, "{shown}");
        for (developer, count) in self.counts.iter().enumerate() {
            let email = email(developer);
            let item = items
                .iter()
                .find(|item| item["developer"] == email.as_str());
            let used = item.map(|item| &item["used"]);
            assert_eq!(used, Some(&json!(count)), "{email}: {shown}");
        }

        let crossed = self.crossed();
        let missing = RefCell::new((0, crossed.clone()));
        let requests = receiver
            .wait_until(|requests| {
                let (seen, missing) = &mut *missing.borrow_mut();
                for request in &requests[*seen..] {
                    missing.remove(&threshold(request));
                }
                *seen = requests.len();
                missing.is_empty()
            })
            .await;
        let mut events: BTreeMap<(String, u64), BTreeSet<&str>> = BTreeMap::new();
        for request in &requests {
            let id = request.header("webhook-id").expect("it is signed");
            events.entry(threshold(request)).or_default().insert(id);
        }
        let mut ids: HashMap<String, &(String, u64)> = HashMap::new();
        for (threshold, of) in &events {
            assert!(crossed.contains(threshold), "{threshold:?} was not crossed");
            assert_eq!(of.len(), 1, "{threshold:?} was recorded as {of:?}");
            let told = self.fired.get(threshold).map(String::as_str);
            assert!(told.is_none_or(|told| of.contains(told)), "{threshold:?}");
            ids.extend(of.iter().map(|id| ((*id).to_owned(), threshold)));
        }
        for threshold in self.fired.keys() {
            assert!(crossed.contains(threshold), "{threshold:?} was answered");
        }
        let stored = stored(producer, url);
        assert_eq!(stored.len(), crossed.len(), "events in the log");
        for id in &stored {
            assert!(ids.contains_key(id), "{id} is in the log and was not sent");
        }
        (crossed.len(), requests.len() - crossed.len())
    }
}

/// Whose percentage a call is about.
fn threshold(request: &Received) -> (String, u64) {
    let body = request.json();
    assert_eq!(body["type"], bellwire_core::usage::EVENT_TYPE, "{body}");
    let data = &body["data"];
    let email = data["developerEmail"].as_str().expect("an address");
    let percent = data["quotaPercentUsed"].as_u64().expect("a percentage");
    (email.to_owned(), percent)
}

/// The ids of all events in the log.
fn stored(producer: &Producer, url: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = producer.get(url, &within(&format!("/events?limit=100{cursor}")));
        for item in page["items"].as_array().expect("a list") {
            assert_eq!(item["type"], bellwire_core::usage::EVENT_TYPE, "{item}");
            ids.push(item["id"].as_str().expect("an id").to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}
