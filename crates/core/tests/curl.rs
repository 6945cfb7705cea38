//! Commands with curl: run by a real shell, whose `curl` here only tells what it was given.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use bellwire_core::{
    curl, delivery::Attempt, diagnosis::examples, outcome::Answer, rendering::MASK,
};
use proptest::prelude::*;

/// Tells its words and then what comes on its standard input.
const CURL: &str = r#"curl() {
  for word; do printf '%s\000' "$word"; done
  printf '\001\000'
  case "$*" in *"--data-binary @-"*) cat;; esac
}
"#;

/// What a shell makes of a command: the words that curl got, and its standard input.
fn run(command: &str) -> (Vec<String>, Vec<u8>) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("curl-{}-{number}.sh", std::process::id());
    let script = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&script, format!("{CURL}{command}")).unwrap();
    let output = Command::new("sh")
        .arg(&script)
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    std::fs::remove_file(&script).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}");
    let end = output
        .stdout
        .windows(3)
        .position(|window| window == b"\0\x01\0")
        .expect("curl was called");
    let words = output.stdout[..end]
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8(word.to_vec()).unwrap())
        .collect();
    (words, output.stdout[end + 3..].to_vec())
}

fn attempt(headers: &[(&str, &str)], url: &str) -> Attempt {
    Attempt {
        url: url.to_owned(),
        request_headers: headers.iter().copied().collect(),
        ..examples::attempt(Answer::Status(500))
    }
}

fn sent(attempt: &Attempt, body: &[u8]) -> (Vec<String>, Vec<u8>) {
    let (words, stdin) = run(&curl::command(attempt, body));
    let raw = words.iter().position(|word| word == "--data-raw");
    match raw {
        Some(at) => {
            assert!(stdin.is_empty());
            (words[..at].to_vec(), words[at + 1].clone().into_bytes())
        }
        None => {
            assert_eq!(words[words.len() - 2..], ["--data-binary", "@-"]);
            (words[..words.len() - 2].to_vec(), stdin)
        }
    }
}

#[test]
fn a_command_has_everything_that_was_sent_and_placeholders_for_secrets() {
    let headers = [
        ("host", "hooks.example.com"),
        ("content-length", "19"),
        ("content-type", "application/json"),
        ("webhook-signature", "v1,abc= v1,def="),
        ("x-empty", ""),
        ("x-api-key", MASK),
        ("x-note", "it's \"$HOME\" `id` \\n"),
    ];
    let url = "https://hooks.example.com/in?a=b&c=$d#'";
    let attempt = attempt(&headers, url);
    let body = r#"{"it's":"a \"body\""}"#;
    let command = curl::command(&attempt, body.as_bytes());
    let (words, sent_body) = sent(&attempt, body.as_bytes());
    assert_eq!(sent_body, body.as_bytes());
    assert_eq!(
        words,
        [
            "--globoff",
            "--include",
            "--request",
            "POST",
            url,
            "--header",
            "Accept:",
            "--header",
            "content-type: application/json",
            "--header",
            "webhook-signature: v1,abc= v1,def=",
            "--header",
            "x-empty;",
            "--header",
            "x-api-key: <x-api-key>",
            "--header",
            "x-note: it's \"$HOME\" `id` \\n",
        ]
    );
    let comments: Vec<&str> = command
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    assert_eq!(comments.len(), 3, "{command}");
    assert!(comments[2].contains("Put in the values of x-api-key"));
    assert!(!command.contains(MASK));
}

/// An argument has a limit that a pipe has not.
#[test]
fn a_long_body_goes_through_a_pipe() {
    let long = format!("{{\"text\":\"{}\"}}", "it's long ".repeat(50_000));
    let attempt = attempt(&[], "https://hooks.example.com/");
    assert_eq!(sent(&attempt, long.as_bytes()).1, long.as_bytes());
    assert!(curl::command(&attempt, long.as_bytes()).contains("printf %s '"));
    for at in ["@/etc/passwd", "", "\n", "\r\n\n"] {
        assert_eq!(sent(&attempt, at.as_bytes()).1, at.as_bytes(), "{at:?}");
    }
}

/// What is no text is written as a format, and none of it may look like an option.
#[test]
fn a_body_may_begin_with_a_dash() {
    let attempt = attempt(&[], "https://hooks.example.com/");
    for body in [&b"-\0"[..], b"--\xff", b"-n \xff", b"- %s\\\0"] {
        assert_eq!(sent(&attempt, body).1, body, "{body:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_one_word(text in "[^\0]{0,40}") {
        let (words, _) = run(&format!("curl {}\n", curl::quoted(&text)));
        prop_assert_eq!(words, [text]);
    }

    #[test]
    fn any_text_arrives_as_a_body(text in "(?s).{0,60}") {
        let attempt = attempt(&[], "https://hooks.example.com/");
        prop_assert_eq!(sent(&attempt, text.as_bytes()).1, text.into_bytes());
    }

    #[test]
    fn any_bytes_arrive_as_a_body(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let attempt = attempt(&[], "https://hooks.example.com/");
        prop_assert_eq!(sent(&attempt, &bytes).1, bytes);
    }
}
