//! What the platform's catalogue says of [`EVENT_TYPE`]: description, JSON Schema, and a callback as
//! example. It is part of the program, in no store, and cannot be changed.

use serde_json::{Value, json, value::RawValue};

use super::{
    Attribute, Callback, Developer, DeveloperPlan, EVENT_TYPE, Months, Package, Period, RatePlan,
    TRIGGER_REASON,
};
use crate::{
    ids::{DeveloperPlanId, EventTypeId},
    organization::EventType,
    said::Said,
    say,
    time::{DAY, Time},
};

/// 2026-01-01T00:00:00Z: when the plan of the example starts.
const START: Time = Time::from_millis(1_767_225_600_000);

/// The entry of the catalogue.
#[must_use]
pub fn entry() -> EventType {
    EventType {
        // Of no time and no source, behind those of Bellwire's own events.
        id: EventTypeId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 1, 0]),
        organization_id: None,
        name: EVENT_TYPE.to_owned(),
        description: described().into(),
        schema: RawValue::from_string(schema().to_string()).ok(),
        example: RawValue::from_string(example()).ok(),
        created_at: Time::EPOCH,
        updated_at: Time::EPOCH,
    }
}

/// What it tells.
#[must_use]
pub fn described() -> Said {
    say!(
        "own-usage",
        "Bellwire tells: what a developer has used of a rate plan has reached a percentage of its \
         target at which a notification condition calls webhooks. Once for each percentage in each \
         period."
    )
}

fn schema() -> Value {
    let text = json!({"type": "string"});
    let millis = json!({"type": "integer", "description": "Milliseconds since 1970, UTC."});
    json!({
        "type": "object",
        "required": [
            "orgName", "developerEmail", "developerFirstName", "developerLastName", "companyName",
            "applicationName", "packageName", "packageId", "ratePlanId", "ratePlanName",
            "ratePlanType", "developerRatePlanQuotaTarget", "quotaPercentUsed",
            "ratePlanStartDate", "ratePlanEndDate", "nextBillingCycleStartDate", "products",
            "developerCustomAttributes", "triggerTime", "triggerReason", "developerQuotaResetDate"
        ],
        "properties": {
            "orgName": {"type": "string", "description": "The organization's id."},
            "developerEmail": text,
            "developerFirstName": text,
            "developerLastName": text,
            "companyName": text,
            "applicationName": {
                "type": "string",
                "description": "The application whose use reached the percentage; empty, when the \
                                report named none."
            },
            "packageName": text,
            "packageId": text,
            "ratePlanId": text,
            "ratePlanName": text,
            "ratePlanType": {"const": RatePlan::KIND},
            "developerRatePlanQuotaTarget": {"type": "integer", "minimum": 0},
            "quotaPercentUsed": {
                "type": "integer",
                "minimum": 1,
                "description": "The percentage that was reached."
            },
            "ratePlanStartDate": millis,
            "ratePlanEndDate": {
                "type": ["integer", "null"],
                "description": "Milliseconds since 1970, UTC; null, when it does not end."
            },
            "nextBillingCycleStartDate": millis,
            "products": {"type": "array", "items": text},
            "developerCustomAttributes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "value"],
                    "properties": {"name": text, "value": text}
                }
            },
            "triggerTime": millis,
            "triggerReason": {"const": TRIGGER_REASON},
            "developerQuotaResetDate": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
                "description": "When the next period begins, UTC."
            }
        }
    })
}

/// A callback as it is sent.
fn example() -> String {
    let developer = Developer {
        email: "ada@example.com".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        company: "Analytical Engines".to_owned(),
        applications: vec!["weather".to_owned()],
        attributes: vec![Attribute {
            name: "tier".to_owned(),
            value: "gold".to_owned(),
        }],
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
        months: Months::ONE,
        published: true,
    };
    let developer_plan = DeveloperPlan {
        id: DeveloperPlanId::from_bytes([0; 16]),
        developer: developer.email.clone(),
        rate_plan: plan.id.clone(),
        quota_target: 1000,
        start: START,
        end: None,
    };
    let now = START + 20 * DAY;
    let callback = Callback {
        org_name: "acme",
        developer: &developer,
        application: "weather",
        package: &package,
        plan: &plan,
        developer_plan: &developer_plan,
        percent: 80,
        period: Period {
            index: 0,
            start: START,
            end: START + 31 * DAY,
        },
        triggered_at: now,
    };
    String::from_utf8(callback.to_json()).expect("JSON is UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    /// APG-15: the schema knows exactly the 21 keys, and the example has them.
    #[test]
    fn apg_15_the_example_fits_the_schema_and_the_schema_wants_every_key() {
        let entry = entry();
        let text = entry.schema.as_ref().map_or("", |raw| raw.get());
        let validator = schema::compile(text).expect("a schema");
        let example = entry.example.as_ref().map_or("", |raw| raw.get());
        let example: Value = serde_json::from_str(example).expect("JSON");
        let findings = schema::findings(&validator, &example, 10);
        assert!(findings.is_empty(), "{findings:?}");
        let keys = example.as_object().expect("an object");
        assert_eq!(keys.len(), 21);
        let schema = self::schema();
        assert_eq!(
            schema["properties"].as_object().map(|keys| keys.len()),
            Some(21)
        );
        for key in keys.keys() {
            let mut without = example.clone();
            without.as_object_mut().expect("an object").remove(key);
            assert!(
                !schema::findings(&validator, &without, 10).is_empty(),
                "{key} may be left out"
            );
        }
        let period = Period::of(START, Months::ONE, START + 20 * DAY).expect("a period");
        assert_eq!(example["nextBillingCycleStartDate"], period.end.as_millis());
    }
}
