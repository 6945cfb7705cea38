//! The configuration: which layer wins, where each value came from, and what is said of mistakes.

mod support;

use std::path::{Path, PathBuf};

use bellwire::config::{Error, Origin, Sources, load};
use support::{bellwire, failure, run};

fn write(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("bellwire.toml");
    std::fs::write(&path, text).unwrap();
    path
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn flag(key: &str, value: &str) -> (String, String, String) {
    ("--set".to_owned(), key.to_owned(), value.to_owned())
}

fn from_file(text: &str) -> Result<bellwire::config::Loaded, Error> {
    let directory = tempfile::tempdir().unwrap();
    load(&Sources {
        file: Some(write(directory.path(), text)),
        ..Sources::default()
    })
}

fn from_environment(name: &str, value: &str) -> Result<bellwire::config::Loaded, Error> {
    load(&Sources {
        environment: vec![pair(name, value)],
        ..Sources::default()
    })
}

#[test]
fn defaults_give_way_to_the_file_the_environment_and_flags_in_this_order() {
    let directory = tempfile::tempdir().unwrap();
    let file = write(
        directory.path(),
        "[store]\nreaders = 5\ncache_mib = 5\n\n[shutdown]\ngrace_s = 5\n",
    );
    let loaded = load(&Sources {
        file: Some(file.clone()),
        environment: vec![
            pair("BELLWIRE_STORE_CACHE_MIB", "6"),
            pair("BELLWIRE_SHUTDOWN_GRACE_S", "6"),
        ],
        flags: vec![flag("shutdown.grace_s", "7")],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(loaded.config.store.readers, 5);
    assert_eq!(loaded.config.store.cache_mib, 6);
    assert_eq!(loaded.config.shutdown.grace_s, 7);
    let origin = |key: &str| {
        let found = loaded
            .values
            .iter()
            .find(|(setting, ..)| setting.key == key);
        found.unwrap().2.clone()
    };
    assert_eq!(origin("store.readers"), Origin::File(file, 2));
    assert_eq!(
        origin("store.cache_mib"),
        Origin::Environment("BELLWIRE_STORE_CACHE_MIB".to_owned())
    );
    assert_eq!(origin("shutdown.grace_s"), Origin::Flag("--set".to_owned()));
    assert_eq!(origin("server.listen"), Origin::Default);
}

#[test]
fn lists_come_as_arrays_from_a_file_and_with_commas_from_elsewhere() {
    let loaded =
        from_file("[delivery]\nallow_networks = [\"10.0.0.0/8\", \"fd00::/8\"]\n").unwrap();
    assert_eq!(loaded.config.delivery.allow_networks.len(), 2);
    let loaded =
        from_environment("BELLWIRE_DELIVERY_ALLOW_NETWORKS", "10.0.0.0/8, fd00::/8").unwrap();
    assert_eq!(loaded.config.delivery.allow_networks.len(), 2);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    let error =
        from_file("[server]\nlisten = \"127.0.0.1:1\"\n\n[store]\nreadrs = 2\n").unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("bellwire.toml:5: `store.readrs`"),
        "{message}"
    );
    assert!(
        message.contains("did you mean `store.readers`?"),
        "{message}"
    );
    let message = from_file("[sever]\nlisten = \"x\"\n")
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("did you mean the section `[server]`?"),
        "{message}"
    );
    let message = from_file("listen = \"x\"\n").unwrap_err().to_string();
    assert!(
        message.contains("did you mean `server.listen`?"),
        "{message}"
    );
    let message = from_environment("BELLWIRE_SERVER_LISEN", "x")
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("did you mean `BELLWIRE_SERVER_LISTEN`?"),
        "{message}"
    );
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    assert!(from_environment("BELLWIRE_PORT", "tcp://10.0.0.1:80").is_ok());
    assert!(from_environment("BELLWIRE_SERVICE_HOST", "10.0.0.1").is_ok());
    assert!(from_environment("BELLWIRE_STROE_PATH", "x").is_err());
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_is_expected() {
    for (text, expected) in [
        ("[server]\nlisten = 3\n", "address and port"),
        ("[server]\nlisten = \"nowhere\"\n", "`nowhere`"),
        ("[store]\nreaders = 0\n", "1 or more"),
        ("[delivery]\nmax_concurrency = 3\n", "4 or more"),
        ("[store]\nreaders = \"two\"\n", "how many connections read"),
        ("[log]\nformat = \"xml\"\n", "text or json"),
        ("[retention]\nevents = \"ninety\"\n", "a number and a unit"),
        ("[retention]\nevents = 90\n", "a number and a unit"),
        (
            "[oidc]\nissuer = \"http://id.example.com\"\n",
            "is not an https URL",
        ),
        (
            "[oidc]\ngroups = [\"staff=acme:boss\"]\n",
            "expected viewer, editor or admin",
        ),
        (
            "[retention]\npayloads = \"91d\"\n",
            "raise `retention.events`",
        ),
        (
            "[retention]\nattempts = \"91d\"\n",
            "nothing outlives its event",
        ),
        ("[retention]\nevents = \"1h\"\n", "ingest.idempotency_ttl_s"),
        (
            "[delivery]\nallow_networks = [\"10.0.0.0/8\", \"home\"]\n",
            "allow_networks[1]",
        ),
    ] {
        let message = from_file(text).unwrap_err().to_string();
        assert!(message.contains("bellwire.toml:2"), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    let message = from_file("[server]\nlisten = \n").unwrap_err().to_string();
    assert!(
        message.contains("bellwire.toml:2: this is not TOML"),
        "{message}"
    );
    let message = from_environment("BELLWIRE_STORE_READERS", "two")
        .unwrap_err()
        .to_string();
    assert!(message.contains("$BELLWIRE_STORE_READERS"), "{message}");
    assert!(message.contains("`two` is not a whole number"), "{message}");
}

#[test]
fn a_file_that_was_asked_for_must_exist_and_the_usual_one_need_not() {
    let missing = PathBuf::from("/nowhere/bellwire.toml");
    let asked = Sources {
        file: Some(missing.clone()),
        ..Sources::default()
    };
    assert!(matches!(load(&asked), Err(Error::Read { .. })));
    let usual = Sources {
        default_file: Some(missing),
        ..Sources::default()
    };
    assert!(load(&usual).is_ok());
}

#[test]
fn what_config_prints_is_a_configuration_file_with_origins_and_masked_secrets() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "[store]\nreaders = 5\n");
    let key = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYzE=";
    let output = bellwire(directory.path())
        .args(["config", "--listen", "127.0.0.1:0"])
        .env("BELLWIRE_SECRETS_KEYS", key)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(!text.contains(key));
    let line = |name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    assert!(line("readers").ends_with("# bellwire.toml:2"), "{text}");
    assert!(line("listen").ends_with("# --listen"), "{text}");
    assert!(line("keys").ends_with("# $BELLWIRE_SECRETS_KEYS"), "{text}");
    assert!(line("cache_mib").ends_with("# default"), "{text}");

    let again = tempfile::tempdir().unwrap();
    let without_secrets: String = text
        .lines()
        .filter(|line| !line.starts_with("keys"))
        .map(|line| format!("{line}\n"))
        .collect();
    write(again.path(), &without_secrets);
    assert!(run(again.path(), &["config"]).status.success());
}

#[test]
fn a_wrong_key_stops_the_server_with_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "[server]\nlisen = \"127.0.0.1:0\"\n");
    let mut command = bellwire(directory.path());
    command.arg("serve");
    let (code, message) = failure(command);
    assert_eq!(code, 2);
    assert!(message.contains("`server.lisen` is not a setting; did you mean `server.listen`?"));
    assert!(!directory.path().join("bellwire.db").exists());
}

