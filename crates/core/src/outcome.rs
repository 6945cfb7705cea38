//! What one attempt came back with. Data, never an error of the program.

use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    headers::HeaderList,
    time::{DurationUs, Time},
};

/// Why an attempt has no HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The address is not public, and no exception allows it.
    Guard,
    /// The name did not resolve.
    Dns,
    /// The connection was refused.
    Refused,
    /// No route, or the network said no in another way.
    Unreachable,
    /// No connection within the connect timeout (TCP and TLS together).
    ConnectTimeout,
    /// The TLS handshake failed: certificate, name, version.
    Tls,
    /// Connected, but no head of a response within the first-byte timeout.
    FirstByteTimeout,
    /// The whole attempt took longer than the total timeout and had no status by then.
    TotalTimeout,
    /// The connection was closed or reset before the head of a response.
    Reset,
    /// What came back is not HTTP, or its head is too large.
    Malformed,
    /// The envelope could not be made from this event; nothing was sent.
    Envelope,
}

impl Cause {
    /// Every cause, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Guard,
        Self::Dns,
        Self::Refused,
        Self::Unreachable,
        Self::ConnectTimeout,
        Self::Tls,
        Self::FirstByteTimeout,
        Self::TotalTimeout,
        Self::Reset,
        Self::Malformed,
        Self::Envelope,
    ];

    /// The stable name: in the API, in the store, in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::Dns => "dns",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout => "connect_timeout",
            Self::Tls => "tls",
            Self::FirstByteTimeout => "first_byte_timeout",
            Self::TotalTimeout => "total_timeout",
            Self::Reset => "reset",
            Self::Malformed => "malformed",
            Self::Envelope => "envelope",
        }
    }

    /// The cause of this stable name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// Whether the attempt ran out of time waiting for the other side (ADV-10).
    #[must_use]
    pub const fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::ConnectTimeout | Self::FirstByteTimeout | Self::TotalTimeout
        )
    }
}

/// A status, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The HTTP status of the response.
    Status(u16),
    /// There was no response.
    None(Cause),
}

/// What the rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Status or cause.
    pub answer: Answer,
    /// `Retry-After`, as a length of time from the answer on.
    pub retry_after: Option<DurationUs>,
}

impl Outcome {
    /// An answer with this status.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self {
            answer: Answer::Status(status),
            retry_after: None,
        }
    }

    /// No answer, for this cause.
    #[must_use]
    pub const fn none(cause: Cause) -> Self {
        Self {
            answer: Answer::None(cause),
            retry_after: None,
        }
    }
}

/// How long each step took, in microseconds; `None` where the step did not happen
/// (a connection that was reused has no dns, connect and tls).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Resolving the name.
    pub dns_us: Option<u32>,
    /// Opening the TCP connection.
    pub connect_us: Option<u32>,
    /// The TLS handshake.
    pub tls_us: Option<u32>,
    /// From the request sent to the head of the response.
    pub first_byte_us: Option<u32>,
    /// The whole attempt.
    pub total_us: u32,
}

/// A header of a webhook's own. Names in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Lower-case name.
    pub name: String,
    /// Value; bytes that are not UTF-8 are replaced.
    pub value: String,
}

/// Everything that came back from sending once: the outcome and what is kept to explain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What the rules look at.
    pub outcome: Outcome,
    /// When sending began.
    pub started_at: Time,
    /// Where the time went.
    pub timing: Timing,
    /// The address that was connected to, or refused by the guard.
    pub address: Option<SocketAddr>,
    /// One sentence with the particulars of a failure (which name, which certificate error).
    pub detail: Option<String>,
    /// Headers of the response; at most 16 KiB are kept.
    pub response_headers: HeaderList,
    /// The first bytes of the response's body, at most [`EXCERPT_FAILURE_BYTES`].
    pub excerpt: Bytes,
    /// Whether the body went on after the excerpt.
    pub truncated: bool,
}

/// How much of a response body is kept on a success.
pub const EXCERPT_SUCCESS_BYTES: usize = 1024;
/// How much of a response body is kept on a failure.
pub const EXCERPT_FAILURE_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_found_again_by_its_name() {
        for cause in Cause::ALL {
            assert_eq!(Cause::parse(cause.as_str()), Some(cause));
            assert_eq!(
                serde_json::to_string(&cause).unwrap(),
                format!("\"{}\"", cause.as_str())
            );
        }
        assert_eq!(Cause::parse("weather"), None);
    }
}
