//! A disk without room: events are refused with 503, nothing acknowledged is lost, and with room
//! everything goes on by itself.

use std::{collections::HashSet, ffi::OsString, path::Path, process::Command, time::Duration};

use bellwire_testkit::receiver::Receiver;
use serde_json::json;

use super::server::{Producer, Server, serve};

/// More events than fit into any of the small disks here.
const MOST_EVENTS: usize = 3000;
/// How often the server is asked again once there is room.
const MOST_TRIES: usize = 200;

/// Posts until there is no room, makes room, and sees everything acknowledged arrive.
async fn scenario(words: &[OsString], make_room: impl FnOnce(&Server)) {
    let receiver = Receiver::start().await;
    let mut server = Server::start(words).await;
    let producer = Producer::new(&server.first_token().await);
    producer.organization(&server.url);
    producer.webhook(&server.url, &receiver.url("/hook"), json!({}));
    let mut acknowledged = HashSet::new();
    // Smaller and smaller events, until not even the smallest fits.
    let data = |bytes: usize| json!({"filler": "x".repeat(bytes)});
    for bytes in [8 * 1024, 512, 0] {
        let mut refused = None;
        for _ in 0..MOST_EVENTS {
            match producer
                .event(&server.url, &data(bytes))
                .expect("it answers, room or not")
            {
                (202, answer) => {
                    acknowledged.insert(answer["id"].as_str().expect("an id").to_owned());
                }
                refusal => {
                    refused = Some(refusal);
                    break;
                }
            }
        }
        let (status, problem) = refused.expect("the disk is small");
        assert_eq!(
            (status, &problem["code"]),
            (503, &json!("unavailable")),
            "{problem}"
        );
    }
    assert!(!acknowledged.is_empty(), "there was room at first");
    assert_eq!(
        producer.status(&server.url, "/health/live"),
        200,
        "it lives on"
    );

    make_room(&server);
    let last = tried(|| {
        match producer
            .event(&server.url, &data(8 * 1024))
            .expect("it answers")
        {
            (202, answer) => Some(answer["id"].as_str().expect("an id").to_owned()),
            (status, problem) => {
                assert_eq!(status, 503, "{problem}");
                None
            }
        }
    });
    acknowledged.insert(
        last.await
            .expect("it takes events again once there is room"),
    );
    let ready = tried(|| (producer.status(&server.url, "/health/ready") == 200).then_some(()));
    assert!(ready.await.is_some(), "and says that it is ready");

    receiver
        .wait_until(|requests| {
            let arrived: HashSet<&str> = requests
                .iter()
                .filter_map(|request| request.header("webhook-id"))
                .collect();
            acknowledged.iter().all(|id| arrived.contains(id.as_str()))
        })
        .await;
    assert!(server.stop().await, "it stops in order");
    let requests = receiver.received();
    let arrived: HashSet<&str> = requests
        .iter()
        .filter_map(|request| request.header("webhook-id"))
        .collect();
    assert_eq!(
        arrived.len(),
        acknowledged.len(),
        "what was refused was not stored"
    );
}

/// What this gives in the end, within a bounded number of tries: as `Retry-After` asks a producer
/// to, only sooner.
async fn tried<T>(attempt: impl Fn() -> Option<T>) -> Option<T> {
    for _ in 0..MOST_TRIES {
        if let Some(value) = attempt() {
            return Some(value);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

/// A limit on the size of a file (EFBIG), raised while the server runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_file_size_is_503_until_it_is_raised() {
    let folder = tempfile::tempdir().expect("a folder");
    // 2 MiB in blocks of 512 bytes, as POSIX counts them. Without the trap the signal would kill.
    let mut words: Vec<OsString> = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -S -f 4096; exec \"$@\"",
        "sh",
    ]
    .map(Into::into)
    .to_vec();
    words.extend(serve(folder.path()));
    scenario(&words, |server| {
        let raised = Command::new("prlimit")
            .args(["--pid", &server.pid().to_string(), "--fsize=unlimited:"])
            .status();
        assert!(raised.expect("prlimit is part of util-linux").success());
    })
    .await;
}

/// A small file system that is full (ENOSPC), until a file on it is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_file_system_is_503_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).expect("a folder");
    // In a mount namespace of its own: it goes away with the server, and needs no root where user
    // namespaces are allowed.
    let script = "mount -t tmpfs -o size=6m tmpfs \"$1\" && \
                  head -c 2M /dev/zero > \"$1/ballast\" && shift && exec \"$@\"";
    let mut words: Vec<OsString> = ["unshare", "--map-root-user", "--mount", "--", "sh", "-c"]
        .map(Into::into)
        .to_vec();
    words.extend([script.into(), "sh".into(), disk.clone().into()]);
    if !can_mount(&disk) {
        println!("no tmpfs can be mounted here; the limit on file size stands for it");
        return;
    }
    words.extend(serve(&disk));
    scenario(&words, |server| {
        let root = format!("/proc/{}/root", server.pid());
        let ballast = Path::new(&root)
            .join(disk.strip_prefix("/").expect("absolute"))
            .join("ballast");
        std::fs::remove_file(ballast).expect("the ballast is there");
    })
    .await;
}

fn can_mount(disk: &Path) -> bool {
    Command::new("unshare")
        .args([
            "--map-root-user",
            "--mount",
            "--",
            "mount",
            "-t",
            "tmpfs",
            "tmpfs",
        ])
        .arg(disk)
        .status()
        .is_ok_and(|status| status.success())
}
