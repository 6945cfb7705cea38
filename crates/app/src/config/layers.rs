//! Puts the layers on top of each other and remembers where each value came from.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::de::IntoDeserializer;
use toml::{Table, Value, de::DeTable};

use super::{
    Config, Kind, Setting, delivery,
    nearest::{distance, hint, nearest},
    settings,
};

/// What to load from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file that was asked for; it must exist.
    pub file: Option<PathBuf>,
    /// The file that is read if it exists, when none was asked for.
    pub default_file: Option<PathBuf>,
    /// Names and values of the environment; only `BELLWIRE_*` is looked at.
    pub environment: Vec<(String, String)>,
    /// Settings from flags: the flag as it was written, the key, the value.
    pub flags: Vec<(String, String, String)>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file and a line.
    File(PathBuf, usize),
    /// A variable of the environment.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Why there is no configuration. Each message says where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}; check the path and its permissions")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{path}:{line}: this is not TOML: {message}")]
    Syntax {
        /// Which file.
        path: String,
        /// Which line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A key that no section has.
    #[error("{origin}: `{key}` is not a setting; {hint}")]
    Unknown {
        /// Where it is written.
        origin: Origin,
        /// The key.
        key: String,
        /// The nearest known one, or where to find all.
        hint: String,
    },
    /// A value that the setting does not take.
    #[error("{origin}: `{key}` is wrong: {message}; expected: {about}")]
    Value {
        /// Where it is written.
        origin: Origin,
        /// The key.
        key: String,
        /// What is wrong.
        message: String,
        /// What is expected.
        about: String,
    },
}

/// The configuration in force, and where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Every setting with its value and origin, in the order of [`settings`].
    pub values: Vec<(&'static Setting, Value, Origin)>,
}

/// Loads the configuration.
///
/// # Errors
/// [`Error`]: names the file and line, the variable or the flag.
pub fn load(sources: &Sources) -> Result<Loaded, Error> {
    let mut layers = Layers::defaults();
    match (&sources.file, &sources.default_file) {
        (Some(path), _) => layers.file(path)?,
        (None, Some(path)) if path.exists() => layers.file(path)?,
        _ => {}
    }
    layers.environment(&sources.environment)?;
    for (flag, key, text) in &sources.flags {
        let origin = Origin::Flag(flag.clone());
        let setting = known(key, &origin)?;
        layers.text(setting, text, origin)?;
    }
    layers.finish()
}

struct Layers {
    values: Vec<(&'static Setting, Value, Origin)>,
}

impl Layers {
    fn defaults() -> Self {
        let defaults = Table::try_from(Config::default()).unwrap_or_default();
        let values = settings()
            .map(|setting| {
                let (section, name) = setting.section_and_name();
                let value = defaults
                    .get(section)
                    .and_then(|keys| keys.get(name))
                    .cloned()
                    .unwrap_or_else(|| Value::String(String::new()));
                (setting, value, Origin::Default)
            })
            .collect();
        Self { values }
    }

    fn set(&mut self, setting: &Setting, value: Value, origin: Origin) {
        if let Some(entry) = self.values.iter_mut().find(|(s, ..)| s.key == setting.key) {
            entry.1 = value;
            entry.2 = origin;
        }
    }

