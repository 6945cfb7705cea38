//! Matching: which webhooks an event goes to, and the sentence that says why.

use bellwire_core::{
    ids::{OrganizationId, WebhookId},
    matching::{Verdict, check_channel, check_event_type, check_pattern, pattern_matches, verdict},
    policy::DisableReason,
    time::Time,
    webhook::{Disabled, Overrides, Settings, Webhook},
};
use proptest::prelude::*;

fn webhook(event_types: &[&str], channels: &[&str]) -> Webhook {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Webhook {
        id: WebhookId::from_bytes([1; 16]),
        organization_id: OrganizationId::from_bytes([2; 16]),
        revision: 1,
        settings: Settings {
            name: String::new(),
            url: "https://example.com/".to_owned(),
            event_types: owned(event_types),
            direct: false,
            channels: owned(channels),
            profile: "standard".to_owned(),
            headers: Vec::new(),
            overrides: Overrides::default(),
        },
        disabled: None,
        paused: None,
        drain: None,
        secrets: Vec::new(),
        cancelled_up_to: None,
        created_at: Time::EPOCH,
        created_by: String::new(),
        updated_at: Time::EPOCH,
        updated_by: String::new(),
        deleted_at: None,
    }
}

fn disabled(webhook: Webhook) -> Webhook {
    Webhook {
        disabled: Some(Disabled {
            reason: DisableReason::Manual,
            at: Time::EPOCH,
        }),
        ..webhook
    }
}

fn direct(webhook: Webhook) -> Webhook {
    Webhook {
        settings: Settings {
            direct: true,
            ..webhook.settings
        },
        ..webhook
    }
}

fn deleted(webhook: Webhook) -> Webhook {
    Webhook {
        deleted_at: Some(Time::EPOCH),
        ..webhook
    }
}

