//! JSON to jaq's values and back, with the spelling of numbers kept.
//!
//! JSON that a program does not look into stays JSON: a value of bytes, which no program can make
//! by itself, stands for the text it holds.
//!
//! jaq's own reader and writer do not serve here: the reader recurses as deep as its input and
//! turns `-0` into `0`; the writer writes `NaN` and other things that are not JSON.

use std::io::Write;

use bytes::Bytes;
use jaq_json::{Map, Num, Rc, Val};

use super::{EnvelopeError, MAX_BODY_BYTES};
use crate::json::MAX_DEPTH;

/// How deep a body may nest: data at its deepest, and room for what a program puts around it.
const MAX_BODY_DEPTH: usize = 2 * MAX_DEPTH;
/// Whole numbers longer than this are kept as text: making a number of them takes quadratic time.
const MAX_INTEGER_BYTES: usize = 64;

/// Reads one JSON value. Strings without escapes share the memory of `json`.
pub(super) fn read(json: &Bytes) -> Result<Val, EnvelopeError> {
    let mut reader = Reader { json, at: 0 };
    let value = reader.value(MAX_DEPTH)?;
    reader.skip_blanks();
    if reader.at == json.len() {
        Ok(value)
    } else {
        Err(reader.error())
    }
}

/// The value that stands for this JSON text.
pub(super) fn opaque(json: &Bytes) -> Val {
    Val::byte_str(json.clone())
}

/// Reads one JSON value, of which the members remain opaque when it is an object.
pub(super) fn read_members(json: &Bytes) -> Result<Val, EnvelopeError> {
    let mut reader = Reader { json, at: 0 };
    reader.skip_blanks();
    if reader.peek() != Some(b'{') {
        return read(json);
    }
    reader.object(Reader::opaque)
}

struct Reader<'a> {
    json: &'a Bytes,
    at: usize,
}

impl Reader<'_> {
    fn error(&self) -> EnvelopeError {
        EnvelopeError::Data(self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), EnvelopeError> {
        self.skip_blanks();
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.error())
        }
    }

    fn word(&mut self, word: &str, value: Val) -> Result<Val, EnvelopeError> {
        if self.json[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.error())
        }
    }

    /// `room` is how much deeper it may go; the recursion is as deep as [`MAX_DEPTH`] at most.
    fn value(&mut self, room: usize) -> Result<Val, EnvelopeError> {
        self.skip_blanks();
        match self.peek() {
            Some(b'{') => {
                let room = room.checked_sub(1).ok_or(EnvelopeError::TooDeep)?;
                self.object(|reader| reader.value(room))
            }
            Some(b'[') => self.array(room.checked_sub(1).ok_or(EnvelopeError::TooDeep)?),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Val::Bool(true)),
            Some(b'f') => self.word("false", Val::Bool(false)),
            Some(b'n') => self.word("null", Val::Null),
            _ => Err(self.error()),
        }
    }

    fn array(&mut self, room: usize) -> Result<Val, EnvelopeError> {
        self.at += 1;
        let mut values = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Val::Arr(values.into()));
        }
        loop {
            values.push(self.value(room)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.expect(b']')?;
                    return Ok(Val::Arr(values.into()));
                }
            }
        }
    }

    fn object(
        &mut self,
        mut member: impl FnMut(&mut Self) -> Result<Val, EnvelopeError>,
    ) -> Result<Val, EnvelopeError> {
        self.at += 1;
        let mut entries = Map::default();
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Val::obj(entries));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return Err(self.error());
            }
            let key = self.string()?;
            self.expect(b':')?;
            let value = member(self)?;
            entries.insert(key, value);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => {
                    self.expect(b'}')?;
                    return Ok(Val::obj(entries));
                }
            }
        }
    }

    /// Steps over a value of valid JSON: to the comma or bracket that is not its own.
    fn opaque(&mut self) -> Result<Val, EnvelopeError> {
        self.skip_blanks();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or_else(|| self.error())? {
                b',' | b'}' | b']' if depth == 0 => break,
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                b'"' => loop {
                    self.at += 1;
                    match self.peek().ok_or_else(|| self.error())? {
                        b'\\' => self.at += 1,
                        b'"' => break,
                        _ => {}
                    }
                },
                _ => {}
            }
            self.at += 1;
        }
        let text = self.json[start..self.at].trim_ascii_end();
        Ok(opaque(&self.json.slice_ref(text)))
    }

    fn string(&mut self) -> Result<Val, EnvelopeError> {
        self.at += 1;
        let start = self.at;
        let mut decoded: Option<Vec<u8>> = None;
        let mut copied = start;
        loop {
            let plain = self.json[self.at..]
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0x00..=0x1f))
                .ok_or_else(|| self.error())?;
            self.at += plain;
            match self.json[self.at] {
                b'"' => {
                    let end = self.at;
                    self.at += 1;
                    return Ok(Val::utf8_str(match decoded {
                        None => self.json.slice(start..end),
                        Some(mut text) => {
                            text.extend_from_slice(&self.json[copied..end]);
                            text.into()
                        }
                    }));
                }
                b'\\' => {
                    let text = decoded.get_or_insert_default();
                    text.extend_from_slice(&self.json[copied..self.at]);
                    self.at += 1;
                    let letter = self.escape()?;
                    text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    copied = self.at;
                }
                _ => return Err(self.error()),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<char, EnvelopeError> {
        let kind = self.peek().ok_or_else(|| self.error())?;
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return Err(self.error()),
        })
    }

    /// What follows `\u`. Half of a surrogate pair stands for no character; JSON allows it, and it
    /// is replaced, as everywhere where text has to be text.
    fn unicode(&mut self) -> Result<char, EnvelopeError> {
        let high = self.hex()?;
        if (0xd800..0xdc00).contains(&high) && self.json[self.at..].starts_with(b"\\u") {
            let after_high = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after_high;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, EnvelopeError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(16))
                .ok_or_else(|| self.error())?;
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn digits(&mut self) -> Result<(), EnvelopeError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error());
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Val, EnvelopeError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            whole = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.json[start..self.at])
            .expect("a number is made of ASCII letters");
        let integer = (whole && text != "-0" && text.len() <= MAX_INTEGER_BYTES)
            .then(|| Num::from_str_radix(text, 10))
            .flatten();
        Ok(Val::Num(
            integer.unwrap_or_else(|| Num::Dec(text.to_owned().into())),
        ))
    }
}

