//! Refusals in the form of this API: `{"code":"mint.…","message":…}`.
//!
//! The status is the problem's, but for 422, which the original does not know: what is wrong with
//! a body is 400 here.

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, ResponseBuilder},
};

use crate::problem::{Code, Problem};

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct MintError {
    /// What went wrong: stable text.
    #[schema(example = "mint.resourceDoesNotExist", pattern = "^mint\\.[a-zA-Z]+$")]
    code: String,
    /// This occurrence in a sentence or more.
    #[schema(example = "There is no such webhook.")]
    message: String,
}

/// Turns an answer that refuses into this API's form; leaves any other as it is.
pub(super) async fn translate(mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let status = match response.status() {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        status => status,
    };
    let error = MintError {
        code: code(problem.code),
        message: message(&problem),
    };
    let mut translated = (status, axum::Json(error)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        // Clients of this API come with e-mail address and password.
        let basic = HeaderValue::from_static("Basic realm=\"bellwire\"");
        translated
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, basic);
    }
    if let Some(after) = response.headers_mut().remove(header::RETRY_AFTER) {
        translated.headers_mut().insert(header::RETRY_AFTER, after);
    }
    translated
}

/// `mint.` and the problem's code, in the way this API writes words together.
fn code(code: Code) -> String {
    if code == Code::NotFound {
        return "mint.resourceDoesNotExist".to_owned();
    }
    let mut written = "mint.".to_owned();
    for (index, word) in code.as_str().split('_').enumerate() {
        let (first, rest) = word.split_at(1);
        if index == 0 {
            written.push_str(first);
        } else {
            written.push_str(&first.to_uppercase());
        }
        written.push_str(rest);
    }
    written
}

/// Every field to blame: there is no list of them here.
fn message(problem: &Problem) -> String {
    match problem.errors.as_slice() {
        [] | [_] => problem.detail.to_string(),
        all => all
            .iter()
            .map(|error| format!("`{}`: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// What any operation here can answer besides.
#[derive(Debug)]
pub struct MintProblems;

impl IntoResponses for MintProblems {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let entries = [
            ("400", "The request is not acceptable; `message` says what."),
            ("401", "No credentials, or they do not hold."),
            ("403", "The role does not give this right."),
            ("404", "It does not exist, or belongs to somebody else."),
            (
                "429",
                "E-mail address and password were not looked at: too many tries.",
            ),
            ("500", "A bug."),
            ("503", "The store cannot be used right now."),
        ];
        entries.map(|(status, text)| entry(status, text)).into()
    }
}

/// What an operation with a body can answer besides.
#[derive(Debug)]
pub struct MintBodyProblems;

impl IntoResponses for MintBodyProblems {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let entries = [
            ("409", "The present state forbids this."),
            ("413", "The body is too large."),
            ("415", "The body is not JSON."),
        ];
        entries.map(|(status, text)| entry(status, text)).into()
    }
}

/// What an operation that a state can forbid can answer besides.
#[derive(Debug)]
pub struct MintConflict;

impl IntoResponses for MintConflict {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        [entry("409", "The present state forbids this.")].into()
    }
}

fn entry(status: &str, text: &str) -> (String, RefOr<utoipa::openapi::Response>) {
    let content = Content::new(Some(Ref::from_schema_name("MintError")));
    let response = ResponseBuilder::new()
        .description(text)
        .content("application/json", content)
        .build();
    (status.to_owned(), RefOr::T(response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_as_this_api_writes_its_codes() {
        assert_eq!(code(Code::NotFound), "mint.resourceDoesNotExist");
        assert_eq!(code(Code::Forbidden), "mint.forbidden");
        assert_eq!(code(Code::MalformedJson), "mint.malformedJson");
    }
}
