//! A webhook's own headers: an object of names and values, written but never read back.

use std::{collections::BTreeMap, fmt};

use bellwire_core::outcome::Header;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};

/// What stands in answers for a value that is not shown.
pub const MASK: &str = "****";

/// The names of these headers with masks for values.
#[must_use]
pub fn masked(headers: &[Header]) -> BTreeMap<String, &'static str> {
    headers
        .iter()
        .map(|header| (header.name.clone(), MASK))
        .collect()
}

/// Headers as they are given.
#[derive(Debug)]
pub struct Headers(pub Vec<Header>);

/// One value. Checked where it is read, so that the error is the header's and not the object's.
struct Value(String);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = String::deserialize(deserializer)?;
        if value == MASK {
            // Who sends an answer back would overwrite the real value with the mask.
            return Err(D::Error::custom(
                "this is the mask that answers show; send the real value, or leave `headers` out \
                 to keep it",
            ));
        }
        Ok(Self(value))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Headers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of header names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers: Vec<Header> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if headers.iter().any(|header| header.name == name) {
                        return Err(A::Error::custom(format!("`{name}` is given twice")));
                    }
                    headers.push(Header {
                        name,
                        value: value.0,
                    });
                }
                Ok(Headers(headers))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_an_object_and_masks_are_not_taken_for_values() {
        let Headers(headers) =
            serde_json::from_str(r#"{"X-Key":"secret","x-tenant":"7"}"#).unwrap();
        assert_eq!(headers[0].name, "X-Key");
        assert_eq!(masked(&headers)["x-tenant"], MASK);
        for (text, message) in [
            (r#"{"a":"****"}"#, "is the mask"),
            (r#"{"a":"1","a":"2"}"#, "given twice"),
            (r#"{"a":1}"#, "expected a string"),
            ("[]", "an object of header names"),
        ] {
            let error = serde_json::from_str::<Headers>(text)
                .unwrap_err()
                .to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