/// Writes a program's output as JSON.
pub(super) struct Writer<'a> {
    /// The data as the program got it. Where the output holds this very value, and not one that is
    /// merely equal, its text is written.
    pub(super) data: Val,
    /// The data as the producer wrote it.
    pub(super) raw: &'a Bytes,
}

impl Writer<'_> {
    /// Writes a value.
    pub(super) fn write(&self, body: &mut Vec<u8>, value: &Val) -> Result<(), EnvelopeError> {
        self.value(body, value, MAX_BODY_DEPTH)
    }

    fn value(&self, body: &mut Vec<u8>, value: &Val, room: usize) -> Result<(), EnvelopeError> {
        match value {
            Val::Null => body.extend_from_slice(b"null"),
            Val::Bool(true) => body.extend_from_slice(b"true"),
            Val::Bool(false) => body.extend_from_slice(b"false"),
            Val::Num(number) => write_number(body, number),
            Val::TStr(text) => {
                fits(body, text.len())?;
                write_string(body, text);
            }
            Val::BStr(json) => {
                fits(body, json.len())?;
                body.extend_from_slice(json);
            }
            Val::Arr(_) | Val::Obj(_) if self.is_data(value) => {
                fits(body, self.raw.len())?;
                body.extend_from_slice(self.raw);
            }
            Val::Arr(values) => {
                let room = room.checked_sub(1).ok_or(EnvelopeError::TooDeep)?;
                body.push(b'[');
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        body.push(b',');
                    }
                    self.value(body, value, room)?;
                }
                body.push(b']');
            }
            Val::Obj(entries) => {
                let room = room.checked_sub(1).ok_or(EnvelopeError::TooDeep)?;
                body.push(b'{');
                for (place, (key, value)) in entries.iter().enumerate() {
                    if place > 0 {
                        body.push(b',');
                    }
                    let Val::TStr(key) = key else {
                        return Err(EnvelopeError::NotJson(
                            "an object with a key that is not a string",
                        ));
                    };
                    write_string(body, key);
                    body.push(b':');
                    self.value(body, value, room)?;
                }
                body.push(b'}');
            }
        }
        fits(body, 0)
    }

    fn is_data(&self, value: &Val) -> bool {
        match (value, &self.data) {
            (Val::Arr(value), Val::Arr(data)) => Rc::ptr_eq(value, data),
            (Val::Obj(value), Val::Obj(data)) => Rc::ptr_eq(value, data),
            _ => false,
        }
    }
}

fn fits(body: &[u8], more: usize) -> Result<(), EnvelopeError> {
    if body.len() + more <= MAX_BODY_BYTES {
        Ok(())
    } else {
        Err(EnvelopeError::TooLarge)
    }
}

/// What JSON cannot say is written as jq writes it: not a number is null, infinity is the largest
/// number there is.
fn write_number(body: &mut Vec<u8>, number: &Num) {
    let written = match number {
        Num::Float(float) if float.is_nan() => body.write_all(b"null"),
        Num::Float(float) if float.is_infinite() => {
            write!(body, "{:e}", f64::MAX.copysign(*float))
        }
        // A literal of the program may have a spelling that JSON does not have, such as `.5`.
        Num::Dec(text) if serde_json::from_str::<&serde_json::value::RawValue>(text).is_err() => {
            return write_number(body, &Num::from_dec_str(text));
        }
        number => write!(body, "{number}"),
    };
    written.expect("writing to memory does not fail");
}

/// Writes a JSON string. Bytes that are not UTF-8 are replaced.
pub(super) fn write_string(body: &mut Vec<u8>, text: &[u8]) {
    let lossy = match std::str::from_utf8(text) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(text),
    };
    let text = lossy.as_bytes();
    body.push(b'"');
    let mut copied = 0;
    for (at, byte) in text.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0x00..=0x1f => b'u',
            _ => continue,
        };
        body.extend_from_slice(&text[copied..at]);
        copied = at + 1;
        if short == b'u' {
            write!(body, "\\u{byte:04x}").expect("writing to memory does not fail");
        } else {
            body.extend_from_slice(&[b'\\', short]);
        }
    }
    body.extend_from_slice(&text[copied..]);
    body.push(b'"');
}
