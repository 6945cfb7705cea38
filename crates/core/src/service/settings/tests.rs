//! Every rule of settings with its message, and that checking twice changes nothing.

use proptest::prelude::*;

use super::*;
use crate::{
    outcome::Header,
    policy::{RetryRule, Timeouts},
    service::FieldError,
    webhook::RateLimit,
};

const LOOPBACK: Options = Options {
    allow_http_loopback: true,
    max_event_bytes: 1 << 20,
    idempotency_ttl: 0,
    session_idle: 0,
    session_max: 0,
};

fn standard() -> Settings {
    Settings {
        name: "orders".to_owned(),
        url: "https://example.com/hook".to_owned(),
        event_types: Vec::new(),
        direct: false,
        channels: Vec::new(),
        profile: "standard".to_owned(),
        headers: Vec::new(),
        overrides: Overrides::default(),
    }
}

fn faults_with(options: &Options, mut settings: Settings) -> Vec<FieldError> {
    match check(&mut settings, &Profiles::embedded(), options) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => faults,
        Err(error) => panic!("{error}"),
    }
}

fn faults(settings: Settings) -> Vec<FieldError> {
    faults_with(&Options::default(), settings)
}

/// The one fault of settings in which this was changed.
#[track_caller]
fn fault(change: impl FnOnce(&mut Settings)) -> (String, String) {
    let mut settings = standard();
    change(&mut settings);
    let faults = faults(settings);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let FieldError { field, message } = faults.into_iter().next().unwrap();
    (field, message.into())
}

#[track_caller]
fn refused(field: &str, part: &str, change: impl FnOnce(&mut Settings)) {
    let (at, message) = fault(change);
    assert_eq!(at, field);
    assert!(message.contains(part), "{message}");
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = faults(Settings {
        name: "a\u{7}".to_owned(),
        url: "ftp://example.com".to_owned(),
        event_types: texts(["booking.created", "*", "bad type"]),
        direct: false,
        channels: texts(["two words"]),
        profile: "nope".to_owned(),
        headers: vec![header("host", "x"), header("x-ok", "a\r\nb")],
        overrides: Overrides {
            timeouts: Some(Timeouts {
                connect_ms: 1,
                first_byte_ms: 1,
                total_ms: 0,
            }),
            retry: Some(RetryRule::Fixed {
                interval_s: 0,
                max_attempts: 3,
            }),
            max_concurrency: Some(0),
            rate_limit: None,
        },
    });
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "profile",
            "name",
            "url",
            "event_types[1]",
            "event_types[2]",
            "channels[0]",
            "headers.host",
            "headers.x-ok",
            "overrides.timeouts.total_ms",
            "overrides.retry",
            "overrides.max_concurrency",
        ]
    );
}

#[test]
fn an_unknown_profile_is_answered_with_those_there_are() {
    refused(
        "profile",
        "`advocate`, `apigee`, `eventinsight`, `standard`, `wink`",
        |s| {
            s.profile = "stadard".to_owned();
        },
    );
}

#[test]
fn urls_that_are_none() {
    for (url, part) in [
        ("", "required"),
        ("example.com/hook", "begins with https://"),
        ("/hook", "begins with https://"),
        ("https://", "not a URL: empty host"),
        ("https://example.com:99999/", "not a URL: invalid port"),
        ("https://[::1/", "not a URL: invalid IPv6"),
        ("https://1.2.3.4.5/", "not a URL"),
        ("https://exa mple.com/", "no blanks"),
        ("https://example.com/a b", "no blanks"),
        (" https://example.com/", "no blanks"),
        ("https://example.com/\n", "no blanks"),
        ("https://exam\tple.com/", "no blanks"),
        ("ftp://example.com/", "`ftp` URLs cannot be called"),
        ("file:///etc/passwd", "`file` URLs cannot be called"),
        ("javascript:alert(1)", "`javascript` URLs cannot be called"),
        ("mailto:a@example.com", "`mailto` URLs cannot be called"),
        ("https://user:pass@example.com/", "user name or password"),
        ("https://user@example.com/", "user name or password"),
        ("https://:pass@example.com/", "user name or password"),
        ("https://example.com/#part", "after `#`"),
        ("https://example.com/#", "after `#`"),
        ("https://example.com:0/", "port 0"),
    ] {
        let part = part.replace("after `#`", "what follows `#`");
        refused("url", &part, |s| s.url = url.to_owned());
    }
    refused("url", "at most 2048 bytes, this one has 2049", |s| {
        s.url = format!("https://example.com/{}", "a".repeat(2029));
    });
    // Short as it is typed, long as it is called.
    refused("url", "at most 2048 bytes", |s| {
        s.url = format!("https://example.com/{}", "é".repeat(500));
    });
}

