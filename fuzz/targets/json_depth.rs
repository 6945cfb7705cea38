//! How deep data nests: what is looked at without a parser agrees with a parser, wherever there is
//! JSON at all.
#![no_main]

use std::fmt;

use bellwire_core::json::check_depth;
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many arrays and objects lie around the innermost value; keys that stand twice are looked into
/// twice.
struct Depth(usize);

impl<'de> Deserialize<'de> for Depth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Depth;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Depth, A::Error> {
        let mut most = 0;
        while let Some(Depth(depth)) = items.next_element()? {
            most = most.max(depth);
        }
        Ok(Depth(most + 1))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Depth, A::Error> {
        let mut most = 0;
        while let Some((IgnoredAny, Depth(depth))) = fields.next_entry()? {
            most = most.max(depth);
        }
        Ok(Depth(most + 1))
    }
}

fuzz_target!(|text: &str| {
    // Says something of anything.
    let _ = check_depth(text.as_bytes(), 3);
    if let Ok(Depth(depth)) = serde_json::from_str(text) {
        assert!(check_depth(text.as_bytes(), depth));
        assert!(depth == 0 || !check_depth(text.as_bytes(), depth - 1));
    }
});
