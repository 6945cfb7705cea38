//! What cannot be taken back asks first, on a page of its own that a script shows as a dialog.

use askama::Template;

use crate::frame::Page;

/// A question with its form.
#[derive(Template)]
#[template(path = "ask.html")]
pub(crate) struct AskPage {
    pub(crate) page: Page,
    /// Where the form goes.
    pub(crate) action: String,
    /// What it is about, and what happens.
    pub(crate) said: String,
    /// Why it did not work the last time.
    pub(crate) wrong: Option<String>,
    /// A box to check before.
    pub(crate) choice: Option<Asked>,
    /// It takes something away.
    pub(crate) danger: bool,
    /// What the button says.
    pub(crate) confirm: String,
    /// Where one goes who does not want it.
    pub(crate) back: String,
}

/// A box to check before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) hint: String,
}
