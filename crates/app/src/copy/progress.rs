//! The bar: on a terminal, on standard error; nothing where there is none.

use std::time::Duration;

use bellwire_core::ports::Section;
use indicatif::{ProgressBar, ProgressStyle};

/// How often it is drawn while nothing moves.
const TICK: Duration = Duration::from_millis(200);

/// The bar of one section after the other.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::no_length();
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Begins with a section. The length is a count of what is stored, which may be more than what
    /// is read.
    pub(super) fn begin(&self, what: &str, section: Section, total: Option<u64>) {
        let template = match total {
            None => "{msg:36} {spinner}",
            Some(_) => "{msg:36} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        self.0.set_style(style);
        self.0.reset();
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_message(format!("{what} {section}"));
    }

    /// So many are done.
    pub(super) fn reach(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Removes the bar.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
