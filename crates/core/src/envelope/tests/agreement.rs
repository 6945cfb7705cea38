//! Whichever way a program runs, it says the same: as a template, over as much of the data as it
//! reaches, over all of it.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;
use crate::envelope::reach::Reach;

/// A JSON text as what it says: keys in their order, numbers as they are spelled, strings as the
/// text they stand for. Read with serde_json, which shares nothing with what it judges.
#[derive(Debug, PartialEq)]
enum Meaning {
    Plain(String),
    Text(String),
    Array(Vec<Meaning>),
    Object(Vec<(String, Meaning)>),
}

impl Meaning {
    fn of(json: &str) -> Self {
        let json = json.trim();
        match json.as_bytes()[0] {
            b'"' => Self::Text(serde_json::from_str(json).unwrap()),
            b'[' => {
                let values: Vec<&RawValue> = serde_json::from_str(json).unwrap();
                Self::Array(values.iter().map(|value| Self::of(value.get())).collect())
            }
            b'{' => {
                let Entries(entries) = serde_json::from_str(json).unwrap();
                let entries = entries.into_iter();
                Self::Object(
                    entries
                        .map(|(key, value)| (key, Self::of(value.get())))
                        .collect(),
                )
            }
            _ => Self::Plain(json.to_owned()),
        }
    }
}

struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,30})",
        "-?(0|[1-9][0-9]{0,80})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        Just("-0".to_owned()),
        Just("1.10".to_owned()),
        Just("1e400".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just(r#""\u00e9\/\ud83d\ude00\u0000\b""#.to_owned()),
        "\"[a-z ]{0,12}\"",
    ]
}

/// JSON texts with blanks, odd numbers and escapes. Keys of an object differ: of equal keys jq
/// keeps the last, and verbatim data keeps both.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number(),
        text(),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6)
                .prop_map(|values| format!("[ {}]", values.join(" ,\n"))),
            prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .into_iter()
                    .rev()
                    .map(|(key, value)| {
                        format!("{}\t: {value}", serde_json::to_string(&key).unwrap())
                    })
                    .collect();
                format!("{{{} }}", entries.join(","))
            }),
        ]
    })
}

/// Data of every kind, and often with the members that programs ask for.
fn data() -> impl Strategy<Value = String> {
    prop_oneof![
        json(),
        (json(), json(), json())
            .prop_map(|(id, x, rest)| format!("{{ \"id\" :{id} , \"x y\":\n{x},\"rest\":{rest}}}")),
    ]
}

fn events() -> impl Strategy<Value = Event> {
    (
        data(),
        prop::option::of(any::<String>()),
        prop::collection::vec(any::<String>(), 0..3),
        any::<bool>(),
        -62_000_000_000_000_000..250_000_000_000_000_000_i64,
        any::<[u8; 16]>(),
    )
        .prop_map(|(data, external_id, channels, test, micros, id)| Event {
            id: EventId::from_bytes(id),
            external_id,
            channels,
            test,
            time: Time::from_micros(micros),
            ..event(&data)
        })
}

/// Programs that have a native form.
const NATIVE: &[&str] = &[
    ".data",
    ".external_id",
    "{type, timestamp: .time, data}",
    "{id, type, tenantAlias: .organization, live: (.test | not), created: .time_ms, data}",
    "{id, external_id, type, time, time_ms, organization, channels, test, data}",
    r#"{a: null, b: true, "c \n \u00e9": "x\ty\"", d: 12, e: [], f: {g: .id, h: .nothing}, i: {}}"#,
    r#"{"data": .type, type: .data, "@x": "y",}"#,
];

