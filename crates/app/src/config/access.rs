//! `[access]`: how long somebody stays signed in.

use bellwire_core::time::{DAY, HOUR};
use serde::{Deserialize, Serialize};

use super::{Age, Kind, Setting};

/// The section's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// How long somebody stays signed in who does nothing.
    pub session_idle: Age,
    /// How long somebody stays signed in at most.
    pub session_max: Age,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            session_idle: Age::of(12 * HOUR),
            session_max: Age::of(30 * DAY),
        }
    }
}

impl Access {
    /// What is wrong with these settings: the key to blame, and why.
    pub(super) fn wrong(&self) -> Option<(&'static str, String)> {
        let (idle, max) = (self.session_idle.limit(), self.session_max.limit());
        match (idle, max) {
            (None, _) => Some(("access.session_idle", forever())),
            (_, None) => Some(("access.session_max", forever())),
            (Some(idle), Some(max)) if idle > max => {
                let message = format!(
                    "`{}` is longer than `access.session_max`, which is `{}`; lower the one or \
                     raise the other",
                    self.session_idle, self.session_max
                );
                Some(("access.session_idle", message))
            }
            _ => None,
        }
    }
}

fn forever() -> String {
    "`0` would be for ever; nobody stays signed in for ever".to_owned()
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "access.session_idle",
        Kind::Text,
        "how long somebody stays signed in who does nothing, for example \"12h\"",
    ),
    Setting::new(
        "access.session_max",
        Kind::Text,
        "how long somebody stays signed in at most, for example \"30d\"",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_an_end_and_idles_no_longer_than_it_lasts() {
        let with = |idle: &str, max: &str| Access {
            session_idle: idle.parse().unwrap(),
            session_max: max.parse().unwrap(),
        };
        assert_eq!(Access::default().wrong(), None);
        assert_eq!(with("1d", "1d").wrong(), None);
        for (access, key) in [
            (with("0", "1d"), "access.session_idle"),
            (with("1h", "0"), "access.session_max"),
            (with("25h", "1d"), "access.session_idle"),
        ] {
            assert_eq!(access.wrong().unwrap().0, key);
        }
    }
}
