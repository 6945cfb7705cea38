//! Notifications on a rate plan: the dialog "Notification Intervals" (APG-18 to APG-22), which is a
//! page where there are no scripts. `draft` is what stands in it, `form` lays it out, `save` stores it.

mod draft;
mod form;
mod save;

use axum::{Router, routing::get};
use bellwire_core::{
    ids::{ConditionId, WebhookId},
    usage::UsageTarget,
};
use bellwire_web::AppState;

use crate::{frame::Link, language::Text, pages::shown::name_of, visit::Visit};

pub(crate) fn router() -> Router<AppState> {
    let one = "/portal/{org}/notifications/{id}";
    Router::new()
        .route(
            "/portal/{org}/rate-plans/{id}/notify",
            get(form::blank).post(save::create),
        )
        .route(one, get(form::filled).post(save::update))
        .route(
            &format!("{one}/remove"),
            get(save::ask_remove).post(save::remove),
        )
}

/// The path of a notification.
pub(super) fn path(slug: &str, id: ConditionId) -> String {
    format!("/portal/{slug}/notifications/{id}")
}

/// The most percentages of a list that a sentence names.
const NAMED: usize = 20;

/// A condition in words.
pub(super) fn words(text: &Text, target: &UsageTarget) -> String {
    let percent = |number: &u32| {
        let number = text.number(u64::from(*number));
        text.with("percent", [("number", number.into())])
    };
    match target {
        UsageTarget::At(one) => percent(one),
        UsageTarget::Range { from, to, step } => text.with(
            "notify-range",
            [
                ("from", percent(from).into()),
                ("to", percent(to).into()),
                ("step", percent(step).into()),
            ],
        ),
        UsageTarget::List(list) => {
            let named: Vec<String> = list.iter().take(NAMED).map(percent).collect();
            let more = list.len().saturating_sub(NAMED);
            match more {
                0 => named.join(", "),
                _ => format!("{}, … +{more}", named.join(", ")),
            }
        }
    }
}

/// A webhook by its name; one that was deleted since has no page.
pub(super) fn webhook_link<R>(visit: &Visit<R>, id: WebhookId) -> Link {
    let found = visit.tenant.route(id);
    Link {
        label: found.map_or_else(
            || visit.text().t("notify-webhook-gone"),
            |route| name_of(&route.webhook.settings.name, &route.webhook.settings.url),
        ),
        href: match found {
            Some(_) => format!("/portal/{}/webhooks/{id}", visit.slug()),
            None => String::new(),
        },
        current: false,
    }
}
