//! Whether there is room for a log, before an hour is spent on finding out.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use crate::failure::{Exit, Failure};

/// What an event with its delivery and attempt takes, indexes and log included, at most.
const BYTES_PER_EVENT: u64 = 2_600;

/// Says how much room there is, and refuses when it is too little.
pub(super) fn check(directory: &Path, events: u64) -> Result<String> {
    let told = Command::new("df")
        .args(["--output=avail", "-B1"])
        .arg(directory)
        .output()
        .context("cannot run df")?;
    let free: u64 = String::from_utf8_lossy(&told.stdout)
        .lines()
        .nth(1)
        .and_then(|line| line.trim().parse().ok())
        .context("df does not say how much is free")?;
    let needed = events * BYTES_PER_EVENT;
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let room = format!(
        "{:.1} GiB may be needed for {events} events, {:.1} GiB are free in {}",
        gib(needed),
        gib(free),
        directory.display()
    );
    if needed > free {
        let message = format!("{room}; free some, choose another --dir, or fewer --events");
        return Err(Failure::new(Exit::Usage, message).into());
    }
    Ok(room)
}