    /// Relative paths in the file stay relative to the working directory, as they are for flags.
    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: shown.clone(),
            source,
        })?;
        let line_at = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
        let syntax = |error: toml::de::Error| Error::Syntax {
            path: shown.clone(),
            line: error.span().map_or(1, |span| line_at(span.start)),
            message: error.message().to_owned(),
        };
        // Twice, once for the lines and once for the values: the file is small.
        let spans = DeTable::parse(&text).map_err(syntax)?;
        let table: Table = toml::from_str(&text).map_err(syntax)?;
        for (section, keys) in spans.get_ref() {
            let line = line_at(section.span().start);
            let Some(keys) = keys.get_ref().as_table() else {
                let origin = Origin::File(path.to_owned(), line);
                known(section.get_ref(), &origin)?;
                continue;
            };
            if !settings().any(|setting| setting.section_and_name().0 == section.get_ref()) {
                return Err(unknown_section(
                    section.get_ref(),
                    Origin::File(path.to_owned(), line),
                ));
            }
            for name in keys.keys() {
                let origin = Origin::File(path.to_owned(), line_at(name.span().start));
                let key = format!("{}.{}", section.get_ref(), name.get_ref());
                let setting = known(&key, &origin)?;
                if let Some(value) = table
                    .get(section.get_ref().as_ref())
                    .and_then(|keys| keys.get(name.get_ref().as_ref()))
                {
                    self.set(setting, value.clone(), origin);
                }
            }
        }
        Ok(())
    }

    /// Variables of other programs are left alone: orchestrators inject `BELLWIRE_PORT` and the
    /// like for a service of this name. One that begins like a section, or nearly, is meant for us.
    fn environment(&mut self, environment: &[(String, String)]) -> Result<(), Error> {
        for (variable, text) in environment {
            let Some(rest) = variable.strip_prefix("BELLWIRE_") else {
                continue;
            };
            let Some((section, _)) = rest.split_once('_') else {
                continue;
            };
            let section = section.to_lowercase();
            let meant = settings().any(|setting| {
                let known = setting.section_and_name().0;
                known == section || distance(known, &section) <= 1
            });
            if !meant {
                continue;
            }
            let origin = Origin::Environment(variable.clone());
            let Some(setting) = settings().find(|setting| setting.variable() == *variable) else {
                let variables: Vec<String> = settings().map(Setting::variable).collect();
                let hint = hint(variable, variables.iter().map(String::as_str));
                return Err(Error::Unknown {
                    origin,
                    key: variable.clone(),
                    hint,
                });
            };
            self.text(setting, text, origin)?;
        }
        Ok(())
    }

    fn text(&mut self, setting: &Setting, text: &str, origin: Origin) -> Result<(), Error> {
        let wrong = |message: String| Error::Value {
            origin: origin.clone(),
            key: setting.key.to_owned(),
            message,
            about: setting.about.to_owned(),
        };
        let text = text.trim();
        let value = match setting.kind {
            Kind::Text => Value::String(text.to_owned()),
            Kind::Integer => text
                .replace('_', "")
                .parse()
                .map(Value::Integer)
                .map_err(|_| wrong(format!("`{text}` is not a whole number")))?,
            Kind::Flag => text
                .parse()
                .map(Value::Boolean)
                .map_err(|_| wrong(format!("`{text}` is neither true nor false")))?,
            Kind::List => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect::<Vec<_>>()
                .into(),
        };
        self.set(setting, value, origin);
        Ok(())
    }

    fn finish(self) -> Result<Loaded, Error> {
        let mut table = Table::new();
        for (setting, value, _) in &self.values {
            let (section, name) = setting.section_and_name();
            if let Value::Table(keys) = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()))
            {
                keys.insert(name.to_owned(), value.clone());
            }
        }
        let config: Config = serde_path_to_error::deserialize(
            Value::Table(table).into_deserializer(),
        )
        .map_err(|error| {
            let path = error.path().to_string();
            let found = self.values.iter().find(|(setting, ..)| {
                path == setting.key || path.starts_with(&format!("{}[", setting.key))
            });
            let message = error.inner().message().trim().to_owned();
            match found {
                Some((setting, value, origin)) => Error::Value {
                    origin: origin.clone(),
                    key: path,
                    message: match value {
                        Value::String(text) if !setting.secret => {
                            format!("`{text}`: {message}")
                        }
                        _ => message,
                    },
                    about: setting.about.to_owned(),
                },
                None => Error::Value {
                    origin: Origin::Default,
                    key: path,
                    message,
                    about: String::new(),
                },
            }
        })?;
        self.check(&config)?;
        Ok(Loaded {
            config,
            values: self.values,
        })
    }

    /// What no type can say: numbers of which zero makes no sense, settings that contradict others.
    fn check(&self, config: &Config) -> Result<(), Error> {
        let positive = [
            ("store.readers", config.store.readers),
            (
                "delivery.webhook_concurrency",
                config.delivery.webhook_concurrency.into(),
            ),
            ("delivery.lane_size", config.delivery.lane_size),
            ("delivery.queued_bytes", config.delivery.queued_bytes),
            ("ingest.max_event_bytes", config.ingest.max_event_bytes),
        ];
        for (key, number) in positive {
            if number == 0 {
                self.blame(key, "0 is too small".to_owned())?;
            }
        }
        let most = config.delivery.max_concurrency;
        if most < delivery::LEAST_CONCURRENCY {
            self.blame(
                "delivery.max_concurrency",
                format!("{most} is too small: it is shared out in quarters"),
            )?;
        }
        let wrong = [
            config.retention.wrong(config.ingest.idempotency_ttl_s),
            config.access.wrong(),
            config.server.wrong(),
            config.oidc.wrong(&config.server),
        ];
        match wrong.into_iter().flatten().next() {
            Some((key, message)) => self.blame(key, message),
            None => Ok(()),
        }
    }

    /// The error about a value that its type allows.
    fn blame(&self, key: &str, message: String) -> Result<(), Error> {
        match self.values.iter().find(|(setting, ..)| setting.key == key) {
            None => Ok(()),
            Some((setting, _, origin)) => Err(Error::Value {
                origin: origin.clone(),
                key: key.to_owned(),
                message,
                about: setting.about.to_owned(),
            }),
        }
    }
}

fn known(key: &str, origin: &Origin) -> Result<&'static Setting, Error> {
    settings()
        .find(|setting| setting.key == key)
        .ok_or_else(|| Error::Unknown {
            origin: origin.clone(),
            key: key.to_owned(),
            hint: hint(key, settings().map(|setting| setting.key)),
        })
}

fn unknown_section(section: &str, origin: Origin) -> Error {
    let mut sections: Vec<&str> = settings()
        .map(|setting| setting.section_and_name().0)
        .collect();
    sections.dedup();
    Error::Unknown {
        origin,
        key: section.to_owned(),
        hint: match nearest(section, sections.iter().copied()) {
            Some(near) => format!("did you mean the section `[{near}]`?"),
            None => format!("the sections are {}", sections.join(", ")),
        },
    }
}
