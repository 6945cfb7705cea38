//! Where one can go: the entries of the navigation, grouped and called as the organization's profile
//! has it (ADV-3, EVI-7, APG-2, APG-16, APG-17). Who may not see a place has no entry for it.

use crate::{
    frame::{Inside, Link},
    language::Text,
};

/// A place of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// How everything fares.
    Overview,
    /// The list of webhooks and what is below it.
    Webhooks,
    /// The event log and what is below it.
    Events,
    /// What fails, grouped.
    Failures,
    /// Rate plans and notifications on them.
    RatePlans,
    /// Packages with their rate plans.
    Packages,
    /// Who uses what is sold, and what they bought.
    Developers,
    /// The catalogue of event types.
    EventTypes,
    /// A receiver to try things with.
    Inspector,
    /// The organization, its people and its tokens.
    Settings,
}

/// What somebody has entries for beyond webhooks and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sights {
    /// Belongs to the organization, and is not somebody's customer.
    pub(crate) member: bool,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Where to, and what it says.
    pub(crate) link: Link,
    /// The name of its icon.
    pub(crate) icon: &'static str,
    /// One of the few that a phone has room for.
    pub(crate) first: bool,
    /// Also in the menu of the one who is signed in (ADV-3, WNK-2).
    pub(crate) personal: bool,
}

/// Entries that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What they are; empty where that goes without saying.
    pub(crate) heading: String,
    /// The entries.
    pub(crate) entries: Vec<Entry>,
}

/// The navigation of an organization's pages, at one place of it.
pub(crate) fn groups(text: &Text, inside: &Inside, at: Place) -> Vec<Group> {
    let entry = |own: Place, key: &str, path: &str, icon| Entry {
        link: Link {
            label: text.t(key),
            href: format!("/portal/{}/{path}", inside.slug),
            current: own == at,
        },
        icon,
        first: matches!(
            own,
            Place::Overview | Place::Webhooks | Place::Events | Place::Failures
        ) || (own == Place::Inspector && !inside.sights.member),
        personal: matches!(own, Place::Webhooks | Place::Settings),
    };
    let overview = || entry(Place::Overview, "menu-overview", "overview", "overview");
    let deliveries = [
        entry(Place::Webhooks, "word-webhooks-menu", "webhooks", "webhook"),
        entry(Place::Events, "word-log-menu", "events", "events"),
        entry(Place::Failures, "menu-failures", "failures", "failures"),
    ];
    let plans = || {
        entry(
            Place::RatePlans,
            "menu-rate-plans",
            "rate-plans",
            "rate-plans",
        )
    };
    let packages = || entry(Place::Packages, "menu-packages", "packages", "packages");
    let developers = || entry(Place::Developers, "developers", "developers", "people");
    let types = entry(
        Place::EventTypes,
        "menu-event-types",
        "event-types",
        "types",
    );
    let inspector = entry(Place::Inspector, "menu-inspector", "inspector", "inspector");
    let settings = || entry(Place::Settings, "settings", "settings", "settings");
    let group = |key: &str, entries: Vec<Entry>| Group {
        heading: text.t(key),
        entries,
    };
    let mut groups = Vec::new();
    if inside.sights.member {
        groups.push(group("menu-top", vec![overview()]));
    }
    groups.push(group("menu-deliveries", deliveries.into()));
    if inside.sights.member {
        groups.push(group("menu-plans", vec![plans()]));
        groups.push(group("menu-catalogue", vec![packages(), developers()]));
    }
    groups.push(group("menu-tools", vec![types, inspector]));
    if inside.sights.member {
        groups.push(group("menu-settings", vec![settings()]));
    }
    join(groups)
}

/// Groups that follow each other under the same heading, or under none, are one.
fn join(groups: Vec<Group>) -> Vec<Group> {
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        match joined.last_mut() {
            Some(last) if last.heading == group.heading => last.entries.extend(group.entries),
            _ => joined.push(group),
        }
    }
    joined
}
