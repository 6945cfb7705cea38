//! Programs that some tests need beside Rust: found, or installed from Debian's packages when that
//! is possible, or asked for with the one line to run.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::process;

/// A program, how to see that it works, and the Debian packages that bring it.
struct Tool {
    name: &'static str,
    why: &'static str,
    check: &'static [&'static str],
    packages: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    // Where there is no strace, the tests of system calls are not compiled either.
    #[cfg(target_os = "linux")]
    Tool {
        name: "strace",
        why: "to see that the log is synced before each 202",
        check: &["strace", "-V"],
        packages: &["strace"],
    },
    Tool {
        name: "PostgreSQL",
        why: "to hold its store to the conformance suite, and to run many nodes on it",
        check: &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb"],
        packages: &["postgresql"],
    },
    Tool {
        name: "Chromium with its driver",
        why: "to use the portal as people do",
        check: &["sh", "-c", "chromium --version && chromedriver --version"],
        packages: &["chromium", "chromium-driver"],
    },
    Tool {
        name: "python3 with venv",
        why: "to check signatures with an independent library, and to fuzz the API",
        check: &["python3", "-c", "import venv, ensurepip"],
        packages: &["python3", "python3-venv"],
    },
    Tool {
        name: "Node.js with npm",
        why: "to sign people in through an identity provider that somebody else wrote",
        check: &["sh", "-c", "node --version && npm --version"],
        packages: &["nodejs", "npm"],
    },
];

/// Makes sure of every tool.
pub(crate) fn ensure() -> Result<()> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !works(tool.check)).collect();
    if missing.is_empty() {
        println!("all there");
        return Ok(());
    }
    for tool in &missing {
        println!("{} is missing: it is needed {}", tool.name, tool.why);
    }
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|tool| tool.packages.iter().copied())
        .collect();
    let line = format!("apt-get install -y {}", packages.join(" "));
    if !works(&["apt-get", "--version"]) || !is_root() {
        bail!(
            "install {} (on Debian and Ubuntu: sudo {line})",
            packages.join(", ")
        );
    }
    println!("installing: {line}");
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    process::run(
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(&packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    match missing.iter().find(|tool| !works(tool.check)) {
        None => Ok(()),
        Some(tool) => bail!("{} does not work after `{line}`", tool.name),
    }
}

/// Whether this command runs and exits with 0.
pub(crate) fn works(command: &[&str]) -> bool {
    Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|metadata| metadata.uid() == 0)
}
