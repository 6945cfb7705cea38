//! Between rows and nouns.

use bellwire_core::{
    appearance::{Appearance, Colour, Logo},
    delivery::{CancelReason, Delivery, Kind, State},
    event::Event,
    ids::{
        AuditId, DeliveryId, EventId, EventTypeId, LinkId, OrganizationId, SessionId, TokenId,
        UserId, WebhookId,
    },
    organization::{Channel, EventType, Organization},
    stored::{
        TEST, UNKNOWN_TYPE,
        standing::{Marks, Named, Standing},
    },
    time::Time,
};
use bytes::Bytes;
use serde_json::value::RawValue;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::fault::{Fault, corrupt};

/// A time as it is bound to a statement.
pub(crate) fn time(time: Option<Time>) -> Option<i64> {
    time.map(Time::as_micros)
}

/// A typed id as it is bound to a statement.
pub(crate) trait Key: Copy + From<Uuid> {
    fn uuid(&self) -> Uuid;
}

macro_rules! key {
    ($($id:ty),*) => {$(
        impl Key for $id {
            fn uuid(&self) -> Uuid {
                Uuid::from_bytes(*self.as_bytes())
            }
        }
    )*};
}
key!(
    OrganizationId,
    EventId,
    WebhookId,
    DeliveryId,
    EventTypeId,
    TokenId,
    UserId,
    SessionId,
    LinkId,
    AuditId,
    bellwire_core::ids::NoticeId,
    bellwire_core::ids::JobId,
    bellwire_core::ids::DeveloperPlanId,
    bellwire_core::ids::InspectorId,
    bellwire_core::ids::InspectedId
);

/// Free text as PostgreSQL can hold it: everything but NUL.
pub(crate) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Columns as the nouns have them.
pub(crate) trait RowExt {
    fn at(&self, column: usize) -> Result<Time, Fault>;
    fn time(&self, column: usize) -> Result<Option<Time>, Fault>;
    fn id<I: Key>(&self, column: usize) -> Result<I, Fault>;
    fn raw(&self, column: usize) -> Result<Option<Box<RawValue>>, Fault>;
    /// An `integer` that holds 32 bits without a sign.
    fn u32(&self, column: usize) -> Result<u32, Fault>;
    fn maybe_u32(&self, column: usize) -> Result<Option<u32>, Fault>;
}

impl RowExt for Row {
    fn at(&self, column: usize) -> Result<Time, Fault> {
        Ok(Time::from_micros(self.try_get(column)?))
    }

    fn time(&self, column: usize) -> Result<Option<Time>, Fault> {
        Ok(self
            .try_get::<_, Option<i64>>(column)?
            .map(Time::from_micros))
    }

    fn id<I: Key>(&self, column: usize) -> Result<I, Fault> {
        Ok(I::from(self.try_get::<_, Uuid>(column)?))
    }

    fn raw(&self, column: usize) -> Result<Option<Box<RawValue>>, Fault> {
        self.try_get::<_, Option<String>>(column)?
            .map(|text| RawValue::from_string(text).map_err(corrupt))
            .transpose()
    }

    fn u32(&self, column: usize) -> Result<u32, Fault> {
        Ok(self.try_get::<_, i32>(column)?.cast_unsigned())
    }

    fn maybe_u32(&self, column: usize) -> Result<Option<u32>, Fault> {
        Ok(self
            .try_get::<_, Option<i32>>(column)?
            .map(i32::cast_unsigned))
    }
}

/// How its pages look, from two columns.
fn appearance(row: &Row, column: usize) -> Result<Appearance, Fault> {
    let accent: Option<String> = row.try_get(column)?;
    let logo: Option<Vec<u8>> = row.try_get(column + 1)?;
    Ok(Appearance {
        accent: accent
            .map(|text| text.parse::<Colour>())
            .transpose()
            .map_err(corrupt)?,
        logo: logo
            .map(|bytes| Logo::parse(bytes.into()))
            .transpose()
            .map_err(corrupt)?,
    })
}

/// The columns that [`organization`] reads.
pub(crate) const ORGANIZATION: &str = "id, slug, name, default_profile, strict_types, created_at, updated_at, generation, accent, logo";

pub(crate) fn organization(row: &Row) -> Result<(Organization, u64), Fault> {
    let organization = Organization {
        id: row.id(0)?,
        slug: row.try_get(1)?,
        name: row.try_get(2)?,
        default_profile: row.try_get(3)?,
        strict_event_types: row.try_get(4)?,
        appearance: appearance(row, 8)?,
        created_at: row.at(5)?,
        updated_at: row.at(6)?,
    };
    Ok((organization, row.try_get::<_, i64>(7)?.unsigned_abs()))
}

/// The columns that [`event_type`] reads.
pub(crate) const EVENT_TYPE: &str =
    "id, name, description, schema, example, created_at, updated_at, organization_id";

pub(crate) fn event_type(row: &Row) -> Result<EventType, Fault> {
    let organization: Uuid = row.try_get(7)?;
    Ok(EventType {
        id: row.id(0)?,
        organization_id: (!organization.is_nil()).then(|| OrganizationId::from(organization)),
        name: row.try_get(1)?,
        description: row.try_get(2)?,
        schema: row.raw(3)?,
        example: row.raw(4)?,
        created_at: row.at(5)?,
        updated_at: row.at(6)?,
    })
}

