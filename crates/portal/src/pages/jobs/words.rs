//! A job in words: what it is about, where it stands, how far it is, how fast it goes.

use bellwire_core::{
    ids::WebhookId,
    job::{Job, Skipped, State, StopReason},
};

use crate::{
    language::Text,
    pages::{
        answers::Wanted,
        shown::{Choice, Pill, name_of},
    },
    visit::Visit,
};

/// Deliveries per second that one chooses from; any other rate is the API's to set.
const RATES: [u32; 6] = [1, 5, 10, 50, 200, 1000];
/// What is chosen when nobody has: as in the API.
pub(super) const DEFAULT_RATE: u32 = 10;

/// The name of the webhook that something is about.
pub(super) fn webhook_name<R>(visit: &Visit<R>, id: Option<WebhookId>) -> String {
    let text = visit.text();
    let Some(id) = id else {
        return text.t("filter-all-webhooks");
    };
    let route = visit.tenant.route(id);
    // What is not theirs is as if it were not there.
    let seen = route.filter(|route| visit.access().sees(&route.webhook));
    seen.map_or_else(
        || text.t("event-webhook-gone"),
        |route| name_of(&route.webhook.settings.name, &route.webhook.settings.url),
    )
}

/// What a job is about, but for the webhook and the time.
pub(super) fn about(
    text: &Text,
    state: &str,
    event_type: Option<&str>,
    answer: Option<Wanted>,
) -> Vec<(String, String)> {
    let states: Vec<String> = state
        .split(',')
        .filter_map(bellwire_core::delivery::State::parse)
        .map(|state| Pill::state(text, state).label)
        .collect();
    let mut facts = vec![(text.t("filter-state"), states.join(", "))];
    facts.extend(event_type.map(|name| (text.t("filter-type"), name.to_owned())));
    facts.extend(answer.map(|answer| (text.t("job-last-answer"), answer.words(text))));
    facts
}

/// The same of one that was made.
pub(super) fn about_job(text: &Text, job: &Job) -> Vec<(String, String)> {
    let filter = &job.filter;
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    let answer = filter
        .status
        .map(Wanted::Status)
        .or(filter.cause.map(Wanted::Cause));
    let mut facts = about(
        text,
        &states.join(","),
        filter.event_type.as_deref(),
        answer,
    );
    facts.extend(
        filter
            .channel
            .iter()
            .map(|channel| (text.t("word-channels"), channel.clone())),
    );
    facts
}

/// Where it stands.
pub(super) fn state(text: &Text, state: State) -> Pill {
    match state {
        State::Running => Pill::new("info", text.t("job-running")),
        State::Paused => Pill::new("warn", text.t("job-paused")),
        State::Finished => Pill::new("ok", text.t("job-finished")),
        State::Cancelled => Pill::new("", text.t("job-cancelled")),
        State::Stopped => Pill::new("bad", text.t("job-stopped")),
    }
}

/// The same in a sentence.
pub(super) fn sentence(text: &Text, job: &Job) -> String {
    let by = || [("by", job.updated_by.as_str().into())];
    match (job.state, job.stop_reason) {
        (State::Running, _) => {
            let rate = text.number(job.per_second.into());
            text.with("job-says-running", [("rate", rate.into())])
        }
        (State::Paused, _) => text.with("job-says-paused", by()),
        (State::Cancelled, _) => text.with("job-says-cancelled", by()),
        (State::Finished, _) => {
            let done = text.number(job.done);
            text.with("job-says-finished", [("done", done.into())])
        }
        (State::Stopped, Some(StopReason::WebhookDeleted)) => text.t("job-says-deleted"),
        (State::Stopped, Some(StopReason::PausedTooLong)) => text.t("job-says-forgotten"),
        (State::Stopped, Some(StopReason::WebhookDisabled) | None) => text.t("job-says-disabled"),
    }
}

/// Why deliveries are left out: so many of each.
pub(super) fn left_out(text: &Text, skipped: &Skipped) -> Vec<(String, String)> {
    [
        ("skip-sent-again", skipped.sent_again),
        ("skip-payload", skipped.payload_removed),
        ("skip-disabled", skipped.webhook_disabled),
        ("skip-deleted", skipped.webhook_deleted),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(key, count)| (text.t(key), text.number(count)))
    .collect()
}

/// Rates to choose from, each with how long so many take, when that is known.
pub(super) fn rates(text: &Text, chosen: u32, count: Option<u64>) -> Vec<Choice> {
    let mut all: Vec<u32> = RATES.to_vec();
    if !all.contains(&chosen) {
        all.push(chosen);
        all.sort_unstable();
    }
    all.into_iter()
        .map(|rate| {
            let said = text.with("job-rate", [("rate", text.number(rate.into()).into())]);
            let label = match count {
                Some(count) if count > 0 => {
                    format!("{said} · {}", lasts(text, count.div_ceil(rate.into())))
                }
                _ => said,
            };
            Choice::new(&rate.to_string(), label, &chosen.to_string())
        })
        .collect()
}

/// About how long something takes.
fn lasts(text: &Text, seconds: u64) -> String {
    let rounded = |unit: u64| ((seconds + unit / 2) / unit).into();
    match seconds {
        0..90 => text.with("lasts-seconds", [("count", seconds.into())]),
        90..5_400 => text.with("lasts-minutes", [("count", rounded(60))]),
        5_400..172_800 => text.with("lasts-hours", [("count", rounded(3_600))]),
        _ => text.with("lasts-days", [("count", rounded(86_400))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn each_rate_says_how_long_it_takes() {
        let text = Text {
            language: Language::En,
            profile: String::new(),
        };
        let labels = |chosen, count| -> Vec<String> {
            rates(&text, chosen, count)
                .into_iter()
                .map(|choice| choice.label)
                .collect()
        };
        let known = labels(10, Some(36_000));
        assert_eq!(known[0], "1 a second · about 10 hours");
        assert_eq!(known[2], "10 a second · about 60 minutes");
        assert_eq!(known[5], "1,000 a second · about 36 seconds");
        assert_eq!(labels(7, None)[2], "7 a second");
    }
}
