//! Envelopes that run in jaq: compiling a program, giving it its input, taking its one output.
//!
//! A program can compute, and nothing else: whatever reaches outside (`env`, `input`, `now`,
//! `halt`, `debug`, …) is not defined, so that a body depends on its event alone and can be made
//! again at any time.

use bytes::Bytes;
use jaq_core::{
    Compiler, Ctx, Exn, Filter, Native, Vars,
    data::JustLut,
    load::{self, Arena, File, Loader},
    native,
};
use jaq_json::{Map, Num, Val};

use super::{
    EnvelopeError, Facts, MAX_PROGRAM_BYTES,
    reach::Reach,
    template::Field,
    value::{self, Writer},
};

type Data = JustLut<Val>;

/// Definitions of jaq's prelude that are left out, with their number of arguments: those that reach
/// outside, and those that rest on native filters we do not link (regular expressions, floating
/// point, dates, base64 and the like).
const LEFT_OUT: &[(&str, usize)] = &[
    ("stderr", 0),
    ("debug", 0),
    ("debug", 1),
    ("halt", 0),
    ("halt_error", 0),
    ("halt_error", 1),
    ("logb", 0),
    ("significand", 0),
    ("pow10", 0),
    ("drem", 2),
    ("nexttoward", 2),
    ("scalb", 2),
    ("gamma", 0),
    ("capture_of_match", 0),
    ("test", 1),
    ("test", 2),
    ("scan_", 2),
    ("scan", 1),
    ("scan", 2),
    ("match", 1),
    ("match", 2),
    ("capture", 1),
    ("capture", 2),
    ("split", 2),
    ("splits", 1),
    ("splits", 2),
    ("sub", 2),
    ("sub", 3),
    ("gsub", 2),
    ("gsub", 3),
    ("todate", 0),
    ("fromdate", 0),
    ("@html", 0),
    ("@htmld", 0),
    ("@uri", 0),
    ("@urid", 0),
    ("@base64", 0),
    ("@base64d", 0),
];

/// Native filters that are left out: `halt` stops the program, `tobytes` makes what is not JSON,
/// and jaq's `fromjson` recurses without a limit, so that ours takes its place.
const NATIVE_LEFT_OUT: &[&str] = &["halt", "tobytes", "fromjson"];

/// A program ready to run.
pub(super) struct Program {
    filter: Filter<Data>,
    reach: Reach,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles a program together with the prelude.
    pub(super) fn compile(program: &str) -> Result<Self, EnvelopeError> {
        if program.len() > MAX_PROGRAM_BYTES {
            return Err(EnvelopeError::TooLong);
        }
        let prelude = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs())
            .filter(|def| !LEFT_OUT.contains(&(def.name, def.args.len())));
        let natives = jaq_core::funs::<Data>()
            .chain(jaq_std::base_funs())
            .chain(jaq_json::funs())
            .filter(|(name, ..)| !NATIVE_LEFT_OUT.contains(name))
            .chain([("fromjson", native::v(0), Native::<Data>::new(from_json))]);
        let arena = Arena::default();
        let file = File {
            code: program,
            path: (),
        };
        let modules = Loader::new(prelude)
            .load(&arena, file)
            .map_err(|errors| EnvelopeError::Syntax(syntax(&errors)))?;
        // Without a reader, files cannot be included; data files are refused here.
        load::import(&modules, |_| Err("there are no files".to_owned()))
            .map_err(|_| EnvelopeError::Undefined("files to import".to_owned()))?;
        let filter = Compiler::default()
            .with_funs(natives)
            .compile(modules)
            .map_err(|errors| EnvelopeError::Undefined(undefined(&errors)))?;
        Ok(Self {
            filter,
            reach: Reach::of(program),
        })
    }

    /// The same program, given all of the data whatever it reaches.
    #[cfg(test)]
    pub(super) fn seeing_all(self) -> Self {
        Self {
            reach: Reach::Inside,
            ..self
        }
    }

    /// Runs the program on an event.
    pub(super) fn render(&self, facts: &Facts<'_>) -> Result<Bytes, EnvelopeError> {
        let raw = &facts.event.data;
        let data = match self.reach {
            Reach::Placed => value::opaque(raw),
            Reach::Members => value::read_members(raw)?,
            Reach::Inside => value::read(raw)?,
        };
        // Kept until the end: as long as it is shared, jaq changes a copy and never the data itself.
        let writer = Writer {
            data: data.clone(),
            raw,
        };
        let ctx = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        let mut outputs = self
            .filter
            .id
            .run((ctx, input(facts, data)))
            .map(jaq_core::unwrap_valr);
        let output = match outputs.next() {
            None => return Err(EnvelopeError::NoOutput),
            Some(Ok(output)) => output,
            Some(Err(error)) => return Err(EnvelopeError::Failed(shortened(&error.to_string()))),
        };
        match outputs.next() {
            None => {}
            Some(Ok(_)) => return Err(EnvelopeError::ManyOutputs),
            Some(Err(error)) => return Err(EnvelopeError::Failed(shortened(&error.to_string()))),
        }
        let mut body = Vec::with_capacity(raw.len() + 256);
        writer.write(&mut body, &output)?;
        Ok(body.into())
    }
}

