//! What the demo plays: one organization per profile, their webhooks, and real events of each.

/// An organization of the demo.
#[derive(Debug)]
pub struct Organization {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The profile its webhooks have.
    pub profile: &'static str,
}

/// One for each embedded profile.
pub const ORGANIZATIONS: &[Organization] = &[
    Organization {
        id: "shop",
        name: "A shop",
        profile: "standard",
    },
    Organization {
        id: "referrals",
        name: "A referral program",
        profile: "advocate",
    },
    Organization {
        id: "conferences",
        name: "A conference organizer",
        profile: "eventinsight",
    },
    Organization {
        id: "hotel",
        name: "A hotel",
        profile: "wink",
    },
    Organization {
        id: "api-billing",
        name: "An API provider",
        profile: "apigee",
    },
];

/// What is in the platform's catalogue.
pub const EVENT_TYPES: &[(&str, &str)] = &[
    ("order.paid", "An order was paid"),
    ("coupon.created", "A coupon code was made for a participant"),
    ("user.new", "A visitor registered"),
    ("user.update", "A visitor's data changed"),
    ("user.delete", "A visitor was removed"),
    ("booking.created", "A room was booked"),
    (
        "quota.threshold",
        "A developer used up a part of a rate plan's quota",
    ),
];

/// How an endpoint behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers 200.
    Answers,
    /// Answers 503 this many times, then 200.
    FailsFirst(usize),
    /// Takes the request and never answers.
    Hangs,
}

/// A webhook of the demo.
#[derive(Debug)]
pub struct Hook {
    /// Whose it is.
    pub organization: &'static str,
    /// The profile of that organization.
    pub profile: &'static str,
    /// Its name, which is also its path at the endpoint.
    pub name: &'static str,
    /// What it listens to; none means all.
    pub event_types: &'static [&'static str],
    /// The channels it listens to; none means all.
    pub channels: &'static [&'static str],
    /// What its endpoint does.
    pub behaviour: Behaviour,
    /// Its own time-outs and retry rule, as in the API; `None`: the profile's, unaltered.
    pub overrides: Option<&'static str>,
    /// How many attempts a delivery should take.
    pub attempts: usize,
}

impl Hook {
    /// Where its endpoint is.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}/{}", self.organization, self.name)
    }

    /// The state its deliveries should end in.
    #[must_use]
    pub fn ends(&self) -> &'static str {
        match self.behaviour {
            Behaviour::Hangs => "failed",
            Behaviour::Answers | Behaviour::FailsFirst(_) => "delivered",
        }
    }

    const fn answering(
        organization: &'static str,
        profile: &'static str,
        name: &'static str,
        event_types: &'static [&'static str],
    ) -> Self {
        Self {
            organization,
            profile,
            name,
            event_types,
            channels: &[],
            behaviour: Behaviour::Answers,
            overrides: None,
            attempts: 1,
        }
    }
}

/// The webhooks.
pub const HOOKS: &[Hook] = &[
    Hook::answering("shop", "standard", "fulfilment", &["order.*"]),
    Hook {
        behaviour: Behaviour::FailsFirst(2),
        overrides: Some(r#"{"overrides":{"retry":{"kind":"schedule","delays_s":[1,1,1]}}}"#),
        attempts: 3,
        ..Hook::answering("shop", "standard", "fails-first", &["order.paid"])
    },
    Hook {
        behaviour: Behaviour::Hangs,
        overrides: Some(
            r#"{"overrides":{"timeouts":{"connect_ms":1000,"first_byte_ms":1000,"total_ms":3000},
                "retry":{"kind":"fixed","interval_s":2,"max_attempts":3}}}"#,
        ),
        attempts: 3,
        ..Hook::answering("shop", "standard", "never-answers", &["order.paid"])
    },
    Hook::answering("referrals", "advocate", "crm", &[]),
    Hook::answering(
        "conferences",
        "eventinsight",
        "badges",
        &["user.new", "user.update", "user.delete"],
    ),
    Hook {
        channels: &["account:cool"],
        ..Hook::answering("hotel", "wink", "reservations", &["booking.created"])
    },
    // Direct by its profile: it receives what is addressed to it by id (APG-32).
    Hook::answering("api-billing", "apigee", "quota-alerts", &[]),
];

/// An event of the demo.
#[derive(Debug)]
pub struct Planned {
    /// Whose it is.
    pub organization: &'static str,
    /// Its type.
    pub event_type: &'static str,
    /// Its channels.
    pub channels: &'static [&'static str],
    /// The webhook it names by id, by its name here.
    pub addressed_to: Option<&'static str>,
    /// Its data, as it must arrive: numbers that no float can hold, and an order that no map keeps.
    pub data: &'static str,
}

