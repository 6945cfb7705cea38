//! Between rows and nouns.

use bellwire_core::{
    appearance::{Appearance, Colour, Logo},
    delivery::{CancelReason, Delivery, Kind, State},
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    organization::{Channel, EventType, Organization},
    stored::{
        TEST, UNKNOWN_TYPE,
        standing::{Marks, Named, Standing},
    },
    time::Time,
};
use bytes::Bytes;
use rusqlite::{Row, types::Type};
use serde_json::value::RawValue;

/// A time as it is bound to a statement.
pub(crate) fn time(time: Option<Time>) -> Option<i64> {
    time.map(Time::as_micros)
}

/// Columns as the nouns have them.
pub(crate) trait RowExt {
    fn at(&self, column: usize) -> rusqlite::Result<Time>;
    fn time(&self, column: usize) -> rusqlite::Result<Option<Time>>;
    fn id<I: From<Id16>>(&self, column: usize) -> rusqlite::Result<I>;
    fn raw(&self, column: usize) -> rusqlite::Result<Option<Box<RawValue>>>;
}

/// 16 bytes on their way into an id.
pub(crate) struct Id16([u8; 16]);

macro_rules! from_id16 {
    ($($id:ty),*) => {$(
        impl From<Id16> for $id {
            fn from(bytes: Id16) -> Self {
                Self::from_bytes(bytes.0)
            }
        }
    )*};
}
from_id16!(
    OrganizationId,
    EventId,
    WebhookId,
    DeliveryId,
    bellwire_core::ids::EventTypeId,
    bellwire_core::ids::TokenId,
    bellwire_core::ids::UserId,
    bellwire_core::ids::SessionId,
    bellwire_core::ids::LinkId,
    bellwire_core::ids::AuditId,
    bellwire_core::ids::NoticeId,
    bellwire_core::ids::JobId,
    bellwire_core::ids::InspectorId,
    bellwire_core::ids::InspectedId
);

impl RowExt for Row<'_> {
    fn at(&self, column: usize) -> rusqlite::Result<Time> {
        self.get(column).map(Time::from_micros)
    }

    fn time(&self, column: usize) -> rusqlite::Result<Option<Time>> {
        Ok(self.get::<_, Option<i64>>(column)?.map(Time::from_micros))
    }

    fn id<I: From<Id16>>(&self, column: usize) -> rusqlite::Result<I> {
        self.get(column).map(|bytes| I::from(Id16(bytes)))
    }

    fn raw(&self, column: usize) -> rusqlite::Result<Option<Box<RawValue>>> {
        self.get::<_, Option<String>>(column)?
            .map(|text| RawValue::from_string(text).map_err(|error| damage(column, error)))
            .transpose()
    }
}

/// A column that holds what it should not.
pub(crate) fn damage(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, error.into())
}

/// The columns that [`organization`] reads.
pub(crate) const ORGANIZATION: &str = "id, slug, name, default_profile, strict_types, created_at, \
                                       updated_at, generation, seq, accent, logo";

