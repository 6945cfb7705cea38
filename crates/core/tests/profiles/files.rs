//! The files that operators write: what is added, and what is refused with its key.

use super::*;

const MINIMAL: &str = r#"
name = "mine"
title = "Mine"
envelope = "{type, data}"
success = ["2xx"]
[retry]
default = { kind = "fixed", interval_s = 60, max_attempts = 3 }
client_error = { kind = "none" }
[timeouts]
connect_ms = 1000
first_byte_ms = 1000
total_ms = 5000
"#;

#[test]
fn an_operator_adds_a_profile() {
    let profiles = Profiles::embedded().with(MINIMAL).unwrap();
    assert_eq!(profiles.names().count(), 6);
    let mine = profiles.get("mine").unwrap();
    assert_eq!(
        live(&mine.policy, 0.0, always(Outcome::status(500))).minutes(),
        [0, 1, 2]
    );
    assert_eq!(
        live(&mine.policy, 0.0, always(Outcome::status(404))).minutes(),
        [0]
    );
    assert_eq!(
        body(&mine, &event("a.b", "[1]")),
        r#"{"type":"a.b","data":[1]}"#
    );
    assert_eq!(
        Profiles::embedded().names().count(),
        5,
        "the embedded ones stay as they are"
    );
}

/// A wrong file names the key that is wrong.
#[test]
fn a_wrong_profile_names_the_key() {
    for (from, to, expected) in [
        ("title", "titel", "titel"),
        ("[timeouts]", "[timeouts]\nread_ms = 5", "read_ms"),
        ("connect_ms = 1000", "connect_ms = 0", "connect_ms"),
        ("connect_ms = 1000\n", "", "connect_ms"),
        ("[\"2xx\"]", "[\"ok\"]", "`ok` is not a status"),
        ("interval_s = 60", "interval_s = 0", "retry.default"),
        ("interval_s = 60", "interval = 60", "interval"),
        ("kind = \"none\"", "kind = \"nonsense\"", "nonsense"),
        ("\"mine\"", "\"My profile\"", "name"),
        ("\"Mine\"", "\" \"", "title"),
        ("{type, data}", "{type, data", "envelope"),
        ("{type, data}", "now", "`now`"),
        ("[retry]", "content_type = \"\"\n[retry]", "content_type"),
        (
            "[retry]",
            "[disable]\nafter_redirects = 0\n[retry]",
            "disable.after_redirects",
        ),
        (
            "[retry]",
            "[disable]\non_statuses = [7]\n[retry]",
            "disable.on_statuses",
        ),
        (
            "[retry]",
            "[webhook]\nrequires_moon = true\n[retry]",
            "requires_moon",
        ),
    ] {
        assert!(MINIMAL.contains(from), "{from}");
        let text = MINIMAL.replacen(from, to, 1);
        let error = Profiles::embedded().with(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{to}: {error}");
    }
    let twice = MINIMAL.replacen("\"mine\"", "\"wink\"", 1);
    let error = Profiles::embedded().with(&twice).unwrap_err().to_string();
    assert!(
        error.contains("two profiles with the name `wink`"),
        "{error}"
    );
}
