//! What more than one page shows in the same way: pills, answers of endpoints, states, choices.

use bellwire_core::{
    delivery::{Attempt, State},
    organization::EventType,
    outcome::{Answer, Cause},
    own_event,
    ports::Health,
    snapshot::Route,
};

use crate::{language::Text, spoken::Spoken};

/// A word with a colour; the word alone says it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pill {
    /// `ok`, `bad`, `warn`, `info`, or nothing.
    pub(crate) kind: &'static str,
    /// The word.
    pub(crate) label: String,
}

impl Pill {
    pub(crate) fn new(kind: &'static str, label: impl Into<String>) -> Self {
        Self {
            kind,
            label: label.into(),
        }
    }

    /// The answer of an endpoint: its status, or why there was none.
    pub(crate) fn answer(text: &Text, answer: Answer, ok: bool) -> Self {
        let kind = if ok { "ok" } else { "bad" };
        match answer {
            Answer::Status(status) => Self::new(kind, status.to_string()),
            Answer::None(cause) => Self::new(kind, cause_words(text, cause)),
        }
    }

    /// The state of deliveries.
    pub(crate) fn state(text: &Text, state: State) -> Self {
        let (kind, key) = match state {
            State::Pending => ("info", "state-pending"),
            State::Delivered => ("ok", "state-delivered"),
            State::Failed => ("bad", "state-failed"),
            State::Cancelled => ("", "state-cancelled"),
            State::Filtered => ("", "state-filtered"),
            State::Held => ("warn", "state-held"),
        };
        Self::new(kind, text.t(key))
    }

    /// How a webhook fares.
    pub(crate) fn webhook(text: &Text, route: &Route, health: Option<&Health>) -> Self {
        let webhook = &route.webhook;
        if webhook.disabled.is_some() {
            return Self::new("", text.t("status-disabled"));
        }
        if route.held {
            return Self::new("warn", text.t("status-waiting"));
        }
        if webhook.paused.is_some() {
            return Self::new("warn", text.t("status-paused"));
        }
        match health {
            Some(health) if health.counters.failures > 0 => {
                Self::new("bad", text.t("status-failing"))
            }
            Some(health) if health.last_attempt.is_some() => {
                Self::new("ok", text.t("status-healthy"))
            }
            _ => Self::new("info", text.t("status-new")),
        }
    }
}

/// What an event type means: what the catalogue says, and of Bellwire's own ones in the reader's
/// language.
pub(crate) fn described(text: &Text, event_type: &EventType) -> String {
    match own_event::described(&event_type.name) {
        Some(said) => text.said(&said).text,
        None => event_type.description.clone(),
    }
}

/// Why there was no answer, in a word or two.
pub(crate) fn cause_words(text: &Text, cause: Cause) -> String {
    text.t(match cause {
        Cause::Guard => "cause-guard",
        Cause::Dns => "cause-dns",
        Cause::Refused => "cause-refused",
        Cause::Unreachable => "cause-unreachable",
        Cause::ConnectTimeout => "cause-connect-timeout",
        Cause::Tls => "cause-tls",
        Cause::FirstByteTimeout => "cause-first-byte-timeout",
        Cause::TotalTimeout => "cause-total-timeout",
        Cause::Reset => "cause-reset",
        Cause::Malformed => "cause-malformed",
        Cause::Envelope => "cause-envelope",
    })
}

/// Whether the attempt was a success: what was tried again was none, whatever the rules say by now.
pub(crate) fn succeeded(route: Option<&Route>, attempt: &Attempt) -> bool {
    match attempt.answer {
        Answer::None(_) => false,
        Answer::Status(status) => {
            attempt.retry_at.is_none()
                && route.map_or((200..=299).contains(&status), |route| {
                    route.policy.success.accepts(status)
                })
        }
    }
}

/// A webhook's name for people; where it has none, the host it sends to.
pub(crate) fn name_of(name: &str, url: &str) -> String {
    match name.trim() {
        "" => url::Url::parse(url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| url.to_owned()),
        name => name.to_owned(),
    }
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Choice {
    /// What is sent.
    pub(crate) value: String,
    /// What is read.
    pub(crate) label: String,
    /// What helps to choose.
    pub(crate) hint: Spoken,
    /// It is chosen.
    pub(crate) checked: bool,
}

impl Choice {
    pub(crate) fn new(value: &str, label: String, chosen: &str) -> Self {
        Self {
            value: value.to_owned(),
            label,
            hint: Spoken::default(),
            checked: value == chosen,
        }
    }
}

/// Levels that are indented. What an endpoint answers may have thousands.
const MAX_LEVELS: usize = 64;

/// JSON with line breaks and indentation; as it is, when it is none, when it is nested deeper than
/// anybody writes, or when laying it out would make much of little. Numbers stay as they were written:
/// only the space between tokens changes.
pub(crate) fn pretty(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if serde_json::from_str::<&serde_json::value::RawValue>(&text).is_err() {
        return text;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut letters = text.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    let most = text.len() * 4 + (64 << 10);
    while let Some(letter) = letters.next() {
        if depth > MAX_LEVELS || out.len() > most {
            return text;
        }
        if quoted {
            out.push(letter);
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match letter {
            '"' => {
                quoted = true;
                out.push(letter);
            }
            '{' | '[' => {
                out.push(letter);
                while letters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                match letters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            space if space.is_ascii_whitespace() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_keeps_its_numbers_and_texts() {
        let data = br#"{"a":1.50,"b":[ ],"c":{},"d":"x, {y}: \"z\"","e":[1,2]}"#;
        assert_eq!(
            pretty(data),
            "{\n  \"a\": 1.50,\n  \"b\": [],\n  \"c\": {},\n  \"d\": \"x, {y}: \\\"z\\\"\",\n  \
             \"e\": [\n    1,\n    2\n  ]\n}"
        );
        assert_eq!(pretty(b"not json"), "not json");
    }

    #[test]
    fn what_an_endpoint_nests_deep_or_wide_stays_as_it_is() {
        let deep = format!("{}{}", "[".repeat(8192), "]".repeat(8192));
        assert_eq!(pretty(deep.as_bytes()), deep);
        let ones = "1,".repeat(100_000);
        let wide = format!("{}{ones}1{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(pretty(wide.as_bytes()), wide);
    }

    #[test]
    fn a_webhook_without_a_name_is_called_by_its_host() {
        assert_eq!(name_of(" ", "https://hooks.example/a?b"), "hooks.example");
        assert_eq!(name_of("Desk", "https://hooks.example/"), "Desk");
    }
}
