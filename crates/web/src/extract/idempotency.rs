//! The `Idempotency-Key` header.

use axum::extract::FromRequestParts;
use bellwire_core::said::Said;
use http::{HeaderMap, request::Parts};
use utoipa::IntoParams;

use crate::{
    AppState,
    problem::{Code, Problem},
};

/// The longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 255;
/// The header's name.
pub const HEADER: &str = "idempotency-key";

/// The header, for the documentation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// A repeat with the same key and body within 24 hours is answered as the first time and
    /// stores nothing; with another body it is 422.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    pub key: Option<String>,
}

/// The request's key, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl IdempotencyKey {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(HEADER).iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        if values.next().is_some() {
            return Err(wrong("the header is given more than once"));
        }
        let bytes = value.as_bytes();
        if bytes.is_empty()
            || bytes.len() > MAX_KEY_BYTES
            || !bytes.iter().all(u8::is_ascii_graphic)
        {
            return Err(wrong(format!(
                "1 to {MAX_KEY_BYTES} visible ASCII characters without blanks are expected"
            )));
        }
        Ok(Self(Some(String::from_utf8_lossy(bytes).into_owned())))
    }
}

fn wrong(message: impl Into<Said>) -> Problem {
    Problem::field(Code::InvalidHeader, "Idempotency-Key", message)
}

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        Self::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn of(values: &[&[u8]]) -> Result<IdempotencyKey, Problem> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        IdempotencyKey::of(&headers)
    }

    #[test]
    fn a_key_is_visible_ascii_of_a_bounded_length() {
        assert_eq!(of(&[]).unwrap().0, None);
        assert_eq!(of(&[b"a-1_~!"]).unwrap().0.as_deref(), Some("a-1_~!"));
        assert!(of(&[&[b'k'; 255]]).is_ok());
        for values in [
            &[&[b'k'; 256][..]][..],
            &[b""],
            &[b"a b"],
            &[b"\xfc"],
            &[b"a", b"a"],
        ] {
            let problem = of(values).unwrap_err();
            assert_eq!(problem.code, Code::InvalidHeader);
            assert_eq!(problem.errors[0].field, "Idempotency-Key");
        }
    }
}