/// The columns that [`channel`] reads.
pub(crate) const CHANNEL: &str = "key, label, kind, created_at, updated_at, organization_id";

pub(crate) fn channel(row: &Row) -> Result<(OrganizationId, Channel), Fault> {
    let channel = Channel {
        key: row.try_get(0)?,
        label: row.try_get(1)?,
        kind: row.try_get(2)?,
        created_at: row.at(3)?,
        updated_at: row.at(4)?,
    };
    Ok((row.id(5)?, channel))
}

/// The columns that [`event`] reads, but for `data`, which follows them.
macro_rules! event_columns {
    () => {
        "e.id, e.type, e.flags, e.created_at, e.time, e.channels, e.external_id, e.deliveries, \
         e.organization_id"
    };
}
pub(crate) use event_columns;

pub(crate) fn event(row: &Row) -> Result<Event, Fault> {
    let flags: i16 = row.try_get(2)?;
    let created_at = row.at(3)?;
    let channels = match row.try_get::<_, Option<&str>>(5)? {
        Some(text) => serde_json::from_str(text).map_err(corrupt)?,
        None => Vec::new(),
    };
    let external_id = match row.try_get::<_, Option<Vec<u8>>>(6)? {
        Some(bytes) => Some(String::from_utf8(bytes).map_err(corrupt)?),
        None => None,
    };
    Ok(Event {
        id: row.id(0)?,
        organization_id: row.id(8)?,
        external_id,
        event_type: row.try_get(1)?,
        channels,
        data: Bytes::copy_from_slice(row.try_get(9)?),
        time: row.time(4)?.unwrap_or(created_at),
        created_at,
        unknown_type: flags & UNKNOWN_TYPE != 0,
        test: flags & TEST != 0,
    })
}

/// A delivery as its row has it: what a disable or a deletion made of it meanwhile is not in it.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryRow {
    pub(crate) id: DeliveryId,
    pub(crate) event_id: EventId,
    pub(crate) webhook_id: WebhookId,
    pub(crate) state: State,
    pub(crate) kind: Kind,
    pub(crate) reason: Option<CancelReason>,
    pub(crate) attempts: u32,
    pub(crate) created_at: Time,
    pub(crate) due_at: Option<Time>,
    pub(crate) updated_at: Option<Time>,
}

/// The columns that [`delivery`] reads.
macro_rules! delivery_columns {
    () => {
        "d.id, d.event_id, d.webhook_id, d.state, d.kind, d.reason, d.attempts, d.created_at, \
         d.due_at, d.updated_at"
    };
}
pub(crate) use delivery_columns;

/// How many columns that is.
pub(crate) const DELIVERY_COLUMNS: usize = 10;

pub(crate) fn delivery(row: &Row) -> Result<DeliveryRow, Fault> {
    let code = |column: usize| row.try_get::<_, i16>(column).map(i64::from);
    let wrong = |what: &str| corrupt(format!("a delivery has no such {what}"));
    Ok(DeliveryRow {
        id: row.id(0)?,
        event_id: row.id(1)?,
        webhook_id: row.id(2)?,
        state: State::of_row(code(3)?).ok_or_else(|| wrong("state"))?,
        kind: Kind::from_code(code(4)?).ok_or_else(|| wrong("kind"))?,
        reason: match row.try_get::<_, Option<i16>>(5)? {
            Some(code) => {
                Some(CancelReason::from_code(code.into()).ok_or_else(|| wrong("reason"))?)
            }
            None => None,
        },
        attempts: row.u32(6)?,
        created_at: row.at(7)?,
        due_at: row.time(8)?,
        updated_at: row.time(9)?,
    })
}

/// The columns of a webhook that [`marks`] reads.
macro_rules! mark_columns {
    () => {
        "w.cancelled_up_to, w.disabled_up_to, w.deleted_at, w.cleared_up_to, w.paused IS NOT NULL"
    };
}
pub(crate) use mark_columns;

/// Reads marks from this column on.
pub(crate) fn marks(row: &Row, column: usize) -> Result<Marks, Fault> {
    Ok(Marks {
        cancelled_up_to: row.time(column)?,
        disabled_up_to: row.time(column + 1)?,
        cleared_up_to: row.time(column + 3)?,
        deleted_at: row.time(column + 2)?,
        paused: row.try_get(column + 4)?,
    })
}

impl DeliveryRow {
    pub(crate) fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            kind: self.kind,
            reason: self.reason,
            attempts: self.attempts,
            created_at: self.created_at,
            due_at: self.due_at,
            updated_at: self.updated_at,
        }
    }

    /// The delivery as everybody is to see it.
    pub(crate) fn seen(&self, organization_id: OrganizationId, marks: &Marks) -> Delivery {
        let named = Named {
            id: self.id,
            event_id: self.event_id,
            webhook_id: self.webhook_id,
            organization_id,
        };
        self.standing().seen(named, marks)
    }
}

/// A code as it is bound to a statement.
pub(crate) fn code(code: i64) -> i16 {
    i16::try_from(code).expect("codes are small")
}