/// Where the provider sends people back to cannot be guessed.
#[test]
fn sign_in_through_a_provider_wants_a_public_url() {
    let text = "[oidc]\nissuer = \"https://id.example.com\"\nclient_id = \"bellwire\"\n";
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), text);
    let mut command = bellwire(directory.path());
    command.arg("serve");
    let (code, message) = failure(command);
    assert_eq!(code, 2);
    assert!(
        message.contains("`server.public_url` is wrong: it is not set"),
        "{message}"
    );
    assert!(!directory.path().join("bellwire.db").exists());
    let text = format!("{text}[server]\npublic_url = \"https://hooks.example.com\"\n");
    assert!(from_file(&text).is_ok());
    let groups = from_environment("BELLWIRE_OIDC_GROUPS", "a=acme:admin, b=acme:viewer");
    assert_eq!(groups.unwrap().config.oidc.groups.len(), 2);
}

#[test]
fn the_openapi_document_that_is_checked_in_is_current() {
    let directory = tempfile::tempdir().unwrap();
    let output = bellwire(directory.path()).arg("openapi").output().unwrap();
    assert!(output.status.success());
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/openapi.json"
    );
    let checked_in = std::fs::read_to_string(path).unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        checked_in.trim_end() == said.trim_end(),
        "docs/reference/openapi.json is not current; run `cargo xtask openapi`"
    );
}
