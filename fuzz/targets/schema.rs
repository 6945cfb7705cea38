//! The schema of an event type, which an organization gives, and data that it is held against: neither
//! ends the program, and what is found stays within its limit.
#![no_main]

use bellwire_core::schema::{compile, findings};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 5;

fuzz_target!(|input: (&str, &str)| {
    let (schema, data) = input;
    if let (Ok(schema), Ok(data)) = (compile(schema), serde_json::from_str(data)) {
        let found = findings(&schema, &data, LIMIT);
        assert!(found.len() <= LIMIT);
        assert_eq!(found.is_empty(), schema.is_valid(&data));
    }
});
