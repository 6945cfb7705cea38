//! A killed process leaves the page cache intact, so that killing it proves nothing about a power
//! cut. This proves it: in a trace of the real binary's system calls, the log that holds an event
//! is synced before the event's 202 is written.

use std::process::Command;

use serde_json::json;

use super::server::{Producer, Server, serve};

const EVENTS: usize = 10;

/// What the answer to an accepted event begins with.
const ACCEPTED: &str = "HTTP/1.1 202";

/// Checks a trace of `strace -f -y`: between the read of the request that carries `marker` and the
/// first 202 after it, the marker is written to the log, and the log is synced after that.
fn synced_before_answer(trace: &[&str], marker: &str) -> Result<(), String> {
    let find = |from: usize, what: &dyn Fn(&str) -> bool| {
        (from..trace.len()).find(|line| what(trace[*line]))
    };
    let is_read = |line: &str| {
        ["read", "readv", "recvfrom", "recvmsg"].contains(&syscall(line)) && line.contains(marker)
    };
    let read = find(0, &is_read).ok_or("the request was not read")?;
    let answered = find(read, &|line| line.contains(ACCEPTED)).ok_or("there is no answer")?;
    let is_log = |line: &str| line.contains("-wal>");
    let written = find(read, &|line| {
        syscall(line).starts_with("pwrite") && is_log(line) && line.contains(marker)
    })
    .filter(|written| *written < answered)
    .ok_or("the event was not written to the log before the answer")?;
    let thread = |line: &str| line.split_whitespace().next().unwrap_or("").to_owned();
    let writer = thread(trace[written]);
    let is_sync = |line: &str| ["fsync", "fdatasync"].contains(&syscall(line));
    let begun = find(written + 1, &|line| {
        is_sync(line) && is_log(line) && thread(line) == writer
    })
    .ok_or("the log was not synced after it")?;
    let done = find(begun, &|line| {
        is_sync(line) && thread(line) == writer && line.trim_end().ends_with("= 0")
    })
    .ok_or("the sync did not succeed")?;
    if done < answered {
        Ok(())
    } else {
        Err("the answer was written before the log was synced".to_owned())
    }
}

/// The system call of a line: of `12 read(3<…` as of `12 <... read resumed>…`.
fn syscall(line: &str) -> &str {
    let call = line
        .split_once(' ')
        .map_or("", |(_, rest)| rest.trim_start());
    match call.strip_prefix("<... ") {
        Some(resumed) => resumed.split(' ').next().unwrap_or(""),
        None => call.split('(').next().unwrap_or(""),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_synced_before_each_202() {
    let has_strace = Command::new("strace").arg("-V").output().is_ok();
    assert!(
        has_strace,
        "strace is needed: apt-get install strace (`cargo xtask test` does it)"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace");
    let calls = "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,\
                 pwrite64,pwritev,fsync,fdatasync";
    let mut words = [
        "strace",
        "-f",
        "-y",
        "-qq",
        "-s",
        "65536",
        "-e",
        "signal=none",
        "-e",
        calls,
    ]
    .map(Into::into)
    .to_vec();
    words.extend(["-o".into(), trace.clone().into(), "--".into()]);
    words.extend(serve(folder.path()));

    let mut server = Server::start(&words).await;
    let producer = Producer::new(&server.first_token().await);
    // No webhook, one producer: nothing else has a reason to commit.
    producer.organization(&server.url);
    let markers: Vec<String> = (0..EVENTS).map(|n| format!("marker{n:04}end")).collect();
    for marker in &markers {
        let (status, answer) = producer
            .event(&server.url, &json!({"m": marker}))
            .expect("it answers");
        assert_eq!(status, 202, "{answer}");
    }
    assert!(server.stop().await);

    let trace = std::fs::read(trace).expect("a trace");
    let trace = String::from_utf8_lossy(&trace);
    let lines: Vec<&str> = trace.lines().collect();
    for marker in &markers {
        if let Err(why) = synced_before_answer(&lines, marker) {
            panic!("{marker}: {why}, in {} lines of trace", lines.len());
        }
    }
}

#[test]
fn a_trace_without_a_sync_in_its_place_is_seen() {
    const READ: &str = r#"7 recvfrom(9<socket:[5]>, "POST /events m1", 8192, 0, NULL, NULL) = 15"#;
    const WRITE: &str = r#"8 pwrite64(4</tmp/b.db-wal>, "xx m1 xx", 4096, 56) = 4096"#;
    const SYNC: &str = "8 fdatasync(4</tmp/b.db-wal>) = 0";
    const BEGUN: &str = "8 fdatasync(4</tmp/b.db-wal> <unfinished ...>";
    const DONE: &str = "8 <... fdatasync resumed>) = 0";
    const FAILED: &str = "8 <... fdatasync resumed>) = -1 EIO (Input/output error)";
    const OTHER: &str = "8 fdatasync(3</tmp/b.db>) = 0";
    const ANSWER: &str = r#"7 sendto(9<socket:[5]>, "HTTP/1.1 202 Accepted", 99, 0, NULL, 0) = 99"#;
    for good in [
        &[READ, WRITE, SYNC, ANSWER][..],
        &[READ, WRITE, BEGUN, DONE, ANSWER],
    ] {
        assert_eq!(synced_before_answer(good, "m1"), Ok(()));
    }
    for lie in [
        &[READ, WRITE, ANSWER][..],
        &[READ, WRITE, ANSWER, SYNC],
        &[READ, SYNC, WRITE, ANSWER],
        &[READ, WRITE, BEGUN, ANSWER, DONE],
        &[READ, WRITE, BEGUN, FAILED, ANSWER],
        &[READ, WRITE, OTHER, ANSWER],
        &[READ, SYNC, ANSWER],
        &[WRITE, SYNC, READ, ANSWER],
    ] {
        assert!(synced_before_answer(lie, "m1").is_err(), "{lie:?}");
    }
}