fn input(facts: &Facts<'_>, data: Val) -> Val {
    let event = facts.event;
    let entries = Field::ALL.map(|field| {
        let value = match field {
            Field::Id => string(event.id.to_string()),
            Field::ExternalId => event.external_id.clone().map_or(Val::Null, string),
            Field::Type => string(event.event_type.clone()),
            Field::Time => string(event.time.to_string()),
            Field::TimeMs => Val::Num(Num::from_integral(event.time.as_millis())),
            Field::Organization => string(facts.organization.to_owned()),
            Field::Channels => event.channels.iter().cloned().map(string).collect(),
            Field::Test => Val::Bool(event.test),
            Field::Data => data.clone(),
        };
        let key = Val::utf8_str(Bytes::from_static(field.key().as_bytes()));
        (key, value)
    });
    Val::obj(Map::from_iter(entries))
}

fn string(text: String) -> Val {
    Val::utf8_str(text)
}

/// `fromjson` with a limit to its depth: it may be given what an event brings along.
fn from_json<'a>((_, input): jaq_core::Cv<'a, Data>) -> jaq_core::ValXs<'a, Val> {
    let read = match &input {
        Val::TStr(text) => value::read(text)
            .map_err(|error| jaq_core::Error::str(format_args!("fromjson: {error}"))),
        _ => Err(jaq_core::Error::typ(input, "string")),
    };
    jaq_core::box_iter::box_once(read.map_err(Exn::from))
}

fn syntax(errors: &load::Errors<&str, ()>) -> String {
    let found = |text: &str| match text {
        "" => "the end".to_owned(),
        text => format!("`{}`", shortened(text)),
    };
    match errors.first() {
        Some((_, load::Error::Lex(errors))) => errors.first().map_or_else(String::new, |error| {
            format!("{} is missing at {}", error.0.as_str(), found(error.1))
        }),
        Some((_, load::Error::Parse(errors))) => errors.first().map_or_else(String::new, |error| {
            format!("expected {} and found {}", error.0.as_str(), found(error.1))
        }),
        Some((_, load::Error::Io(errors))) => errors.first().map_or_else(String::new, |error| {
            format!("`{}` cannot be included, there are no files", error.0)
        }),
        None => String::new(),
    }
}

fn undefined(errors: &jaq_core::compile::Errors<&str, ()>) -> String {
    let names: Vec<String> = errors
        .iter()
        .flat_map(|(_, errors)| errors)
        .map(|(name, kind)| match kind {
            jaq_core::compile::Undefined::Filter(arguments @ 1..) => {
                format!("`{name}` with {arguments} arguments")
            }
            _ => format!("`{name}`"),
        })
        .collect();
    names.join(", ")
}

/// Messages of jaq contain the value that was wrong, which can be all of the event's data.
fn shortened(text: &str) -> String {
    const MAX: usize = 200;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
