//! The three steps to the first notification (APG-1), for whoever has none yet.

use bellwire_core::{access::Right, ports::Window};
use bellwire_web::AppState;

use crate::{frame::Link, refusal::Refusal, visit::Visit};

/// A step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) done: bool,
    pub(crate) links: Vec<Link>,
}

/// The steps; none, once there is a notification.
pub(in crate::pages) async fn steps<R>(
    state: &AppState,
    visit: &Visit<R>,
) -> Result<Vec<Step>, Refusal> {
    let one = Window {
        offset: 0,
        limit: 1,
    };
    let (service, slug, text) = (&state.service, visit.slug(), visit.text());
    let refuse = |error| visit.refuse(error);
    let conditions = service.conditions(slug, None, one).await;
    if conditions.map_err(refuse)?.total > 0 {
        return Ok(Vec::new());
    }
    let plans = service.rate_plans(slug, None, one).await.map_err(refuse)?;
    let may_edit = visit.may(Right::Edit);
    let link = |key: &str, rest: &str| Link {
        label: text.t(key),
        href: format!("/portal/{slug}/{rest}"),
        current: false,
    };
    let step = |title: &str, lead: &str, done, links| Step {
        title: text.t(title),
        lead: text.t(lead),
        done,
        links,
    };
    Ok(vec![
        step(
            "step-webhooks",
            "step-webhooks-lead",
            !visit.tenant.routes.is_empty(),
            match may_edit {
                true => vec![link("word-create-title", "webhooks/new")],
                false => Vec::new(),
            },
        ),
        step(
            "step-handler",
            "step-handler-lead",
            false,
            vec![link("menu-inspector", "inspector")],
        ),
        step(
            "step-notify",
            "step-notify-lead",
            false,
            match (may_edit, plans.total) {
                (_, 1..) => vec![link("menu-rate-plans", "rate-plans")],
                (true, 0) => vec![link("package-new", "new/package")],
                (false, 0) => Vec::new(),
            },
        ),
    ])
}
