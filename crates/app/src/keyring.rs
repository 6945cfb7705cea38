//! The keys of the encryption at rest: configured, or from a file next to the database.
//!
//! The file is made when the database is new, before the database is: a database whose key is gone
//! cannot be read, so the other order could strand it. It is never made for a database that exists.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bellwire_core::{
    crypt::{Key, Keyring},
    entropy::Entropy,
};

use crate::failure::{Exit, Failure};

/// The largest key file that is read.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// The key file of a database: its path with `.key` behind it.
#[must_use]
pub fn key_file(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".key");
    PathBuf::from(path)
}

/// The keyring of a database.
///
/// # Errors
/// [`Failure`]: a key that is none, a key file that is missing, cannot be read or written.
pub fn load(configured: &[String], database: &Path, entropy: &dyn Entropy) -> Result<Keyring> {
    if !configured.is_empty() {
        return self::configured(configured);
    }
    let path = key_file(database);
    let text = match read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if database.exists() {
                return Err(Failure::new(
                    Exit::Store,
                    format!(
                        "the database {} is there, but its key file {} is not; put the key file \
                         back, or set `secrets.keys` to the key it was made with",
                        database.display(),
                        path.display()
                    ),
                )
                .into());
            }
            make(&path, entropy)?
        }
        Err(error) => {
            return Err(store_failure(format!(
                "cannot read the key file {}: {error}; check its owner and permissions",
                path.display()
            )));
        }
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    parse(lines).map_err(|why| store_failure(format!("the key file {}: {why}", path.display())))
}

/// The keyring that reads a database that is there: every configured key, and those of the key file
/// beside it. Nothing is made.
///
/// # Errors
/// [`Failure`]: a key that is none, or no key at all.
pub fn of_existing(configured: &[String], database: &Path) -> Result<Keyring> {
    let path = key_file(database);
    let beside = match read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(store_failure(format!(
                "cannot read the key file {}: {error}; check its owner and permissions",
                path.display()
            )));
        }
    };
    let lines = beside
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let mut texts: Vec<&str> = configured.iter().map(|key| key.trim()).collect();
    for line in lines {
        if !texts.contains(&line) {
            texts.push(line);
        }
    }
    if texts.is_empty() {
        return Err(store_failure(format!(
            "there is no key for {}: put its key file {} back, or set `secrets.keys` to the key it \
             was made with",
            database.display(),
            path.display()
        )));
    }
    parse(texts.into_iter()).map_err(|why| {
        store_failure(format!(
            "`secrets.keys` and the key file {}: {why}",
            path.display()
        ))
    })
}

/// The keyring of configured keys.
///
/// # Errors
/// [`Failure`] when one of them is none.
pub fn configured(keys: &[String]) -> Result<Keyring> {
    parse(keys.iter().map(String::as_str))
        .map_err(|why| Failure::new(Exit::Usage, format!("`secrets.keys`: {why}")).into())
}

fn parse<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Keyring, String> {
    let keys: Result<Vec<Key>, _> = texts.map(Key::parse).collect();
    keys.and_then(Keyring::new)
        .map_err(|error| error.to_string())
}

fn read(path: &Path) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            path = %path.display(),
            "the key file can be read by others; `chmod 600` it"
        );
    }
    let mut text = String::new();
    file.take(MAX_FILE_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Makes a key file with a fresh key, on disk before it returns.
fn make(path: &Path, entropy: &dyn Entropy) -> Result<String> {
    let mut key = [0; 32];
    entropy.fill(&mut key);
    let text = format!("{}\n", BASE64.encode(key));
    let write = || {
        // `create_new`: of two processes that start at once, one makes the key and the other fails.
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            Some(parent) => std::fs::File::open(parent)?.sync_all(),
            None => std::fs::File::open(".")?.sync_all(),
        }
    };
    write().map_err(|error: std::io::Error| {
        store_failure(format!(
            "cannot write the key file {}: {}; make the directory writable for this user, or \
             choose another with --store",
            path.display(),
            reason(&error)
        ))
    })?;
    tracing::info!(path = %path.display(), "made an encryption key; keep a copy of it with your backups");
    Ok(text)
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "the directory does not exist".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    }
}

fn store_failure(message: String) -> anyhow::Error {
    Failure::new(Exit::Store, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_new_database_gets_a_key_file_that_only_its_owner_can_read() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("b.db");
        let first = load(&[], &database, &SystemEntropy).unwrap();
        let mode = std::fs::metadata(key_file(&database))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = load(&[], &database, &SystemEntropy).unwrap();
        assert_eq!(first.sealing_key(), second.sealing_key());
    }

    #[test]
    fn no_key_is_made_for_a_database_that_exists() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("b.db");
        std::fs::write(&database, "").unwrap();
        let error = load(&[], &database, &SystemEntropy).unwrap_err();
        assert!(
            error.to_string().contains("put the key file back"),
            "{error}"
        );
        assert!(!key_file(&database).exists());
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let error = load(&["short".to_owned()], Path::new("b.db"), &SystemEntropy).unwrap_err();
        assert!(error.to_string().contains("`secrets.keys`"), "{error}");
    }
}
