//! Where a store is, as `--from` and `--to` say it.

use std::{path::PathBuf, str::FromStr};

use crate::config::Config;

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file: `sqlite:/var/lib/bellwire/bellwire.db`.
    Sqlite(PathBuf),
    /// A URL: `postgresql://user@host/name`.
    Postgres(String),
}

impl Place {
    /// The store that is configured.
    #[must_use]
    pub fn configured(config: &Config) -> Self {
        match config.store.url.is_empty() {
            true => Self::Sqlite(config.store.path.clone()),
            false => Self::Postgres(config.store.url.clone()),
        }
    }
}

impl std::fmt::Debug for Place {
    /// Never shows a URL: there may be a password in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgresql://…"),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXAMPLES: &str =
            "write sqlite:/path/bellwire.db or postgresql://user:password@host:5432/name";
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(format!("it names no kind of store; {EXAMPLES}"));
        };
        match scheme {
            "postgresql" | "postgres" => Ok(Self::Postgres(text.to_owned())),
            "sqlite" => match rest.strip_prefix("//").unwrap_or(rest) {
                "" => Err(format!("it names no file; {EXAMPLES}")),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            },
            // Not the rest: it may hold a password.
            other => Err(format!("`{other}:` is no kind of store; {EXAMPLES}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_urls_are_told_apart() {
        let file = |path: &str| Ok(Place::Sqlite(PathBuf::from(path)));
        assert_eq!("sqlite:/a/b.db".parse(), file("/a/b.db"));
        assert_eq!("sqlite:///a/b.db".parse(), file("/a/b.db"));
        assert_eq!("sqlite:b.db".parse(), file("b.db"));
        let url = "postgres://a:b@c/d";
        assert_eq!(url.parse(), Ok(Place::Postgres(url.to_owned())));
    }

    #[test]
    fn what_is_neither_is_refused_without_showing_a_password() {
        for text in ["mysql://ann:hush@h/d", "/a/b.db", "sqlite:", "sqlite://"] {
            let error = text.parse::<Place>().unwrap_err();
            assert!(error.contains("sqlite:/path/bellwire.db"), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
