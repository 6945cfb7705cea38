//! Headers of an attempt as bytes: each name one byte where it is a usual one, each value with its
//! length. About half of what JSON would take, and nothing to escape: attempts are most of what the
//! store writes.

use bellwire_core::outcome::Header;

/// Names that take one byte. The place in this list is what is stored: append only.
const USUAL: [&str; 48] = [
    "content-type",
    "content-length",
    "date",
    "server",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "cache-control",
    "etag",
    "last-modified",
    "location",
    "vary",
    "set-cookie",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
    "content-encoding",
    "content-security-policy",
    "referrer-policy",
    "via",
    "x-powered-by",
    "x-request-id",
    "x-correlation-id",
    "access-control-allow-origin",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "expires",
    "pragma",
    "age",
    "alt-svc",
    "cf-ray",
    "cf-cache-status",
    "x-cache",
    "x-amzn-requestid",
    "x-amz-cf-id",
    "retry-after",
    "allow",
    "accept-ranges",
    "user-agent",
    "accept",
    "authorization",
    "host",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "traceparent",
    "x-runtime",
];

/// Stands before a name that is not in the list.
const SPELLED: u8 = 0xff;

pub(crate) fn encode(headers: &[Header]) -> Vec<u8> {
    let size = headers
        .iter()
        .map(|header| header.name.len() + header.value.len() + 6)
        .sum();
    let mut bytes = Vec::with_capacity(size);
    for header in headers {
        match USUAL.iter().position(|usual| *usual == header.name) {
            Some(place) => bytes.push(place as u8),
            None => {
                bytes.push(SPELLED);
                put(&mut bytes, &header.name);
            }
        }
        put(&mut bytes, &header.value);
    }
    bytes
}

/// `None` when the bytes are not what [`encode`] makes.
pub(crate) fn decode(mut bytes: &[u8]) -> Option<Vec<Header>> {
    let mut headers = Vec::new();
    while let Some((first, rest)) = bytes.split_first() {
        bytes = rest;
        let name = match *first {
            SPELLED => take(&mut bytes)?,
            place => (*USUAL.get(usize::from(place))?).to_owned(),
        };
        let value = take(&mut bytes)?;
        headers.push(Header { name, value });
    }
    Some(headers)
}

/// Length as a varint of 7 bits a byte, then the text.
fn put(bytes: &mut Vec<u8>, text: &str) {
    let mut length = text.len();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(text.as_bytes());
}

fn take(bytes: &mut &[u8]) -> Option<String> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (text, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            return String::from_utf8(text.to_vec()).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_went() {
        let long = "ü".repeat(10_000);
        let headers: Vec<Header> = [
            ("content-type", "application/json"),
            ("x-of-its-own", ""),
            ("set-cookie", "a=1"),
            ("set-cookie", long.as_str()),
            ("", "\0\n"),
        ]
        .map(|(name, value)| Header {
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .to_vec();
        assert_eq!(decode(&encode(&headers)), Some(headers));
        assert_eq!(decode(&[]), Some(Vec::new()));
    }

    #[test]
    fn damage_is_noticed() {
        let headers = [Header {
            name: "date".to_owned(),
            value: "today".to_owned(),
        }];
        let bytes = encode(&headers);
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode(&[200, 0]), None);
        assert_eq!(decode(&[0, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
