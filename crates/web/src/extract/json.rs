//! A JSON body as a typed value.
//!
//! The parse itself is plain serde_json. Only when it fails is the body parsed a second time with
//! the path kept, to name the field: who sends good requests does not pay for good messages.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::{Object, body};
use crate::{
    AppState,
    problem::{Code, Problem},
};

/// A JSON body of at most 1 MiB.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = body::read(&parts.headers, body, body::LIMIT_BYTES).await?;
        parse(&bytes, "").map(|Object(value)| Self(value))
    }
}

/// A JSON body that may as well be left out, or be null.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = body::read(&parts.headers, body, body::LIMIT_BYTES).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let value: Option<Object<T>> = parse(&bytes, "")?;
        Ok(Self(value.unwrap_or_default().0))
    }
}

/// Parses a body. `root` is what the body as a whole is called in the names of fields.
///
/// # Errors
/// `malformed_json` when it is not JSON, `invalid_request` with the field when it does not fit.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8], root: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| explain::<T>(body, root, &error))
}

/// A body of at most so many bytes is parsed where it was read: that takes well below a millisecond.
const AT_ONCE_BYTES: usize = 64 << 10;

/// Parses a body that may be large: then on a thread of its own, so that the requests that share this
/// one do not wait for it.
///
/// # Errors
/// As `parse`.
pub async fn parse_apart<T: Send + 'static>(
    body: Bytes,
    parse: fn(&[u8]) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if body.len() <= AT_ONCE_BYTES {
        return parse(&body);
    }
    let parsed = tokio::task::spawn_blocking(move || parse(&body)).await;
    parsed.unwrap_or_else(|error| {
        let reason = format!("parsing a body ended early: {error}");
        Err(bellwire_core::service::Error::Internal(reason).into())
    })
}

/// Called after each of many: now and then lets another thread have the core. A thread that is just
/// busy keeps it for milliseconds, and an event's way leads over several threads.
pub fn breathe(done: usize) {
    const IN_ONE_GO: usize = 128;
    if done % IN_ONE_GO == IN_ONE_GO - 1 {
        std::thread::yield_now();
    }
}

fn explain<'a, T: Deserialize<'a>>(
    body: &'a [u8],
    root: &str,
    error: &serde_json::Error,
) -> Problem {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Problem::new(Code::MalformedJson, "The body is empty; JSON is expected.");
    }
    if let Err(error) = std::str::from_utf8(body) {
        return Problem::new(
            Code::MalformedJson,
            format!("The body is not UTF-8: {error}."),
        );
    }
    // A field can be wrong before the place where the body stops being JSON; what is not JSON as a
    // whole is said first.
    if let Err(syntax) = serde_json::from_slice::<IgnoredAny>(body) {
        return Problem::new(
            Code::MalformedJson,
            format!("The body is not JSON: {syntax}."),
        );
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let (path, message) = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => (error.path().to_string(), without_position(error.inner())),
        // Cannot be; but a message without a path is better than a panic.
        Ok(_) => (String::new(), without_position(error)),
    };
    match join(root, &path, &message) {
        // The body as a whole is to blame, and not one field of it.
        field if field.is_empty() => Problem::new(Code::InvalidRequest, message),
        field => Problem::field(Code::InvalidRequest, field, message),
    }
}

/// The message without serde_json's ` at line 1 column 2`: the field says where.
fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned()
}

