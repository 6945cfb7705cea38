//! The provider of the configuration, with what its files hold.

use std::{path::Path, sync::Arc};

use anyhow::Result;
use bellwire_core::service::Federation;
use ureq::tls::{Certificate, PemItem, parse_pem};

use super::{Options, PATIENCE, Provider};
use crate::{
    config::Oidc,
    failure::{Exit, Failure},
};

/// Sign-in as configured; `None` when there is no provider. Nothing is asked of it yet: a provider
/// that is down keeps no server from starting.
///
/// # Errors
/// [`Failure`] when a file cannot be read, or holds what it should not.
pub fn configured(config: &Oidc) -> Result<Option<Federation>> {
    if !config.is_set() {
        return Ok(None);
    }
    let client_secret = if config.client_secret_file.as_os_str().is_empty() {
        config.client_secret.clone()
    } else {
        secret(&config.client_secret_file)?
    };
    let mut roots = Vec::new();
    for path in &config.roots {
        roots.extend(certificates(path)?);
    }
    let provider = Provider::new(Options {
        issuer: config.issuer.clone(),
        client_id: config.client_id.clone(),
        client_secret,
        scopes: config.scopes.clone(),
        groups_claim: config.groups_claim.clone(),
        roots,
        patience: PATIENCE,
    });
    Ok(Some(Federation {
        provider: Arc::new(provider),
        rules: config.rules(),
    }))
}

fn secret(path: &Path) -> Result<String> {
    let text = read("oidc.client_secret_file", path)?;
    match text.trim() {
        "" => Err(wrong("oidc.client_secret_file", path, "it is empty")),
        text => Ok(text.to_owned()),
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>> {
    let text = read("oidc.roots", path)?;
    let mut found = Vec::new();
    for item in parse_pem(text.as_bytes()) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(wrong("oidc.roots", path, &error.to_string())),
        }
    }
    if found.is_empty() {
        return Err(wrong("oidc.roots", path, "it holds no certificate in PEM"));
    }
    Ok(found)
}

fn read(key: &str, path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| wrong(key, path, &error.to_string()))
}

fn wrong(key: &str, path: &Path, why: &str) -> anyhow::Error {
    let message = format!(
        "`{key}`: {}: {why}; check the path and what is there",
        path.display()
    );
    Failure::new(Exit::Usage, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Oidc, &Path);

    fn with(change: impl FnOnce(&mut Oidc, &Path)) -> Result<Option<Federation>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, " \n").unwrap();
        let mut config = Oidc {
            issuer: "https://id.example.com".to_owned(),
            ..Oidc::default()
        };
        change(&mut config, &path);
        configured(&config)
    }

    #[test]
    fn a_file_that_does_not_hold_what_it_should_is_named_with_its_setting() {
        assert!(with(|_, _| {}).unwrap().is_some());
        assert!(with(|it, _| it.issuer.clear()).unwrap().is_none());
        let changes: [(&str, &str, Change); 3] = [
            ("oidc.client_secret_file", "empty", |it, path| {
                it.client_secret_file = path.to_owned();
            }),
            ("oidc.client_secret_file", "No such file", |it, path| {
                it.client_secret_file = path.with_extension("none");
            }),
            ("oidc.roots", "no certificate", |it, path| {
                it.roots = vec![path.to_owned()];
            }),
        ];
        for (key, why, change) in changes {
            let error = with(change).err().unwrap().to_string();
            assert!(error.contains(key) && error.contains(why), "{error}");
        }
    }
}