impl Planned {
    /// Whether this event should go to this webhook, by the scenario.
    #[must_use]
    pub fn goes_to(&self, hook: &Hook) -> bool {
        hook.organization == self.organization
            && self.addressed_to.is_none_or(|name| name == hook.name)
    }

    const fn new(organization: &'static str, event_type: &'static str, data: &'static str) -> Self {
        Self {
            organization,
            event_type,
            channels: &[],
            addressed_to: None,
            data,
        }
    }
}

/// The events.
pub const EVENTS: &[Planned] = &[
    Planned::new(
        "shop",
        "order.paid",
        r#"{"order":"A-1001","total":1.10,"ledger":12345678901234567890,"items":["bell","wire"]}"#,
    ),
    Planned::new(
        "referrals",
        "coupon.created",
        r#"{"id":"co_5f0c","accountId":"ac_77","code":"KLAUS10","discount":{"type":"PERCENT","amount":10.0},"user":{"id":"u_9","email":"klaus@example.com"}}"#,
    ),
    Planned::new(
        "conferences",
        "user.new",
        r#"{"id":38812,"external_id":null,"code":"X7QJ","checkin":null,"name_first":"Ada","name_infix":null,"name_last":"Byron","gender":"f","company_name":"Analytical Engines","company_role":"Programmer","custom_fields":[],"companies":[5]}"#,
    ),
    Planned::new(
        "conferences",
        "user.update",
        r#"{"id":38812,"external_id":null,"code":"X7QJ","checkin":"2019-11-05 07:56:15","name_first":"Ada","name_infix":null,"name_last":"Lovelace","gender":"f","company_name":"Analytical Engines","company_role":"Programmer","custom_fields":[],"companies":[5]}"#,
    ),
    Planned::new("conferences", "user.delete", r#"{"id":38812}"#),
    Planned {
        channels: &["account:cool"],
        ..Planned::new(
            "hotel",
            "booking.created",
            r#"{"bookingCode":"WNK-20931","hotel":"Hotel Cool","checkIn":"2026-12-23","checkOut":"2026-12-27","total":{"amount":1120.50,"currency":"EUR"}}"#,
        )
    },
    Planned {
        addressed_to: Some("quota-alerts"),
        ..Planned::new("api-billing", "quota.threshold", QUOTA_CALLBACK)
    },
];

/// The keys of a quota callback, in their order (APG-15).
pub const QUOTA_KEYS: [&str; 21] = [
    "orgName",
    "developerEmail",
    "developerFirstName",
    "developerLastName",
    "companyName",
    "applicationName",
    "packageName",
    "packageId",
    "ratePlanId",
    "ratePlanName",
    "ratePlanType",
    "developerRatePlanQuotaTarget",
    "quotaPercentUsed",
    "ratePlanStartDate",
    "ratePlanEndDate",
    "nextBillingCycleStartDate",
    "products",
    "developerCustomAttributes",
    "triggerTime",
    "triggerReason",
    "developerQuotaResetDate",
];

const QUOTA_CALLBACK: &str = r#"{"orgName":"api-billing","developerEmail":"dev@example.com","developerFirstName":"Grace","developerLastName":"Hopper","companyName":"Compilers Ltd","applicationName":"harbour","packageName":"Payments","packageId":"payments","ratePlanId":"payments_gold","ratePlanName":"Gold","ratePlanType":"USAGE_TARGET","developerRatePlanQuotaTarget":1000,"quotaPercentUsed":80,"ratePlanStartDate":1761955200000,"ratePlanEndDate":null,"nextBillingCycleStartDate":1764547200000,"products":["Payments API"],"developerCustomAttributes":[],"triggerTime":1763714096120,"triggerReason":"RATEPLANQUOTAUSAGE","developerQuotaResetDate":"2025-12-01 00:00:00"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    /// APG-15: the demo's callback has exactly these keys.
    #[test]
    fn the_quota_callback_has_the_21_keys_in_order() {
        assert_eq!(
            crate::demo::check::keys(QUOTA_CALLBACK.as_bytes()),
            QUOTA_KEYS
        );
    }

    #[test]
    fn every_organization_has_an_event_and_every_webhook_gets_one() {
        for organization in ORGANIZATIONS {
            assert!(
                EVENTS
                    .iter()
                    .any(|event| event.organization == organization.id)
            );
        }
        for hook in HOOKS {
            assert!(
                EVENTS.iter().any(|event| event.goes_to(hook)),
                "{}",
                hook.name
            );
            let owner = ORGANIZATIONS
                .iter()
                .find(|o| o.id == hook.organization)
                .unwrap();
            assert_eq!(owner.profile, hook.profile);
        }
    }
}