pub(crate) fn organization(row: &Row<'_>) -> rusqlite::Result<Organization> {
    Ok(Organization {
        id: row.id(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        default_profile: row.get(3)?,
        strict_event_types: row.get(4)?,
        appearance: appearance(row, 9)?,
        created_at: row.at(5)?,
        updated_at: row.at(6)?,
    })
}

/// How its pages look, from two columns.
fn appearance(row: &Row<'_>, column: usize) -> rusqlite::Result<Appearance> {
    let accent: Option<String> = row.get(column)?;
    let logo: Option<Vec<u8>> = row.get(column + 1)?;
    Ok(Appearance {
        accent: accent
            .map(|text| text.parse::<Colour>())
            .transpose()
            .map_err(|error| damage(column, error))?,
        logo: logo
            .map(|bytes| Logo::parse(bytes.into()))
            .transpose()
            .map_err(|why| damage(column + 1, why))?,
    })
}

/// The columns that [`event_type`] reads.
pub(crate) const EVENT_TYPE: &str =
    "id, name, description, schema, example, created_at, updated_at";

pub(crate) fn event_type(
    row: &Row<'_>,
    organization_id: Option<OrganizationId>,
) -> rusqlite::Result<EventType> {
    Ok(EventType {
        id: row.id(0)?,
        organization_id,
        name: row.get(1)?,
        description: row.get(2)?,
        schema: row.raw(3)?,
        example: row.raw(4)?,
        created_at: row.at(5)?,
        updated_at: row.at(6)?,
    })
}

/// The columns that [`channel`] reads.
pub(crate) const CHANNEL: &str = "key, label, kind, created_at, updated_at";

pub(crate) fn channel(row: &Row<'_>) -> rusqlite::Result<Channel> {
    Ok(Channel {
        key: row.get(0)?,
        label: row.get(1)?,
        kind: row.get(2)?,
        created_at: row.at(3)?,
        updated_at: row.at(4)?,
    })
}

/// The columns that [`event`] reads, but for `data`, which follows them.
macro_rules! event_columns {
    () => {
        "id, type, flags, created_at, time, channels, external_id, deliveries, seq"
    };
}
pub(crate) use event_columns;

pub(crate) fn event(row: &Row<'_>, organization_id: OrganizationId) -> rusqlite::Result<Event> {
    let flags: i64 = row.get(2)?;
    let created_at = row.at(3)?;
    let channels = match row.get_ref(5)?.as_str_or_null()? {
        Some(text) => serde_json::from_str(text).map_err(|error| damage(5, error))?,
        None => Vec::new(),
    };
    Ok(Event {
        id: row.id(0)?,
        organization_id,
        external_id: row.get(6)?,
        event_type: row.get(1)?,
        channels,
        data: Bytes::copy_from_slice(row.get_ref(9)?.as_blob()?),
        time: row.time(4)?.unwrap_or(created_at),
        created_at,
        unknown_type: flags & i64::from(UNKNOWN_TYPE) != 0,
        test: flags & i64::from(TEST) != 0,
    })
}

/// A delivery as its row has it: what a disable or a deletion made of it meanwhile is not in it.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryRow {
    pub(crate) id: DeliveryId,
    pub(crate) event: i64,
    pub(crate) webhook: i64,
    pub(crate) state: State,
    pub(crate) kind: Kind,
    pub(crate) reason: Option<CancelReason>,
    pub(crate) attempts: u32,
    pub(crate) created_at: Time,
    pub(crate) due_at: Option<Time>,
    pub(crate) updated_at: Option<Time>,
    pub(crate) last_attempt: Option<i64>,
}

/// The columns that [`delivery`] reads.
macro_rules! delivery_columns {
    () => {
        "id, event, webhook, state, kind, reason, attempts, created_at, due_at, updated_at, \
         last_attempt"
    };
}
pub(crate) use delivery_columns;

pub(crate) fn delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let wrong = |column: usize, what: &str| damage(column, format!("no such {what}"));
    Ok(DeliveryRow {
        id: row.id(0)?,
        event: row.get(1)?,
        webhook: row.get(2)?,
        state: State::of_row(row.get(3)?).ok_or_else(|| wrong(3, "state"))?,
        kind: Kind::from_code(row.get(4)?).ok_or_else(|| wrong(4, "kind"))?,
        reason: match row.get(5)? {
            Some(code) => Some(CancelReason::from_code(code).ok_or_else(|| wrong(5, "reason"))?),
            None => None,
        },
        attempts: row.get(6)?,
        created_at: row.at(7)?,
        due_at: row.time(8)?,
        updated_at: row.time(9)?,
        last_attempt: row.get(10)?,
    })
}

impl DeliveryRow {
    /// The row of a delivery that was just made.
    pub(crate) fn new(id: DeliveryId, webhook: i64, kind: Kind, created_at: Time) -> Self {
        Self {
            id,
            event: 0,
            webhook,
            state: State::Pending,
            kind,
            reason: None,
            attempts: 0,
            created_at,
            due_at: Some(created_at),
            updated_at: None,
            last_attempt: None,
        }
    }

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
    pub(crate) fn seen(
        &self,
        organization_id: OrganizationId,
        event_id: EventId,
        webhook_id: WebhookId,
        marks: &Marks,
    ) -> Delivery {
        let named = Named {
            id: self.id,
            event_id,
            webhook_id,
            organization_id,
        };
        self.standing().seen(named, marks)
    }
}
