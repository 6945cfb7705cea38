//! The envelope: the jq program of a profile, which turns an event into the body of a request.
//!
//! Stage 5 renders at send. A program is compiled once. One that only places parts of its input
//! (`{type, timestamp: .time, data}`, or `.data`) becomes a `template` that copies the producer's
//! bytes as they are; any other runs as a `program` in jaq, over `value`s that keep key order
//! and the spelling of numbers, and which hold no more of the data than the program `reach`es.
//! Wherever `.data` ends up unchanged, the producer's bytes go out verbatim. Tests hold all ways
//! equal.
//!
//! The input has these keys, in this order: `id`, `external_id` (may be null), `type`, `time`
//! (RFC 3339), `time_ms`, `organization` (its slug), `channels`, `test`, `data`.
//!
//! jaq has no step limit: the programs compiled here are the embedded profiles' and the operator's
//! own, never a customer's.

mod program;
mod reach;
mod template;
mod value;

#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::event::Event;
use program::Program;
use template::Template;

/// The longest program, in bytes.
pub const MAX_PROGRAM_BYTES: usize = 16 * 1024;
/// The largest body that a program may make: an event's largest data, escaped, with room to spare.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Why a program cannot be compiled, or makes no body from an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The program is too long.
    #[error("the program has more than {MAX_PROGRAM_BYTES} bytes")]
    TooLong,
    /// The program is not jq.
    #[error("the program is not jq: {0}")]
    Syntax(String),
    /// The program uses something that does not exist here, such as `env` or `now`.
    #[error("the program uses {0}, which is not defined here")]
    Undefined(String),
    /// The program failed on this event.
    #[error("the envelope's program failed: {0}")]
    Failed(String),
    /// The program has no output for this event.
    #[error("the envelope's program made no output")]
    NoOutput,
    /// The program has several outputs for this event.
    #[error("the envelope's program made more than one output; wrap it in `[…]` or `first(…)`")]
    ManyOutputs,
    /// The output has no form in JSON.
    #[error("the envelope's program made something that is not JSON: {0}")]
    NotJson(&'static str),
    /// Data or output nests too deep.
    #[error("data or body nest too deep")]
    TooDeep,
    /// The output is too large.
    #[error("the body would have more than {MAX_BODY_BYTES} bytes")]
    TooLarge,
    /// What is stored as data is not JSON.
    #[error("the event's data is not JSON, at byte {0}")]
    Data(usize),
}

/// What an envelope sees.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The event.
    pub event: &'a Event,
    /// The slug of its organization.
    pub organization: &'a str,
}

/// A compiled envelope. It is compiled once and used by every thread.
#[derive(Debug)]
pub struct Envelope {
    plan: Plan,
}

#[derive(Debug)]
enum Plan {
    /// The program is `.data`: the body is the stored bytes themselves.
    Data,
    Template(Template),
    Program(Program),
}

const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Envelope>();
};

impl Envelope {
    /// Compiles a program.
    ///
    /// # Errors
    /// When it is not jq, too long, or uses what is not defined here.
    pub fn compile(program: &str) -> Result<Self, EnvelopeError> {
        // Compiled in any case, so that what is valid does not depend on the shape of the program.
        let compiled = Program::compile(program)?;
        let plan = match Template::of(program) {
            Some(template) if template.is_data_alone() => Plan::Data,
            Some(template) => Plan::Template(template),
            None => Plan::Program(compiled),
        };
        Ok(Self { plan })
    }

    /// Makes the body.
    ///
    /// # Errors
    /// When the program fails on this event, or makes what cannot be sent.
    pub fn render(&self, facts: &Facts<'_>) -> Result<Bytes, EnvelopeError> {
        match &self.plan {
            Plan::Data => Ok(facts.event.data.clone()),
            Plan::Template(template) => Ok(template.render(facts)),
            Plan::Program(program) => program.render(facts),
        }
    }
}
