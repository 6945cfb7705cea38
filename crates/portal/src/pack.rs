//! Pages are compressed where a browser takes that. What would give a session's secret away beside
//! text that others choose (BREACH, CVE-2013-3587) is masked anew for each page: [`masked`].

use std::io::Write as _;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};

/// What is smaller is sent as it is.
const WORTH_BYTES: usize = 1024;
/// Far longer than any page.
const MAX_PAGE_BYTES: usize = 64 << 20;

/// Compresses pages on their way out.
pub(crate) async fn pages(request: Request, next: Next) -> Response {
    let packs = takes_gzip(request.headers());
    let response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !packs || !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Pages are in memory already, so that nothing waits here and nothing fails.
    let Ok(plain) = to_bytes(body, MAX_PAGE_BYTES).await else {
        return http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let packed = match plain.len() >= WORTH_BYTES {
        true => gzip(&plain, Compression::fast()),
        false => Bytes::new(),
    };
    parts
        .headers
        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed.is_empty() {
        return Response::from_parts(parts, Body::from(plain));
    }
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(packed))
}

/// The bytes, compressed. Empty when that fails, which writing to memory does not.
pub(crate) fn gzip(plain: &[u8], how: Compression) -> Bytes {
    let mut packer = GzEncoder::new(Vec::new(), how);
    let packed = packer.write_all(plain).and_then(|()| packer.finish());
    packed.unwrap_or_default().into()
}

/// Whether a browser takes gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|coding| coding == "gzip" || coding.starts_with("gzip;q=1"))
        })
}

/// A secret as a page carries it: another text each time, from which it is had back. `once` is
/// different for each page.
pub(crate) fn masked(secret: &str, once: &[u8]) -> String {
    let mask = mask(once, secret.len());
    let covered = secret.bytes().zip(&mask).map(|(byte, mask)| byte ^ mask);
    let covered: Vec<u8> = covered.collect();
    format!("{}.{}", hex(&mask), hex(&covered))
}

/// What was masked; any other text as it is.
pub(crate) fn unmasked(text: &str) -> String {
    let found = text.split_once('.').and_then(|(mask, covered)| {
        let (mask, covered) = (bytes(mask)?, bytes(covered)?);
        let secret = mask.iter().zip(&covered).map(|(a, b)| a ^ b).collect();
        (mask.len() == covered.len())
            .then(|| String::from_utf8(secret).ok())
            .flatten()
    });
    found.unwrap_or_else(|| text.to_owned())
}

fn mask(once: &[u8], len: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(len + 32);
    let mut block = Sha256::digest(once);
    while mask.len() < len {
        mask.extend_from_slice(&block);
        block = Sha256::digest(block);
    }
    mask.truncate(len);
    mask
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (hex.len().is_multiple_of(2) && hex.is_ascii())
        .then(|| {
            (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
                .collect()
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_secret_is_another_text_each_time_and_the_same_secret() {
        let (one, other) = (masked("bws-secret", b"1"), masked("bws-secret", b"2"));
        assert_ne!(one, other);
        assert!(!one.contains("secret"));
        assert_eq!(unmasked(&one), "bws-secret");
        assert_eq!(unmasked(&other), "bws-secret");
        for plain in ["", "plain", "a.b", "zz.zz", "00.0000", "é.é"] {
            assert_eq!(unmasked(plain), plain);
        }
    }
}
