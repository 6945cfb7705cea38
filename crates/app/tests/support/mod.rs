//! Runs the real binary and reads what it prints. Whatever is started here is killed when it goes
//! out of scope.

#![allow(dead_code, reason = "each test file uses a part of this")]

use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::Value;

/// How long a line may take before a test gives up: far longer than any healthy run.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary, in a directory of its own and without anything of this process's environment that
/// is meant for it.
pub(crate) fn bellwire(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwire"));
    command.current_dir(directory).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("BELLWIRE_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Output {
    bellwire(directory)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// The exit code and standard error of a command that must fail, in one line.
pub(crate) fn failure(mut command: Command) -> (i32, String) {
    let output = command.output().expect("the binary runs");
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success(), "it should have failed");
    assert_eq!(message.trim_end().lines().count(), 1, "one line: {message}");
    (output.status.code().unwrap_or(-1), message)
}

/// A process with its output at hand.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts a command.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line it prints.
    pub(crate) fn line(&self) -> String {
        self.lines
            .recv_timeout(PATIENCE)
            .expect("the process printed no further line")
    }

    /// The rest of the first line that begins like this.
    pub(crate) fn after(&self, beginning: &str) -> String {
        loop {
            let line = self.line();
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits for the end; what it had printed that nobody read yet.
    pub(crate) fn terminate_and_read(mut self) -> Vec<String> {
        self.end();
        self.lines.iter().collect()
    }

    /// Sends SIGTERM and waits for the end; the exit code.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        self.end()
    }

    fn end(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server in a temporary directory, allowed to send to this machine.
pub(crate) struct Server {
    /// The process.
    pub(crate) process: Running,
    /// Its URL.
    pub(crate) url: String,
    /// The platform token of its first start; empty at a later one.
    pub(crate) token: String,
    /// Where it lives.
    pub(crate) directory: PathBuf,
}

impl Server {
    /// Starts a server for the first time.
    pub(crate) fn start(directory: &Path) -> Self {
        let mut server = Self::start_again(directory);
        server.token = server.process.after("Platform token");
        server
    }

    /// Starts a server for the first time, with these settings.
    pub(crate) fn start_with(directory: &Path, settings: &[&str]) -> Self {
        let mut server = Self::start_set(directory, settings);
        server.token = server.process.after("Platform token");
        server
    }

    /// Starts a server on a database that there is.
    pub(crate) fn start_again(directory: &Path) -> Self {
        Self::start_set(directory, &[])
    }

    fn start_set(directory: &Path, settings: &[&str]) -> Self {
        let mut command = bellwire(directory);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        for setting in settings {
            command.args(["--set", setting]);
        }
        command.args([
            "--set",
            "delivery.allow_networks=127.0.0.0/8",
            "--set",
            "log.level=warn",
        ]);
        let process = Running::start(command);
        let url = process.after("Listening on");
        Self {
            process,
            url,
            token: String::new(),
            directory: directory.to_owned(),
        }
    }

    /// A command with this server's URL and token.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bellwire(&self.directory);
        command
            .args(arguments)
            .env("BELLWIRE_URL", &self.url)
            .env("BELLWIRE_TOKEN", &self.token);
        command
    }

    /// Runs a command against this server; what it prints. It must succeed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the binary runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same with `--json`, read.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let text = self.run(&arguments);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

/// Whether this test runs as root, for whom no directory is read-only.
pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout.trim_ascii() == b"0"
}

/// Lets the command run as nobody.
pub(crate) fn as_nobody(command: &mut Command) {
    command.uid(65534).gid(65534);
}

/// Everything a reader has.
pub(crate) fn read_all(mut reader: impl Read) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("text");
    text
}
