//! Where things are: the root of the repository and its files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 3] = ["target", ".git", ".bellwire"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // What cargo says at run time: a folder of builds that two clones share may hold the program of
    // the other one.
    let own = std::env::var_os("CARGO_MANIFEST_DIR");
    own.as_deref()
        .map_or(Path::new(env!("CARGO_MANIFEST_DIR")), Path::new)
        .parent()
        .expect("xtask is a folder of the repository")
        .to_owned()
}

/// One text file of the repository.
pub(crate) struct File {
    /// Its path from the root, with `/` on every system.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

/// The files with this extension, sorted by path.
pub(crate) fn files(extension: &str) -> Result<Vec<File>> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, extension, &mut paths)?;
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let relative = path.strip_prefix(&root).expect("below the root");
            Ok(File {
                path: relative.to_string_lossy().replace('\\', "/"),
                text,
            })
        })
        .collect()
}

/// Reads a file of the repository.
pub(crate) fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))
}

/// Writes a file of the repository and says so when that changed it.
pub(crate) fn write(path: &str, text: &str) -> Result<()> {
    if read(path).is_ok_and(|stored| stored == text) {
        println!("{path} was current");
        return Ok(());
    }
    fs::write(root().join(path), text).with_context(|| format!("cannot write {path}"))?;
    println!("{path} written");
    Ok(())
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if !SKIPPED.iter().any(|skipped| entry.file_name() == *skipped) {
                walk(&path, extension, found)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    Ok(())
}
