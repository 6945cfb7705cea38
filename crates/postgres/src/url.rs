//! The URL of the database: what tokio-postgres understands of it, and what it does not.

use std::{path::PathBuf, time::Duration};

use tokio_postgres::{
    Config,
    config::{SslMode, TargetSessionAttrs},
};

/// How far the server's certificate is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Encrypted, whoever it is: what `prefer` and `require` mean everywhere else too.
    Anybody,
    /// Issued by one of these authorities, for whatever name (`verify-ca`).
    Authority(Roots),
    /// Issued by one of these authorities for the host of the URL (`verify-full`).
    Host(Roots),
}

/// Which authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Those that browsers trust.
    Public,
    /// Those in this PEM file (`sslrootcert`).
    File(PathBuf),
}

/// A URL, taken apart.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) trust: Trust,
}

/// Reads a URL. The error is a sentence.
pub(crate) fn parse(url: &str) -> Result<Target, String> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("it begins with postgresql://".to_owned());
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut rest = Vec::new();
    let (mut mode, mut roots, mut session) = ("prefer".to_owned(), Roots::Public, false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = value.to_owned(),
            Some(("sslrootcert", "system")) => roots = Roots::Public,
            Some(("sslrootcert", value)) => roots = Roots::File(decoded(value).into()),
            Some((key @ ("sslcert" | "sslkey" | "sslcrl"), _)) => {
                return Err(format!("{key} is not supported"));
            }
            _ => {
                session |= pair.starts_with("target_session_attrs=");
                rest.push(pair);
            }
        }
    }
    let plain = match rest.is_empty() {
        true => base.to_owned(),
        false => format!("{base}?{}", rest.join("&")),
    };
    let mut config: Config = plain
        .parse()
        .map_err(|error| crate::fault::chain(&error as &tokio_postgres::Error))?;
    let (ssl, trust) = match mode.as_str() {
        "disable" => (SslMode::Disable, Trust::Anybody),
        "allow" | "prefer" => (SslMode::Prefer, Trust::Anybody),
        "require" => (SslMode::Require, Trust::Anybody),
        "verify-ca" => (SslMode::Require, Trust::Authority(roots)),
        "verify-full" => (SslMode::Require, Trust::Host(roots)),
        other => {
            return Err(format!(
                "sslmode is disable, prefer, require, verify-ca or verify-full, and not `{other}`"
            ));
        }
    };
    config.ssl_mode(ssl);
    if session && config.get_target_session_attrs() != TargetSessionAttrs::ReadWrite {
        return Err("target_session_attrs is read-write: the store writes".to_owned());
    }
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    if config.get_application_name().is_none() {
        config.application_name("bellwire");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(3));
    }
    // A server that vanished without a word is noticed within seconds.
    config.tcp_user_timeout(Duration::from_secs(10));
    config.keepalives_idle(Duration::from_secs(10));
    config.keepalives_interval(Duration::from_secs(3));
    config.keepalives_retries(3);
    Ok(Target { config, trust })
}

/// The same URL with another database in it. `name` needs no escaping.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgresql", base));
    let authority = rest.split('/').next().unwrap_or_default();
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("dbname="))
        .collect();
    let query = match kept.is_empty() {
        true => String::new(),
        false => format!("?{}", kept.join("&")),
    };
    format!("{scheme}://{authority}/{name}{query}")
}

/// `%2F` and its like.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_and_every_sslmode_are_understood() {
        let target = parse(
            "postgresql://ann:secret@one:5433,two/bellwire?sslmode=verify-full\
             &sslrootcert=%2Fetc%2Fca.pem&target_session_attrs=read-write",
        )
        .expect("a URL");
        assert_eq!(target.config.get_hosts().len(), 2);
        assert_eq!(target.config.get_ports(), [5433, 5432]);
        assert_eq!(target.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(target.trust, Trust::Host(Roots::File("/etc/ca.pem".into())));
        let plain = parse("postgres://localhost/x").expect("a URL");
        assert_eq!(plain.config.get_ssl_mode(), SslMode::Prefer);
        assert_eq!(plain.trust, Trust::Anybody);
        assert_eq!(
            plain.config.get_target_session_attrs(),
            TargetSessionAttrs::ReadWrite
        );
        let ca = parse("postgres://localhost/x?sslmode=verify-ca").expect("a URL");
        assert_eq!(ca.trust, Trust::Authority(Roots::Public));
    }

    #[test]
    fn another_database_of_the_same_server_can_be_named() {
        for (url, wanted) in [
            (
                "postgresql://ann:s%2Fx@one:5433,two/main?sslmode=require&dbname=y",
                "postgresql://ann:s%2Fx@one:5433,two/new?sslmode=require",
            ),
            ("postgres://localhost", "postgres://localhost/new"),
            ("postgres://localhost/?", "postgres://localhost/new"),
        ] {
            assert_eq!(with_database(url, "new"), wanted);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (url, part) in [
            ("mysql://localhost", "begins with postgresql://"),
            ("postgres://localhost/x?sslmode=always", "verify-full"),
            (
                "postgres://localhost/x?target_session_attrs=any",
                "read-write",
            ),
            (
                "postgres://localhost/x?sslcert=/a",
                "sslcert is not supported",
            ),
            ("postgres://localhost/x?colour=red", "colour"),
        ] {
            let error = parse(url).expect_err(url);
            assert!(error.contains(part), "{url}: {error}");
        }
    }
}
