//! An organization that sells one package by one rate plan, and reports about who bought it.

use std::sync::Arc;

use bellwire_core::{
    delivery::Kind,
    event::Event,
    ids::{ConditionId, DeveloperPlanId, WebhookId},
    organization::Organization,
    ports::{
        Chunk, Counted, Crossed, Group, ItemFilter, Listed, NewDelivery, NewEvent, Result,
        UsageRecord, Window,
    },
    time::{DAY, Time},
    usage::{
        Attribute, Condition, Developer, DeveloperPlan, Document, EVENT_TYPE, Item, Months, Noun,
        Package, Period, RatePlan, Stamp,
    },
    webhook::Webhook,
};
use bytes::Bytes;

use crate::{
    conformance::{Subject, World},
    people::any,
};

/// The market, and the world that it is in.
pub struct Market<S> {
    /// The world.
    pub world: World<S>,
    /// Who sells.
    pub organization: Organization,
    /// What is sold: 1000 a month.
    pub rate_plan: RatePlan,
}

/// When the first period of every plan begins.
pub(super) const BEGIN: Time = Time::from_millis(1_761_955_200_000);

impl<S: Subject> Market<S> {
    /// Opens one, with the package `location` and its published plan `adjustable`.
    pub async fn open(subject: S) -> Self {
        let world = World::new(subject);
        let organization = world.organization("cool").await;
        let rate_plan = RatePlan {
            id: "adjustable".to_owned(),
            package: "location".to_owned(),
            name: "Adjustable".to_owned(),
            description: String::new(),
            months: Months::new(1).expect("a month"),
            published: true,
        };
        let market = Self {
            world,
            organization,
            rate_plan,
        };
        market.create(&market.package()).await.expect("stored");
        market.create(&market.rate_plan).await.expect("stored");
        market
    }

    /// The package that is sold.
    pub fn package(&self) -> Package {
        Package {
            id: "location".to_owned(),
            name: "Location".to_owned(),
            description: "Where things are".to_owned(),
            products: vec!["Maps".to_owned(), "Places".to_owned()],
        }
    }

    /// A developer of this name who is not stored yet.
    pub fn developer(&self, name: &str) -> Developer {
        Developer {
            email: format!("{name}@example.com"),
            first_name: name.to_owned(),
            last_name: "Łovelace \"the first\"".to_owned(),
            company: String::new(),
            applications: vec!["weather".to_owned()],
            attributes: vec![Attribute {
                name: "tier".to_owned(),
                value: "Gold".to_owned(),
            }],
        }
    }

    /// A plan of a developer that is not stored yet: so many a month, from [`BEGIN`] on.
    pub fn plan(&self, developer: &Developer, target: u64) -> DeveloperPlan {
        DeveloperPlan {
            id: self.world.id(),
            developer: developer.email.clone(),
            rate_plan: self.rate_plan.id.clone(),
            quota_target: target,
            start: BEGIN,
            end: None,
        }
    }

    /// A stored developer of this name, who buys so many a month.
    pub async fn sell(&self, name: &str, target: u64) -> DeveloperPlan {
        let developer = self.developer(name);
        self.create(&developer).await.expect("stored");
        let plan = self.plan(&developer, target);
        self.create(&plan).await.expect("stored");
        plan
    }

    /// A stored condition of the rate plan.
    pub async fn tell(&self, target: &str, webhooks: &[&Webhook]) -> Condition {
        let condition = Condition {
            id: self.world.id::<ConditionId>(),
            rate_plan: self.rate_plan.id.clone(),
            targets: vec![target.parse().expect("a target")],
            webhooks: webhooks.iter().map(|webhook| webhook.id).collect(),
        };
        self.create(&condition).await.expect("stored");
        condition
    }

    /// A document, to be stored now.
    pub fn item<D: Document>(&self, document: &D) -> Item {
        let stamp = Stamp {
            created_at: self.world.now,
            created_by: "ann@example.com".to_owned(),
            updated_at: self.world.now,
            updated_by: "ann@example.com".to_owned(),
        };
        Item::new(self.organization.id, document, stamp)
    }

    /// Stores a document.
    pub async fn create<D: Document>(&self, document: &D) -> Result<()> {
        let item = self.item(document);
        self.world.store().create_item(item, any()).await
    }

    /// Changes a document that was last changed at `former`.
    pub async fn update<D: Document>(&self, document: &D, former: Time) -> Result<()> {
        let item = self.item(document);
        self.world.store().update_item(item, former, any()).await
    }

    /// Deletes a document.
    pub async fn delete(&self, noun: Noun, key: &str) -> Result<()> {
        let store = self.world.store();
        store
            .delete_item(self.organization.id, noun, key, any())
            .await
    }

    /// A document as it is stored.
    pub async fn find(&self, noun: Noun, key: &str) -> Option<Item> {
        let found = self
            .world
            .store()
            .item(self.organization.id, noun, key)
            .await;
        found.expect("a document is read")
    }

