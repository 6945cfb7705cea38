//! What arrived, for people: a row of the list, and one request in full with the verdict on its
//! signature.

use bellwire_core::{
    ids::EventId,
    inspector::{Inspected, Inspector},
    service::Verdict,
    signature_check::{Check, Outcome, Report},
    time::Time,
};
use bellwire_web::{AppState, problem::Problem};
use bytes::Bytes;

use super::list::answer;
use crate::{
    frame::Link,
    language::Text,
    moment::Moment,
    pages::shown::{Pill, name_of, pretty},
    refusal::Refusal,
    spoken::Spoken,
    visit::Visit,
};

/// How much of a body a page shows, in bytes. The API has all of it.
const MAX_TEXT: usize = 64 << 10;
/// How much of one that is no text.
const MAX_HEX: usize = 4 << 10;
/// Bytes in a line of it.
const HEX_LINE: usize = 16;

/// A row of the list.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) at: Moment,
    pub(crate) size: String,
    pub(crate) answered: Pill,
    pub(crate) current: bool,
}

/// A request in full.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) title: String,
    pub(crate) at: Moment,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) headers: String,
    pub(crate) body: Option<Body>,
    pub(crate) verdict: Shown,
    pub(crate) check: String,
    pub(crate) event: Option<Link>,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) text: String,
    /// It is not what was sent, byte for byte: how so.
    pub(crate) note: Option<&'static str>,
}

/// What the signature shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    /// Whose secrets were tried.
    pub(crate) webhook: Option<Link>,
    /// What does not fit.
    pub(crate) problems: Vec<Spoken>,
    /// Everything that was looked at.
    pub(crate) checks: Vec<(Pill, Spoken)>,
    /// A secret may be pasted.
    pub(crate) asks: bool,
}

/// `POST /orders`
fn title(inspected: &Inspected) -> String {
    format!("{} {}", inspected.method, inspected.path)
}

pub(super) fn row(text: &Text, path: &str, one: &Inspected, now: Time, current: bool) -> Row {
    Row {
        id: format!("r-{}", one.id),
        href: format!("{path}?request={}", one.id),
        title: title(one),
        at: Moment::new(text, one.at, now),
        size: text.bytes(one.body_bytes.into()),
        answered: answer(one.answered),
        current,
    }
}

pub(super) async fn request<R>(
    state: &AppState,
    visit: &Visit<R>,
    inspector: &Inspector,
    (inspected, body): (Inspected, Bytes),
) -> Result<Request, Refusal> {
    let text = visit.text();
    let verdict = state
        .service
        .inspected_verdict(
            &visit.tenant,
            inspector,
            (&inspected, &body),
            visit.access(),
        )
        .await
        .map_err(|error| visit.refuse(Problem::from(error)))?;
    let event = event(state, visit, &inspected, verdict.as_ref()).await?;
    let mut facts = Vec::new();
    if let Some(address) = inspected.address {
        facts.push((text.t("inspector-from"), address.to_string()));
    }
    let bytes = inspected.body_bytes.into();
    facts.push((text.t("inspector-size"), text.bytes(bytes)));
    let answered = inspected.answered.to_string();
    facts.push((text.t("inspector-answered"), answered));
    let lines = inspected
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    Ok(Request {
        title: title(&inspected),
        at: Moment::new(text, inspected.at, state.service.now()),
        facts,
        headers: lines.collect::<Vec<String>>().join("\n"),
        body: shown_body(&body),
        verdict: shown(visit, &inspected, verdict),
        check: format!(
            "{}/check?request={}",
            super::path(visit, inspector),
            inspected.id
        ),
        event,
    })
}

/// The event that it carries, when it is one of ours that they see.
async fn event<R>(
    state: &AppState,
    visit: &Visit<R>,
    inspected: &Inspected,
    verdict: Option<&Verdict>,
) -> Result<Option<Link>, Refusal> {
    let id = inspected.headers.get("webhook-id");
    let Some(id) = id.and_then(|id| id.parse::<EventId>().ok()) else {
        return Ok(None);
    };
    let found = state.service.store().event(visit.organization(), id).await;
    let found = found.map_err(|error| visit.refuse(Problem::from(error)))?;
    let found = found.filter(|detail| {
        let event = &detail.event;
        visit.access().shows(&event.event_type, &event.channels)
    });
    let Some(detail) = found else { return Ok(None) };
    let page = format!("/portal/{}/events/{id}", visit.slug());
    let text = visit.text();
    let event_type = detail.event.event_type;
    let attempt = verdict.and_then(|verdict| verdict.checked.attempt);
    Ok(Some(match attempt {
        Some((delivery, number)) => Link {
            label: text.with(
                "inspector-attempt",
                [("type", event_type.into()), ("number", number.into())],
            ),
            href: format!("{page}#{delivery}-{number}"),
            current: false,
        },
        None => Link {
            label: text.with("inspector-event", [("type", event_type.into())]),
            href: page,
            current: false,
        },
    }))
}

