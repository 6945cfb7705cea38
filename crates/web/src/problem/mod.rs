//! What every refusal looks like: an RFC 9457 problem document with a stable `code` and, where a
//! field is to blame, its name.
//!
//! Handlers and extractors return [`Problem`]; nothing in this crate answers an error in another
//! form, the 404 of an unknown path and the 500 of a panic included.

mod code;
pub mod docs;
mod nouns;

use axum::response::{IntoResponse, Response};
use bellwire_core::{said::Said, say, service};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

pub use code::Code;

/// The media type of RFC 9457.
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A field that is not acceptable, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it is: a path into the body such as `events[3].type`, or the name of a query
    /// parameter or header. Empty when it is the body as a whole.
    #[schema(example = "events[3].type")]
    pub field: String,
    /// What is wrong with it and what is expected.
    #[schema(value_type = String, example = "missing field `type`")]
    pub message: Said,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What went wrong; decides the status.
    pub code: Code,
    /// This occurrence in one or two sentences.
    pub detail: Said,
    /// The fields to blame, if any.
    pub errors: Vec<FieldError>,
    /// When the same request can succeed, in seconds from now.
    pub retry_after_s: Option<u32>,
}

/// A refusal: a problem document as in RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// Identifies the kind of problem: a URN that ends in the code.
    #[serde(rename = "type")]
    #[schema(format = Uri, example = "urn:bellwire:problem:invalid_request")]
    kind: String,
    /// The kind of problem in a few words.
    #[schema(example = "A field is not acceptable")]
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// Stable text to branch on.
    #[schema(example = "invalid_request")]
    code: &'a str,
    /// This occurrence in one or two sentences.
    #[schema(example = "`type`: missing field `type`")]
    detail: &'a str,
    /// The fields to blame. Left out when no field is.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl Problem {
    /// A problem that no field is to blame for.
    pub fn new(code: Code, detail: impl Into<Said>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
        }
    }

    /// A problem with fields to blame; the first of them makes the detail.
    #[must_use]
    pub fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [] => code.title().into(),
            [only] => sentence(only),
            [first, rest @ ..] => say!(
                "problem-more",
                "{first} (and {count} more)",
                first = sentence(first),
                count = rest.len()
            ),
        };
        Self {
            code,
            detail,
            errors,
            retry_after_s: None,
        }
    }

    /// A problem with one field to blame.
    pub fn field(code: Code, field: impl Into<String>, message: impl Into<Said>) -> Self {
        let error = FieldError {
            field: field.into(),
            message: message.into(),
        };
        Self::fields(code, vec![error])
    }

    /// The 404 for a thing that is not there or not the caller's: the two are never told apart.
    #[must_use]
    pub fn not_found(noun: &'static str) -> Self {
        let noun = nouns::said(noun);
        Self::new(
            Code::NotFound,
            say!("problem-not-found", "There is no such {noun}.", noun),
        )
    }
}

impl Problem {
    /// The same problem with one field called by another name: where a route's name for it is
    /// not the service's.
    #[must_use]
    pub fn renaming(self, from: &str, to: &str) -> Self {
        if self.errors.iter().all(|error| error.field != from) {
            return self;
        }
        let mut errors = self.errors;
        for error in &mut errors {
            if error.field == from {
                error.field = to.to_owned();
            }
        }
        Self::fields(self.code, errors)
    }
}

