//! Which webhook is meant: chosen from a list while there are few, looked for by name, URL or id when
//! there are many.

use bellwire_core::{ids::WebhookId, ports::WebhookFilter, webhook::Webhook};
use bellwire_web::AppState;

use crate::{
    frame::Link,
    html,
    pages::shown::{Choice, name_of},
    visit::Visit,
};

/// The longest list; beyond it one types.
const MAX_LISTED: usize = 200;
/// Names that are offered while one types.
const MAX_OFFERED: usize = 100;
/// Webhooks that are told of when a text means several.
const MAX_MEANT: usize = 10;

/// The field that chooses a webhook.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picker {
    /// The list, while there are few.
    pub(crate) choices: Vec<Choice>,
    /// What stands in the field, when there are many.
    pub(crate) typed: String,
    /// Names that are offered then.
    pub(crate) offered: Vec<String>,
    /// What the text can mean, when that is not one webhook.
    pub(crate) meant: Vec<Link>,
    /// The text means no webhook, or several.
    pub(crate) unclear: bool,
    /// The one that is meant.
    pub(crate) id: Option<WebhookId>,
}

/// Reads what `webhook` says in the query. `here` is the page with everything else in its query.
pub(crate) fn pick<R>(state: &AppState, visit: &Visit<R>, here: &str) -> Picker {
    let asked = visit.query.given("webhook").unwrap_or_default();
    let seen = || {
        let routes = visit.tenant.routes.iter().map(|route| &route.webhook);
        routes.filter(|webhook| visit.access().sees(webhook))
    };
    let named = |webhook: &Webhook| name_of(&webhook.settings.name, &webhook.settings.url);
    let few = seen().nth(MAX_LISTED).is_none();
    let mut picker = Picker {
        id: asked.parse().ok(),
        ..Picker::default()
    };
    if picker.id.is_none() && !asked.is_empty() {
        let mut called = seen().filter(|webhook| named(webhook).eq_ignore_ascii_case(asked));
        match (called.next(), called.next()) {
            (Some(only), None) => picker.id = Some(only.id),
            _ => look(state, visit, here, asked, &mut picker),
        }
    }
    let text = visit.text();
    if few {
        let chosen = picker.id.map(|id| id.to_string()).unwrap_or_default();
        let all = Choice::new("", text.t("filter-all-webhooks"), &chosen);
        picker.choices.push(all);
        picker
            .choices
            .extend(seen().map(|one| Choice::new(&one.id.to_string(), named(one), &chosen)));
        if !picker.choices.iter().any(|choice| choice.checked) {
            // A removed one: its log is still there.
            let label = format!("{} ({chosen})", text.t("event-webhook-gone"));
            picker.choices.push(Choice::new(&chosen, label, &chosen));
        }
        return picker;
    }
    picker.offered = seen().take(MAX_OFFERED).map(named).collect();
    let chosen = picker
        .id
        .and_then(|id| seen().find(|webhook| webhook.id == id));
    picker.typed = match chosen.map(named) {
        // What stands in the field must mean the same when it is sent again.
        Some(name) if seen().filter(|one| named(one) == name).nth(1).is_none() => name,
        _ => asked.to_owned(),
    };
    picker
}

/// Looks for webhooks by a part of name or URL.
fn look<R>(state: &AppState, visit: &Visit<R>, here: &str, part: &str, picker: &mut Picker) {
    let filter = WebhookFilter {
        q: Some(part.to_owned()),
        enabled: None,
    };
    let found = state
        .service
        .webhooks(visit.slug(), visit.access(), &filter, None, MAX_MEANT)
        .map(|page| page.items)
        .unwrap_or_default();
    if let [only] = found.as_slice() {
        picker.id = Some(only.webhook.id);
        return;
    }
    picker.unclear = true;
    let sign = if here.contains('?') { '&' } else { '?' };
    picker.meant = found
        .iter()
        .map(|route| {
            let webhook = &route.webhook;
            let id = html::encoded(&webhook.id.to_string());
            Link {
                label: format!(
                    "{} · {}",
                    name_of(&webhook.settings.name, &webhook.settings.url),
                    webhook.settings.url
                ),
                href: format!("{here}{sign}webhook={id}"),
                current: false,
            }
        })
        .collect();
}
