//! Profiles: how a system of the outside world behaves, as a TOML file each.
//!
//! The embedded files are `profiles/*.toml`; an operator adds more through the configuration. A new
//! system is a new file, not code: everything in which systems differ is a key here, and whatever
//! acts on it (policy, envelope, the webhooks use cases) asks the profile and not for its name.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use serde::Deserialize;

use crate::{
    envelope::{Envelope, EnvelopeError},
    matching,
    policy::{DisableRule, Policy, RetryRule, RetryRules, SuccessRule, Timeouts},
    said::Said,
    say,
    webhook::Overrides,
};

/// The profile of an organization that chose none.
pub const DEFAULT_PROFILE: &str = "standard";

const EMBEDDED: [&str; 5] = [
    include_str!("../profiles/standard.toml"),
    include_str!("../profiles/advocate.toml"),
    include_str!("../profiles/eventinsight.toml"),
    include_str!("../profiles/wink.toml"),
    include_str!("../profiles/apigee.toml"),
];

/// How a system of the outside world behaves.
#[derive(Debug)]
pub struct Profile {
    /// What webhooks name it by.
    pub name: String,
    /// For people.
    pub title: String,
    /// For people: one line.
    pub description: String,
    /// What counts as success, when to try again, how long to wait, when to disable.
    pub policy: Policy,
    /// What the body looks like.
    pub envelope: Envelope,
    /// The envelope's program as it was written, for people.
    pub program: String,
    /// `Content-Type` of the requests.
    pub content_type: String,
    /// A webhook must have a name.
    pub requires_name: bool,
    /// A webhook's URL must be https.
    pub requires_https: bool,
    /// A webhook must listen to at least one channel.
    pub requires_channel: bool,
    /// A new webhook is `direct` unless it says otherwise.
    pub direct: bool,
    /// A URL registered twice is one webhook: the existing one is returned.
    pub one_per_url: bool,
    /// The type of a test event that names none.
    pub test_type: String,
    /// The data of a test event whose type has no example: JSON, verbatim.
    pub test_data: Bytes,
    /// A test carries the user who asks for it, when it is one (EVI-14).
    pub test_user: bool,
}

/// Why a file is no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is not TOML, lacks a key, or has one that is not known. The text shows the line.
    #[error("this is not a profile: {0}")]
    Toml(String),
    /// A key has a value it cannot have.
    #[error("profile `{profile}`: {key}: {message}")]
    Invalid {
        /// The profile's name.
        profile: String,
        /// The path of the key.
        key: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The envelope's program does not compile.
    #[error("profile `{profile}`: envelope: {error}")]
    Envelope {
        /// The profile's name.
        profile: String,
        /// What is wrong with the program.
        error: EnvelopeError,
    },
    /// There is a profile of this name.
    #[error("there are two profiles with the name `{0}`; choose another name")]
    Twice(String),
}

/// A profile as it stands in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: String,
    #[serde(default)]
    description: String,
    envelope: String,
    #[serde(default = "json")]
    content_type: String,
    success: SuccessRule,
    #[serde(default)]
    honour_retry_after: bool,
    retry: Retry,
    timeouts: Timeouts,
    #[serde(default)]
    disable: DisableRule,
    #[serde(default)]
    webhook: WebhookRules,
    #[serde(default)]
    test: Test,
}

/// A rule for each class of failure; `default` where a class has none of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Retry {
    default: RetryRule,
    other_status: Option<RetryRule>,
    redirect: Option<RetryRule>,
    client_error: Option<RetryRule>,
    server_error: Option<RetryRule>,
    no_answer: Option<RetryRule>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WebhookRules {
    requires_name: bool,
    requires_https: bool,
    requires_channel: bool,
    direct: bool,
    one_per_url: bool,
}

/// What a test sends when nobody says otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Test {
    #[serde(rename = "type")]
    event_type: String,
    data: String,
    user: bool,
}

impl Default for Test {
    fn default() -> Self {
        Self {
            event_type: "test".to_owned(),
            data: r#"{"message":"This is a test. Your endpoint works."}"#.to_owned(),
            user: false,
        }
    }
}

fn json() -> String {
    "application/json".to_owned()
}

impl Profile {
    /// Reads a profile from the text of its file.
    ///
    /// # Errors
    /// When it is not a profile; the error names the key.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let file: File =
            toml::from_str(text).map_err(|error| ProfileError::Toml(error.to_string()))?;
        check(&file).map_err(|(key, message)| ProfileError::Invalid {
            profile: file.name.clone(),
            key: key.to_owned(),
            message,
        })?;
        let envelope =
            Envelope::compile(&file.envelope).map_err(|error| ProfileError::Envelope {
                profile: file.name.clone(),
                error,
            })?;
        Ok(Self {
            name: file.name,
            title: file.title,
            description: file.description,
            policy: Policy {
                success: file.success,
                retry: file.retry.into(),
                honour_retry_after: file.honour_retry_after,
                timeouts: file.timeouts,
                disable: file.disable,
            },
            envelope,
            program: file.envelope.trim().to_owned(),
            content_type: file.content_type,
            requires_name: file.webhook.requires_name,
            requires_https: file.webhook.requires_https,
            requires_channel: file.webhook.requires_channel,
            direct: file.webhook.direct,
            one_per_url: file.webhook.one_per_url,
            test_type: file.test.event_type,
            test_data: Bytes::from(file.test.data),
            test_user: file.test.user,
        })
    }
}

