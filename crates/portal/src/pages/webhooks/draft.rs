//! What stands in the form: between a webhook's settings and the names and values that a browser
//! sends. Numbers that are none are told of here; everything else is checked by the use case.

use bellwire_core::{
    outcome::Header,
    policy::{RetryRule, Timeouts},
    say,
    service::{FieldError, NewWebhook, WebhookPatch},
    webhook::{Overrides, RateLimit, Webhook},
};

use crate::form::Form;

/// Stands for the value of a header that is kept and not shown.
pub(super) const MASK: &str = "••••••••";

/// What stands in the form, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) enabled: bool,
    /// What the box said when the form was opened; `None` for a webhook to make.
    pub(crate) was_enabled: Option<bool>,
    /// The revision that the form was opened with; `None` for a webhook to make.
    pub(crate) revision: Option<u32>,
    pub(crate) profile: String,
    /// Only what is addressed to it; `None` where the form does not ask.
    pub(crate) direct: Option<bool>,
    pub(crate) all_types: bool,
    pub(crate) types: Vec<String>,
    pub(crate) other_types: String,
    pub(crate) channels: Vec<String>,
    pub(crate) other_channels: String,
    pub(crate) headers: String,
    pub(crate) retry: String,
    pub(crate) interval_s: String,
    pub(crate) max_attempts: String,
    pub(crate) delays_s: String,
    pub(crate) connect_ms: String,
    pub(crate) first_byte_ms: String,
    pub(crate) total_ms: String,
    pub(crate) per_second: String,
    pub(crate) burst: String,
    pub(crate) max_concurrency: String,
    /// Jitter of a schedule, which the form keeps and does not show.
    pub(crate) jitter_percent: u8,
}

/// The settings that a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) event_types: Vec<String>,
    pub(super) channels: Vec<String>,
    pub(super) profile: Option<String>,
    /// Only what is addressed to it; `None` when nobody was asked.
    pub(super) direct: Option<bool>,
    pub(super) headers: Vec<Header>,
    pub(super) overrides: Overrides,
    pub(super) enabled: bool,
    pub(super) was_enabled: Option<bool>,
}