    /// What a list shows.
    pub async fn list(&self, filter: ItemFilter, window: Window) -> Listed {
        let listed = self
            .world
            .store()
            .items(self.organization.id, filter, window)
            .await;
        listed.expect("documents are listed")
    }

    /// The current period of plans that begin at [`BEGIN`].
    pub fn period(&self) -> Period {
        Period::of(BEGIN, self.rate_plan.months, self.world.now).expect("a period")
    }

    /// Records of a plan in the current period: ids and counts.
    pub fn group(&self, plan: &DeveloperPlan, records: &[(u64, u64)]) -> Group {
        Group {
            plan: plan.id,
            begins: plan.start,
            period: self.period(),
            records: records
                .iter()
                .map(|(id, count)| record(*id, *count))
                .collect(),
        }
    }

    /// A chunk at the current generation, whose events go to every webhook that is enabled.
    pub async fn chunk(&self, groups: Vec<Group>) -> Chunk {
        let store = self.world.store();
        let record = store.load_organization(self.organization.id).await;
        let record = record.expect("read").expect("there");
        let now = self.world.now;
        let organization_id = self.organization.id;
        let enabled: Vec<WebhookId> = record
            .webhooks
            .iter()
            .filter(|webhook| webhook.disabled.is_none())
            .map(|webhook| webhook.id)
            .collect();
        // A count that is tried again makes other events of the same ids: enough for all of it.
        let ids: Vec<(_, Vec<_>)> = (0..2_000)
            .map(|_| {
                let deliveries = enabled.iter().map(|_| self.world.id()).collect();
                (self.world.id(), deliveries)
            })
            .collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let make = move |crossed: Crossed<'_>| {
            let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let (id, deliveries) = &ids[place];
            let to = crossed.webhooks.iter().filter(|id| enabled.contains(id));
            NewEvent {
                event: Arc::new(Event {
                    id: *id,
                    organization_id,
                    external_id: None,
                    event_type: EVENT_TYPE.to_owned(),
                    channels: Vec::new(),
                    data: said(&crossed),
                    time: now,
                    created_at: now,
                    unknown_type: false,
                    test: false,
                }),
                fingerprint: None,
                deliveries: to
                    .zip(deliveries)
                    .map(|(webhook_id, id)| NewDelivery {
                        id: *id,
                        webhook_id: *webhook_id,
                        kind: Kind::Addressed,
                        claimed: false,
                    })
                    .collect(),
            }
        };
        Chunk {
            organization_id,
            generation: record.generation,
            groups,
            listeners: 0,
            now,
            make: Arc::new(make),
        }
    }

    /// Counts groups.
    pub async fn count(&self, groups: Vec<Group>) -> Result<Counted> {
        let chunk = self.chunk(groups).await;
        self.world.store().count(chunk).await
    }

    /// Counts records of one plan; the percentages that fired.
    pub async fn report(&self, plan: &DeveloperPlan, records: &[(u64, u64)]) -> Vec<u32> {
        let counted = self
            .count(vec![self.group(plan, records)])
            .await
            .expect("counted");
        counted.fired.iter().map(|fired| fired.percent).collect()
    }

    /// What was used of a plan in the current period, and its level.
    pub async fn used(&self, plan: &DeveloperPlan) -> Option<(u64, u64)> {
        self.used_in(plan.id, self.period().start).await
    }

    /// The same in the period that begins then.
    pub async fn used_in(&self, plan: DeveloperPlanId, start: Time) -> Option<(u64, u64)> {
        let store = self.world.store();
        let used = store.used(self.organization.id, vec![(plan, start)]).await;
        let used = used.expect("read");
        used.first().map(|used| (used.count, used.level))
    }

    /// Forgets ids that are old enough; how many.
    pub async fn sweep(&self) -> u64 {
        let mut all = 0;
        loop {
            let store = self.world.store();
            match store.sweep_records(self.world.now).await.expect("swept") {
                0 => return all,
                some => all += some,
            }
        }
    }

    /// Moves a month on.
    pub fn next_month(&mut self) {
        self.world.now = self.world.now + 30 * DAY;
    }
}

/// Percentages, as a report tells them.
pub(super) const fn percents<const N: usize>(percents: [u32; N]) -> [u32; N] {
    percents
}

/// A record with this id.
pub fn record(id: u64, count: u64) -> UsageRecord {
    UsageRecord {
        id: record_id(id),
        count,
        application: "weather".into(),
    }
}

/// Ids as far apart as hashes are.
fn record_id(number: u64) -> [u8; 16] {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ number;
    let mut id = [0; 16];
    id[..8].copy_from_slice(&mixed.to_be_bytes());
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}

/// What the event of a percentage says here.
fn said(crossed: &Crossed<'_>) -> Bytes {
    let said = serde_json::json!({
        "developer": crossed.developer.email,
        "application": crossed.application,
        "package": crossed.package.id,
        "rate_plan": crossed.rate_plan.id,
        "plan": crossed.plan.id,
        "target": crossed.plan.quota_target,
        "percent": crossed.percent,
        "period": crossed.period.start,
    });
    said.to_string().into()
}
