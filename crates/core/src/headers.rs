//! Headers in one piece of memory: each name one byte where it is a usual one, each value with its
//! length. About half of what JSON would take, nothing to escape, and no allocation for each name
//! and value on the way of every attempt from the client to the disk.
//!
//! Both stores keep these bytes as they are: the form may be added to, and not changed.

use std::fmt;

use crate::outcome::Header;

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

/// A list of headers, in order; a name may come more than once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderList(Vec<u8>);

impl HeaderList {
    /// An empty list with room for so many bytes of names and values.
    #[must_use]
    pub fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// A list out of [`as_bytes`](Self::as_bytes); `None` when the bytes are not of that form.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        while !rest.is_empty() {
            next(&mut rest)?;
        }
        Some(Self(bytes.to_vec()))
    }

    /// The list as the stores keep it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a header at the end. The name is in lower case.
    pub fn push(&mut self, name: &str, value: &str) {
        match USUAL
            .iter()
            .position(|usual| usual.len() == name.len() && *usual == name)
        {
            Some(place) => self.0.push(place as u8),
            None => {
                self.0.push(SPELLED);
                put(&mut self.0, name);
            }
        }
        put(&mut self.0, value);
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || next(&mut rest))
    }

    /// The value of the first header of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(found, value)| (found == name).then_some(value))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for HeaderList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for HeaderList {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(headers: I) -> Self {
        let mut list = Self::default();
        for (name, value) in headers {
            list.push(name, value);
        }
        list
    }
}

impl<'a> FromIterator<&'a Header> for HeaderList {
    fn from_iter<I: IntoIterator<Item = &'a Header>>(headers: I) -> Self {
        headers
            .into_iter()
            .map(|header| (header.name.as_str(), header.value.as_str()))
            .collect()
    }
}

/// The next header, taken from the front; `None` at the end, or at damage.
fn next<'b>(bytes: &mut &'b [u8]) -> Option<(&'b str, &'b str)> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    let name = match *first {
        SPELLED => take(bytes)?,
        place => *USUAL.get(usize::from(place))?,
    };
    Some((name, take(bytes)?))
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

fn take<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (text, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            return std::str::from_utf8(text).ok();
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
        let headers = [
            ("content-type", "application/json"),
            ("x-of-its-own", ""),
            ("set-cookie", "a=1"),
            ("set-cookie", long.as_str()),
            ("", "\0\n"),
        ];
        let list: HeaderList = headers.into_iter().collect();
        let back = HeaderList::from_bytes(list.as_bytes()).expect("it is a list");
        assert_eq!(back, list);
        assert_eq!(back.iter().collect::<Vec<_>>(), headers);
        assert_eq!(back.get("set-cookie"), Some("a=1"));
        assert_eq!(back.get("date"), None);
        assert_eq!(HeaderList::from_bytes(&[]), Some(HeaderList::default()));
    }

    /// What databases out there hold.
    #[test]
    fn the_bytes_are_these() {
        let list: HeaderList = [("content-type", "a"), ("x-runtime", ""), ("x", "bc")]
            .into_iter()
            .collect();
        assert_eq!(list.as_bytes(), b"\x00\x01a\x2f\x00\xff\x01x\x02bc");
    }

    #[test]
    fn damage_is_noticed() {
        let list: HeaderList = [("date", "today")].into_iter().collect();
        let bytes = list.as_bytes();
        assert_eq!(HeaderList::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(HeaderList::from_bytes(&[200, 0]), None);
        assert_eq!(HeaderList::from_bytes(&[2, 1, 0xff]), None);
        assert_eq!(
            HeaderList::from_bytes(&[0, 0xff, 0xff, 0xff, 0xff, 0xff]),
            None
        );
    }
}
