//! Shapes that several nouns share: pages of a list, stable names, fields that can be left out.

use bellwire_core::{
    access::{Access, ActorKind, Role},
    delivery::{CancelReason, Kind, State},
    diagnosis::Side,
    explain::Reason,
    headers::HeaderList,
    job,
    outcome::Cause,
    signature_check::Outcome,
};
use http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::SchemaType},
};

/// Headers of an answer that holds a secret.
pub type NoStore = [(HeaderName, HeaderValue); 1];
/// It is kept by nobody on the way.
pub const NO_STORE: NoStore = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The entries. A page can be short, even empty, and still have a next one.
    pub items: Vec<T>,
    /// Send it as `cursor`, with the same filters, for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The channels of an event that somebody is to see: whose else it is about is not their business.
#[must_use]
pub fn own_channels(mut channels: Vec<String>, access: &Access) -> Vec<String> {
    channels.retain(|channel| access.touches(std::slice::from_ref(channel)));
    channels
}

/// A header with its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeaderLine {
    /// Lower-case name.
    #[schema(example = "content-type")]
    name: String,
    /// Value; secrets are masked as `****`.
    #[schema(example = "application/json")]
    value: String,
}

impl HeaderLine {
    /// The answer's form of these headers.
    pub fn all(headers: &HeaderList) -> Vec<Self> {
        headers
            .iter()
            .map(|(name, value)| Self {
                name: name.to_owned(),
                value: value.to_owned(),
            })
            .collect()
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $wrapper:ident($inner:ty) = $name:literal, $text:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $wrapper(pub $inner);

            impl Serialize for $wrapper {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.0.as_str())
                }
            }

            impl PartialSchema for $wrapper {
                fn schema() -> RefOr<Schema> {
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .description(Some($text))
                        .enum_values(Some(<$inner>::ALL.iter().map(|value| value.as_str())))
                        .into()
                }
            }

            impl ToSchema for $wrapper {
                fn name() -> std::borrow::Cow<'static, str> {
                    $name.into()
                }
            }
        )+
    };
}

names! {
    /// [`Cause`] by its stable name.
    CauseName(Cause) = "Cause", "Why an attempt has no HTTP status.";
    /// [`State`] by its stable name.
    StateName(State) = "DeliveryState", "Where a delivery stands.";
    /// [`Kind`] by its stable name.
    KindName(Kind) = "DeliveryKind", "Why a delivery was made.";
    /// [`CancelReason`] by its stable name.
    CancelReasonName(CancelReason) = "CancelReason", "Why a delivery was cancelled.";
    /// [`Side`] by its stable name.
    SideName(Side) = "Side", "Whose side a failure is on: who can mend it.";
    /// [`Reason`] by its stable name.
    ReasonName(Reason) = "MatchReason", "Why a webhook receives an event, or does not.";
    /// [`Outcome`] by its stable name.
    CheckOutcomeName(Outcome) = "CheckOutcome", "What a check came to.";
    /// [`job::State`] by its stable name.
    JobStateName(job::State) = "JobState", "Where a job stands.";
    /// [`job::StopReason`] by its stable name.
    StopReasonName(job::StopReason) = "StopReason", "Why a job stopped by itself before its end.";
    /// [`Role`] by its stable name.
    RoleName(Role) = "Role", "What somebody may do; each includes the ones before.";
    /// [`ActorKind`] by its stable name.
    ActorKindName(ActorKind) = "ActorKind", "What kind of somebody is behind a change.";
}

/// A JSON Schema, in the documentation.
#[derive(Debug)]
pub struct JsonSchema;

impl PartialSchema for JsonSchema {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Object, Type::Boolean]))
            .description(Some("A JSON Schema."))
            .into()
    }
}

impl ToSchema for JsonSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "JsonSchema".into()
    }
}

/// Reads a field that may be left out but not be null: for `default` fields of a change.
///
/// # Errors
/// As the field's own type; null is a wrong type.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a field that may be left out (`None`) or be null to reset it (`Some(None)`).
///
/// # Errors
/// As the field's own type.
pub fn given_or_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Change {
        #[serde(default, deserialize_with = "given")]
        name: Option<String>,
        #[serde(default, deserialize_with = "given_or_null")]
        limit: Option<Option<u8>>,
    }

    #[test]
    fn left_out_null_and_given_are_told_apart() {
        let read = |text: &str| serde_json::from_str::<Change>(text);
        assert_eq!(
            read("{}").unwrap(),
            Change {
                name: None,
                limit: None
            }
        );
        assert_eq!(
            read(r#"{"name":"a","limit":null}"#).unwrap(),
            Change {
                name: Some("a".to_owned()),
                limit: Some(None)
            }
        );
        assert!(
            read(r#"{"name":null}"#)
                .unwrap_err()
                .to_string()
                .contains("expected a string")
        );
    }

    #[test]
    fn stable_names_are_written_and_documented() {
        assert_eq!(serde_json::to_value(CauseName(Cause::Dns)).unwrap(), "dns");
        let schema = serde_json::to_value(StateName::schema()).unwrap();
        assert_eq!(
            schema["enum"],
            serde_json::json!([
                "pending",
                "delivered",
                "failed",
                "cancelled",
                "filtered",
                "held"
            ])
        );
    }
}
