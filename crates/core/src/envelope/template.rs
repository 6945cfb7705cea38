//! Envelopes that need no jq: programs that only place parts of their input and literals.
//!
//! Rendering is a handful of copies, and what the producer wrote goes out as it was written. What
//! is recognised is read off jaq's own syntax tree; whatever is not recognised is jaq's to run.

use std::io::Write;

use bytes::Bytes;
use jaq_core::{
    load::{
        lex::StrPart,
        parse::{BinaryOp, Term},
    },
    path::{Opt, Part},
};

use super::{Facts, value::write_string};

/// The keys of the input, in their order. Stage 5's contract with every profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    ExternalId,
    Type,
    Time,
    TimeMs,
    Organization,
    Channels,
    Test,
    Data,
}

impl Field {
    pub(super) const ALL: [Self; 9] = [
        Self::Id,
        Self::ExternalId,
        Self::Type,
        Self::Time,
        Self::TimeMs,
        Self::Organization,
        Self::Channels,
        Self::Test,
        Self::Data,
    ];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::ExternalId => "external_id",
            Self::Type => "type",
            Self::Time => "time",
            Self::TimeMs => "time_ms",
            Self::Organization => "organization",
            Self::Channels => "channels",
            Self::Test => "test",
            Self::Data => "data",
        }
    }
}

/// A body with places.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// JSON text, ready to be copied.
    Text(Vec<u8>),
    Place(Field),
    /// `.test | not`, which Advocate calls `live`.
    NotTest,
}

impl Template {
    /// The template of a program, if it is one.
    pub(super) fn of(program: &str) -> Option<Self> {
        let term = jaq_core::load::parse(program, |parser| parser.term())?;
        let mut template = Self { pieces: Vec::new() };
        template.term(&term)?;
        Some(template)
    }

    /// Whether the body is the event's data and nothing else.
    pub(super) fn is_data_alone(&self) -> bool {
        self.pieces == [Piece::Place(Field::Data)]
    }

    /// Makes the body. Cannot fail: what is copied was checked when it came in.
    pub(super) fn render(&self, facts: &Facts<'_>) -> Bytes {
        let mut body = Vec::with_capacity(self.size_hint(facts));
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => body.extend_from_slice(text),
                Piece::Place(field) => write_field(&mut body, *field, facts),
                Piece::NotTest => write_bool(&mut body, !facts.event.test),
            }
        }
        body.into()
    }

    fn size_hint(&self, facts: &Facts<'_>) -> usize {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Place(Field::Data) => facts.event.data.len(),
                Piece::Place(_) | Piece::NotTest => 48,
            })
            .sum()
    }

    fn term(&mut self, term: &Term<&str>) -> Option<()> {
        match term {
            Term::Obj(entries) => self.object(entries),
            Term::Path(..) => self.place(path_key(term)?),
            Term::BinOp(left, BinaryOp::Pipe(None), right)
                if path_key(left) == Some(Field::Test.key())
                    && matches!(&**right, Term::Call("not", args) if args.is_empty()) =>
            {
                self.pieces.push(Piece::NotTest);
                Some(())
            }
            Term::Arr(None) => self.text(b"[]"),
            Term::Call(name @ ("null" | "true" | "false"), args) if args.is_empty() => {
                self.text(name.as_bytes())
            }
            // Other numbers leave jaq in another spelling (`007`), or not at all (`.5`).
            Term::Num(digits) if digits.parse::<isize>().ok()?.to_string() == *digits => {
                self.text(digits.as_bytes())
            }
            Term::Str(None, _) => {
                let mut text = Vec::new();
                write_string(&mut text, literal(term)?.as_bytes());
                self.text(&text)
            }
            _ => None,
        }
    }

    fn object(&mut self, entries: &[(Term<&str>, Option<Term<&str>>)]) -> Option<()> {
        self.text(b"{")?;
        let mut keys: Vec<String> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = literal(key)?;
            if keys.contains(&key) {
                // The later value takes the place of the earlier one: jaq does that.
                return None;
            }
            let mut text = Vec::new();
            if !keys.is_empty() {
                text.push(b',');
            }
            write_string(&mut text, key.as_bytes());
            text.push(b':');
            self.text(&text)?;
            match value {
                Some(value) => self.term(value)?,
                None => self.place(&key)?,
            }
            keys.push(key);
        }
        self.text(b"}")
    }

    /// A key that the input does not have is null, as in jq.
    fn place(&mut self, key: &str) -> Option<()> {
        match Field::ALL.into_iter().find(|field| field.key() == key) {
            Some(field) => self.pieces.push(Piece::Place(field)),
            None => self.text(b"null")?,
        }
        Some(())
    }

    fn text(&mut self, text: &[u8]) -> Option<()> {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.extend_from_slice(text),
            _ => self.pieces.push(Piece::Text(text.to_vec())),
        }
        Some(())
    }
}

/// The key of a path of one step from the input: `.key`.
fn path_key<'a>(term: &Term<&'a str>) -> Option<&'a str> {
    let Term::Path(start, path) = term else {
        return None;
    };
    let (Term::Id, [(Part::Index(Term::Str(None, parts)), Opt::Essential)]) = (&**start, &*path.0)
    else {
        return None;
    };
    match &**parts {
        [StrPart::Str(key)] => Some(key),
        _ => None,
    }
}

/// The text of a string without interpolation.
pub(super) fn literal(term: &Term<&str>) -> Option<String> {
    let Term::Str(None, parts) = term else {
        return None;
    };
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(plain) => text.push_str(plain),
            StrPart::Char(escaped) => text.push(*escaped),
            StrPart::Term(_) => return None,
        }
    }
    Some(text)
}

fn write_field(body: &mut Vec<u8>, field: Field, facts: &Facts<'_>) {
    let event = facts.event;
    match field {
        // Ids and times need no escaping.
        Field::Id => write_display(body, format_args!("\"{}\"", event.id)),
        Field::Time => write_display(body, format_args!("\"{}\"", event.time)),
        Field::TimeMs => write_display(body, format_args!("{}", event.time.as_millis())),
        Field::ExternalId => match &event.external_id {
            Some(id) => write_string(body, id.as_bytes()),
            None => body.extend_from_slice(b"null"),
        },
        Field::Type => write_string(body, event.event_type.as_bytes()),
        Field::Organization => write_string(body, facts.organization.as_bytes()),
        Field::Channels => {
            body.push(b'[');
            for (place, channel) in event.channels.iter().enumerate() {
                if place > 0 {
                    body.push(b',');
                }
                write_string(body, channel.as_bytes());
            }
            body.push(b']');
        }
        Field::Test => write_bool(body, event.test),
        Field::Data => body.extend_from_slice(&event.data),
    }
}

fn write_bool(body: &mut Vec<u8>, value: bool) {
    body.extend_from_slice(if value { b"true" } else { b"false" });
}

fn write_display(body: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    body.write_fmt(text)
        .expect("writing to memory does not fail");
}