impl From<service::Error> for Problem {
    fn from(error: service::Error) -> Self {
        use service::Error;
        match error {
            Error::Invalid(errors) => {
                let errors = errors
                    .into_iter()
                    .map(|service::FieldError { field, message }| FieldError { field, message })
                    .collect();
                Self::fields(Code::InvalidRequest, errors)
            }
            Error::NotFound(noun) => Self::not_found(noun),
            Error::Conflict { code, message } => {
                Self::new(Code::parse(code).unwrap_or(Code::Conflict), message)
            }
            Error::Unauthenticated(message) => Self::new(Code::Unauthenticated, message),
            Error::Forbidden(message) => Self::new(Code::Forbidden, message),
            Error::Gone { code, message } => {
                Self::new(Code::parse(code).unwrap_or(Code::LinkExpired), message)
            }
            Error::TooMany {
                code,
                retry_after_s,
                message,
            } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(Code::parse(code).unwrap_or(Code::TooManyTries), message)
            },
            Error::SignIn { code, message } => {
                Self::new(Code::parse(code).unwrap_or(Code::SignInRefused), message)
            }
            Error::KeyReused(message) => Self::new(Code::IdempotencyKeyReused, message),
            Error::TooLarge(message) => Self::new(Code::TooLarge, message),
            Error::Unavailable(reason) => Self::new(Code::Unavailable, reason),
            Error::Internal(reason) => {
                // Told to the log and not to the caller: it is about our insides.
                tracing::error!(reason, "a request failed");
                Self::new(
                    Code::Internal,
                    say!(
                        "problem-bug",
                        "A bug stopped this request; the log has its id."
                    ),
                )
            }
        }
    }
}

impl From<bellwire_core::ports::Error> for Problem {
    fn from(error: bellwire_core::ports::Error) -> Self {
        service::Error::from(error).into()
    }
}

fn sentence(error: &FieldError) -> Said {
    if error.field.is_empty() {
        error.message.clone()
    } else {
        say!(
            "problem-field",
            "`{field}`: {message}",
            field = error.field,
            message = error.message
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let document = Document {
            kind: format!("urn:bellwire:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code.as_str(),
            detail: &self.detail,
            errors: &self.errors,
        };
        // Strings and numbers always have a JSON form; an empty body beats a panic all the same.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        match self.code {
            Code::Unauthenticated => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"bellwire\""),
                );
            }
            Code::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For who writes refusals in a form of their own.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn written(problem: Problem) -> (Response<()>, String) {
        let (parts, body) = problem.into_response().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (
            Response::from_parts(parts, ()),
            String::from_utf8(bytes.to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn a_field_error_names_the_field_in_detail_and_list() {
        let (head, body) = written(Problem::field(
            Code::InvalidRequest,
            "events[3].type",
            "missing field `type`",
        ))
        .await;
        assert_eq!(head.status(), 422);
        assert_eq!(head.headers()["content-type"], "application/problem+json");
        assert_eq!(
            body,
            r#"{"type":"urn:bellwire:problem:invalid_request","title":"A field is not acceptable","status":422,"code":"invalid_request","detail":"`events[3].type`: missing field `type`","errors":[{"field":"events[3].type","message":"missing field `type`"}]}"#
        );
    }

    #[tokio::test]
    async fn a_missing_token_is_challenged_and_an_outage_says_when_to_come_back() {
        let (head, body) = written(Problem::new(Code::Unauthenticated, "No token.")).await;
        assert_eq!(head.status(), 401);
        assert_eq!(
            head.headers()["www-authenticate"],
            "Bearer realm=\"bellwire\""
        );
        assert!(!body.contains("errors"));
        let (head, _) = written(Problem::new(Code::Unavailable, "disk full")).await;
        assert_eq!(head.status(), 503);
        assert_eq!(head.headers()["retry-after"], "1");
    }

    #[tokio::test]
    async fn what_is_about_our_insides_is_for_the_log_only() {
        let error = service::Error::Internal("column 7 of deliveries".to_owned());
        let (head, body) = written(error.into()).await;
        assert_eq!(head.status(), 500);
        assert!(!body.contains("column"), "{body}");
    }

    #[test]
    fn a_conflict_keeps_its_code_and_an_unknown_one_is_a_conflict() {
        for (code, expected) in [("url_taken", Code::UrlTaken), ("weather", Code::Conflict)] {
            let message = "it cannot be".into();
            let problem = Problem::from(service::Error::Conflict { code, message });
            assert_eq!(
                (problem.code, problem.detail.as_str()),
                (expected, "it cannot be")
            );
        }
    }

    #[test]
    fn several_fields_make_a_detail_that_says_so() {
        let error = |field: &str| FieldError {
            field: field.to_owned(),
            message: "is wrong".into(),
        };
        let problem = Problem::fields(Code::InvalidRequest, vec![error("a"), error("b")]);
        assert_eq!(problem.detail, "`a`: is wrong (and 1 more)");
        assert_eq!(problem.errors.len(), 2);
    }
}
