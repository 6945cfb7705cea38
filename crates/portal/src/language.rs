//! The languages of the portal: which one, and what a message says in it.
//!
//! Messages are in `locales/<language>/*.ftl` (Fluent). What an organization's profile calls things
//! is decided in `words.ftl` of each language and nowhere else: every message is given `$profile`.
//! What the rules say is English where it is said (`core::say!`), and is in the files of the other
//! languages. That no message is missing or left over is checked by `cargo xtask tidy`.

use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use http::{HeaderMap, header};

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    En,
    /// Italian.
    It,
    /// German.
    De,
    /// Filipino.
    Fil,
}

macro_rules! sources {
    ($tag:literal) => {
        &[
            include_str!(concat!("../locales/", $tag, "/words.ftl")),
            include_str!(concat!("../locales/", $tag, "/frame.ftl")),
            include_str!(concat!("../locales/", $tag, "/sign-in.ftl")),
            include_str!(concat!("../locales/", $tag, "/settings.ftl")),
            include_str!(concat!("../locales/", $tag, "/webhooks.ftl")),
            include_str!(concat!("../locales/", $tag, "/webhook-form.ftl")),
            include_str!(concat!("../locales/", $tag, "/webhook.ftl")),
            include_str!(concat!("../locales/", $tag, "/events.ftl")),
            include_str!(concat!("../locales/", $tag, "/failures.ftl")),
            include_str!(concat!("../locales/", $tag, "/jobs.ftl")),
            include_str!(concat!("../locales/", $tag, "/overview.ftl")),
            include_str!(concat!("../locales/", $tag, "/event-types.ftl")),
            include_str!(concat!("../locales/", $tag, "/rate-plans.ftl")),
            include_str!(concat!("../locales/", $tag, "/notifications.ftl")),
            include_str!(concat!("../locales/", $tag, "/packages.ftl")),
            include_str!(concat!("../locales/", $tag, "/developers.ftl")),
            include_str!(concat!("../locales/", $tag, "/inspector.ftl")),
        ]
    };
}

/// What the rules say, which is English in the sources.
macro_rules! rules {
    ($tag:literal) => {
        &[
            include_str!(concat!("../locales/", $tag, "/why.ftl")),
            include_str!(concat!("../locales/", $tag, "/rules.ftl")),
            include_str!(concat!("../locales/", $tag, "/refusals.ftl")),
            include_str!(concat!("../locales/", $tag, "/explain.ftl")),
            include_str!(concat!("../locales/", $tag, "/signature.ftl")),
        ]
    };
}

const SOURCES: [[&[&str]; 2]; 4] = [
    [sources!("en"), &[]],
    [sources!("it"), rules!("it")],
    [sources!("de"), rules!("de")],
    [sources!("fil"), rules!("fil")],
];

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Language::ALL.map(Language::bundle));

impl Language {
    /// Every language; English is what is left when no other is asked for.
    pub(crate) const ALL: [Self; 4] = [Self::En, Self::It, Self::De, Self::Fil];

    /// Its tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::It => "it",
            Self::De => "de",
            Self::Fil => "fil",
        }
    }

    /// What its speakers call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::It => "Italiano",
            Self::De => "Deutsch",
            Self::Fil => "Filipino",
        }
    }

    /// What stands between thousands.
    const fn separator(self) -> char {
        match self {
            Self::En | Self::Fil => ',',
            Self::It | Self::De => '.',
        }
    }

    /// What stands before tenths.
    const fn point(self) -> char {
        match self {
            Self::En | Self::Fil => '.',
            Self::It | Self::De => ',',
        }
    }

    /// The language of a tag such as `de-AT`; Tagalog is Filipino here.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        let primary = if primary == "tl" { "fil" } else { &primary };
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == primary)
    }

    /// The first of the browser's languages that there is, by the browser's own order.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        let mut wanted: Vec<(f32, &str)> = text
            .split(',')
            .filter_map(|range| {
                let (tag, rest) = range.split_once(';').unwrap_or((range, ""));
                let weight = rest.trim().strip_prefix("q=").unwrap_or("1");
                let weight = weight.trim().parse::<f32>().ok()?;
                (weight > 0.0).then_some((weight, tag.trim()))
            })
            .collect();
        // Stable: of two with the same weight the first stays first.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.into_iter().find_map(|(_, tag)| Self::of_tag(tag))
    }

    fn bundle(self) -> Bundle {
        let tag = self.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // The marks would be in what people copy; none of these languages runs the other way.
        bundle.set_use_isolating(false);
        for source in SOURCES[self as usize].concat() {
            let resource =
                FluentResource::try_new(source.to_owned()).unwrap_or_else(|(read, errors)| {
                    tracing::error!(
                        ?errors,
                        language = self.tag(),
                        "a file of messages is broken"
                    );
                    read
                });
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(?errors, language = self.tag(), "a message is there twice");
            }
        }
        bundle
    }
}

/// What is said: in a language, in the words of a profile.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// The language.
    pub(crate) language: Language,
    /// The name of the profile whose words are used.
    pub(crate) profile: String,
}

impl Text {
    /// What a message says.
    pub(crate) fn t(&self, key: &str) -> String {
        self.with(key, [])
    }

    /// What a message says that has places to fill.
    pub(crate) fn with<const N: usize>(
        &self,
        key: &str,
        arguments: [(&'static str, FluentValue<'_>); N],
    ) -> String {
        self.with_all(key, arguments)
    }

