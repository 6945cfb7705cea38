//! A log of so many events in a store, as months of business would have left it: several
//! organizations of very different size, types, channels, and a few deliveries in a hundred that did
//! not go smoothly; with the counts that are kept of it (`tallies`). Written through the port that
//! `bellwire copy` writes through, on either store.

use std::sync::Arc;

use anyhow::Result;
use bellwire_core::{
    copied::{Delivery, Event, Item, Organization, Token, Webhook},
    delivery::{Attempt, CancelReason, Kind, State},
    event,
    headers::HeaderList,
    ids::{DeliveryId, EventId, IdSource, OrganizationId, TokenId, WebhookId},
    organization,
    outcome::{Answer, Cause, Timing},
    policy::Counters,
    ports::{CopyTarget, Origin, Position, Reached, Section},
    stored::standing::Standing,
    time::{DAY, HOUR, MINUTE, SECOND, Time},
    webhook::{self, Secret, Settings},
};
use bellwire_postgres::{self as postgres, copy as whole_postgres};
use bellwire_sqlite::{self as sqlite, copy as whole_sqlite};
use bytes::Bytes;
use indicatif::ProgressBar;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use ring::digest::{SHA256, digest};

use super::{database::Home, tallies::Tallies};
use crate::{entropy::SystemEntropy, keyring};

/// Organizations: what it is called, how many webhooks it has, its share of the events in a hundred.
pub(super) const ORGANIZATIONS: [(&str, u32, u32); 3] =
    [("large", 64, 75), ("middle", 16, 20), ("small", 4, 5)];
/// Event types, channels of each organization.
pub(super) const TYPES: u32 = 20;
pub(super) const CHANNELS: u32 = 50;
/// The log goes back so far.
const SPAN: i64 = 30 * DAY;
/// Events that are written together.
const BATCH: u64 = 1_000;
const STATUSES: [u16; 5] = [503, 500, 502, 404, 429];
const CAUSES: [Cause; 4] = [
    Cause::FirstByteTimeout,
    Cause::Refused,
    Cause::ConnectTimeout,
    Cause::Dns,
];

/// A log that was written.
pub(super) struct Log {
    /// A token of the platform.
    pub(super) token: String,
    /// The webhooks of each organization.
    pub(super) webhooks: Vec<Vec<WebhookId>>,
    /// Some events of the first organization.
    pub(super) events: Vec<EventId>,
    /// When it ends.
    pub(super) end: Time,
    pub(super) deliveries: u64,
    pub(super) attempts: u64,
    /// Rows of statistics.
    pub(super) statistics: u64,
}

impl Log {
    /// When it begins.
    pub(super) fn began(&self) -> Time {
        self.end - SPAN
    }
}

/// Writes the log into a database that is made for it.
pub(super) async fn write(
    home: &Home,
    events: u64,
    end: Time,
    progress: &ProgressBar,
) -> Result<Log> {
    let target = open(home).await?;
    let mut rng = StdRng::seed_from_u64(events);
    let began = end - SPAN;
    let mut maker = Maker {
        ids: IdSource::default(),
        rng: StdRng::seed_from_u64(events),
        end,
        organizations: Vec::new(),
        log: Log {
            token: token(&mut rng),
            webhooks: Vec::new(),
            events: Vec::new(),
            end,
            deliveries: 0,
            attempts: 0,
            statistics: 0,
        },
        types: (0..TYPES)
            .map(|kind| format!("log.type{kind}").into())
            .collect(),
        tallies: Tallies::new(end),
    };
    maker.catalogue(&*target, began - DAY).await?;
    let mut written = 0;
    let mut tallied = began;
    while written < events {
        let batch = BATCH.min(events - written);
        let mut page = Page::default();
        let at = |number: u64| began + (SPAN as f64 * (number as f64 / events as f64)) as i64;
        for number in written..written + batch {
            maker.event(at(number), number, &mut page);
        }
        written += batch;
        page.write(&*target, written).await?;
        if at(written).since(tallied) >= DAY {
            tallied = at(written);
            maker.tallies.write(&*target, tallied).await?;
        }
        progress.set_position(written);
    }
    // Whatever is still open: no period that anything was counted in ends later than in two days.
    maker.tallies.write(&*target, end + 2 * DAY).await?;
    maker.log.statistics = maker.tallies.written();
    for section in Section::ALL {
        target.write(section, Vec::new(), &Reached::End).await?;
        target.settle(section).await?;
    }
    target.finish().await?;
    Ok(maker.log)
}

async fn open(home: &Home) -> Result<Box<dyn CopyTarget>> {
    let entropy: Arc<dyn bellwire_core::entropy::Entropy> = Arc::new(SystemEntropy);
    let origin = Origin {
        id: *b"bellwire bench  ",
        name: "bellwire bench".to_owned(),
    };
    Ok(match home {
        Home::File(path) => {
            if let Some(directory) = path.parent() {
                std::fs::create_dir_all(directory)?;
            }
            let keyring = keyring::load(&[], path, &*entropy)?;
            let options = sqlite::Options::new(path);
            Box::new(whole_sqlite::Target::open(
                &options, keyring, entropy, &origin,
            )?)
        }
        Home::Database { url, key } => {
            let keyring = keyring::configured(std::slice::from_ref(key))?;
            let options = postgres::Options::new(url);
            Box::new(whole_postgres::Target::open(&options, keyring, entropy, &origin).await?)
        }
    })
}