impl Draft {
    /// What a browser sent.
    pub(super) fn sent(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            name: text("name"),
            url: text("url"),
            enabled: form.checked("enabled"),
            was_enabled: match form.text("was_enabled") {
                "1" => Some(true),
                "0" => Some(false),
                _ => None,
            },
            revision: form.text("revision").parse().ok(),
            profile: text("profile"),
            direct: form.checked("asks_direct").then(|| form.checked("direct")),
            all_types: form.checked("all_types"),
            types: form.all("types"),
            other_types: text("other_types"),
            channels: form.all("channels"),
            other_channels: text("other_channels"),
            headers: form.text("headers").to_owned(),
            retry: text("retry"),
            interval_s: text("interval_s"),
            max_attempts: text("max_attempts"),
            delays_s: text("delays_s"),
            connect_ms: text("connect_ms"),
            first_byte_ms: text("first_byte_ms"),
            total_ms: text("total_ms"),
            per_second: text("per_second"),
            burst: text("burst"),
            max_concurrency: text("max_concurrency"),
            jitter_percent: 0,
        }
    }

    /// The settings of a webhook. `known` says which event types, and which channels, have a box.
    pub(super) fn of(
        webhook: &Webhook,
        has_type: impl Fn(&str) -> bool,
        has_channel: impl Fn(&str) -> bool,
    ) -> Self {
        let settings = &webhook.settings;
        let (types, other_types): (Vec<String>, Vec<String>) = settings
            .event_types
            .iter()
            .cloned()
            .partition(|name| has_type(name));
        let (channels, other_channels): (Vec<String>, Vec<String>) = settings
            .channels
            .iter()
            .cloned()
            .partition(|key| has_channel(key));
        let mut draft = Self {
            name: settings.name.clone(),
            url: settings.url.clone(),
            enabled: webhook.disabled.is_none(),
            was_enabled: Some(webhook.disabled.is_none()),
            revision: Some(webhook.revision),
            profile: settings.profile.clone(),
            direct: settings.direct.then_some(true),
            all_types: settings.event_types.is_empty(),
            types,
            other_types: other_types.join(", "),
            channels,
            other_channels: other_channels.join(" "),
            headers: settings
                .headers
                .iter()
                .map(|header| format!("{}: {MASK}\n", header.name))
                .collect(),
            ..Self::default()
        };
        draft.put(&settings.overrides);
        draft
    }

    fn put(&mut self, overrides: &Overrides) {
        match &overrides.retry {
            None => {}
            Some(RetryRule::None) => self.retry = "none".to_owned(),
            Some(RetryRule::Fixed {
                interval_s,
                max_attempts,
            }) => {
                self.retry = "fixed".to_owned();
                self.interval_s = interval_s.to_string();
                self.max_attempts = max_attempts.to_string();
            }
            Some(RetryRule::Schedule {
                delays_s,
                jitter_percent,
            }) => {
                self.retry = "schedule".to_owned();
                let delays: Vec<String> = delays_s.iter().map(u32::to_string).collect();
                self.delays_s = delays.join(", ");
                self.jitter_percent = *jitter_percent;
            }
        }
        if let Some(timeouts) = overrides.timeouts {
            self.connect_ms = timeouts.connect_ms.to_string();
            self.first_byte_ms = timeouts.first_byte_ms.to_string();
            self.total_ms = timeouts.total_ms.to_string();
        }
        if let Some(limit) = overrides.rate_limit {
            self.per_second = limit.per_second.to_string();
            self.burst = limit
                .burst
                .map(|burst| burst.to_string())
                .unwrap_or_default();
        }
        if let Some(at_once) = overrides.max_concurrency {
            self.max_concurrency = at_once.to_string();
        }
    }

    /// The settings that are asked for, and what is no number or no header. `former` has the values
    /// of headers that stay.
    pub(super) fn wanted(&self, former: Option<&Webhook>) -> (Wanted, Vec<FieldError>) {
        let mut errors = Vec::new();
        let direct = self.direct == Some(true);
        let mut event_types = match self.all_types || direct {
            true => Vec::new(),
            false => [self.types.clone(), split(&self.other_types)].concat(),
        };
        dedup(&mut event_types);
        if !self.all_types && !direct && event_types.is_empty() {
            errors.push(FieldError::new(
                "event_types",
                say!(
                    "form-choose-types",
                    "choose at least one, or receive everything"
                ),
            ));
        }
        let mut channels = [self.channels.clone(), words(&self.other_channels)].concat();
        dedup(&mut channels);
        let wanted = Wanted {
            name: self.name.clone(),
            url: self.url.clone(),
            event_types,
            channels,
            profile: (!self.profile.is_empty()).then(|| self.profile.clone()),
            direct: self.direct,
            headers: self.header_lines(former, &mut errors),
            overrides: self.overrides(former, &mut errors),
            enabled: self.enabled,
            was_enabled: self.was_enabled,
        };
        (wanted, errors)
    }

    fn header_lines(&self, former: Option<&Webhook>, errors: &mut Vec<FieldError>) -> Vec<Header> {
        let lines = self.headers.lines().map(str::trim);
        let mut headers = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                errors.push(FieldError::new(
                    "headers",
                    say!(
                        "form-no-header",
                        "`{line}` is no header; write it like `x-api-key: value`",
                        line
                    ),
                ));
                continue;
            };
            let name = name.trim().to_ascii_lowercase();
            let value = value.trim();
            let kept = former.filter(|_| value == MASK).and_then(|webhook| {
                let headers = &webhook.settings.headers;
                headers.iter().find(|header| header.name == name)
            });
            if value == MASK && kept.is_none() {
                errors.push(FieldError::new(
                    "headers",
                    say!(
                        "form-header-value",
                        "`{name}` had no value before; write the value that it is to have",
                        name
                    ),
                ));
                continue;
            }
            headers.push(Header {
                value: kept.map_or(value, |header| &header.value).to_owned(),
                name,
            });
        }
        headers
    }

    fn overrides(&self, former: Option<&Webhook>, errors: &mut Vec<FieldError>) -> Overrides {
        let mut number = |field: &str, text: &str| -> Option<u32> {
            if text.is_empty() {
                return None;
            }
            let parsed = text.parse();
            if parsed.is_err() {
                let message = say!("form-no-number", "`{text}` is no whole number", text);
                errors.push(FieldError::new(format!("overrides.{field}"), message));
            }
            parsed.ok()
        };
        let retry = match self.retry.as_str() {
            "none" => Some(RetryRule::None),
            "fixed" => Some(RetryRule::Fixed {
                interval_s: number("retry", &self.interval_s).unwrap_or(0),
                max_attempts: number("retry", &self.max_attempts).unwrap_or(0),
            }),
            "schedule" => Some(RetryRule::Schedule {
                delays_s: split(&self.delays_s)
                    .iter()
                    .filter_map(|delay| number("retry", delay))
                    .collect(),
                jitter_percent: former.map_or(0, jitter_of),
            }),
            _ => None,
        };
        let times = [
            number("timeouts.connect_ms", &self.connect_ms),
            number("timeouts.first_byte_ms", &self.first_byte_ms),
            number("timeouts.total_ms", &self.total_ms),
        ];
        let per_second = number("rate_limit.per_second", &self.per_second);
        let burst = number("rate_limit.burst", &self.burst);
        let at_once = number("max_concurrency", &self.max_concurrency);
        let timeouts = match times {
            [None, None, None] => None,
            [Some(connect_ms), Some(first_byte_ms), Some(total_ms)] => Some(Timeouts {
                connect_ms,
                first_byte_ms,
                total_ms,
            }),
            _ => {
                errors.push(FieldError::new(
                    "overrides.timeouts",
                    say!("form-three-timeouts", "give all three time-outs, or none"),
                ));
                None
            }
        };
        if burst.is_some() && per_second.is_none() {
            errors.push(FieldError::new(
                "overrides.rate_limit.per_second",
                say!("form-burst", "a burst needs a number of requests a second"),
            ));
        }
        Overrides {
            timeouts,
            retry,
            max_concurrency: at_once.map(|number| u16::try_from(number).unwrap_or(u16::MAX)),
            rate_limit: per_second.map(|per_second| RateLimit { per_second, burst }),
        }
    }
}

