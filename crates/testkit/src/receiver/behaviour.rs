//! What an endpoint can do with a request: the vocabulary of the scripts.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

/// What happens to one request, after it was read and recorded.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Answers with this status and a short body.
    Status(u16),
    /// Answers with exactly this.
    StatusWith {
        /// The status.
        status: u16,
        /// Headers besides `content-length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Bytes,
    },
    /// Never answers; ends when the client gives up.
    Hang,
    /// Answers with this status after this long.
    AnswerAfter(Duration, u16),
    /// Answers with this status once the test opens the gate.
    AnswerWhen(Gate, u16),
    /// Answers with this status, one byte of the head or of an endless body at a time.
    Drip {
        /// What comes in drips.
        part: Part,
        /// The pause between two bytes.
        every: Duration,
        /// The status.
        status: u16,
    },
    /// Answers with this status and half of the body it announced, then never goes on.
    StallBody(u16),
    /// Answers with this status and a body that never ends, as fast as the client reads.
    EndlessBody(u16),
    /// Closes properly after reading the request, without a byte of an answer.
    Close,
    /// Resets the connection (RST) after reading the request.
    Reset,
    /// Sends half of a head, then resets the connection.
    ResetBeforeHead,
    /// Answers with this status, keep-alive and all, then closes: the connection dies while idle.
    CloseAfter(u16),
    /// Sends something that is not HTTP.
    Garbage,
    /// Sends a head with one header of many hundred KiB.
    HugeHead,
    /// Sends a head with a thousand small headers.
    ManyHeaders,
    /// Answers 302 with this location.
    Redirect(String),
    /// Answers 200 with `content-encoding: gzip` and a few KiB that would unpack to many MiB.
    GzipBomb,
    /// Answers 200 with NUL bytes in a header value.
    NulHeader,
    /// Answers 200 with NUL bytes in the body.
    NulBytes,
    /// Answers 200 with a header and a body that are not UTF-8.
    NonUtf8,
    /// Answers with this status, announces a body, and closes in the middle of it.
    EarlyClose(u16),
    /// Sends `100 Continue` and `103 Early Hints` unasked, then answers with this status.
    Status100Then(u16),
    /// Sends `100 Continue` again and again with this pause (none: a flood), never an answer.
    Endless100(Duration),
    /// Answers `101 Switching Protocols`.
    SwitchProtocols,
}

/// A part of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Status line and headers.
    Head,
    /// What follows.
    Body,
}

/// Holds answers back until the test opens it. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Lets everything through, now and later.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    /// Resolves once the gate is open.
    pub(super) async fn passed(&self) {
        let mut open = self.0.subscribe();
        // The sender lives in `self`, so this cannot fail.
        let _ = open.wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}
