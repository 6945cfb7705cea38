//! A form with a file in it, as browsers send it (`multipart/form-data`, RFC 7578). Written here: two
//! hundred lines of a dependency would read it as a stream, and forms of ours are small and in memory.

use bytes::Bytes;

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name.
    pub(crate) name: String,
    /// It is a file.
    pub(crate) file: bool,
    /// What it holds.
    pub(crate) value: Bytes,
}

/// What separates the fields, of the header `Content-Type`.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let found = rest.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim_matches('"'))
    })?;
    (1..=70).contains(&found.len()).then_some(found)
}

/// The fields, in their order; `None` when that is not what was sent.
pub(crate) fn parts(body: &Bytes, boundary: &str) -> Option<Vec<Part>> {
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut at = find(body, 0, first.as_bytes())? + first.len();
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        at += rest.starts_with(b"\r\n").then_some(2)?;
        let end = find(body, at, b"\r\n\r\n")?;
        let head = std::str::from_utf8(body.get(at..end)?).ok()?;
        let value = end + 4;
        let until = find(body, value, next.as_bytes())?;
        let disposition = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition")
                .then_some(value)
        })?;
        parts.push(Part {
            name: parameter(disposition, "name")?,
            file: parameter(disposition, "filename").is_some(),
            value: body.slice(value..until),
        });
        at = until + next.len();
    }
}

/// `; name="value"`. Browsers write a quotation mark within as `%22`.
fn parameter(disposition: &str, name: &str) -> Option<String> {
    let start = format!("; {name}=\"");
    let rest = disposition.split_once(start.as_str())?.1;
    Some(rest.split_once('"')?.0.to_owned())
}

fn find(body: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = body.get(from..)?;
    let at = rest.windows(what.len()).position(|found| found == what)?;
    Some(from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files_are_read_byte_by_byte() {
        let body = Bytes::from_static(
            b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x\r\n\
              content-disposition: form-data; name=\"logo\"; filename=\"a.png\"\r\n\
              Content-Type: image/png\r\n\r\n\x89PNG\r\n--\r\n\xff\r\n--x--\r\n",
        );
        let found = parts(&body, "x").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].file), ("csrf", false));
        assert_eq!(found[0].value, "abc");
        assert_eq!((found[1].name.as_str(), found[1].file), ("logo", true));
        assert_eq!(found[1].value, &b"\x89PNG\r\n--\r\n\xff"[..]);
    }

    #[test]
    fn what_breaks_off_is_no_form() {
        for broken in [
            "",
            "--x",
            "--x\r\n",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
            "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
            "--y\r\n\r\n--y--",
        ] {
            assert_eq!(parts(&Bytes::from(broken), "x"), None, "{broken:?}");
        }
    }

    #[test]
    fn the_boundary_is_a_parameter() {
        assert_eq!(boundary("multipart/form-data; boundary=x"), Some("x"));
        assert_eq!(
            boundary("Multipart/Form-Data;boundary=\"x y\""),
            Some("x y")
        );
        assert_eq!(boundary("multipart/mixed; boundary=x"), None);
        assert_eq!(boundary("multipart/form-data"), None);
        assert_eq!(boundary("multipart/form-data; boundary="), None);
    }
}
