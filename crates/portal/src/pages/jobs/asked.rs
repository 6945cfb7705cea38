//! What is to be sent again, as it stands in a URL and in a form, and the links that ask for it.

use bellwire_core::{
    ids::WebhookId,
    outcome::Answer,
    say,
    service::{Error, FieldError, JobFilter},
    statistics::result_text,
    time::Time,
};

use crate::{
    form::Form,
    html,
    pages::{answers::Wanted, period, pick::Picker},
    visit::Visit,
};

/// States that are sent again in bulk.
const FAILED: &str = "failed";
/// See [`FAILED`].
const CANCELLED: &str = "cancelled";

/// The period that is a time of its own: `since` says it.
pub(super) const AS_ASKED: &str = "since";
/// The period that is everything that is kept.
pub(super) const ALL: &str = "all";

/// What is to be sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) webhook: Option<WebhookId>,
    /// `failed`, `cancelled`, or both with a comma between.
    pub(super) state: String,
    pub(super) event_type: Option<String>,
    pub(super) answer: Option<Wanted>,
    pub(super) since: Option<Time>,
}

impl Asked {
    /// From a query or a form. A period that was chosen comes before a time that was asked for.
    pub(super) fn of(form: &Form, now: Time) -> Self {
        let exact = || form.given("since").and_then(|text| text.parse().ok());
        let since: Option<Time> = match form.text("period") {
            "" | AS_ASKED => exact().filter(|since| *since <= now),
            period => period::since(period, now),
        };
        let state = match form.text("state") {
            CANCELLED => CANCELLED.to_owned(),
            both if both == both_states() => both_states(),
            _ => FAILED.to_owned(),
        };
        Self {
            webhook: form.given("webhook").and_then(|id| id.parse().ok()),
            state,
            event_type: form.given("type").map(str::to_owned),
            answer: Wanted::parse(form.text("answer")),
            since,
        }
    }

    /// Refuses a form that says something which is nothing: without it, more would be sent again than
    /// was meant.
    pub(super) fn check(form: &Form, now: Time) -> Result<(), Error> {
        let asked = Self::of(form, now);
        let period = form.text("period");
        let is_right = [
            ("webhook", asked.webhook.is_some()),
            ("answer", asked.answer.is_some()),
            ("since", asked.since.is_some() || period == ALL),
            (
                "period",
                asked.since.is_some() || [AS_ASKED, ALL].contains(&period),
            ),
        ];
        let wrong = is_right
            .into_iter()
            .filter(|(field, right)| form.given(field).is_some() && !right);
        let wrong: Vec<FieldError> = wrong
            .map(|(field, _)| {
                FieldError::new(
                    field,
                    say!("form-no-job", "this is none; choose again what to send"),
                )
            })
            .collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(wrong))
        }
    }

    /// As the use case takes it.
    pub(super) fn filter(&self) -> JobFilter {
        JobFilter {
            webhook: self.webhook,
            states: Some(self.state.split(',').map(str::to_owned).collect()),
            since: self.since,
            event_type: self.event_type.clone(),
            status: self
                .answer
                .and_then(Wanted::status)
                .map(|status| status.to_string()),
            cause: self
                .answer
                .and_then(Wanted::cause)
                .map(|cause| cause.as_str().to_owned()),
            ..JobFilter::default()
        }
    }

    /// Names and values, for fields that are not seen and for links.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("state", self.state.clone())];
        pairs.extend(self.webhook.map(|id| ("webhook", id.to_string())));
        pairs.extend(self.event_type.clone().map(|name| ("type", name)));
        pairs.extend(self.answer.map(|answer| ("answer", answer.name())));
        pairs.extend(self.since.map(|since| ("since", since.to_string())));
        pairs
    }
}

/// Both states.
pub(super) fn both_states() -> String {
    format!("{FAILED},{CANCELLED}")
}