#[test]
fn a_password_in_a_url_is_not_repeated_in_the_message() {
    let (_, message) = fault(|s| s.url = "https://me:hunter2@example.com/".to_owned());
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn a_url_is_kept_as_it_will_be_called() {
    for (typed, called) in [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/A", "https://example.com/A"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        (
            "https://münchen.example/ö?x=1",
            "https://xn--mnchen-3ya.example/%C3%B6?x=1",
        ),
        (
            "https://example.com:8443/a/../b",
            "https://example.com:8443/b",
        ),
    ] {
        let mut settings = Settings {
            url: typed.to_owned(),
            ..standard()
        };
        check(&mut settings, &Profiles::embedded(), &Options::default()).unwrap();
        assert_eq!(settings.url, called);
    }
}

fn wink(url: &str) -> Settings {
    Settings {
        url: url.to_owned(),
        profile: "wink".to_owned(),
        channels: texts(["account:cool"]),
        ..standard()
    }
}

/// WNK-8: https only, with an explicit override for loopback in development.
#[test]
fn wink_is_https_only_but_for_loopback_in_development() {
    assert_eq!(faults(wink("https://example.com/")), []);
    for url in [
        "http://localhost:8080/",
        "http://127.0.0.1/",
        "http://127.9.9.9/",
        "http://[::1]:9/",
    ] {
        let faults = faults(wink(url));
        assert!(faults[0].message.contains("requires https"), "{url}");
        assert_eq!(faults_with(&LOOPBACK, wink(url)), [], "{url}");
    }
    for url in [
        "http://example.com/",
        "http://localhost.example.com/",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
    ] {
        let faults = faults_with(&LOOPBACK, wink(url));
        assert!(faults[0].message.contains("for this machine only"), "{url}");
    }
}

/// WNK-6: a webhook receives the events of one of the customer's accounts.
#[test]
fn wink_requires_a_channel() {
    let settings = Settings {
        channels: Vec::new(),
        ..wink("https://example.com/")
    };
    let faults = faults(settings);
    assert_eq!(faults[0].field, "channels");
    assert!(faults[0].message.contains("`account:cool`"));
}

/// APG-4, APG-11: name and URL are both required.
#[test]
fn apigee_requires_a_name() {
    refused("name", "`apigee` requires a name", |s| {
        s.profile = "apigee".to_owned();
        s.name = " ".to_owned();
    });
}

/// ADV-4: the URL is required, the name is not.
#[test]
fn advocate_does_not_require_a_name() {
    let settings = Settings {
        name: String::new(),
        profile: "advocate".to_owned(),
        ..standard()
    };
    assert_eq!(faults(settings), []);
}

#[test]
fn names() {
    refused("name", "this has 256", |s| s.name = "n".repeat(256));
    refused("name", "control character", |s| s.name = "a\0b".to_owned());
}

#[test]
fn event_types_and_channels() {
    refused("event_types[0]", "for all event types", |s| {
        s.event_types = texts(["*"]);
    });
    refused("event_types[2]", "the same as event_types[0]", |s| {
        s.event_types = texts(["a.b", "a.*", "a.b"]);
    });
    refused(
        "event_types",
        "at most 200 entries are accepted, there are 201",
        |s| {
            s.event_types = (0..201).map(|n| format!("a.b{n}")).collect();
        },
    );
    refused("channels[1]", "the same as channels[0]", |s| {
        s.channels = texts(["a:b", "a:b"]);
    });
    refused("channels[0]", "may not be empty", |s| {
        s.channels = texts([""])
    });
    refused("channels", "at most 200", |s| {
        s.channels = (0..201).map(|n| format!("a:{n}")).collect();
    });
}

/// APG-32: a direct webhook receives only what is addressed to it.
#[test]
fn a_direct_webhook_has_no_event_types() {
    refused("event_types", "`direct: false`", |s| {
        s.direct = true;
        s.event_types = texts(["a.b"]);
    });
}

#[test]
fn headers_that_cannot_be_a_webhooks_own() {
    for (name, part) in [
        ("Host", "made from the URL"),
        ("content-length", "made from the body"),
        ("Content-Type", "the profile's envelope"),
        ("transfer-encoding", "steers the connection"),
        ("connection", "steers the connection"),
        ("TE", "steers the connection"),
        ("upgrade", "steers the connection"),
        ("trailer", "steers the connection"),
        ("keep-alive", "steers the connection"),
        ("expect", "steers the connection"),
        ("proxy-authorization", "without a proxy"),
        ("Proxy-Connection", "without a proxy"),
        ("webhook-id", "part of the signature"),
        ("webhook-timestamp", "part of the signature"),
        ("Webhook-Signature", "part of the signature"),
    ] {
        let field = format!("headers.{}", name.to_lowercase());
        refused(&field, part, |s| s.headers = vec![header(name, "x")]);
    }
}

