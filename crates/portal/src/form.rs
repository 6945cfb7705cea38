//! What a form of ours sends, and what a query says: names and values, any of them more than once.

use axum::extract::{FromRequest, Request};
use bellwire_web::{
    AppState,
    problem::{Code, Problem},
};
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use url::form_urlencoded;

/// More than the largest form has: 200 event types, 200 channels and 20 headers.
const LIMIT_BYTES: usize = 256 << 10;

/// Names and values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// From `a=1&b=2`.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(bytes)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The first value of a name; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }

    /// The first value of a name without the blanks around it; `None` when nothing is left.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Every value of a name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(other, _)| other == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Whether a box of this name is checked.
    pub(crate) fn checked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
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
                "This page takes what its own form sends.",
            ));
        }
        match Limited::new(body, LIMIT_BYTES).collect().await {
            Ok(collected) => Ok(Self::parse(&collected.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(
                Code::TooLarge,
                "That is too much for this form.",
            )),
            Err(error) => Err(Problem::new(
                Code::UnreadableBody,
                format!("The form ended before its time: {error}."),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_come_more_than_once_or_not_at_all() {
        let form = Form::parse(b"a=1&b=+x+&a=2&c=&d=%3Cb%3E");
        assert_eq!(form.all("a"), ["1", "2"]);
        assert_eq!(form.given("b"), Some("x"));
        assert_eq!((form.given("c"), form.given("e")), (None, None));
        assert_eq!(
            (form.text("d"), form.checked("a"), form.checked("c")),
            ("<b>", true, false)
        );
    }
}
