//! What the machine says: processor time and memory of a process, how long the disk takes to sync,
//! and what kind of file system that is.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result};

/// Ticks of `/proc/<pid>/stat` in a second: fixed for programs, whatever the kernel's own rate.
const TICKS_PER_S: f64 = 100.0;

/// Processor time that a process has used, in milliseconds, all its threads together.
pub(super) fn cpu_ms(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    cpu_ticks(&text)
        .map(|ticks| ticks as f64 * 1_000.0 / TICKS_PER_S)
        .with_context(|| format!("{path} is not as proc(5) says"))
}

/// User and system time: fields 14 and 15, counted behind the name, which may hold blanks.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The same of a process and its children, those that have ended included.
pub(super) fn family_cpu_ms(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let mut ticks = cpu_ticks(&text).unwrap_or(0) + ended_children_ticks(&text).unwrap_or(0);
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    for child in children.split_ascii_whitespace() {
        // One that has just ended counts at its parent.
        let text = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        ticks += cpu_ticks(&text).unwrap_or(0);
    }
    Ok(ticks as f64 * 1_000.0 / TICKS_PER_S)
}

/// Fields 16 and 17, behind [`cpu_ticks`].
fn ended_children_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Resident memory of a process in MiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Now.
    pub(super) now_mib: f64,
    /// The most there ever was.
    pub(super) peak_mib: f64,
}

pub(super) fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let mib = |name| {
        kib(&text, name)
            .map(|kib| kib as f64 / 1024.0)
            .with_context(|| format!("{path} has no {name}"))
    };
    Ok(Memory {
        now_mib: mib("VmRSS:")?,
        peak_mib: mib("VmHWM:")?,
    })
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// Appends 4 KiB and syncs, over and over: the least that a durable acknowledgement costs here.
pub(super) struct Disk {
    file: File,
    micros: Vec<u32>,
}

impl Disk {
    /// Begins with a new file in this directory.
    pub(super) fn new(directory: &Path) -> Result<Self> {
        let path = directory.join("fsync-probe");
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            file,
            micros: Vec::new(),
        })
    }

    /// Takes so many samples.
    pub(super) fn sample(&mut self, count: u32) -> Result<()> {
        const PAGE: [u8; 4096] = [0x5a; 4096];
        for _ in 0..count {
            let began = Instant::now();
            self.file.write_all(&PAGE)?;
            self.file.sync_data()?;
            self.micros
                .push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// The median of all samples, in milliseconds.
    pub(super) fn p50_ms(&self) -> Option<f64> {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        super::ledger::percentile_ms(&sorted, 0.5)
    }
}

/// The type of the file system that a directory is on, such as `ext4`.
pub(super) fn file_system(directory: &Path) -> Result<String> {
    let directory = directory.canonicalize()?;
    let mounts = fs::read_to_string("/proc/self/mounts").context("cannot read the mounts")?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace().skip(1);
            // A blank in a path is written as octal.
            let point = PathBuf::from(fields.next()?.replace("\\040", " "));
            let kind = fields.next()?;
            directory
                .starts_with(&point)
                .then(|| (point.as_os_str().len(), kind.to_owned()))
        })
        // The last of those with the longest path lies on top.
        .max_by_key(|(length, _)| *length)
        .map(|(_, kind)| kind)
        .context("no mount holds the directory")
}

/// Whether a sync on this file system reaches no disk at all.
pub(super) fn is_memory(file_system: &str) -> bool {
    matches!(file_system, "tmpfs" | "ramfs")
}

/// The processor, its cores, the memory and what else it had to do, in words: what numbers are
/// worth nothing without.
pub(super) fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(": ")
                .map(|(_, name)| name.to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory_gib =
        kib(&read("/proc/meminfo"), "MemTotal:").unwrap_or(0) as f64 / f64::from(1 << 20);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split_ascii_whitespace().next().unwrap_or("?");
    format!(
        "{cpu}, {cores} cores, {memory_gib:.0} GiB, Linux {}, load {load} before",
        kernel.trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_a_name_with_blanks_and_brackets() {
        let stat = "42 (a ) (b) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 9 0 100 1 2";
        assert_eq!(cpu_ticks(stat), Some(12));
        assert_eq!(ended_children_ticks(stat), Some(0));
        assert_eq!(cpu_ticks("nonsense"), None);
    }

    #[test]
    fn this_process_has_memory_and_a_file_system() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.now_mib > 0.0 && memory.peak_mib >= memory.now_mib);
        assert!(!file_system(Path::new("/proc")).unwrap().is_empty());
        assert_eq!(file_system(Path::new("/proc")).unwrap(), "proc");
    }
}