#[test]
fn headers_that_are_none() {
    for name in ["", "x y", "x:y", "x\r\ny", "é", &"x".repeat(129)] {
        refused("headers[0]", "`x-api-key`", |s| {
            s.headers = vec![header(name, "x")];
        });
    }
    for value in ["a\nb", "a\rb", "a\0b", "a\u{1b}b", "a\u{7f}b", "a\u{85}b"] {
        refused("headers.x-a", "control character", |s| {
            s.headers = vec![header("x-a", value)];
        });
    }
    refused("headers.x-a", "blanks around", |s| {
        s.headers = vec![header("x-a", " v")];
    });
    refused("headers.x-a", "at most 4096 bytes, this has 4097", |s| {
        s.headers = vec![header("x-a", &"v".repeat(4097))];
    });
    refused("headers.x-a", "given twice", |s| {
        s.headers = vec![header("X-A", "1"), header("x-a", "2")];
    });
    refused(
        "headers",
        "at most 20 headers are accepted, there are 21",
        |s| {
            s.headers = (0..21).map(|n| header(&format!("x-{n}"), "v")).collect();
        },
    );
}

#[test]
fn header_names_are_kept_in_lower_case() {
    let mut settings = Settings {
        headers: vec![header("X-Api-Key", "Zürich\t1")],
        ..standard()
    };
    check(&mut settings, &Profiles::embedded(), &Options::default()).unwrap();
    assert_eq!(settings.headers, [header("x-api-key", "Zürich\t1")]);
}

#[test]
fn overrides_have_limits() {
    let timeouts = |connect_ms, first_byte_ms, total_ms| Timeouts {
        connect_ms,
        first_byte_ms,
        total_ms,
    };
    refused("overrides.timeouts.connect_ms", "1 to 120000", |s| {
        s.overrides.timeouts = Some(timeouts(0, 1, 1));
    });
    refused("overrides.timeouts.first_byte_ms", "1 to 120000", |s| {
        s.overrides.timeouts = Some(timeouts(1, 120_001, 1));
    });
    refused("overrides.retry", "1 to 1000 attempts", |s| {
        s.overrides.retry = Some(RetryRule::Fixed {
            interval_s: 1,
            max_attempts: 1001,
        });
    });
    refused("overrides.retry", "jitter_percent is 0 to 100", |s| {
        s.overrides.retry = Some(RetryRule::Schedule {
            delays_s: vec![1],
            jitter_percent: 101,
        });
    });
    for wrong in [0, 257] {
        refused("overrides.max_concurrency", "1 to 256", |s| {
            s.overrides.max_concurrency = Some(wrong);
        });
    }
    for (per_second, burst, field, part) in [
        (0, None, "per_second", "pause the webhook"),
        (10_001, None, "per_second", "1 to 10000"),
        (5, Some(0), "burst", "1 to 10000"),
        (5, Some(10_001), "burst", "1 to 10000"),
    ] {
        refused(&format!("overrides.rate_limit.{field}"), part, |s| {
            s.overrides.rate_limit = Some(RateLimit { per_second, burst });
        });
    }
}

prop_compose! {
    /// Settings as somebody may write them, right ones among them.
    fn written()(
        name in "\\PC{0,12}",
        url in prop_oneof![
            "https?://[a-zA-Z0-9.-]{1,20}(:[0-9]{1,5})?(/\\PC{0,20})?",
            "\\PC{0,30}",
        ],
        event_types in prop::collection::vec("[a-z]{1,3}(\\.[a-z]{1,3}){0,2}(\\.\\*)?", 0..4),
        direct in any::<bool>(),
        channels in prop::collection::vec("[a-z]{1,8}:[a-z]{1,8}", 0..3),
        profile in prop::sample::select(vec!["standard", "advocate", "eventinsight", "wink", "apigee"]),
        headers in prop::collection::vec(("[A-Za-z-]{1,8}", "\\PC{0,10}"), 0..3),
        max_concurrency in prop::option::of(0_u16..300),
        rate in prop::option::of((0_u32..20_000, prop::option::of(0_u32..20_000))),
    ) -> Settings {
        Settings {
            name,
            url,
            event_types,
            direct,
            channels,
            profile: profile.to_owned(),
            headers: headers.iter().map(|(name, value)| header(name, value)).collect(),
            overrides: Overrides {
                max_concurrency,
                rate_limit: rate.map(|(per_second, burst)| RateLimit { per_second, burst }),
                ..Overrides::default()
            },
        }
    }
}

proptest! {
    /// What was accepted once is accepted again and is not changed by it: what a client reads, it
    /// can send back. It also survives being written as JSON.
    #[test]
    fn accepted_settings_roundtrip(settings in written()) {
        let profiles = Profiles::embedded();
        let mut once = settings;
        if check(&mut once, &profiles, &LOOPBACK).is_ok() {
            let mut twice = once.clone();
            prop_assert!(check(&mut twice, &profiles, &LOOPBACK).is_ok());
            prop_assert_eq!(&twice, &once);
            let json = serde_json::to_string(&once).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Settings>(&json).unwrap(), &once);
            prop_assert_eq!(String::from(Url::parse(&once.url).unwrap()), once.url);
        }
    }
}
