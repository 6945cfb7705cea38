//! What a form of ours sends.

use axum::extract::{FromRequest, Request};
use bellwire_core::{said::Said, say};
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use url::form_urlencoded;

use crate::{
    AppState,
    problem::{Code, Problem},
};

/// Far more than any form of ours has.
const LIMIT_BYTES: usize = 16 << 10;

/// The fields of a form.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The text of a field; empty when it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let is_form = kind
            .and_then(|kind| kind.to_str().ok()?.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                say!("page-own-form", "This page takes what its own form sends."),
            ));
        }
        let bytes = match Limited::new(body, LIMIT_BYTES).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(Problem::new(
                    Code::TooLarge,
                    say!("page-too-much", "That is too much for this form."),
                ));
            }
            Err(error) => {
                return Err(Problem::new(
                    Code::UnreadableBody,
                    say!(
                        "page-cut-because",
                        "The form ended before its time: {error}.",
                        error = Said::from(error.to_string())
                    ),
                ));
            }
        };
        Ok(Self(
            form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        ))
    }
}
