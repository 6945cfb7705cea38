//! Everything the commands write to standard output goes through here.
//!
//! Colours are used on a terminal only (`NO_COLOR` and `CLICOLOR_FORCE` are honoured by `console`).
//! Text that came over the network is made harmless first: a header must not move the cursor.

use std::{
    fmt::Arguments,
    io::{self, IsTerminal, Write},
};

use console::{StyledObject, style};

/// Writes one line to standard output and flushes it, so that a pipe sees it at once.
///
/// # Errors
/// When standard output is closed; the caller ends quietly.
pub fn line(text: Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_fmt(text)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// `line(format_args!(…))`.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => { $crate::terminal::line(format_args!($($part)*)) };
}

/// Whether standard output is a terminal.
#[must_use]
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// How many columns standard output has; plenty when it is no terminal.
#[must_use]
pub fn width() -> usize {
    if is_terminal() {
        usize::from(console::Term::stdout().size().1).max(40)
    } else {
        usize::MAX
    }
}

/// What went well.
pub fn good<D>(text: D) -> StyledObject<D> {
    style(text).green()
}

/// What went wrong.
pub fn bad<D>(text: D) -> StyledObject<D> {
    style(text).red()
}

/// What still may go either way.
pub fn warm<D>(text: D) -> StyledObject<D> {
    style(text).yellow()
}

/// What can be read over.
pub fn faint<D>(text: D) -> StyledObject<D> {
    style(text).dim()
}

/// What to look at.
pub fn strong<D>(text: D) -> StyledObject<D> {
    style(text).bold()
}

/// A name or a link.
pub fn accent<D>(text: D) -> StyledObject<D> {
    style(text).cyan()
}

/// Text from elsewhere, with control characters spelt out (`\u{1b}`) in place of obeyed.
#[must_use]
pub fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn control_characters_are_spelt_out() {
        assert_eq!(super::harmless("a\u{1b}[2Jb\r"), "a\\u{1b}[2Jb\\r");
    }
}
