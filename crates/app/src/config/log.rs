//! `[log]`: what is written to standard error, and how.

use serde::{Deserialize, Serialize};

use super::{Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: Format,
    /// A level, or directives such as `info,bellwire_dispatch=debug`.
    pub level: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One line for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: Format::Text,
            level: "info".to_owned(),
        }
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new("log.format", Kind::Text, "text or json"),
    Setting::new(
        "log.level",
        Kind::Text,
        "error, warn, info, debug, trace, or directives such as info,bellwire_dispatch=debug",
    ),
];