fn shown<R>(visit: &Visit<R>, inspected: &Inspected, verdict: Option<Verdict>) -> Shown {
    let text = visit.text();
    let Some(verdict) = verdict else {
        let signed = inspected.headers.get("webhook-signature").is_some();
        return Shown {
            kind: "info",
            label: text.t(match signed {
                true => "inspector-no-secret",
                false => "inspector-unsigned",
            }),
            asks: signed,
            ..Shown::default()
        };
    };
    let webhook = &verdict.webhook.webhook;
    let valid = verdict.checked.report.valid;
    Shown {
        webhook: Some(Link {
            label: name_of(&webhook.settings.name, &webhook.settings.url),
            href: format!("/portal/{}/webhooks/{}", visit.slug(), webhook.id),
            current: false,
        }),
        ..of_report(
            text,
            verdict.checked.report,
            match valid {
                true => "inspector-right",
                false => "inspector-wrong",
            },
        )
    }
}

/// What a secret shows that was pasted.
pub(super) fn pasted(text: &Text, report: Report) -> Shown {
    let key = match report.valid {
        true => "inspector-pasted-right",
        false => "inspector-pasted-wrong",
    };
    of_report(text, report, key)
}

fn of_report(text: &Text, report: Report, key: &str) -> Shown {
    let of = |outcome| match outcome {
        Outcome::Ok => ("ok", "inspector-check-ok"),
        Outcome::Problem => ("bad", "inspector-check-problem"),
        Outcome::Hint => ("info", "inspector-check-hint"),
    };
    let is_problem = |check: &&Check| check.outcome == Outcome::Problem;
    Shown {
        kind: if report.valid { "ok" } else { "bad" },
        label: text.t(key),
        webhook: None,
        problems: report
            .checks
            .iter()
            .filter(is_problem)
            .map(|check| text.said(&check.sentence))
            .collect(),
        asks: !report.valid,
        checks: report
            .checks
            .into_iter()
            .map(|check| {
                let (kind, label) = of(check.outcome);
                (Pill::new(kind, text.t(label)), text.said(&check.sentence))
            })
            .collect(),
    }
}

/// A body as text: laid out when it is JSON, as it is when it is some other text, in hexadecimal when
/// it is none. What is long is cut.
fn shown_body(body: &Bytes) -> Option<Body> {
    if body.is_empty() {
        return None;
    }
    Some(match std::str::from_utf8(body) {
        Ok(_) => {
            let mut text = pretty(body);
            let cut = text.len() > MAX_TEXT;
            if cut {
                text.truncate(text.floor_char_boundary(MAX_TEXT));
            }
            Body {
                text,
                note: cut.then_some("inspector-body-cut"),
            }
        }
        Err(_) => Body {
            text: hex(&body[..body.len().min(MAX_HEX)]),
            note: Some(match body.len() > MAX_HEX {
                true => "inspector-body-hex-cut",
                false => "inspector-body-hex",
            }),
        },
    })
}

/// Sixteen bytes on a line: where they stand, what they are, and what of them is a letter.
fn hex(bytes: &[u8]) -> String {
    let line = |(index, line): (usize, &[u8])| {
        let numbers: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let letters: String = line
            .iter()
            .map(|byte| match byte {
                0x20..=0x7e => char::from(*byte),
                _ => '.',
            })
            .collect();
        let width = HEX_LINE * 3 - 1;
        format!(
            "{:06x}  {:<width$}  {letters}",
            index * HEX_LINE,
            numbers.join(" ")
        )
    };
    let lines: Vec<String> = bytes.chunks(HEX_LINE).enumerate().map(line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EVI-16: whatever is sent can be read.
    #[test]
    fn a_body_is_shown_as_what_it_is() {
        let of = |bytes: &[u8]| shown_body(&Bytes::copy_from_slice(bytes));
        assert_eq!(of(b""), None);
        let json = of(b"{\"a\":1}").unwrap();
        assert_eq!((json.text.as_str(), json.note), ("{\n  \"a\": 1\n}", None));
        assert_eq!(of(b"a=1&b=<b>").unwrap().text, "a=1&b=<b>");
        let binary = of(b"\xff\x00<b>0123456789ab").unwrap();
        assert_eq!(
            binary.text,
            "000000  ff 00 3c 62 3e 30 31 32 33 34 35 36 37 38 39 61  ..<b>0123456789a\n\
             000010  62                                               b"
        );
        let long = of("ü".repeat(40_000).as_bytes()).unwrap();
        assert_eq!(long.note, Some("inspector-body-cut"));
        assert_eq!(long.text.len(), MAX_TEXT);
        let long = of(&[0xff; 5_000]).unwrap();
        assert_eq!(long.note, Some("inspector-body-hex-cut"));
        assert_eq!(long.text.lines().count(), MAX_HEX / HEX_LINE);
    }
}
