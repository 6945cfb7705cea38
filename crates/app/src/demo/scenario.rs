//! What the demo plays: one organization per profile, their webhooks, real events of each, and a
//! developer of one of them who uses more than they bought.

use bellwire_core::usage::EVENT_TYPE;

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
    // Direct by its profile: it receives what is addressed to it by id (APG-32), as a notification
    // condition does.
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
    /// The webhook that alone gets it, by its name here.
    pub addressed_to: Option<&'static str>,
    /// The percentage of a quota that makes it, where it is not posted.
    pub percent: Option<u32>,
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
            percent: None,
            data,
        }
    }

    const fn at(percent: u32) -> Self {
        Self {
            addressed_to: Some("quota-alerts"),
            percent: Some(percent),
            ..Self::new("api-billing", EVENT_TYPE, "")
        }
    }
}

/// The events that are posted.
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
];

/// A developer of the API provider, and what they bought: so many calls a month.
pub const DEVELOPER: &str = "grace@example.com";
/// Their application.
pub const APPLICATION: &str = "harbour";
/// The package.
pub const PACKAGE: &str = "payments";
/// The rate plan.
pub const RATE_PLAN: &str = "payments_gold";
/// Calls that the plan is meant for.
pub const QUOTA_TARGET: u64 = 1_000;
/// What is told of: percentages of that.
pub const USAGE_TARGET: (u32, u32) = (80, 120);

/// The events that usage makes, in order.
pub const THRESHOLDS: &[Planned] = &[
    Planned::at(80),
    Planned::at(90),
    Planned::at(100),
    Planned::at(110),
    Planned::at(120),
];

/// What the developer uses, one report after the other, and the percentages that each crosses: none,
/// one, and two at once.
pub const REPORTS: &[(u64, &[u32])] = &[
    (750, &[]),
    (50, &[80]),
    (120, &[90]),
    (90, &[100]),
    (200, &[110, 120]),
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

#[cfg(test)]
mod tests {
    use bellwire_core::usage::level;

    use super::*;

    /// APG-24: what the reports should cross, by the rules.
    #[test]
    fn the_reports_cross_what_they_say() {
        let (from, to) = USAGE_TARGET;
        let mut used = 0;
        let mut planned = THRESHOLDS.iter().filter_map(|planned| planned.percent);
        for (count, expected) in REPORTS {
            let before = level(used, QUOTA_TARGET).unwrap();
            used += count;
            let now = level(used, QUOTA_TARGET).unwrap();
            let percents = (from..=to).step_by(10).filter(|percent| {
                let percent = u64::from(*percent);
                before < percent && percent <= now
            });
            assert_eq!(percents.collect::<Vec<_>>(), *expected);
            for percent in *expected {
                assert_eq!(planned.next(), Some(*percent));
            }
        }
        assert_eq!(planned.next(), None);
    }

    fn all() -> impl Iterator<Item = &'static Planned> {
        EVENTS.iter().chain(THRESHOLDS)
    }

    #[test]
    fn every_organization_has_an_event_and_every_webhook_gets_one() {
        for organization in ORGANIZATIONS {
            assert!(all().any(|event| event.organization == organization.id));
        }
        for hook in HOOKS {
            assert!(all().any(|event| event.goes_to(hook)), "{}", hook.name);
            let owner = ORGANIZATIONS
                .iter()
                .find(|o| o.id == hook.organization)
                .unwrap();
            assert_eq!(owner.profile, hook.profile);
        }
    }
}