impl Profile {
    /// Its rules with a webhook's overrides applied.
    #[must_use]
    pub fn policy_with(&self, overrides: &Overrides) -> Policy {
        let mut policy = self.policy.clone();
        if let Some(timeouts) = overrides.timeouts {
            policy.timeouts = timeouts;
        }
        if let Some(retry) = &overrides.retry {
            policy.retry = RetryRules::uniform(retry);
        }
        policy
    }
}

impl From<Retry> for RetryRules {
    fn from(retry: Retry) -> Self {
        let or_default = |rule: Option<RetryRule>| rule.unwrap_or_else(|| retry.default.clone());
        Self {
            other_status: or_default(retry.other_status),
            redirect: or_default(retry.redirect),
            client_error: or_default(retry.client_error),
            server_error: or_default(retry.server_error),
            no_answer: or_default(retry.no_answer),
        }
    }
}

/// What serde cannot check; a wrong key and what is expected.
fn check(file: &File) -> Result<(), (&'static str, String)> {
    let name = file.name.as_bytes();
    if !(1..=64).contains(&name.len())
        || !name
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    {
        let expected = "1 to 64 lower-case letters, digits, `-` and `_` are expected";
        return Err(("name", expected.to_owned()));
    }
    if file.title.trim().is_empty() {
        return Err(("title", "it may not be empty".to_owned()));
    }
    if file.content_type.is_empty()
        || !file
            .content_type
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~'))
    {
        let expected = "a media type is expected, for example `application/json`";
        return Err(("content_type", expected.to_owned()));
    }
    matching::check_event_type(&file.test.event_type)
        .map_err(|message| ("test.type", message.into()))?;
    if serde_json::from_str::<&serde_json::value::RawValue>(&file.test.data).is_err() {
        return Err(("test.data", "JSON is expected".to_owned()));
    }
    let retry = &file.retry;
    for (key, rule) in [
        ("retry.default", Some(&retry.default)),
        ("retry.other_status", retry.other_status.as_ref()),
        ("retry.redirect", retry.redirect.as_ref()),
        ("retry.client_error", retry.client_error.as_ref()),
        ("retry.server_error", retry.server_error.as_ref()),
        ("retry.no_answer", retry.no_answer.as_ref()),
    ] {
        if let Some(rule) = rule {
            rule.check().map_err(|message| (key, message.into()))?;
        }
    }
    file.timeouts
        .check()
        .map_err(|(field, message)| ("timeouts", format!("{field}: {message}")))?;
    for (key, threshold) in [
        ("disable.after_redirects", file.disable.after_redirects),
        (
            "disable.after_client_errors",
            file.disable.after_client_errors,
        ),
        (
            "disable.after_server_errors",
            file.disable.after_server_errors,
        ),
        ("disable.after_failing_s", file.disable.after_failing_s),
    ] {
        if threshold == Some(0) {
            let expected = "a number from 1 is expected; leave the key out for never";
            return Err((key, expected.to_owned()));
        }
    }
    if !file
        .disable
        .on_statuses
        .iter()
        .all(|status| (100..=599).contains(status))
    {
        let expected = "statuses from 100 to 599 are expected";
        return Err(("disable.on_statuses", expected.to_owned()));
    }
    Ok(())
}

/// Every profile there is. A cheap clone.
#[derive(Debug, Clone)]
pub struct Profiles {
    by_name: Arc<BTreeMap<String, Arc<Profile>>>,
}

impl Profiles {
    /// The profiles that are part of the binary.
    #[must_use]
    pub fn embedded() -> Self {
        static PROFILES: LazyLock<Profiles> = LazyLock::new(|| {
            let none = Profiles {
                by_name: Arc::default(),
            };
            EMBEDDED
                .into_iter()
                .try_fold(none, Profiles::with)
                .expect("a test reads every embedded profile")
        });
        PROFILES.clone()
    }

    /// These profiles and one more, from the text of its file.
    ///
    /// # Errors
    /// When it is not a profile, or its name is taken.
    pub fn with(self, toml_text: &str) -> Result<Self, ProfileError> {
        let profile = Profile::parse(toml_text)?;
        let mut by_name = self.by_name;
        if by_name.contains_key(&profile.name) {
            return Err(ProfileError::Twice(profile.name));
        }
        Arc::make_mut(&mut by_name).insert(profile.name.clone(), Arc::new(profile));
        Ok(Self { by_name })
    }

    /// The profile of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Profile>> {
        self.by_name.get(name).cloned()
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The profiles, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.by_name.values()
    }
}

impl Profile {
    /// What it does, in everybody's language where it is one of the five.
    #[must_use]
    pub fn described(&self) -> Said {
        let five = [
            say!(
                "profile-advocate",
                "Body {id, type, tenantAlias, live, created, data}; only 200 is success; retried every hour, 72 attempts in all."
            ),
            say!(
                "profile-apigee",
                "The data alone as body; any 2xx is success; 5xx and no answer are tried four times, five minutes apart."
            ),
            say!(
                "profile-eventinsight",
                "Body {entity_id, entity_type, action_type, result}; one attempt, unless the webhook asks for more."
            ),
            say!(
                "profile-standard",
                "Body {type, timestamp, data}; any 2xx is success; retried over about three days."
            ),
            say!(
                "profile-wink",
                "Body {id, type, createdDate, ownerIdentifier, data}; only 200 is success; retried over about three days."
            ),
        ];
        let own = || self.description.clone().into();
        five.into_iter()
            .find(|said| **said == *self.description)
            .unwrap_or_else(own)
    }
}
