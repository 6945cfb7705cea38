//! How deep a JSON text nests, against serde_json.

use bellwire_core::json::{MAX_DEPTH, check_depth};
use proptest::prelude::*;
use serde_json::Value;

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[test]
fn depth_counts_arrays_and_objects() {
    for (json, depth) in [
        ("1", 0),
        (r#""[[[{""#, 0),
        ("[]", 1),
        ("[1,[],2,[[]],{}]", 3),
        (r#"{"a":{"b":[]}}"#, 3),
        (r#"{"a\"[":1,"\\":[2]}"#, 2),
        (r#"["\\",["\\\"]"]]"#, 2),
    ] {
        assert!(check_depth(json.as_bytes(), depth), "{json}");
        assert!(
            depth == 0 || !check_depth(json.as_bytes(), depth - 1),
            "{json}"
        );
    }
}

#[test]
fn the_limit_is_the_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(check_depth(nested(MAX_DEPTH).as_bytes(), MAX_DEPTH));
    assert!(!check_depth(nested(MAX_DEPTH + 1).as_bytes(), MAX_DEPTH));
    assert!(!check_depth(&[b'['; 10_000_000], MAX_DEPTH));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\[\\]{}\"\\\\]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[\\[{\"\\\\a]{0,4}", inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    /// It agrees with the tree that serde_json reads.
    #[test]
    fn it_agrees_with_serde_json(value in values(), max in 0..8_usize, pretty in any::<bool>()) {
        let json = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) };
        prop_assert_eq!(check_depth(&json.unwrap(), max), depth(&value) <= max);
    }

    /// Text that is not JSON is survived.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..100), max in 0..4_usize) {
        let _ = check_depth(&bytes, max);
    }
}