fn link(slug: &str, pairs: &[(&str, String)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", html::encoded(value)))
        .collect();
    format!("/portal/{slug}/jobs/new?{}", query.join("&"))
}

/// Asks for what the log shows; `None` when that cannot be sent again in bulk: what is searched for,
/// what has arrived or is still on its way, tests.
pub(in crate::pages) fn of_log(visit: &Visit, picker: &Picker) -> Option<String> {
    let query = &visit.query;
    let state = query.text("state");
    let can = ["", FAILED, CANCELLED].contains(&state);
    if !can || query.given("q").is_some() || query.checked("test") || picker.unclear {
        return None;
    }
    let mut pairs = Vec::new();
    pairs.extend(picker.id.map(|id| ("webhook", id.to_string())));
    for name in ["state", "type", "answer", "period"] {
        pairs.extend(query.given(name).map(|value| (name, value.to_owned())));
    }
    Some(link(visit.slug(), &pairs))
}

/// Asks for everything of a webhook that failed, since a time when one is given.
pub(in crate::pages) fn of_webhook(slug: &str, id: WebhookId, since: Option<Time>) -> String {
    let mut pairs = vec![("webhook", id.to_string())];
    pairs.extend(since.map(|since| ("since", since.to_string())));
    link(slug, &pairs)
}

/// Asks for what failed at a webhook with one result.
pub(in crate::pages) fn of_group(slug: &str, id: WebhookId, answer: Answer, since: Time) -> String {
    let pairs = [
        ("webhook", id.to_string()),
        ("answer", result_text(answer)),
        ("since", since.to_string()),
    ];
    link(slug, &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_comes_back_from_its_fields() {
        let now = Time::from_millis(1_763_714_096_000);
        let form =
            b"state=failed,cancelled&type=a.b&answer=5xx&period=24h&since=2020-01-01T00:00:00Z";
        let form = Form::parse(form);
        let asked = Asked::of(&form, now);
        assert_eq!(asked.webhook, None);
        let filter = asked.filter();
        assert_eq!(filter.states.unwrap(), ["failed", "cancelled"]);
        assert_eq!(filter.status.as_deref(), Some("5xx"));
        assert_eq!(filter.since, Some(now - bellwire_core::time::DAY));
        let query: Vec<String> = asked
            .pairs()
            .iter()
            .map(|(name, value)| format!("{name}={}", html::encoded(value)))
            .collect();
        let again = Asked::of(&Form::parse(query.join("&").as_bytes()), now);
        assert_eq!(again, asked);
        let all = Form::parse(b"period=all&since=2020-01-01T00:00:00Z");
        assert_eq!(Asked::of(&all, now).since, None);
        // Nothing has happened since a time that is still to come.
        let later = Form::parse(b"since=2999-01-01T00:00:00Z&state=delivered&answer=nonsense");
        let asked = Asked::of(&later, now);
        assert_eq!((asked.since, asked.answer), (None, None));
        assert_eq!(asked.state, "failed");
    }

    /// What cannot be understood is refused, or everything would be sent again.
    #[test]
    fn what_is_nothing_is_refused_at_its_field() {
        let now = Time::from_millis(1_763_714_096_000);
        for (form, field) in [
            ("webhook=x", "webhook"),
            ("answer=99x", "answer"),
            ("period=since&since=yesterday", "since"),
            ("period=since&since=2999-01-01T00:00:00Z", "since"),
            ("period=99d", "period"),
        ] {
            let refused = Asked::check(&Form::parse(form.as_bytes()), now);
            let Err(Error::Invalid(wrong)) = refused else {
                panic!("{form} is taken");
            };
            assert_eq!(wrong[0].field, field, "{form}");
        }
        for form in ["", "period=all", "period=24h&answer=5xx&state=failed"] {
            let taken = Asked::check(&Form::parse(form.as_bytes()), now);
            assert!(taken.is_ok(), "{form}");
        }
    }
}
