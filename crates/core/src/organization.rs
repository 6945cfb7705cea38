//! The tenant and what it catalogues: event types and channels.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    appearance::Appearance,
    ids::{EventTypeId, OrganizationId},
    time::Time,
};

/// A tenant. Everything belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// What rows refer to.
    pub id: OrganizationId,
    /// What people and URLs call it; unique and never changed.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// The profile of a webhook that names none.
    pub default_profile: String,
    /// Refuse events whose type is not in the catalogue.
    pub strict_event_types: bool,
    /// How its pages look.
    pub appearance: Appearance,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// An entry of the catalogue of event types: the platform's or an organization's own.
#[derive(Debug, Clone)]
pub struct EventType {
    /// Its id.
    pub id: EventTypeId,
    /// The organization it belongs to; `None` for the platform's.
    pub organization_id: Option<OrganizationId>,
    /// The name that events carry, such as `booking.created`.
    pub name: String,
    /// What it means, for people.
    pub description: String,
    /// JSON Schema that data must satisfy, verbatim.
    pub schema: Option<Box<RawValue>>,
    /// Data of an example event, verbatim.
    pub example: Option<Box<RawValue>>,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// What an event can be about beyond its type; what a form offers to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The key that events and webhooks carry, such as `account:cool`.
    pub key: String,
    /// For people.
    pub label: String,
    /// `account`, `conference`, … : what the channel stands for.
    pub kind: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}
