//! The nouns of usage notifications, and how a store keeps them: as documents that know what they
//! belong to.
//!
//! A store needs to find a document by its key, by what it belongs to, and by whose it is; everything
//! else of it is decided here. So there is one table of them and one set of rules, on both stores.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Attribute, Months, UsageTarget};
use crate::{
    ids::{ConditionId, DeveloperPlanId, OrganizationId, WebhookId},
    said::Said,
    say,
    time::Time,
};

/// What a document is. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noun {
    /// [`Developer`].
    Developer = 1,
    /// [`Package`].
    Package = 2,
    /// [`RatePlan`].
    RatePlan = 3,
    /// [`DeveloperPlan`].
    DeveloperPlan = 4,
    /// [`Condition`].
    Condition = 5,
}

impl Noun {
    /// All of them, each after what it belongs to.
    pub const ALL: [Self; 5] = [
        Self::Developer,
        Self::Package,
        Self::RatePlan,
        Self::DeveloperPlan,
        Self::Condition,
    ];

    /// The number that is stored.
    #[must_use]
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The noun of a stored number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|noun| noun.code() == code)
    }

    /// For people, in their language.
    #[must_use]
    pub fn said(self) -> Said {
        match self {
            Self::Developer => say!("noun-developer", "developer"),
            Self::Package => say!("noun-package", "package"),
            Self::RatePlan => say!("noun-rate-plan", "rate plan"),
            Self::DeveloperPlan => say!("noun-developer-plan", "developer rate plan"),
            Self::Condition => say!("noun-condition", "notification condition"),
        }
    }

    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Package => "package",
            Self::RatePlan => "rate plan",
            Self::DeveloperPlan => "developer rate plan",
            Self::Condition => "notification condition",
        }
    }

    /// What a document of this noun belongs to.
    #[must_use]
    pub const fn parent(self) -> Option<Self> {
        match self {
            Self::Developer | Self::Package => None,
            Self::RatePlan => Some(Self::Package),
            Self::DeveloperPlan | Self::Condition => Some(Self::RatePlan),
        }
    }

    /// Whose it is beside that.
    #[must_use]
    pub const fn owner(self) -> Option<Self> {
        match self {
            Self::DeveloperPlan => Some(Self::Developer),
            _ => None,
        }
    }

    /// Whether it goes with what it belongs to. One that does not keeps that from being deleted.
    /// Everything goes with its owner.
    #[must_use]
    pub const fn goes_with_parent(self) -> bool {
        matches!(self, Self::Condition)
    }
}

/// Somebody who uses what the organization sells. The e-mail address is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Developer {
    /// E-mail address, ASCII letters lowered; never changed.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Company; empty, when there is none.
    pub company: String,
    /// Names of the applications that use what was bought, each once.
    pub applications: Vec<String>,
    /// Custom attributes: names, each once, and values.
    pub attributes: Vec<Attribute>,
}

/// What is sold: products under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The key; never changed.
    pub id: String,
    /// For people.
    pub name: String,
    /// For people; empty, when there is none.
    pub description: String,
    /// Names of the products in it.
    pub products: Vec<String>,
}

/// How a package is sold: a target of so many transactions in each period of so many months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatePlan {
    /// The key; never changed.
    pub id: String,
    /// The package it sells; never changed.
    pub package: String,
    /// For people.
    pub name: String,
    /// For people; empty, when there is none.
    pub description: String,
    /// How long a period is.
    pub months: Months,
    /// Developers' usage is told of; a draft fires nothing.
    pub published: bool,
}

impl RatePlan {
    /// Its type in the terms of the original: there is only one.
    pub const KIND: &'static str = "USAGE_TARGET";
}

/// A developer has bought a rate plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeveloperPlan {
    /// The key.
    pub id: DeveloperPlanId,
    /// E-mail address of the developer; never changed.
    pub developer: String,
    /// Id of the rate plan; never changed.
    pub rate_plan: String,
    /// How many transactions a period; 0 turns notifications off.
    pub quota_target: u64,
    /// When the first period begins.
    pub start: Time,
    /// From when on nothing is counted, if ever.
    pub end: Option<Time>,
}

/// At which percentages of the target which webhooks are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The key.
    pub id: ConditionId,
    /// Id of the rate plan; never changed.
    pub rate_plan: String,
    /// The percentages: at least one target.
    pub targets: Vec<UsageTarget>,
    /// The webhooks, each once: at least one.
    pub webhooks: Vec<WebhookId>,
}

/// A noun that is kept as a document.
pub trait Document: Serialize + DeserializeOwned {
    /// Which noun.
    const NOUN: Noun;
    /// What it is found by, within its noun and organization.
    fn key(&self) -> String;
    /// Key of what it belongs to, when its noun has a [`parent`](Noun::parent).
    fn parent(&self) -> Option<&str> {
        None
    }
    /// Key of whose it is, when its noun has an [`owner`](Noun::owner).
    fn owner(&self) -> Option<&str> {
        None
    }
}

impl Document for Developer {
    const NOUN: Noun = Noun::Developer;
    fn key(&self) -> String {
        self.email.clone()
    }
}

impl Document for Package {
    const NOUN: Noun = Noun::Package;
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Document for RatePlan {
    const NOUN: Noun = Noun::RatePlan;
    fn key(&self) -> String {
        self.id.clone()
    }
    fn parent(&self) -> Option<&str> {
        Some(&self.package)
    }
}

impl Document for DeveloperPlan {
    const NOUN: Noun = Noun::DeveloperPlan;
    fn key(&self) -> String {
        self.id.to_string()
    }
    fn parent(&self) -> Option<&str> {
        Some(&self.rate_plan)
    }
    fn owner(&self) -> Option<&str> {
        Some(&self.developer)
    }
}

impl Document for Condition {
    const NOUN: Noun = Noun::Condition;
    fn key(&self) -> String {
        self.id.to_string()
    }
    fn parent(&self) -> Option<&str> {
        Some(&self.rate_plan)
    }
}

/// Who made something and who changed it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: String,
    /// When it was last changed; when it was made, otherwise.
    pub updated_at: Time,
    /// Who changed it last.
    pub updated_by: String,
}

/// A document as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whose.
    pub organization_id: OrganizationId,
    /// What it is.
    pub noun: Noun,
    /// What it is found by.
    pub key: String,
    /// Key of what it belongs to.
    pub parent: Option<String>,
    /// Key of whose it is.
    pub owner: Option<String>,
    /// The document, as JSON.
    pub body: String,
    /// Who made it and who changed it last.
    pub stamp: Stamp,
}

impl Item {
    /// A document, to be kept.
    #[must_use]
    pub fn new<D: Document>(organization_id: OrganizationId, document: &D, stamp: Stamp) -> Self {
        Self {
            organization_id,
            noun: D::NOUN,
            key: document.key(),
            parent: document.parent().map(str::to_owned),
            owner: document.owner().map(str::to_owned),
            body: serde_json::to_string(document).expect("documents are plain data"),
            stamp,
        }
    }

    /// The document. `None` when it is of another noun, or damaged.
    #[must_use]
    pub fn read<D: Document>(&self) -> Option<D> {
        (self.noun == D::NOUN)
            .then(|| serde_json::from_str(&self.body).ok())
            .flatten()
    }
}
