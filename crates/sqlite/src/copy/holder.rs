//! Who holds a lock on a file, as far as the system tells.

use std::{fs::File, os::unix::fs::MetadataExt as _, path::Path};

/// The process that has locked this file. Linux tells; elsewhere, and where it does not, `None`.
pub(super) fn of(path: &Path) -> Option<u32> {
    let inode = File::open(path).ok()?.metadata().ok()?.ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| find(line, inode))
}

/// `1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF`
fn find(line: &str, inode: u64) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1);
    if words.next()? != "FLOCK" {
        return None;
    }
    let pid = words.nth(2)?.parse().ok()?;
    let file = words.next()?.rsplit(':').next()?;
    (file.parse() == Ok(inode)).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_line_of_the_system_names_process_and_file() {
        let line = "1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF";
        assert_eq!(find(line, 1234), Some(4711));
        assert_eq!(find(line, 234), None);
        let other = "2: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF";
        assert_eq!(find(other, 1234), None);
        assert_eq!(find("", 1), None);
    }
}