#[test]
fn names_patterns_and_channels_have_a_form() {
    let longest = "a".repeat(128);
    let too_long = "a".repeat(129);
    for right in [
        "test",
        "booking.created",
        "a.b.c-d_e.F9",
        "user.new",
        &longest,
    ] {
        assert_eq!(check_event_type(right), Ok(()));
        assert_eq!(check_pattern(right), Ok(()));
    }
    for wrong in [
        "", ".", "a.", ".a", "a..b", "a b", "a.*", "*", "a*", "ä", "a\n", "a/b", &too_long,
    ] {
        assert!(check_event_type(wrong).is_err(), "{wrong}");
    }
    for right in ["booking.*", "a.b.*"] {
        assert_eq!(check_pattern(right), Ok(()));
    }
    for wrong in [
        "*", ".*", "a*", "a.*.b", "*.a", "a.**", "a..*", "a.*.*", "", " a", &too_long,
    ] {
        assert!(check_pattern(wrong).is_err(), "{wrong}");
    }
    assert!(
        check_pattern("*")
            .unwrap_err()
            .contains("leave the list empty")
    );
    for right in ["account:cool", "conference:42", "ü/☂", &longest] {
        assert_eq!(check_channel(right), Ok(()));
    }
    for wrong in ["", "a b", "a\u{a0}b", "a\0", "\n", &too_long] {
        assert!(check_channel(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_pattern_covers_what_begins_with_its_segments() {
    for (pattern, event_type, expected) in [
        ("booking.created", "booking.created", true),
        ("booking.created", "booking.created.late", false),
        ("booking", "booking.created", false),
        ("booking.*", "booking.created", true),
        ("booking.*", "booking.payment.failed", true),
        ("booking.*", "booking", false),
        ("booking.*", "bookings.created", false),
        ("booking.*", "Booking.created", false),
        ("a.b.*", "a.c", false),
    ] {
        assert_eq!(
            pattern_matches(pattern, event_type),
            expected,
            "{pattern} {event_type}"
        );
    }
}

/// APG-32: a direct webhook receives only what is addressed to it, and matching adds nothing.
#[test]
fn the_order_of_verdicts() {
    let id = WebhookId::from_bytes([1; 16]);
    let other = WebhookId::from_bytes([3; 16]);
    let on = ["account:cool".to_owned(), "x".to_owned()];
    let plain = || webhook(&[], &[]);
    for (webhook, channels, addressed, expected) in [
        (plain(), &on[..], &[][..], Verdict::Matched),
        (plain(), &[], &[], Verdict::Matched),
        (webhook(&["booking.*"], &["x"]), &on, &[], Verdict::Matched),
        (
            webhook(&["user.*", "booking.created"], &[]),
            &on,
            &[],
            Verdict::Matched,
        ),
        (webhook(&["user.*"], &[]), &on, &[], Verdict::EventType),
        (webhook(&["user.*"], &["y"]), &on, &[], Verdict::EventType),
        (webhook(&[], &["y", "z"]), &on, &[], Verdict::Channel),
        (webhook(&[], &["y"]), &[], &[], Verdict::Channel),
        (webhook(&["user.*"], &["y"]), &on, &[id], Verdict::Addressed),
        (plain(), &on, &[other], Verdict::Matched),
        (direct(plain()), &on, &[], Verdict::Direct),
        (direct(plain()), &on, &[other], Verdict::Direct),
        (direct(plain()), &on, &[other, id], Verdict::Addressed),
        (disabled(plain()), &on, &[id], Verdict::Disabled),
        (deleted(plain()), &on, &[id], Verdict::Disabled),
        (disabled(direct(plain())), &on, &[], Verdict::Disabled),
    ] {
        let got = verdict(&webhook, "booking.created", channels, addressed);
        assert_eq!(got, expected, "{webhook:?}");
        let delivers = matches!(expected, Verdict::Matched | Verdict::Addressed);
        assert_eq!(got.delivers(), delivers);
    }
}

#[test]
fn a_verdict_explains_itself() {
    let on = ["x".to_owned()];
    let many = webhook(&["a", "b", "c", "d", "e"], &["y"]);
    let say = |verdict: Verdict, webhook: &Webhook, channels: &[String]| {
        verdict.sentence(webhook, "booking.created", channels)
    };
    assert_eq!(
        say(Verdict::EventType, &many, &on),
        "It listens to `a`, `b`, `c` and 2 more, and the event is a `booking.created`."
    );
    assert_eq!(
        say(Verdict::Channel, &many, &on),
        "It listens to `y`, and the event is on `x`."
    );
    assert_eq!(
        say(Verdict::Channel, &many, &[]),
        "It listens to `y`, and the event is on no channel."
    );
    assert_eq!(
        say(Verdict::Disabled, &disabled(many.clone()), &on),
        "It is disabled. It was switched off by hand."
    );
    assert_eq!(
        say(Verdict::Disabled, &deleted(many.clone()), &on),
        "It was deleted on 1970-01-01T00:00:00Z."
    );
    assert_eq!(
        say(Verdict::Matched, &webhook(&[], &[]), &on),
        "It listens to all event types."
    );
}

fn name() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-cA-C0-1_-]{1,2}", 1..4).prop_map(|segments| segments.join("."))
}

proptest! {
    /// A pattern matches as its segments say, one by one.
    #[test]
    fn patterns_match_by_segments(pattern in name(), any_tail in any::<bool>(), event_type in name()) {
        let pattern = if any_tail { format!("{pattern}.*") } else { pattern };
        prop_assert_eq!(check_pattern(&pattern), Ok(()));
        prop_assert_eq!(check_event_type(&event_type), Ok(()));
        let mut wanted: Vec<&str> = pattern.split('.').collect();
        let found: Vec<&str> = event_type.split('.').collect();
        let expected = if wanted.last() == Some(&"*") {
            wanted.pop();
            found.len() > wanted.len() && found.starts_with(&wanted)
        } else {
            found == wanted
        };
        prop_assert_eq!(pattern_matches(&pattern, &event_type), expected);
    }

    /// A name's own prefixes cover it.
    #[test]
    fn a_prefix_covers_what_it_begins(prefix in name(), rest in name()) {
        let pattern = format!("{prefix}.*");
        let event_type = format!("{prefix}.{rest}");
        prop_assert!(pattern_matches(&pattern, &event_type));
        prop_assert!(!pattern_matches(&pattern, &prefix));
    }

    /// Any text is judged without a panic, and what is accepted stays within its alphabet.
    #[test]
    fn any_text_is_judged(text in any::<String>()) {
        if check_event_type(&text).is_ok() {
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
            prop_assert!(check_pattern(&text).is_ok());
        }
        let _ = (check_pattern(&text), check_channel(&text));
    }
}
