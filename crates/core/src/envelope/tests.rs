//! Tests of the envelope: native form and jq agree, what must survive does, what must not compile
//! does not, and nothing overflows a stack.

mod agreement;

use super::*;
use crate::{
    ids::{EventId, OrganizationId},
    time::Time,
};

fn event(data: &str) -> Event {
    Event {
        id: EventId::floor(Time::from_millis(1_763_714_096_120)),
        organization_id: OrganizationId::floor(Time::EPOCH),
        external_id: None,
        event_type: "booking.created".to_owned(),
        channels: vec!["account:cool".to_owned()],
        data: Bytes::copy_from_slice(data.as_bytes()),
        time: Time::from_millis(1_763_714_096_120),
        created_at: Time::from_millis(1_763_714_096_500),
        unknown_type: false,
        test: false,
    }
}

fn facts(event: &Event) -> Facts<'_> {
    Facts {
        event,
        organization: "acme",
    }
}

fn render(program: &str, event: &Event) -> Result<String, EnvelopeError> {
    let body = Envelope::compile(program)?.render(&facts(event))?;
    Ok(String::from_utf8(body.to_vec()).expect("a body is UTF-8"))
}

#[test]
fn what_only_looks_native_is_left_to_jq() {
    let event = event(r#"{"x":[1,2],"y":"z"}"#);
    for (program, body) in [
        ("{a: 1, b: 2, a: 3}", r#"{"a":3,"b":2}"#),
        ("{a: 007, b: -12}", r#"{"a":7,"b":-12}"#),
        ("{a: 1.50}", r#"{"a":1.50}"#),
        ("{(.type): 1}", r#"{"booking.created":1}"#),
        ("{a: .data.x}", r#"{"a":[1,2]}"#),
        (".data.y", r#""z""#),
        ("[.data.x[] + 1]", "[2,3]"),
        (r#"{a: "\(.type)!"}"#, r#"{"a":"booking.created!"}"#),
        ("{a: (.data | not)}", r#"{"a":false}"#),
        ("[.test | not]", "[true]"),
        (".data | keys", r#"["x","y"]"#),
        ("def f: {id: 1}; f", r#"{"id":1}"#),
        ("first(.channels[])", r#""account:cool""#),
        (
            "[nan, infinite, -infinite]",
            "[null,1.7976931348623157e308,-1.7976931348623157e308]",
        ),
    ] {
        assert_eq!(Template::of(program), None, "{program}");
        assert_eq!(render(program, &event).as_deref(), Ok(body), "{program}");
    }
}

#[test]
fn native_data_is_verbatim_and_shared() {
    let event = event("{ \"a\" : 1.0, \"a\":2 }");
    let envelope = Envelope::compile(".data").unwrap();
    let body = envelope.render(&facts(&event)).unwrap();
    assert_eq!(
        body.as_ptr(),
        event.data.as_ptr(),
        "the stored bytes themselves"
    );
    assert_eq!(
        render("{type, timestamp: .time, data}", &event).unwrap(),
        r#"{"type":"booking.created","timestamp":"2025-11-21T08:34:56.12Z","data":{ "a" : 1.0, "a":2 }}"#
    );
}

#[test]
fn numbers_and_key_order_survive_jq() {
    let data = r#"{"z":12345678901234567890,"a":1.10,"m":[1e400,-0,0.0,1E5,-0.00,123456789012345678901234567890]}"#;
    assert_eq!(render(".data | walk(.)", &event(data)).unwrap(), data);
    assert_eq!(
        render(".data + {b: 1}", &event(data)).unwrap(),
        data.replace("]}", "],\"b\":1}")
    );
    let digits = format!("[{}]", "7".repeat(100_000));
    assert_eq!(render(".data | walk(.)", &event(&digits)).unwrap(), digits);
}

#[test]
fn half_a_surrogate_pair_is_replaced() {
    let event = event(r#"["\ud800","\udc00x","\ud800\ud83d\ude00","\ud800\n"]"#);
    assert_eq!(
        render(".data | walk(.)", &event).unwrap(),
        "[\"\u{fffd}\",\"\u{fffd}x\",\"\u{fffd}😀\",\"\u{fffd}\\n\"]"
    );
}

#[test]
fn what_reaches_outside_does_not_compile() {
    for program in [
        "env",
        "$ENV",
        "env.HOME",
        "input",
        "[inputs]",
        "now",
        "halt",
        "halt(1)",
        "halt_error",
        "halt_error(1)",
        "debug",
        "debug(.id)",
        "stderr",
        "input_filename",
        "input_line_number",
        "localtime",
        "mktime",
        "get_search_list",
        "$__prog_args",
        "$__loc__",
        "tobytes",
        "{a: now}",
        "if false then env else 1 end",
        "nothing_of_this_name(1; 2)",
    ] {
        assert!(
            matches!(Envelope::compile(program), Err(EnvelopeError::Undefined(_))),
            "{program}: {:?}",
            Envelope::compile(program).err()
        );
    }
    for program in [
        "include \"x\"; .",
        "import \"x\" as x; x::y",
        "import \"x\" as $x; $x",
    ] {
        assert!(Envelope::compile(program).is_err(), "{program}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let message = |program: &str| Envelope::compile(program).unwrap_err().to_string();
    assert_eq!(
        message("now"),
        "the program uses `now`, which is not defined here"
    );
    assert_eq!(
        message("halt_error(1)"),
        "the program uses `halt_error` with 1 arguments, which is not defined here"
    );
    assert!(message("{a: }").starts_with("the program is not jq: expected term"));
    assert!(message("{a: 1").starts_with("the program is not jq: closing brace is missing"));
    assert!(message("").starts_with("the program is not jq"));
    assert_eq!(
        Envelope::compile(&" ".repeat(MAX_PROGRAM_BYTES + 1)).unwrap_err(),
        EnvelopeError::TooLong
    );
}

#[test]
fn a_program_has_exactly_one_output_and_it_is_json() {
    let event = event(r#"{"text":"[[1]]","list":[1]}"#);
    let error = |program: &str| render(program, &event).unwrap_err();
    assert_eq!(error("empty"), EnvelopeError::NoOutput);
    assert_eq!(error(".id, .type"), EnvelopeError::ManyOutputs);
    assert!(matches!(error("error(\"no\")"), EnvelopeError::Failed(_)));
    assert!(matches!(error(".id, error"), EnvelopeError::Failed(_)));
    assert!(matches!(error(".data.list.x"), EnvelopeError::Failed(_)));
    assert!(matches!(error("{(1, 2): 3}"), EnvelopeError::ManyOutputs));
    assert!(matches!(error("{(.test): 3}"), EnvelopeError::NotJson(_)));
    assert_eq!(error("\"x\" * 9000000"), EnvelopeError::TooLarge);
    assert_eq!(error("[range(5000000)]"), EnvelopeError::TooLarge);
    assert_eq!(
        error("reduce range(300) as $i (null; [.])"),
        EnvelopeError::TooDeep
    );
    assert_eq!(render(".data.text | fromjson", &event).unwrap(), "[[1]]");
}

#[test]
fn a_message_does_not_carry_all_of_the_data() {
    let event = event(&format!("[\"{}\"]", "x".repeat(100_000)));
    let message = render(".data.x", &event).unwrap_err().to_string();
    assert!(message.len() < 1_000, "{} bytes", message.len());
}

fn nested(depth: usize) -> String {
    let half = depth / 2;
    format!(
        "{}{}{}{}",
        "[".repeat(depth - half),
        "{\"a\":".repeat(half),
        "1",
        "}".repeat(half) + &"]".repeat(depth - half)
    )
}

#[test]
fn the_deepest_data_renders_on_a_small_stack() {
    let programs = [
        "{type, timestamp: .time, data}",
        ".data | .",
        ".data | walk(.)",
        "[.data | ..] | length",
        "[.data | paths] | length",
        "{a: .data, b: (.data | tojson), c: (.data | tojson | fromjson)}",
        "(.data | .. | numbers) |= . + 1 | .data",
        ".data == (.data | tojson | fromjson)",
    ];
    let render_all = move || {
        let deepest = event(&nested(crate::json::MAX_DEPTH));
        let too_deep = event(&nested(crate::json::MAX_DEPTH + 1));
        // A text that jq's own `fromjson` would follow down until the stack ends.
        let bomb = event(&format!("\"{}\"", "[".repeat(1_000_000)));
        for program in programs {
            render(program, &deepest).unwrap_or_else(|error| panic!("{program}: {error}"));
        }
        assert_eq!(render(".data | .", &too_deep), Err(EnvelopeError::TooDeep));
        assert!(matches!(
            render(".data | fromjson", &bomb),
            Err(EnvelopeError::Failed(_))
        ));
    };
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(render_all)
        .unwrap()
        .join()
        .expect("no overflow, no panic");
}
