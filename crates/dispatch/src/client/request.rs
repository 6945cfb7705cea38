//! From the port's request to hyper's.

use bellwire_core::{headers::HeaderList, outcome::Cause};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, header, uri};
use http_body_util::Full;

use super::{fault::Fault, target::Target};

/// Headers that a map has room for at first: ours, and a few of the webhook's own.
const USUAL_HEADERS: usize = 12;

/// What hyper sends. The body is one piece, so that its length is known.
pub(super) type Outgoing = http::Request<Full<Bytes>>;

/// Makes the request; [`address_to`] then fits it to a connection.
pub(super) fn build(headers: &HeaderList, body: Bytes) -> Result<Outgoing, Fault> {
    let length = HeaderValue::from(body.len());
    let mut request = http::Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    let map = request.headers_mut();
    map.reserve(USUAL_HEADERS);
    append(map, headers)?;
    map.insert(header::CONTENT_LENGTH, length);
    Ok(request)
}

/// Line and host of the request, for the version that the connection speaks.
pub(super) fn address_to(request: &mut Outgoing, target: &Target, h2: bool) {
    let mut parts = uri::Parts::default();
    parts.path_and_query = Some(target.path.clone());
    if h2 {
        parts.scheme = Some(target.scheme());
        parts.authority = Some(target.authority.clone());
        request.headers_mut().remove(header::HOST);
        *request.version_mut() = Version::HTTP_2;
    } else {
        let host = target.host_header.clone();
        request.headers_mut().insert(header::HOST, host);
        *request.version_mut() = Version::HTTP_11;
    }
    // A path alone, or all three, is always a URI.
    *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
}

fn append(map: &mut HeaderMap, headers: &HeaderList) -> Result<(), Fault> {
    for (name, value) in headers.iter() {
        let wrong = |what: &str| {
            let detail = format!("the header {name} cannot be sent: its {what} is not valid");
            Fault::new(Cause::Envelope, detail)
        };
        let parsed = HeaderName::try_from(name).map_err(|_| wrong("name"))?;
        if is_ours(&parsed) {
            continue;
        }
        let value = HeaderValue::try_from(value).map_err(|_| wrong("value"))?;
        map.append(parsed, value);
    }
    Ok(())
}

/// Headers that describe the connection or the framing: only the client may set them. And
/// `accept-encoding`: nothing is ever unpacked, so nothing packed is asked for.
fn is_ours(name: &HeaderName) -> bool {
    [
        header::HOST,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        header::ACCEPT_ENCODING,
    ]
    .contains(name)
        || name == "keep-alive"
        || name == "proxy-connection"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderList {
        pairs.iter().copied().collect()
    }

    #[test]
    fn framing_headers_are_the_clients_own() {
        let given = headers(&[
            ("content-length", "7"),
            ("transfer-encoding", "chunked"),
            ("host", "elsewhere.test"),
            ("connection", "upgrade"),
            ("accept-encoding", "gzip"),
            ("x-kept", "yes"),
        ]);
        let request = build(&given, Bytes::from_static(b"{}")).unwrap();
        let names: Vec<_> = request.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-kept", "content-length"]);
        assert_eq!(request.headers()["content-length"], "2");
    }

    #[test]
    fn a_header_that_cannot_be_sent_fails_the_attempt_and_says_which() {
        let fault = build(&headers(&[("x-a", "one\r\nx-b: two")]), Bytes::new()).unwrap_err();
        assert_eq!(fault.cause, Cause::Envelope);
        assert!(fault.detail.contains("x-a"), "{}", fault.detail);
    }
}
