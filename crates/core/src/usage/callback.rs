//! The body of the call that a crossed percentage makes: 21 keys in this order (APG-15).

use serde::Serialize;

use crate::{
    time::Time,
    usage::{Period, period::reset_date},
};

/// Why a callback was sent, as it says itself.
pub const TRIGGER_REASON: &str = "RATEPLANQUOTAUSAGE";

/// Whose usage of what crossed a percentage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback<'a> {
    /// The organization's slug.
    pub org_name: &'a str,
    /// The developer.
    pub developer: Developer<'a>,
    /// The application that was used last; empty when the report named none.
    pub application_name: &'a str,
    /// The package: name and id.
    pub package: (&'a str, &'a str),
    /// The rate plan.
    pub rate_plan: RatePlan<'a>,
    /// The developer's target number of transactions.
    pub target: u64,
    /// The percentage that fired.
    pub percent: u32,
    /// The period in which it did.
    pub period: Period,
    /// Names of the package's products.
    pub products: &'a [String],
    /// When it fired.
    pub triggered_at: Time,
}

/// The developer in a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Developer<'a> {
    /// E-mail address.
    pub email: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Company.
    pub company: &'a str,
    /// Custom attributes: names and values.
    pub attributes: &'a [Attribute],
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

/// The rate plan in a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatePlan<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its type: `USAGE_TARGET`.
    pub kind: &'a str,
    /// When the developer's plan starts.
    pub start: Time,
    /// When it ends, if it does.
    pub end: Option<Time>,
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
            developer_email: self.developer.email,
            developer_first_name: self.developer.first_name,
            developer_last_name: self.developer.last_name,
            company_name: self.developer.company,
            application_name: self.application_name,
            package_name: self.package.0,
            package_id: self.package.1,
            rate_plan_id: self.rate_plan.id,
            rate_plan_name: self.rate_plan.name,
            rate_plan_type: self.rate_plan.kind,
            developer_rate_plan_quota_target: self.target,
            quota_percent_used: self.percent,
            rate_plan_start_date: self.rate_plan.start.as_millis(),
            rate_plan_end_date: self.rate_plan.end.map(Time::as_millis),
            next_billing_cycle_start_date: self.period.end.as_millis(),
            products: self.products,
            developer_custom_attributes: self.developer.attributes,
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
    use crate::usage::Months;

    /// APG-15: exactly these keys, in this order, dates as numbers or null.
    #[test]
    fn apg_15_a_callback_has_its_21_keys_in_order() {
        let at = |text: &str| text.parse::<Time>().expect("a time");
        let start = at("2026-11-01T00:00:00Z");
        let now = at("2026-11-22T09:30:00Z");
        let months = Months::new(1).expect("a month");
        let callback = Callback {
            org_name: "acme",
            developer: Developer {
                email: "ada@example.com",
                first_name: "Ada",
                last_name: "Lovelace",
                company: "Engines \"R\" Us",
                attributes: &[],
            },
            application_name: "weather-app",
            package: ("Location", "location"),
            rate_plan: RatePlan {
                id: "location_adjustable",
                name: "Adjustable",
                kind: "USAGE_TARGET",
                start,
                end: None,
            },
            target: 1000,
            percent: 80,
            period: Period::of(start, months, now).expect("a period"),
            products: &["Maps".to_owned(), "Places".to_owned()],
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
