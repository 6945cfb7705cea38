//! A request's body as bytes: under a limit, and only when it says it is JSON or says nothing.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::problem::{Code, Problem};

/// The largest body of an ordinary request: 1 MiB.
pub const LIMIT_BYTES: usize = 1 << 20;
/// The largest body that carries events: 16 MiB.
pub const EVENTS_LIMIT_BYTES: usize = 16 << 20;
/// The largest body that reports usage: 16 MiB, which holds 10 000 records of which each text is as
/// long as it may be.
pub const USAGE_LIMIT_BYTES: usize = 16 << 20;

/// Reads the body.
///
/// # Errors
/// `unsupported_media_type`, `too_large`, `unreadable_body`.
pub async fn read(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Bytes, Problem> {
    check_content_type(headers)?;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > limit_bytes as u64) {
        // Said beforehand, so it need not be read to be refused.
        return Err(too_large(limit_bytes));
    }
    match Limited::new(body, limit_bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit_bytes)),
        Err(error) => Err(Problem::new(
            Code::UnreadableBody,
            format!("The body ended before its time: {error}."),
        )),
    }
}

fn too_large(limit_bytes: usize) -> Problem {
    Problem::new(
        Code::TooLarge,
        format!("This route accepts a body of at most {limit_bytes} bytes."),
    )
}

/// `application/json`, or a type built on it, with any parameters; or nothing at all.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = value
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json {
        Ok(())
    } else {
        Err(Problem::field(
            Code::UnsupportedMediaType,
            "Content-Type",
            "`application/json` is expected; with curl, use `--json` in place of `-d`",
        ))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with_type(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))])
    }

    #[tokio::test]
    async fn a_body_that_is_json_or_says_nothing_is_read() {
        for headers in [
            HeaderMap::new(),
            with_type("application/json"),
            with_type("application/json "),
            with_type("Application/JSON; charset=utf-8"),
            with_type("application/vnd.acme+json"),
        ] {
            let body = read(&headers, Body::from("{}"), 2).await.unwrap();
            assert_eq!(body, "{}");
        }
    }

    #[tokio::test]
    async fn a_body_that_says_it_is_something_else_is_refused() {
        for value in ["text/plain", "", "application/jsonp", "multipart/form-data"] {
            let problem = read(&with_type(value), Body::from("{}"), 2)
                .await
                .unwrap_err();
            assert_eq!(problem.code, Code::UnsupportedMediaType, "{value}");
            assert_eq!(problem.errors[0].field, "Content-Type");
        }
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_whether_it_says_so_or_not() {
        let mut announced = HeaderMap::new();
        announced.insert(header::CONTENT_LENGTH, HeaderValue::from_static("3"));
        for headers in [HeaderMap::new(), announced] {
            let problem = read(&headers, Body::from("123"), 2).await.unwrap_err();
            assert_eq!(problem.code, Code::TooLarge);
        }
    }
}
