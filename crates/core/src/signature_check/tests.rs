//! Pasted requests, genuine and not: each finding by its code, and no secret in any sentence.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;
use crate::signature;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const FORMER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "01a1fd3a-0340-7000-9f52-2ca1763ffd10";
const AT: i64 = 1_795_249_800;
const BODY: &str = r#"{"type":"a.b","data":{"name":"Zoë","total":1.10}}"#;

fn secrets() -> Vec<Secret> {
    let secret = |value: &str, expires_at| Secret {
        value: value.to_owned(),
        created_at: Time::EPOCH,
        expires_at,
    };
    vec![
        secret(SECRET, None),
        secret(FORMER, Some(Time::from_micros((AT + 60) * SECOND))),
    ]
}

fn with_signature(signature: &str) -> Headers {
    Headers::read(&Pasted::Text(format!(
        "webhook-id: {ID}\nwebhook-timestamp: {AT}\nwebhook-signature: {signature}"
    )))
}

fn signed(secret: &str) -> String {
    signature::sign(secret, ID, AT, BODY.as_bytes()).unwrap()
}

fn checked(headers: &Headers, body: &[u8], at: i64, sent: Option<&[u8]>) -> Report {
    let secrets = secrets();
    let report = check(&Presented {
        headers,
        body,
        at: Time::from_micros(at * SECOND),
        secrets: &secrets,
        sent,
    });
    let text = format!("{report:?}");
    for secret in [SECRET, FORMER] {
        let bare = secret.trim_start_matches("whsec_");
        assert!(!text.contains(bare), "a secret is shown: {text}");
    }
    report
}

fn problems(report: &Report) -> Vec<&'static str> {
    report
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Problem)
        .map(|check| check.code)
        .collect()
}

#[test]
fn a_genuine_request_is_valid_by_either_secret() {
    let report = checked(
        &with_signature(&signed(SECRET)),
        BODY.as_bytes(),
        AT + 3,
        None,
    );
    assert!(report.valid);
    assert_eq!(report.signed_by, SignedBy::Current);
    let until = Time::from_micros((AT + 60) * SECOND);
    let report = checked(&with_signature(&signed(FORMER)), BODY.as_bytes(), AT, None);
    assert!(report.valid);
    assert_eq!(report.signed_by, SignedBy::Former { until });
    let late = checked(
        &with_signature(&signed(FORMER)),
        BODY.as_bytes(),
        AT + 61,
        None,
    );
    assert!(
        late.checks
            .iter()
            .any(|check| check.code == "signature_former" && check.outcome == Outcome::Hint)
    );
}

#[test]
fn headers_are_taken_as_people_paste_them() {
    let signature = signed(SECRET);
    for text in [
        format!(
            "POST /in HTTP/1.1\r\n> Webhook-Id: {ID}\r\n> WEBHOOK-TIMESTAMP:{AT}\r\n> Webhook-Signature: {signature}\r\n\r\n"
        ),
        format!(
            "{{\"webhook-id\":\"{ID}\",\"webhook-timestamp\":\"{AT}\",\"webhook-signature\":[\"{signature}\"]}}"
        ),
        format!(
            "HTTP_WEBHOOK_ID: {ID}\nHTTP_WEBHOOK_TIMESTAMP: {AT}\nHTTP_WEBHOOK_SIGNATURE: {signature}"
        ),
        format!(
            "'webhook-id': '{ID}',\n'webhook-timestamp': '{AT}',\n'webhook-signature': '{signature}',"
        ),
    ] {
        let headers = Headers::read(&Pasted::Text(text.clone()));
        let report = checked(&headers, BODY.as_bytes(), AT, None);
        assert!(report.valid, "{text}: {report:?}");
    }
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    let none = Headers::read(&Pasted::Text("svix-id: 1\nhello there".to_owned()));
    let report = checked(&none, b"", AT, None);
    assert_eq!(
        problems(&report),
        ["id_missing", "timestamp_missing", "signature_missing"]
    );
    assert!(
        report.checks[1].sentence.contains("`svix-id`"),
        "{report:?}"
    );
    assert_eq!(report.checks[0].code, "header_unread");

    let tag = signed(SECRET).trim_start_matches("v1,").to_owned();
    for signature in [
        "hello",
        "v1,",
        "v1,AAAA",
        "v1a,AAAA",
        &tag,
        &format!("v1={tag}"),
        "sha256=zz",
        "v1,ü",
    ] {
        let report = checked(&with_signature(signature), BODY.as_bytes(), AT, None);
        assert_eq!(problems(&report)[0], "signature_malformed", "{signature}");
        assert!(!report.valid, "{signature}");
    }
    for timestamp in ["1795249800000", "noon", "-5", "+5", "1.5", ""] {
        let text = format!(
            "webhook-id: {ID}\nwebhook-timestamp: {timestamp}\nwebhook-signature: {}",
            signed(SECRET)
        );
        let report = checked(
            &Headers::read(&Pasted::Text(text)),
            BODY.as_bytes(),
            AT,
            None,
        );
        assert!(
            problems(&report)[0].starts_with("timestamp_m"),
            "{timestamp}"
        );
    }
}

