//! Developers who use up what they bought, at different speeds. Each percentage that one crosses calls
//! the API provider's webhook; who is far beyond their target makes room for somebody new.

use anyhow::{Context, Result};
use serde_json::json;

use crate::{
    api_client::ApiClient,
    demo::{
        MadeHook,
        scenario::{RATE_PLAN, THRESHOLDS},
    },
};

/// Developers at a time.
const AT_ONCE: usize = 5;
/// Somebody new comes until there are so many.
const MOST: u64 = 300;
/// Where somebody stops, in per cent of their target.
const ENOUGH: u64 = 130;
/// A second product, sold by another plan.
const MAPS: &str = "maps";
const MAPS_PLAN: &str = "maps_silver";

#[derive(Debug)]
struct Developer {
    email: String,
    plan: &'static str,
    target: u64,
    used: u64,
}

/// The developers.
#[derive(Debug)]
pub struct Crowd {
    organization: &'static str,
    developers: Vec<Developer>,
    came: u64,
    reports: u64,
}

impl Crowd {
    /// Makes the second product and the first developers.
    ///
    /// # Errors
    /// When the server refuses any of it.
    pub fn set_up(client: &ApiClient, hooks: &[MadeHook]) -> Result<Self> {
        let planned = THRESHOLDS.first().context("something is crossed")?;
        let hook = hooks.iter().find(|made| planned.goes_to(made.hook));
        let hook = hook.context("somebody is told")?;
        let mut crowd = Self {
            organization: planned.organization,
            developers: Vec::new(),
            came: 0,
            reports: 0,
        };
        client.post(
            &crowd.path("packages"),
            &json!({"id": MAPS, "name": "Maps", "products": ["Maps API", "Tiles API"]}),
        )?;
        client.post(
            &crowd.path("rate-plans"),
            &json!({
                "id": MAPS_PLAN,
                "package": MAPS,
                "name": "Silver",
                "period_months": 1,
                "published": true,
            }),
        )?;
        client.post(
            &crowd.path("notification-conditions"),
            &json!({
                "rate_plan": MAPS_PLAN,
                "thresholds": [50, {"from": 75, "to": 100, "step": 5}],
                "webhooks": [hook.id],
            }),
        )?;
        for _ in 0..AT_ONCE {
            let developer = crowd.newcomer(client)?;
            crowd.developers.push(developer);
        }
        Ok(crowd)
    }

    fn path(&self, of: &str) -> String {
        format!("/organizations/{}/{of}", self.organization)
    }

    fn newcomer(&mut self, client: &ApiClient) -> Result<Developer> {
        const NAMES: [(&str, &str); 6] = [
            ("Ada", "Byron"),
            ("Alan", "Mathison"),
            ("Hedy", "Kiesler"),
            ("Konrad", "Otto"),
            ("Radia", "Joy"),
            ("Fe", "del Mundo"),
        ];
        let number = self.came;
        self.came += 1;
        let (first, last) = NAMES[(number % NAMES.len() as u64) as usize];
        let email = format!("{}{number}@example.com", first.to_lowercase());
        client.post(
            &self.path("developers"),
            &json!({
                "email": email,
                "first_name": first,
                "last_name": last,
                "company": "Harbour Lights",
                "applications": ["console"],
            }),
        )?;
        let plan = if number.is_multiple_of(2) {
            MAPS_PLAN
        } else {
            RATE_PLAN
        };
        let target = 1_000 * (1 + number % 4);
        client.post(
            &self.path("developer-rate-plans"),
            &json!({"developer": email, "rate_plan": plan, "quota_target": target}),
        )?;
        Ok(Developer {
            email,
            plan,
            target,
            used: 0,
        })
    }

    /// One of them uses some more; how many percentages that crossed.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn report(&mut self, client: &ApiClient) -> Result<u64> {
        let index = (self.reports % AT_ONCE as u64) as usize;
        // Between one and six per cent of the target.
        let part = 10 + self.reports.wrapping_mul(31) % 50;
        let developer = &mut self.developers[index];
        let count = (developer.target * part / 1000).max(1);
        let record = json!({
            "id": format!("live-{}", self.reports),
            "developer": developer.email,
            "rate_plan": developer.plan,
            "application": "console",
            "count": count,
        });
        developer.used += count;
        let is_done = developer.used * 100 > developer.target * ENOUGH;
        self.reports += 1;
        let receipt = client.post(&self.path("usage"), &json!({"records": [record]}))?;
        let fired = receipt["fired"].as_array().map_or(0, Vec::len) as u64;
        if is_done && self.came < MOST {
            self.developers[index] = self.newcomer(client)?;
        }
        Ok(fired)
    }
}
