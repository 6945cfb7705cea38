//! JSON objects as structs, and nothing else as structs.
//!
//! A derived `Deserialize` also takes an array, field by field in the order of the declaration.
//! That form is nobody's API: what it means would change with the order of our fields.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A value that can only be read from an object.
#[derive(Debug, Clone, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMaps<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(OnlyMaps(PhantomData))
    }
}

/// Reads a field that is an object, null or left out.
///
/// # Errors
/// As the field's own type; an array is a wrong type.
pub fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let object: Option<Object<T>> = Option::deserialize(deserializer)?;
    Ok(object.map(|Object(value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        a: u8,
        b: u8,
    }

    #[test]
    fn an_array_is_not_taken_for_an_object() {
        let pair: Object<Pair> = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        assert_eq!(pair.0, Pair { a: 1, b: 2 });
        assert!(serde_json::from_str::<Pair>("[1,2]").is_ok());
        let error = serde_json::from_str::<Object<Pair>>("[1,2]").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("invalid type: sequence, expected an object")
        );
        assert!(serde_json::from_str::<Object<Pair>>(r#"{"a":1,"b":2,"c":3}"#).is_err());
    }
}
