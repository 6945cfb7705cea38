//! What a form of ours sends, and what a query says: names and values, any of them more than once.

use axum::extract::{FromRequest, Request};
use bellwire_core::{said::Said, say};
use bellwire_web::{
    AppState,
    problem::{Code, Problem},
};
use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use url::form_urlencoded;

use crate::{multipart, pages::seen};

/// More than the largest form has: 200 event types, 200 channels and 20 headers.
const LIMIT_BYTES: usize = 256 << 10;

/// Names and values, and files where a form has any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>, Vec<(String, Bytes)>);

impl Form {
    /// From `a=1&b=2`.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(bytes)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            Vec::new(),
        )
    }

    /// As if these had been sent: what a form shows at first.
    pub(crate) fn of<const N: usize>(pairs: [(&str, String); N]) -> Self {
        let pairs = pairs.into_iter();
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value));
        Self(pairs.collect(), Vec::new())
    }

    /// A word for all that it holds.
    pub(crate) fn word(&self) -> String {
        let texts = self.0.iter().flat_map(|(name, value)| [name, value]);
        seen::word(&texts.map(String::as_str).collect::<Vec<_>>())
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

    /// A file that was chosen; `None` when none was.
    pub(crate) fn file(&self, name: &str) -> Option<Bytes> {
        let mut files = self.1.iter();
        let (_, bytes) = files.find(|(other, bytes)| other == name && !bytes.is_empty())?;
        Some(bytes.clone())
    }

    /// From what a form with a file sends.
    fn parse_parts(body: &Bytes, boundary: &str) -> Option<Self> {
        let mut form = Self::default();
        for part in multipart::parts(body, boundary)? {
            match part.file {
                true => form.1.push((part.name, part.value)),
                false => {
                    let text = String::from_utf8_lossy(&part.value).into_owned();
                    form.0.push((part.name, text));
                }
            }
        }
        Some(form)
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
        let kind = kind.and_then(|kind| kind.to_str().ok());
        let boundary = kind.and_then(multipart::boundary);
        let is_form = kind
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form && boundary.is_none() {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                say!("page-own-form", "This page takes what its own form sends."),
            ));
        }
        match Limited::new(body, LIMIT_BYTES).collect().await {
            Ok(collected) => {
                let body = collected.to_bytes();
                match boundary {
                    None => Ok(Self::parse(&body)),
                    Some(boundary) => Self::parse_parts(&body, boundary).ok_or_else(|| {
                        Problem::new(
                            Code::UnreadableBody,
                            say!("page-cut", "The form ended before its time."),
                        )
                    }),
                }
            }
            Err(error) if error.is::<LengthLimitError>() => Err(Problem::new(
                Code::TooLarge,
                say!("page-too-much", "That is too much for this form."),
            )),
            Err(error) => Err(Problem::new(
                Code::UnreadableBody,
                say!(
                    "page-cut-because",
                    "The form ended before its time: {error}.",
                    error = Said::from(error.to_string())
                ),
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