impl Wanted {
    /// A webhook to make.
    pub(super) fn new_webhook(self) -> NewWebhook {
        NewWebhook {
            name: Some(self.name),
            url: Some(self.url),
            // What the form says, whatever the profile's default is: "everything" is everything.
            direct: Some(self.direct.unwrap_or(false)),
            event_types: Some(self.event_types),
            channels: Some(self.channels),
            profile: self.profile,
            headers: Some(self.headers),
            overrides: Some(self.overrides),
            enabled: Some(self.enabled),
            secret: None,
        }
    }

    /// A webhook to change.
    pub(super) fn patch(self, former: &Webhook) -> WebhookPatch {
        // A form that was opened long ago must not switch on what was switched off since.
        let was_enabled = self.was_enabled.unwrap_or(former.disabled.is_none());
        WebhookPatch {
            name: Some(self.name),
            url: Some(self.url),
            direct: self
                .direct
                .or((former.settings.direct && !self.event_types.is_empty()).then_some(false)),
            event_types: Some(self.event_types),
            channels: Some(self.channels),
            profile: self.profile,
            headers: Some(self.headers),
            overrides: Some(self.overrides),
            // Switching on clears counters: only who switches does it.
            enabled: (self.enabled != was_enabled).then_some(self.enabled),
            revision: Some(former.revision),
        }
    }
}

fn jitter_of(webhook: &Webhook) -> u8 {
    match &webhook.settings.overrides.retry {
        Some(RetryRule::Schedule { jitter_percent, .. }) => *jitter_percent,
        _ => 0,
    }
}

/// Words between blanks or lines: what a channel is called may have commas in it.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Words between commas, blanks or lines.
fn split(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n', '\r', '\t', ';'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn dedup(words: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> (Wanted, Vec<FieldError>) {
        Draft::sent(&Form::parse(text.as_bytes())).wanted(None)
    }

    #[test]
    fn boxes_and_words_make_one_list() {
        let (wanted, errors) = sent(
            "name=+Desk+&url=https%3A%2F%2Fa.example&enabled=1&types=a.b&types=a.c&\
             other_types=a.b%2C+x.*&channels=account%3Aa",
        );
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(wanted.event_types, ["a.b", "a.c", "x.*"]);
        assert_eq!((wanted.name.as_str(), wanted.enabled), ("Desk", true));
        assert_eq!(wanted.overrides, Overrides::default());
    }

    /// WNK-7: none means all, but nobody chooses all by choosing nothing.
    #[test]
    fn all_is_said_and_not_left_out() {
        let (wanted, errors) = sent("all_types=1&types=a.b");
        assert!(wanted.event_types.is_empty() && errors.is_empty());
        let (_, errors) = sent("url=x");
        assert_eq!(errors[0].field, "event_types");
    }

    /// APG-32: what a webhook receives is what the form says, whatever its profile's default is.
    #[test]
    fn only_what_is_addressed_is_said_and_not_meant() {
        let direct = |text| sent(text).0.new_webhook().direct;
        assert_eq!(direct("all_types=1"), Some(false));
        assert_eq!(direct("asks_direct=1&all_types=1"), Some(false));
        let (wanted, errors) = sent("asks_direct=1&direct=1&types=a.b");
        assert!(errors.is_empty() && wanted.event_types.is_empty());
        assert_eq!(wanted.new_webhook().direct, Some(true));
        // Nobody was asked.
        assert_eq!(direct("direct=1&types=a.b"), Some(false));
    }

    #[test]
    fn numbers_that_are_none_are_told_of() {
        let (_, errors) = sent("all_types=1&per_second=many&connect_ms=5&retry=fixed&interval_s=x");
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "overrides.retry",
                "overrides.rate_limit.per_second",
                "overrides.timeouts"
            ]
        );
    }

    #[test]
    fn what_is_no_header_is_told_of() {
        let (wanted, errors) = sent("all_types=1&headers=X-Key%3A+v%3A1%0D%0A%0D%0Aoops");
        assert_eq!(
            wanted.headers,
            [Header {
                name: "x-key".to_owned(),
                value: "v:1".to_owned()
            }]
        );
        assert_eq!(errors.len(), 1);
    }
}
