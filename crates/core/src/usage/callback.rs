//! The body of the call that a crossed percentage makes: 21 keys in this order (APG-15).

use serde::Serialize;

use super::{Developer, DeveloperPlan, Package, Period, RatePlan, reset_date};
use crate::time::Time;

/// Why a callback was sent, as it says itself.
pub const TRIGGER_REASON: &str = "RATEPLANQUOTAUSAGE";

/// Whose usage of what crossed a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callback<'a> {
    /// The organization's slug.
    pub org_name: &'a str,
    /// The developer.
    pub developer: &'a Developer,
    /// The application that was used last; empty when the report named none.
    pub application: &'a str,
    /// What was bought.
    pub package: &'a Package,
    /// By which plan.
    pub plan: &'a RatePlan,
    /// The developer's own target and dates.
    pub developer_plan: &'a DeveloperPlan,
    /// The percentage that fired.
    pub percent: u32,
    /// The period in which it did.
    pub period: Period,
    /// When it fired.
    pub triggered_at: Time,
}

/// A custom attribute of a developer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    org_name: &'a str,
    developer_email: &'a str,
    developer_first_name: &'a str,
    developer_last_name: &'a str,
    company_name: &'a str,
    application_name: &'a str,
    package_name: &'a str,
    package_id: &'a str,
    rate_plan_id: &'a str,
    rate_plan_name: &'a str,
    rate_plan_type: &'a str,
    developer_rate_plan_quota_target: u64,
    quota_percent_used: u32,
    rate_plan_start_date: i64,
    rate_plan_end_date: Option<i64>,
    next_billing_cycle_start_date: i64,
    products: &'a [String],
    developer_custom_attributes: &'a [Attribute],
    trigger_time: i64,
    trigger_reason: &'static str,
    developer_quota_reset_date: String,
}

impl Callback<'_> {
    /// The body, as bytes of JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let body = Body {
            org_name: self.org_name,
            developer_email: &self.developer.email,
            developer_first_name: &self.developer.first_name,
            developer_last_name: &self.developer.last_name,
            company_name: &self.developer.company,
            application_name: self.application,
            package_name: &self.package.name,
            package_id: &self.package.id,
            rate_plan_id: &self.plan.id,
            rate_plan_name: &self.plan.name,
            rate_plan_type: RatePlan::KIND,
            developer_rate_plan_quota_target: self.developer_plan.quota_target,
            quota_percent_used: self.percent,
            rate_plan_start_date: self.developer_plan.start.as_millis(),
            rate_plan_end_date: self.developer_plan.end.map(Time::as_millis),
            next_billing_cycle_start_date: self.period.end.as_millis(),
            products: &self.package.products,
            developer_custom_attributes: &self.developer.attributes,
            trigger_time: self.triggered_at.as_millis(),
            trigger_reason: TRIGGER_REASON,
            developer_quota_reset_date: reset_date(self.period.end),
        };
        serde_json::to_vec(&body).expect("texts and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::DeveloperPlanId, usage::Months};

    /// APG-15: exactly these keys, in this order, dates as numbers or null.
    #[test]
    fn apg_15_a_callback_has_its_21_keys_in_order() {
        let at = |text: &str| text.parse::<Time>().expect("a time");
        let start = at("2026-11-01T00:00:00Z");
        let now = at("2026-11-22T09:30:00Z");
        let months = Months::new(1).expect("a month");
        let developer = Developer {
            email: "ada@example.com".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            company: "Engines \"R\" Us".to_owned(),
            applications: vec!["weather-app".to_owned()],
            attributes: Vec::new(),
        };
        let package = Package {
            id: "location".to_owned(),
            name: "Location".to_owned(),
            description: String::new(),
            products: vec!["Maps".to_owned(), "Places".to_owned()],
        };
        let plan = RatePlan {
            id: "location_adjustable".to_owned(),
            package: package.id.clone(),
            name: "Adjustable".to_owned(),
            description: String::new(),
            months,
            published: true,
        };
        let developer_plan = DeveloperPlan {
            id: DeveloperPlanId::from_bytes([7; 16]),
            developer: developer.email.clone(),
            rate_plan: plan.id.clone(),
            quota_target: 1000,
            start,
            end: None,
        };
        let callback = Callback {
            org_name: "acme",
            developer: &developer,
            application: "weather-app",
            package: &package,
            plan: &plan,
            developer_plan: &developer_plan,
            percent: 80,
            period: Period::of(start, months, now).expect("a period"),
            triggered_at: now,
        };
        let expected = concat!(
            r#"{"orgName":"acme","developerEmail":"ada@example.com","developerFirstName":"Ada","#,
            r#""developerLastName":"Lovelace","companyName":"Engines \"R\" Us","#,
            r#""applicationName":"weather-app","packageName":"Location","packageId":"location","#,
            r#""ratePlanId":"location_adjustable","ratePlanName":"Adjustable","#,
            r#""ratePlanType":"USAGE_TARGET","developerRatePlanQuotaTarget":1000,"#,
            r#""quotaPercentUsed":80,"ratePlanStartDate":1793491200000,"ratePlanEndDate":null,"#,
            r#""nextBillingCycleStartDate":1796083200000,"products":["Maps","Places"],"#,
            r#""developerCustomAttributes":[],"triggerTime":1795339800000,"#,
            r#""triggerReason":"RATEPLANQUOTAUSAGE","#,
            r#""developerQuotaResetDate":"2026-12-01 00:00:00"}"#,
        );
        assert_eq!(
            String::from_utf8(callback.to_json()).expect("UTF-8"),
            expected
        );
    }
}
