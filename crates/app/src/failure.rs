//! How a command ends when it does not end well: one line that says what to do, and an exit code.

use std::fmt;

/// Exit codes; `bellwire --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Something went wrong, or is not as it should be.
    Failed = 1,
    /// The command line or the configuration is wrong (clap ends with 2 as well).
    Usage = 2,
    /// The database cannot be opened.
    Store = 3,
    /// The address cannot be listened on.
    Listen = 4,
    /// The server cannot be reached, or refused the token.
    Api = 5,
}

/// A message for people, with its exit code.
#[derive(Debug)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// What happened and what to do about it.
    pub message: String,
}

impl Failure {
    /// A failure with this code and message.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The exit code of an error and what to print; `None` when there is nothing to say: the reader of
/// our output went away, as `head` does.
#[must_use]
pub fn verdict(error: &anyhow::Error) -> Option<(u8, String)> {
    let broken_pipe = error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    });
    if broken_pipe {
        return None;
    }
    let exit = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<Failure>())
        .map_or(Exit::Failed, |failure| failure.exit);
    Some((exit as u8, one_line(&format!("{error:#}"))))
}

/// Parsers like to draw their errors over several lines.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}