    /// Whether there is such a message.
    pub(crate) fn knows(&self, key: &str) -> bool {
        BUNDLES[self.language as usize].has_message(key)
    }

    /// The same, with however many there are.
    pub(crate) fn with_all<'v>(
        &self,
        key: &str,
        arguments: impl IntoIterator<Item = (&'static str, FluentValue<'v>)>,
    ) -> String {
        let bundle = &BUNDLES[self.language as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(
                key,
                language = self.language.tag(),
                "there is no such message"
            );
            return key.to_owned();
        };
        let mut all = FluentArgs::new();
        all.set("profile", self.profile.as_str());
        for (name, value) in arguments {
            all.set(name, value);
        }
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&all), &mut errors);
        if !errors.is_empty() {
            tracing::error!(
                ?errors,
                key,
                language = self.language.tag(),
                "a message is wrong"
            );
        }
        said.into_owned()
    }

    /// A number as people write it: `12,345` or `12.345`.
    pub(crate) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.char_indices() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.language.separator());
            }
            text.push(digit);
        }
        text
    }

    /// A number with one digit behind the point.
    pub(crate) fn tenth(&self, number: f64) -> String {
        let point = self.language.point().to_string();
        format!("{number:.1}").replace('.', &point)
    }

    /// How many a minute, with one digit behind the point. What happens now and then is not nothing.
    pub(crate) fn rate(&self, number: f64) -> String {
        match number > 0.0 && number < 0.05 {
            true => format!("<{}", self.tenth(0.1)),
            false => self.tenth(number),
        }
    }

    /// A size in bytes: `1.5 MiB`.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        let mut size = bytes as f64;
        let units = ["KiB", "MiB", "GiB", "TiB"];
        if bytes < 1024 {
            return format!("{bytes} B");
        }
        for unit in units {
            size /= 1024.0;
            if size < 1024.0 {
                return format!("{} {unit}", self.tenth(size));
            }
        }
        format!("{} PiB", self.tenth(size / 1024.0))
    }

    /// A length of time of a request, in microseconds: `12 ms`, `1.2 s`.
    pub(crate) fn duration(&self, micros: u64) -> String {
        match micros {
            0..=999 => "<1 ms".to_owned(),
            1_000..=999_999 => format!("{} ms", self.number((micros + 500) / 1_000)),
            _ if micros.is_multiple_of(1_000_000) => {
                format!("{} s", self.number(micros / 1_000_000))
            }
            _ => format!("{} s", self.tenth(micros as f64 / 1e6)),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn text(language: Language) -> Text {
        Text {
            language,
            profile: "standard".to_owned(),
        }
    }

    #[test]
    fn every_file_of_messages_can_be_read() {
        for (language, sources) in Language::ALL.into_iter().zip(SOURCES) {
            for source in sources.concat() {
                if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                    panic!("{}: {errors:?}", language.tag());
                }
            }
        }
    }

    #[test]
    fn a_rate_is_nothing_only_where_there_is_nothing() {
        let rates = |language| [0.0, 0.001, 0.05, 12.34].map(|rate| text(language).rate(rate));
        assert_eq!(rates(Language::En), ["0.0", "<0.1", "0.1", "12.3"]);
        assert_eq!(rates(Language::De), ["0,0", "<0,1", "0,1", "12,3"]);
    }

    #[test]
    fn the_browsers_first_language_that_there_is_is_taken() {
        let found = |accepted: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            Language::accepted(&headers).map(Language::tag)
        };
        assert_eq!(found("fr, it;q=0.8, en;q=0.9"), Some("en"));
        assert_eq!(found("de-AT,de;q=0.9"), Some("de"));
        assert_eq!(found("tl"), Some("fil"));
        assert_eq!(found("de;q=0, fr"), None);
        assert_eq!(found("*"), None);
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!(text(Language::En).number(1_234_567), "1,234,567");
        assert_eq!(text(Language::De).number(1_234), "1.234");
        assert_eq!(text(Language::It).number(999), "999");
        assert_eq!(text(Language::De).duration(1_250_000), "1,2 s");
        assert_eq!(text(Language::En).duration(20_000_000), "20 s");
        assert_eq!(text(Language::En).duration(12_400), "12 ms");
        assert_eq!(text(Language::En).duration(400), "<1 ms");
        assert_eq!(text(Language::En).bytes(1023), "1023 B");
        assert_eq!(text(Language::De).bytes(1_572_864), "1,5 MiB");
    }

    /// ADV-3, EVI-7, WNK-3: an organization's pages use the words of its profile.
    #[test]
    fn the_words_are_those_of_the_profile() {
        let said = |profile: &str, key| {
            let mut text = text(Language::En);
            text.profile = profile.to_owned();
            text.t(key)
        };
        assert_eq!(said("advocate", "word-webhooks"), "Webhook Subscriptions");
        assert_eq!(said("eventinsight", "word-webhooks"), "Couplings");
        assert_eq!(said("standard", "word-webhooks"), "Webhooks");
        assert_eq!(said("advocate", "word-create"), "Create Subscription");
        assert_eq!(said("eventinsight", "word-create"), "New Webhook");
        assert_eq!(said("wink", "word-create"), "Create new webhook");
    }
}
