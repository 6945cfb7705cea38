//! JSON Schemas of event types: compiled once, checked at ingest.
//!
//! A schema comes from outside, so compiling one touches neither network nor files, and its
//! patterns run in an engine whose time grows with the text alone: no schema can be written that
//! makes ingest slow by backtracking.

use jsonschema::{PatternOptions, Retrieve, Uri, Validator};
use serde_json::Value;

use crate::{json, said::Said, say};

/// The largest schema, and the largest example, in bytes.
pub const MAX_SCHEMA_BYTES: usize = 256 * 1024;
/// The deepest nesting of a schema or an example.
pub const MAX_DEPTH: usize = 64;

/// Compiles a schema.
///
/// # Errors
/// Why the text is not a schema that can be used here: too large or too deep to be kept in memory for
/// each event, not JSON at all, or JSON but no schema.
pub fn compile(schema: &str) -> Result<Validator, Said> {
    if schema.len() > MAX_SCHEMA_BYTES || !json::check_depth(schema.as_bytes(), MAX_DEPTH) {
        return Err(say!(
            "rule-schema-size",
            "a schema has at most {max} bytes and {levels} levels of nesting",
            max = MAX_SCHEMA_BYTES,
            levels = MAX_DEPTH
        ));
    }
    let schema: Value = serde_json::from_str(schema).map_err(|error| {
        say!(
            "rule-json",
            "it is not JSON: {error}",
            error = Said::from(error.to_string())
        )
    })?;
    if !(schema.is_object() || schema.is_boolean()) {
        return Err(say!(
            "rule-schema-object",
            "it is not a JSON Schema: a schema is a JSON object, for example {example}",
            example = r#"{"type": "object"}"#
        ));
    }
    jsonschema::options()
        .with_retriever(Nowhere)
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .map_err(|error| {
            let path = error.instance_path().as_str();
            let at = if path.is_empty() {
                String::new()
            } else {
                format!("at {path}: ")
            };
            let why = format!("{at}{}", shortened(&error.to_string()));
            say!(
                "rule-schema",
                "it is not a JSON Schema: {why}",
                why = Said::from(why)
            )
        })
}

/// What is wrong with these data, for people; at most `limit` findings, none when they fit.
/// Each is the path (`.customer.email`, empty for the whole) and a sentence.
#[must_use]
pub fn findings(validator: &Validator, data: &Value, limit: usize) -> Vec<(String, String)> {
    validator
        .iter_errors(data)
        .take(limit)
        .map(|error| {
            let path = error.instance_path().as_str().replace('/', ".");
            (path, shortened(&error.to_string()))
        })
        .collect()
}

/// A message that quotes the data can be as long as the data.
fn shortened(message: &str) -> String {
    const MOST: usize = 300;
    match message.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// References lead nowhere but into the schema itself.
struct Nowhere;

impl Retrieve for Nowhere {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!(
            "`{uri}` is outside of the schema, and nothing is fetched; copy it into `$defs` and \
             refer to it as `#/$defs/name`"
        )
        .into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(schema: &str) -> String {
        compile(schema).unwrap_err().to_string()
    }

    #[test]
    fn data_are_held_to_the_schema() {
        let schema =
            r#"{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}"#;
        let validator = compile(schema).unwrap();
        assert_eq!(findings(&validator, &json!({"id": 1}), 10), []);
        assert_eq!(
            findings(&validator, &json!({"id": "x"}), 10),
            [(
                ".id".to_owned(),
                "\"x\" is not of type \"integer\"".to_owned()
            )]
        );
    }

    #[test]
    fn what_is_no_schema_is_refused_with_the_reason() {
        assert!(refused("{").starts_with("it is not JSON"));
        assert!(refused("[]").contains("a schema is a JSON object"));
        assert!(refused(r#"{"type":"strin"}"#).contains("at /type"));
        assert!(refused(r#"{"pattern":"("}"#).contains("not a JSON Schema"));
        assert!(refused(&format!("{}1{}", "[".repeat(65), "]".repeat(65))).contains("64 levels"));
        assert!(refused(&" ".repeat(MAX_SCHEMA_BYTES + 1)).contains("at most"));
    }

    #[test]
    fn nothing_is_fetched() {
        for uri in [
            "https://example.com/a.json",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
        ] {
            let message = refused(&format!(r#"{{"$ref":"{uri}"}}"#));
            assert!(message.contains("nothing is fetched"), "{message}");
        }
        assert!(refused(r##"{"$ref":"#/$defs/missing"}"##).contains("missing"));
    }

    #[test]
    fn the_dialects_are_known_without_fetching_them() {
        for dialect in [
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2020-12/schema",
        ] {
            let schema = format!(r#"{{"$schema":"{dialect}","type":"object"}}"#);
            assert!(compile(&schema).is_ok(), "{dialect}");
        }
    }

    #[test]
    fn a_schema_that_only_refers_to_itself_ends() {
        for schema in [
            r##"{"$ref":"#"}"##,
            r##"{"allOf":[{"$ref":"#"}]}"##,
            r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
            r##"{"not":{"$ref":"#"}}"##,
            r##"{"if":{"$ref":"#"},"then":true}"##,
            r##"{"$dynamicAnchor":"x","$dynamicRef":"#x"}"##,
        ] {
            if let Ok(validator) = compile(schema) {
                let _ = findings(&validator, &json!({"a": [1]}), 10);
            }
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let validator = compile(r#"{"type":"integer"}"#).unwrap();
        let found = findings(&validator, &json!("x".repeat(5000)), 10);
        assert!(found[0].1.chars().count() <= 301);
    }
}
