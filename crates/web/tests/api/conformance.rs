//! Holds every answer that any test here gets to the OpenAPI document: its status is documented
//! for that operation, and its body fits the schema given for it.

use std::{collections::HashMap, sync::LazyLock};

use http::Method;
use parking_lot::Mutex;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::app::Answer;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(bellwire_web::openapi()).unwrap());
static VALIDATORS: LazyLock<Mutex<HashMap<String, jsonschema::Validator>>> =
    LazyLock::new(Mutex::default);

/// The operation that serves this request, if it is a documented one.
fn operation(method: &Method, path: &str) -> Option<(String, &'static Value)> {
    let fits = |template: &str| {
        let (given, expected) = (path.split('/'), template.split('/'));
        given.clone().count() == expected.clone().count()
            && given.zip(expected).all(|(given, expected)| {
                given == expected || (expected.starts_with('{') && !given.is_empty())
            })
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let (template, item) = paths.iter().find(|(template, _)| fits(template))?;
    let method = method.as_str().to_lowercase();
    let operation = item.get(&method)?;
    Some((format!("{method} {template}"), operation))
}

/// Panics when the answer is not one that the document promises.
#[track_caller]
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((name, operation)) = operation(method, path) else {
        return;
    };
    let status = answer.status.as_str();
    let what = format!("{name} {status}");
    let response = operation["responses"]
        .get(status)
        .unwrap_or_else(|| panic!("{what} is not documented: {}", answer.text));
    let Some(content) = response.get("content") else {
        assert_eq!(answer.text, "", "{what} has no body");
        return;
    };
    let given = answer.headers["content-type"].to_str().unwrap();
    let (media_type, content) = content.as_object().unwrap().iter().next().unwrap();
    assert!(given.starts_with(media_type.as_str()), "{what}: {given}");
    // Of JSON lines, each is one.
    if !media_type.ends_with("json") || media_type.ends_with("ndjson") {
        return;
    }
    let mut validators = VALIDATORS.lock();
    let validator = validators.entry(what.clone()).or_insert_with(|| {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [content["schema"]],
            "components": DOCUMENT["components"],
        });
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap()
    });
    serde_json::from_str::<IgnoredAny>(&answer.text).expect("the body is JSON");
    // Data may hold numbers that no `Value` can (1e400): JSON all the same, but not to be checked.
    let Ok(body) = serde_json::from_str::<Value>(&answer.text) else {
        return;
    };
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}\n{body:#}");
}
