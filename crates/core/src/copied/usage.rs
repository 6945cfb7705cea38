//! Usage as bytes: documents, counters, ids of records.

use super::canonical::Form;
use crate::{
    ids::{DeveloperPlanId, OrganizationId},
    time::Time,
    usage::{Counter, Item, Stamp},
};

/// What was used of a developer's plan in one of its periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageCounter {
    /// Whose.
    pub organization_id: OrganizationId,
    /// The plan.
    pub plan: DeveloperPlanId,
    /// When the period begins.
    pub period_start: Time,
    /// Count and level.
    pub counter: Counter,
    /// When something was last counted.
    pub updated_at: Time,
}

/// A record of usage was counted: its id is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordId {
    /// Whose.
    pub organization_id: OrganizationId,
    /// The beginning of the SHA-256 of the id.
    pub id: [u8; 16],
    /// When it was counted.
    pub at: Time,
}

impl Form {
    pub(super) fn usage_item(&mut self, one: &Item) {
        let Item {
            organization_id,
            noun,
            key,
            parent,
            owner,
            body,
            stamp,
        } = one;
        let Stamp {
            created_at,
            created_by,
            updated_at,
            updated_by,
        } = stamp;
        self.raw(organization_id.as_bytes());
        self.number(noun.code());
        self.text(key);
        self.option(parent.as_ref(), |form, key| form.text(key));
        self.option(owner.as_ref(), |form, key| form.text(key));
        self.text(body);
        self.time(*created_at);
        self.text(created_by);
        self.time(*updated_at);
        self.text(updated_by);
    }

    pub(super) fn usage_counter(&mut self, one: &UsageCounter) {
        let UsageCounter {
            organization_id,
            plan,
            period_start,
            counter,
            updated_at,
        } = one;
        let Counter { count, level } = counter;
        self.raw(organization_id.as_bytes());
        self.raw(plan.as_bytes());
        self.time(*period_start);
        self.raw(&count.to_be_bytes());
        self.raw(&level.to_be_bytes());
        self.time(*updated_at);
    }

    pub(super) fn record_id(&mut self, one: &RecordId) {
        let RecordId {
            organization_id,
            id,
            at,
        } = one;
        self.raw(organization_id.as_bytes());
        self.raw(id);
        self.time(*at);
    }
}