#[test]
fn the_age_is_told_in_seconds() {
    let headers = with_signature(&signed(SECRET));
    for (at, code, text) in [
        (AT + 301, "timestamp_old", "301 s before"),
        (AT - 301, "timestamp_new", "301 s after"),
    ] {
        let report = checked(&headers, BODY.as_bytes(), at, None);
        assert_eq!(problems(&report), [code]);
        assert!(report.checks[0].sentence.contains(text), "{report:?}");
    }
    assert!(checked(&headers, BODY.as_bytes(), AT + 300, None).valid);
}

/// How each change of the body is told, with what was sent at hand and without.
#[test]
fn a_changed_body_is_told_by_how_it_was_changed() {
    let sent = BODY.as_bytes();
    let headers = with_signature(&signed(SECRET));
    let latin: Vec<u8> = BODY.chars().map(|letter| letter as u8).collect();
    let twice: String = sent.iter().map(|byte| char::from(*byte)).collect();
    let utf16: Vec<u8> = BODY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let string = serde_json::to_string(BODY).unwrap();
    let pretty = "{\n  \"type\": \"a.b\",\n  \"data\": {\"name\": \"Zoë\", \"total\": 1.10}\n}";
    let sorted = r#"{"data":{"name":"Zoë","total":1.1},"type":"a.b"}"#;
    let part = r#"{"name":"Zoë","total":1.10}"#;
    for (body, code, known_without) in [
        (
            format!("{BODY}\n").as_bytes(),
            "body_trailing_newline",
            true,
        ),
        (format!("\u{feff}{BODY}").as_bytes(), "body_encoding", true),
        (&latin, "body_encoding", true),
        (twice.as_bytes(), "body_encoding", true),
        (&utf16, "body_encoding", true),
        (string.as_bytes(), "body_string", true),
        (pretty.as_bytes(), "body_reserialised", true),
        (sorted.as_bytes(), "body_reserialised", false),
        (part.as_bytes(), "body_part", false),
        (&sent[..20], "body_cut", false),
        (b"", "body_empty", false),
        (BODY.replace("a.b", "a.c").as_bytes(), "body_changed", false),
    ] {
        let shown = String::from_utf8_lossy(body).into_owned();
        let report = checked(&headers, body, AT, Some(sent));
        assert_eq!(problems(&report), ["signature_other_body", code], "{shown}");
        let report = checked(&headers, body, AT, None);
        let expected = if known_without {
            code
        } else {
            "signature_mismatch"
        };
        assert_eq!(problems(&report), [expected], "{shown}");
    }
    let cut = checked(&headers, &sent[..20], AT, Some(sent));
    let sentence = &cut.checks.last().unwrap().sentence;
    let expected = format!("cut after 20 of {} bytes", sent.len());
    assert!(sentence.contains(&expected), "{sentence}");
}

/// What receivers compute wrongly is recognised by what they computed.
#[test]
fn usual_mistakes_of_receivers_are_recognised() {
    let compute = |key: &[u8], content: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(content.as_bytes());
        let bytes: Vec<u8> = mac.finalize().into_bytes().to_vec();
        bytes
    };
    let full = format!("{ID}.{AT}.{BODY}");
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let bare = SECRET.trim_start_matches("whsec_");
    for (tag, code) in [
        (compute(SECRET.as_bytes(), &full), "secret_with_prefix"),
        (compute(bare.as_bytes(), &full), "secret_not_decoded"),
        (compute(&key, BODY), "content"),
        (compute(&key, &format!("{AT}.{BODY}")), "content"),
    ] {
        let header = format!("v1,{}", STANDARD.encode(&tag));
        let report = checked(&with_signature(&header), BODY.as_bytes(), AT, None);
        assert_eq!(problems(&report), [code]);
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        let report = checked(&with_signature(&hex), BODY.as_bytes(), AT, None);
        assert_eq!(problems(&report), ["signature_malformed", code]);
    }
    let other = signature::sign("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ID, AT, b"").unwrap();
    let report = checked(
        &with_signature(&other),
        BODY.as_bytes(),
        AT,
        Some(BODY.as_bytes()),
    );
    assert_eq!(problems(&report), ["signature_mismatch"]);
}
