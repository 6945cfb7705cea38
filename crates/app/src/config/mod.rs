//! The configuration: one struct per section, one file per struct.
//!
//! Precedence: defaults < file < `BELLWIRE_SECTION_KEY` in the environment < flags. The layering
//! lives in [`layers`]: it remembers where each value came from, which `bellwire config` prints
//! and every error names. It is our own in place of the `config` crate, which forgets the origin
//! of a value once its sources are merged and accepts keys that nobody reads.

mod access;
mod delivery;
mod ingest;
pub mod layers;
mod log;
mod nearest;
mod oidc;
mod own_events;
mod profiles;
mod retention;
mod secrets;
mod server;
mod shutdown;
mod store;

use serde::{Deserialize, Serialize};

pub use access::Access;
pub use delivery::Delivery;
pub use ingest::Ingest;
pub use layers::{Error, Loaded, Origin, Sources, load};
pub use log::{Format, Log};
pub use oidc::{Group, Oidc};
pub use own_events::OwnEvents;
pub use profiles::Profiles;
pub use retention::{Age, Retention};
pub use secrets::Secrets;
pub use server::Server;
pub use shutdown::Shutdown;
pub use store::Store;

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What is listened on.
    pub server: Server,
    /// Where the database is.
    pub store: Store,
    /// Keys of the encryption at rest.
    pub secrets: Secrets,
    /// How requests leave.
    pub delivery: Delivery,
    /// What may be posted.
    pub ingest: Ingest,
    /// How long things are kept.
    pub retention: Retention,
    /// How long somebody stays signed in.
    pub access: Access,
    /// Sign-in through an identity provider.
    pub oidc: Oidc,
    /// Who hears what Bellwire tells of webhooks.
    pub own_events: OwnEvents,
    /// What is logged.
    pub log: Log,
    /// The operator's own profiles.
    pub profiles: Profiles,
    /// How the server ends.
    pub shutdown: Shutdown,
}

/// What kind of value a setting takes: how text from the environment or a flag is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Flag,
    /// Texts, separated by commas.
    List,
}

/// How one setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Section and key: `server.listen`.
    pub key: &'static str,
    /// How its text is read.
    pub kind: Kind,
    /// Masked wherever it is shown.
    pub secret: bool,
    /// What is expected, for messages.
    pub about: &'static str,
}

impl Setting {
    pub(crate) const fn new(key: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            key,
            kind,
            secret: false,
            about,
        }
    }

    pub(crate) const fn secret(key: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            key,
            kind,
            secret: true,
            about,
        }
    }

    /// Its variable in the environment: `BELLWIRE_SERVER_LISTEN`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("BELLWIRE_{}", self.key.replace('.', "_").to_uppercase())
    }

    fn section_and_name(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }
}

/// Every setting, in the order of the documentation.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    [
        server::SETTINGS,
        store::SETTINGS,
        secrets::SETTINGS,
        delivery::SETTINGS,
        ingest::SETTINGS,
        retention::SETTINGS,
        access::SETTINGS,
        oidc::SETTINGS,
        own_events::SETTINGS,
        log::SETTINGS,
        profiles::SETTINGS,
        shutdown::SETTINGS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_settings_is_the_structs() {
        let defaults = toml::Table::try_from(Config::default()).unwrap();
        let mut from_structs: Vec<String> = defaults
            .iter()
            .flat_map(|(section, keys)| {
                keys.as_table()
                    .unwrap()
                    .keys()
                    .map(move |key| format!("{section}.{key}"))
            })
            .collect();
        from_structs.sort();
        let mut listed: Vec<String> = settings().map(|setting| setting.key.to_owned()).collect();
        listed.sort();
        assert_eq!(listed, from_structs);
    }
}