fn token(rng: &mut StdRng) -> String {
    let letters = (0..43).map(|_| char::from(rng.random_range(b'a'..=b'z')));
    format!("bw_{}", letters.collect::<String>())
}

/// What is written together.
#[derive(Default)]
struct Page {
    events: Vec<Item>,
    deliveries: Vec<Item>,
    attempts: Vec<Item>,
}

impl Page {
    async fn write(self, target: &dyn CopyTarget, number: u64) -> Result<()> {
        let reached = Reached::UpTo(Position::new(&[&number.to_be_bytes()]));
        for (section, items) in [
            (Section::Events, self.events),
            (Section::Deliveries, self.deliveries),
            (Section::Attempts, self.attempts),
        ] {
            target.write(section, items, &reached).await?;
        }
        Ok(())
    }
}

struct Maker {
    ids: IdSource,
    rng: StdRng,
    end: Time,
    organizations: Vec<OrganizationId>,
    log: Log,
    types: Vec<Arc<str>>,
    tallies: Tallies,
}

/// What became of a delivery: when, and how.
struct Fate {
    state: State,
    attempts: Vec<(Time, Answer)>,
    updated_at: Option<Time>,
    due_at: Option<Time>,
}

impl Maker {
    fn id(&mut self, at: Time) -> [u8; 16] {
        let entropy = self.rng.random();
        *self.ids.next::<EventId>(at, entropy).as_bytes()
    }