/// Programs that run in jaq, and how far they reach into the data.
const REACHES: &[(&str, Reach)] = &[
    ("{a: .data, b: [.data, .type], c: {data}}", Reach::Placed),
    ("{a: (.type / \".\"), data}", Reach::Placed),
    (
        "{id: first(.channels[] | select(startswith(\"a\"))), data}",
        Reach::Placed,
    ),
    (
        "{id: (first(.channels[] | ltrimstr(\"a\")) // null), data}",
        Reach::Placed,
    ),
    ("if .test then {data} else {type} end", Reach::Placed),
    (
        "{type} + if .test then {} else {result: .data} end",
        Reach::Placed,
    ),
    (
        ".type as $t | {a: $t, b: .data, \"\\(.type)x\": 1, $t}",
        Reach::Placed,
    ),
    (
        "{a: (try error(\"x\") catch .), b: .data[\"id\"]}",
        Reach::Inside,
    ),
    ("{a: .channels[0], b: .type[1:3], c: .data}", Reach::Placed),
    ("[.data, .data]", Reach::Placed),
    (".data.id", Reach::Members),
    ("{a: .data.id, b: .data.\"x y\", c: .data}", Reach::Members),
    ("{a: .data.id} + {a: .data}", Reach::Members),
    ("{(.data | type): 1}", Reach::Inside),
    (".data.id.x", Reach::Inside),
    (".data?", Reach::Inside),
    (".data.id?", Reach::Inside),
    (".data // 1", Reach::Inside),
    (".data == null", Reach::Inside),
    (".data as $d | $d", Reach::Inside),
    (".data as {id: $i} | {a: $i}", Reach::Inside),
    (". as {data: $d} | {a: ($d | type)}", Reach::Inside),
    (". as {$data} | {a: ($data | type)}", Reach::Inside),
    (".", Reach::Inside),
    ("[..] | length", Reach::Inside),
    ("[.[]] | length", Reach::Inside),
    ("keys", Reach::Inside),
    ("{a: .[\"da\" + \"ta\"]}", Reach::Inside),
    ("{a: tojson}", Reach::Inside),
    ("{a: .data} | {b: (.a | type)}", Reach::Inside),
    ("{a: (.data | type)}", Reach::Inside),
    ("[.data] + [.type] | length", Reach::Inside),
    ("{a: -(.data | length)}", Reach::Inside),
    ("{a: \"\\(.data)\"}", Reach::Inside),
    ("{a: (if .data then 1 else 2 end)}", Reach::Inside),
    ("{a: (if .test then 1 end)}", Reach::Inside),
    ("{a: (reduce .data as $x (0; $x))}", Reach::Inside),
    ("def f: .data; {a: (f | type)}", Reach::Inside),
    (".data |= type", Reach::Inside),
    ("{data} * {data: {x: 1}}", Reach::Inside),
    ("{(\"a\", \"b\"): .data} | length", Reach::Inside),
    ("{a: ({data} | .data | type)}", Reach::Inside),
    ("{a: ({data} == {data: 1})}", Reach::Inside),
    ("[limit(1; .data)] | length", Reach::Inside),
    ("first(.data) | type", Reach::Inside),
    ("{a: .type[.data:]}", Reach::Inside),
    ("{a: .channels[.data]}", Reach::Inside),
    ("{a: (.id, .data | type)}", Reach::Inside),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// The native form of a program and the program in jaq say the same, with the keys in the same
    /// order and the numbers spelled alike.
    #[test]
    fn native_and_jq_agree(event in events(), program in prop::sample::select(NATIVE)) {
        let facts = facts(&event);
        let template = Template::of(program).expect("it has a native form");
        let native = template.render(&facts);
        let jq = Program::compile(program).unwrap().render(&facts).unwrap();
        let [native, jq] = [native, jq].map(|body| String::from_utf8(body.to_vec()).unwrap());
        prop_assert_eq!(Meaning::of(&native), Meaning::of(&jq));
        // And what is asked for by the public way is one of the two.
        prop_assert_eq!(render(program, &event).unwrap(), native);
    }

    /// Whatever data there is, it leaves jq saying what it said: as a whole, and rebuilt.
    #[test]
    fn data_survives_jq(data in json()) {
        let event = event(&data);
        prop_assert_eq!(Meaning::of(&render(".data | .", &event).unwrap()), Meaning::of(&data));
        let rebuilt = render(".data | walk(.)", &event).unwrap();
        prop_assert_eq!(Meaning::of(&rebuilt), Meaning::of(&data));
    }

    /// A program that is given no more of the data than it reaches says what it says over all of it.
    #[test]
    fn what_is_not_reached_is_not_missed(event in events()) {
        static PROGRAMS: LazyLock<Vec<[Program; 2]>> = LazyLock::new(|| {
            let compile = |program| Program::compile(program).unwrap();
            let programs = REACHES.iter();
            programs.map(|(program, _)| [compile(program), compile(program).seeing_all()]).collect()
        });
        let facts = facts(&event);
        for ((program, _), [as_reached, seeing_all]) in REACHES.iter().zip(&*PROGRAMS) {
            let [as_reached, seeing_all] = [as_reached, seeing_all].map(|program| {
                let body = program.render(&facts);
                body.map(|body| Meaning::of(std::str::from_utf8(&body).unwrap()))
            });
            prop_assert_eq!(as_reached, seeing_all, "{}", program);
        }
    }

    /// Bytes that are not JSON are an error and nothing worse; JSON is read when serde_json reads it.
    #[test]
    fn the_reader_accepts_what_serde_json_accepts(text in "[\\[\\]{}\",:0-9eE.+\\-tfnu\\\\ a]{0,12}") {
        let ours = value::read(&Bytes::copy_from_slice(text.as_bytes())).is_ok();
        let theirs = serde_json::from_str::<&RawValue>(&text).is_ok();
        prop_assert_eq!(ours, theirs, "{}", text);
    }

    /// No program makes the compiler panic.
    #[test]
    fn compiling_never_panics(program in "[.a-z|(){}\\[\\]\",:;$@0-9+ -]{0,24}") {
        let _ = Envelope::compile(&program);
    }
}

#[test]
fn a_program_reaches_as_far_as_it_looks() {
    for &(program, reach) in REACHES {
        assert_eq!(Reach::of(program), reach, "{program}");
        assert_eq!(Template::of(program), None, "{program} runs in jaq");
    }
}
