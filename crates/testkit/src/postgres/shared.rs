//! The server that all tests of a run share: who starts it, and what stops it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::cluster::{is_ready, launch};

/// Where the port and the place of the running server are written down.
const NOTE: &str = "server";

/// What the whole process holds: the shared server, and the lock that keeps it running.
pub(super) struct Held {
    pub(super) place: PathBuf,
    pub(super) port: u16,
    _users: File,
}

/// Where everything of the shared server is.
fn home() -> io::Result<PathBuf> {
    let user = fs::metadata("/proc/self")?.uid();
    let home = std::env::temp_dir().join(format!("bellwire-postgres-{user}"));
    fs::create_dir_all(&home)?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755))?;
    Ok(home)
}

fn lock_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

/// Takes part in the shared server; starts it if there is none.
pub(super) fn join() -> io::Result<Held> {
    let home = home()?;
    // While the watchdog stops a server, this waits.
    let users = lock_file(&home.join("users.lock"))?;
    users.lock_shared()?;
    let starting = lock_file(&home.join("start.lock"))?;
    starting.lock()?;
    let note = home.join(NOTE);
    let running = fs::read_to_string(&note).ok().and_then(|text| {
        let (port, place) = text.trim().split_once(' ')?;
        let (port, place) = (port.parse().ok()?, PathBuf::from(place));
        is_ready(port).then_some((place, port))
    });
    let (place, port) = match running {
        Some(running) => running,
        None => {
            let (place, port) = launch(&[])?;
            fs::write(&note, format!("{port} {}", place.display()))?;
            watch(&home, &place)?;
            (place, port)
        }
    };
    Ok(Held {
        place,
        port,
        _users: users,
    })
}

/// Leaves a process behind that stops the server once nobody has held the lock of its users three
/// times in a row, and removes what it leaves. Whoever comes meanwhile waits for the end of the server
/// and not for the removal, which can take minutes.
fn watch(home: &Path, place: &Path) -> io::Result<()> {
    let script = format!(
        "idle=0\n\
         while sleep 5; do\n\
           if flock -n -x {users} true; then idle=$((idle + 1)); else idle=0; fi\n\
           if [ $idle -ge 3 ] && flock -n -x {users} sh -c \
             'rm -f {note}; kill -QUIT $(head -n 1 {place}/data/postmaster.pid); sleep 1'; then \
             rm -rf {place}; exit; fi\n\
         done",
        users = home.join("users.lock").display(),
        note = home.join(NOTE).display(),
        place = place.display(),
    );
    Command::new("setsid")
        .args(["sh", "-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .spawn()
        .map(drop)
}