    async fn catalogue(&mut self, target: &dyn CopyTarget, at: Time) -> Result<()> {
        let (mut organizations, mut webhooks) = (Vec::new(), Vec::new());
        for (slug, count, _) in ORGANIZATIONS {
            let id = OrganizationId::from_bytes(self.id(at));
            self.organizations.push(id);
            organizations.push(Item::Organization(Organization {
                organization: organization::Organization {
                    id,
                    slug: slug.to_owned(),
                    name: slug.to_owned(),
                    default_profile: "standard".to_owned(),
                    strict_event_types: false,
                    appearance: bellwire_core::appearance::Appearance::default(),
                    created_at: at,
                    updated_at: at,
                },
                generation: 1,
                deleted_at: None,
            }));
            let mut own = Vec::new();
            for number in 0..count {
                let webhook = self.webhook(id, number, at);
                own.push(webhook.webhook.id);
                webhooks.push(Item::Webhook(Box::new(webhook)));
            }
            self.log.webhooks.push(own);
        }
        let sha256 = digest(&SHA256, self.log.token.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(sha256.as_ref());
        let id = TokenId::from_bytes(self.id(at));
        let token = Item::Token(Token {
            id,
            organization_id: None,
            name: "bench".to_owned(),
            sha256: hash,
            role: bellwire_core::access::Role::Admin.as_str().to_owned(),
            created_at: at,
            revoked_at: None,
            expires_at: None,
            last_used_at: None,
        });
        for (section, items) in [
            (Section::Organizations, organizations),
            (Section::Webhooks, webhooks),
            (Section::Tokens, vec![token]),
        ] {
            target.write(section, items, &Reached::End).await?;
        }
        Ok(())
    }

    fn webhook(&mut self, organization_id: OrganizationId, number: u32, at: Time) -> Webhook {
        Webhook {
            webhook: webhook::Webhook {
                id: WebhookId::from_bytes(self.id(at)),
                organization_id,
                revision: 1,
                settings: Settings {
                    name: format!("webhook {number}"),
                    url: format!("https://example.com/{number}"),
                    event_types: vec!["log.none".to_owned()],
                    direct: false,
                    channels: Vec::new(),
                    profile: "standard".to_owned(),
                    headers: Vec::new(),
                    overrides: webhook::Overrides::default(),
                },
                disabled: None,
                paused: None,
                drain: None,
                secrets: vec![Secret {
                    value: "whsec_bm9ib2R5IG1heSByZWFkIHRoaXM=".to_owned(),
                    created_at: at,
                    expires_at: None,
                }],
                cancelled_up_to: None,
                created_at: at,
                created_by: "bench".to_owned(),
                updated_at: at,
                updated_by: "bench".to_owned(),
                deleted_at: None,
            },
            disabled_up_to: None,
            cleared_up_to: None,
            unswept: false,
            counters: Counters::default(),
        }
    }

    fn event(&mut self, at: Time, number: u64, page: &mut Page) {
        let dice = self.rng.random_range(0..100);
        let mut place = 0;
        let mut sum = 0;
        for (index, (_, _, share)) in ORGANIZATIONS.iter().enumerate() {
            sum += share;
            if dice < sum {
                place = index;
                break;
            }
        }
        let organization_id = self.organizations[place];
        let id = EventId::from_bytes(self.id(at));
        if place == 0 && number.is_multiple_of(997) {
            self.log.events.push(id);
        }
        let webhooks = &self.log.webhooks[place];
        let first = self.rng.random_range(0..webhooks.len());
        // One in five goes to two, one in fifty to nobody.
        let count = match self.rng.random_range(0..50) {
            0 => 0,
            1..=10 => 2,
            _ => 1,
        };
        let to: Vec<WebhookId> = (0..count)
            .map(|next| webhooks[(first + next) % webhooks.len()])
            .collect();
        let (kind, channel) = (
            self.rng.random_range(0..self.types.len()),
            self.rng.random_range(0..CHANNELS),
        );
        let event_type = Arc::clone(&self.types[kind]);
        let mut deliveries = Vec::new();
        for webhook_id in to {
            let delivery = DeliveryId::from_bytes(self.id(at));
            deliveries.push(delivery);
            let ids = (delivery, id, webhook_id, organization_id);
            self.delivery(ids, &event_type, at, page);
        }
        let data = format!(
            "{{\"number\":{number},\"guest\":{{\"name\":\"Guest No {number}\",\"email\":\
             \"guest{number}@example.com\"}},\"note\":\"{}\"}}",
            "x".repeat(120)
        );
        page.events.push(Item::Event(Event {
            event: event::Event {
                id,
                organization_id,
                external_id: None,
                event_type: event_type.to_string(),
                channels: vec![format!("account:{channel}")],
                data: Bytes::from(data),
                time: at,
                created_at: at,
                unknown_type: false,
                test: false,
            },
            deliveries,
        }));
    }

    fn delivery(
        &mut self,
        (id, event_id, webhook_id, organization_id): (
            DeliveryId,
            EventId,
            WebhookId,
            OrganizationId,
        ),
        event_type: &Arc<str>,
        at: Time,
        page: &mut Page,
    ) {
        let fate = self.fate(at);
        self.log.deliveries += 1;
        self.log.attempts += fate.attempts.len() as u64;
        let attempts = fate.attempts.len() as u32;
        for (index, (at, answer)) in fate.attempts.into_iter().enumerate() {
            let attempt = Attempt {
                delivery_id: id,
                number: index as u32 + 1,
                event_id,
                webhook_id,
                organization_id,
                revision: 1,
                at,
                answer,
                timing: Timing {
                    first_byte_us: Some(12_000),
                    total_us: self.rng.random_range(13_000..400_000),
                    ..Timing::default()
                },
                url: "https://example.com/0".to_owned(),
                address: None,
                detail: None,
                body_sha256: [7; 32],
                request_headers: HeaderList::default(),
                response_headers: HeaderList::default(),
                excerpt: Bytes::from_static(b"ok"),
                truncated: false,
                retry_at: None,
            };
            let exhausted = fate.state == State::Failed && attempt.number == attempts;
            self.tallies.add(event_type, &attempt, exhausted);
            page.attempts.push(Item::Attempt(Box::new(attempt)));
        }
        page.deliveries.push(Item::Delivery(Delivery {
            id,
            event_id,
            webhook_id,
            standing: Standing {
                state: fate.state,
                kind: Kind::Matched,
                reason: (fate.state == State::Cancelled).then_some(CancelReason::Manual),
                attempts,
                created_at: at,
                due_at: fate.due_at,
                updated_at: fate.updated_at,
            },
            again: false,
        }));
    }

    /// 97 of 100 arrive at once. Of the others most arrive after some retries, some never, some are
    /// cancelled; what would be tried again after the end waits.
    fn fate(&mut self, made: Time) -> Fate {
        let mut attempts = Vec::new();
        let mut at = made + 20_000;
        if self.rng.random_range(0..100) >= 3 {
            attempts.push((at, Answer::Status(200)));
            return Fate {
                state: State::Delivered,
                attempts,
                updated_at: Some(at),
                due_at: None,
            };
        }
        let tries = self.rng.random_range(1..6);
        let pauses = [10 * SECOND, 5 * MINUTE, HOUR, 8 * HOUR, DAY];
        for pause in pauses.iter().take(tries) {
            let answer = match self.rng.random_range(0..10) {
                0..7 => Answer::Status(STATUSES[self.rng.random_range(0..STATUSES.len())]),
                _ => Answer::None(CAUSES[self.rng.random_range(0..CAUSES.len())]),
            };
            attempts.push((at, answer));
            if at + *pause > self.end {
                let due_at = Some(at + *pause + DAY);
                return Fate {
                    state: State::Pending,
                    updated_at: Some(at),
                    attempts,
                    due_at,
                };
            }
            at = at + *pause;
        }
        let state = match self.rng.random_range(0..10) {
            0..6 => State::Delivered,
            6..9 => State::Failed,
            _ => State::Cancelled,
        };
        match state {
            State::Delivered => attempts.push((at, Answer::Status(200))),
            State::Failed => attempts.push((at, Answer::Status(503))),
            _ => {}
        }
        Fate {
            state,
            attempts,
            updated_at: Some(at),
            due_at: None,
        }
    }
}