/// The field's full name. Serde reports a missing or repeated field at its parent; the name is in
/// the message then.
fn join(root: &str, path: &str, message: &str) -> String {
    let mut full = root.to_owned();
    let mut push = |part: &str| {
        if !part.is_empty() && part != "." && part != "?" {
            if !full.is_empty() && !part.starts_with('[') {
                full.push('.');
            }
            full.push_str(part);
        }
    };
    push(path.trim_end_matches(".?"));
    let named = ["missing field `", "duplicate field `", "unknown field `"]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix)?.split('`').next());
    if let Some(name) = named {
        let last = path.rsplit('.').next().unwrap_or_default();
        if last != name {
            push(name);
        }
    }
    full
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code)]
        total_ms: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        data: &'a RawValue,
        #[expect(dead_code)]
        inner: Option<Inner>,
    }

    fn refused(body: &str) -> (Code, String, String) {
        let problem = parse::<Outer<'_>>(body.as_bytes(), "").unwrap_err();
        let (field, message) = problem.errors.first().map_or_else(
            || (String::new(), problem.detail.clone()),
            |error| (error.field.clone(), error.message.clone()),
        );
        (problem.code, field, message.into())
    }

    #[test]
    fn data_stays_as_it_was_written() {
        let body = br#"{"name":"a","data":{"z":1.10, "a":12345678901234567890}}"#;
        let outer: Outer<'_> = parse(body, "").unwrap();
        assert_eq!(outer.data.get(), r#"{"z":1.10, "a":12345678901234567890}"#);
        assert!(matches!(outer.name, Cow::Borrowed("a")));
    }

    #[test]
    fn each_kind_of_misfit_names_its_field() {
        for (body, field, message) in [
            (
                r#"{"name":1,"data":0}"#,
                "name",
                "invalid type: integer `1`, expected a string",
            ),
            (r#"{"name":"a"}"#, "data", "missing field `data`"),
            (
                r#"{"name":"a","data":0,"nome":1}"#,
                "nome",
                "unknown field `nome`, expected one of `name`, `data`, `inner`",
            ),
            (
                r#"{"name":"a","name":"b","data":0}"#,
                "name",
                "duplicate field `name`",
            ),
            (
                r#"{"name":"a","data":0,"inner":{"total_ms":-1}}"#,
                "inner.total_ms",
                "invalid value: integer `-1`, expected u32",
            ),
            (
                r#"{"name":"a","data":0,"inner":{"ms":1}}"#,
                "inner.ms",
                "unknown field `ms`, expected `total_ms`",
            ),
            (
                r#"{"name":"a","data":0,"inner":{}}"#,
                "inner.total_ms",
                "missing field `total_ms`",
            ),
        ] {
            assert_eq!(
                refused(body),
                (Code::InvalidRequest, field.to_owned(), message.to_owned()),
                "{body}"
            );
        }
    }

    #[test]
    fn a_list_names_the_index() {
        let body = br#"[{"name":"a","data":0},{"name":"a"}]"#;
        let problem = parse::<Vec<Outer<'_>>>(body, "events").unwrap_err();
        assert_eq!(problem.errors[0].field, "events[1].data");
        let problem = parse::<Vec<Outer<'_>>>(b"[7]", "events").unwrap_err();
        assert_eq!(problem.errors[0].field, "events[0]");
    }

    #[tokio::test]
    async fn a_large_body_is_parsed_as_a_small_one() {
        fn numbers(body: &[u8]) -> Result<Vec<u64>, Problem> {
            parse(body, "numbers")
        }
        for count in [10, 100_000] {
            let body = |last: &str| Bytes::from(format!("[{}{last}]", "7,".repeat(count)));
            assert!(body("7").len() <= AT_ONCE_BYTES || count > 10);
            let read = parse_apart(body("7"), numbers).await.unwrap();
            assert_eq!(read.len(), count + 1);
            let problem = parse_apart(body("-7"), numbers).await.unwrap_err();
            assert_eq!(problem.errors[0].field, format!("numbers[{count}]"));
        }
    }

    #[test]
    fn what_is_not_json_says_where_it_ends_to_be() {
        for body in ["{", "nul", "{\"name\":}", "\u{feff}{}", "{} {}"] {
            assert_eq!(refused(body).0, Code::MalformedJson, "{body}");
        }
        let bytes = parse::<Outer<'_>>(b"{\"name\":\"a\",\"data\":\"\xff\"}", "").unwrap_err();
        assert_eq!(bytes.code, Code::MalformedJson);
        assert_eq!(refused(" \n").2, "The body is empty; JSON is expected.");
        assert!(refused("{\"name\" 1}").2.contains("line 1 column 9"));
    }
}
