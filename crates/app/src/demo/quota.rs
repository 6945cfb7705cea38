//! A developer of the demo who uses what they bought, and more: reports go in over the API, and each
//! percentage that they cross makes an event, which calls the API provider's webhook (APG-23, APG-24).

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{
    MadeHook, SentEvent,
    scenario::{
        APPLICATION, DEVELOPER, PACKAGE, QUOTA_TARGET, RATE_PLAN, REPORTS, THRESHOLDS, USAGE_TARGET,
    },
    string,
};
use crate::api_client::ApiClient;

/// How far they have come.
#[derive(Debug)]
pub struct Quota {
    organization: &'static str,
    used: u64,
    next: usize,
}

impl Quota {
    /// Makes the package, its rate plan, the developer who bought it, and the condition that names the
    /// webhook.
    ///
    /// # Errors
    /// When the server refuses any of it.
    pub fn set_up(client: &ApiClient, hooks: &[MadeHook]) -> Result<Self> {
        let planned = THRESHOLDS.first().context("something is crossed")?;
        let hook = hooks.iter().find(|made| planned.goes_to(made.hook));
        let hook = hook.context("somebody is told")?;
        let quota = Self {
            organization: planned.organization,
            used: 0,
            next: 0,
        };
        let (from, to) = USAGE_TARGET;
        client.post(
            &quota.path("packages"),
            &json!({"id": PACKAGE, "name": "Payments", "products": ["Payments API"]}),
        )?;
        client.post(
            &quota.path("rate-plans"),
            &json!({
                "id": RATE_PLAN,
                "package": PACKAGE,
                "name": "Gold",
                "period_months": 1,
                "published": true,
            }),
        )?;
        client.post(
            &quota.path("notification-conditions"),
            &json!({
                "rate_plan": RATE_PLAN,
                "thresholds": [{"from": from, "to": to, "step": 10}],
                "webhooks": [hook.id],
            }),
        )?;
        client.post(
            &quota.path("developers"),
            &json!({
                "email": DEVELOPER,
                "first_name": "Grace",
                "last_name": "Hopper",
                "company": "Compilers Ltd",
                "applications": [APPLICATION],
            }),
        )?;
        client.post(
            &quota.path("developer-rate-plans"),
            &json!({"developer": DEVELOPER, "rate_plan": RATE_PLAN, "quota_target": QUOTA_TARGET}),
        )?;
        Ok(quota)
    }

    fn path(&self, of: &str) -> String {
        format!("/organizations/{}/{of}", self.organization)
    }

    /// The events that it will make, which have no ids yet.
    pub fn planned() -> impl Iterator<Item = SentEvent> {
        THRESHOLDS.iter().map(|planned| SentEvent {
            planned,
            id: String::new(),
            note: String::new(),
        })
    }

    /// Uses more, and gives the events of what that crosses their ids. Does nothing once everything was
    /// reported.
    ///
    /// # Errors
    /// When the server refuses the report, or something else fires than should.
    pub fn report(&mut self, client: &ApiClient, events: &mut [SentEvent]) -> Result<()> {
        let Some((count, expected)) = REPORTS.get(self.next) else {
            return Ok(());
        };
        let record = json!({
            "id": format!("demo-{}", self.next),
            "developer": DEVELOPER,
            "rate_plan": RATE_PLAN,
            "application": APPLICATION,
            "count": count,
        });
        let receipt = client.post(&self.path("usage"), &json!({"records": [record]}))?;
        self.next += 1;
        self.used += count;
        let fired = receipt["fired"].as_array().cloned().unwrap_or_default();
        let percents: Vec<u64> = fired
            .iter()
            .filter_map(|one| one["percent"].as_u64())
            .collect();
        ensure!(
            percents
                .iter()
                .copied()
                .eq(expected.iter().copied().map(u64::from)),
            "{} calls of {QUOTA_TARGET} fired {percents:?}, expected {expected:?}",
            self.used
        );
        for (one, percent) in fired.iter().zip(*expected) {
            let event = events
                .iter_mut()
                .find(|event| event.planned.percent == Some(*percent))
                .context("it was planned")?;
            event.id = string(one, "event_id")?;
            event.note = format!("{} of {QUOTA_TARGET} calls", self.used);
        }
        Ok(())
    }
}
