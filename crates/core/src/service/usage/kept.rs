//! Documents that are kept: what the five nouns have in common.
//!
//! What a change is of, and what the log shows of it, is the document itself: there is nothing secret
//! in one.

use serde_json::Value;

use super::texts;
use crate::{
    access::Actor,
    audit::Entry,
    ids::OrganizationId,
    ports::{self, ItemFilter, Window},
    said::Said,
    say,
    service::{
        Error, Service,
        audit::{Logged, Subject},
    },
    usage::{Condition, Developer, DeveloperPlan, Document, Item, Package, RatePlan, Stamp},
};

/// A document, and who made it and changed it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<D> {
    /// What it says.
    pub document: D,
    /// Who made it and changed it last.
    pub stamp: Stamp,
}

/// A part of a list, oldest first, and how long the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<D> {
    /// The part.
    pub items: Vec<Kept<D>>,
    /// All that the filter shows.
    pub total: u64,
}

/// What the log calls a document.
pub(super) trait Named: Document + Clone + PartialEq {
    /// The noun, in the names of actions.
    const NAME: &'static str;
    /// What people call it.
    fn label(&self) -> String;
}

impl Named for Developer {
    const NAME: &'static str = "developer";
    fn label(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
}

impl Named for Package {
    const NAME: &'static str = "package";
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Named for RatePlan {
    const NAME: &'static str = "rate_plan";
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Named for DeveloperPlan {
    const NAME: &'static str = "developer_rate_plan";
    fn label(&self) -> String {
        format!("{} of {}", self.rate_plan, self.developer)
    }
}

impl Named for Condition {
    const NAME: &'static str = "notification_condition";
    fn label(&self) -> String {
        let targets = self.targets.iter().map(ToString::to_string);
        format!(
            "{} of {}",
            targets.collect::<Vec<_>>().join(", "),
            self.rate_plan
        )
    }
}

/// A document does not say whose it is.
struct DocumentOf<'d, D>(OrganizationId, &'d D);

impl<D: Named> Logged for DocumentOf<'_, D> {
    fn subject(&self) -> Subject {
        Subject::of(self.0, self.1.key(), &self.1.label())
    }

    fn shown(&self) -> Value {
        serde_json::to_value(self.1).unwrap_or(Value::Null)
    }
}

impl Service {
    /// Stores a new document.
    pub(super) async fn keep<D: Named>(
        &self,
        organization_id: OrganizationId,
        document: D,
        by: &Actor,
    ) -> Result<Kept<D>, Error> {
        let now = self.now();
        let stamp = Stamp {
            created_at: now,
            created_by: by.name.clone(),
            updated_at: now,
            updated_by: by.name.clone(),
        };
        let item = Item::new(organization_id, &document, stamp.clone());
        let entry = self.change_of(by, organization_id, None, Some(&document));
        match self.store().create_item(item, entry).await {
            Err(ports::Error::Taken(_)) => Err(Error::Conflict {
                code: "taken",
                message: say!(
                    "taken-id",
                    "there is a {noun} `{id}` already; change that one, or make this one under \
                     another id",
                    noun = D::NOUN.said(),
                    id = document.key()
                ),
            }),
            stored => {
                stored.map_err(refused)?;
                Ok(Kept { document, stamp })
            }
        }
    }

    /// Stores a document in place of what was read. `None` when somebody else was faster: read it
    /// again.
    pub(super) async fn keep_changed<D: Named>(
        &self,
        organization_id: OrganizationId,
        stored: Kept<D>,
        document: D,
        by: &Actor,
    ) -> Result<Option<Kept<D>>, Error> {
        if document == stored.document {
            return Ok(Some(stored));
        }
        let former = stored.stamp.updated_at;
        let stamp = Stamp {
            updated_at: self.later(former),
            updated_by: by.name.clone(),
            ..stored.stamp
        };
        let item = Item::new(organization_id, &document, stamp.clone());
        let entry = self.change_of(by, organization_id, Some(&stored.document), Some(&document));
        match self.store().update_item(item, former, entry).await {
            Ok(()) => Ok(Some(Kept { document, stamp })),
            Err(ports::Error::Stale) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Deletes a document. `needed` says what to do when something stands in the way.
    pub(super) async fn delete_kept<D: Named>(
        &self,
        slug: &str,
        key: &str,
        needed: Said,
        by: &Actor,
    ) -> Result<(), Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let stored = self.kept::<D>(organization_id, key).await?.document;
        let entry = self.change_of(by, organization_id, Some(&stored), None);
        match self
            .store()
            .delete_item(organization_id, D::NOUN, key, entry)
            .await
        {
            Err(ports::Error::Conflict(_)) => Err(Error::Conflict {
                code: "in_use",
                message: needed,
            }),
            deleted => Ok(deleted?),
        }
    }

    /// A document; not found, where there is none.
    pub(super) async fn kept<D: Document>(
        &self,
        organization_id: OrganizationId,
        key: &str,
    ) -> Result<Kept<D>, Error> {
        let item = self.store().item(organization_id, D::NOUN, key).await?;
        read(item.ok_or(Error::NotFound(D::NOUN.as_str()))?)
    }

    /// The document that a field of a request names; the field is wrong, where there is none.
    pub(super) async fn named<D: Document>(
        &self,
        organization_id: OrganizationId,
        key: &str,
    ) -> Result<Result<D, Said>, Error> {
        Ok(
            match self.store().item(organization_id, D::NOUN, key).await? {
                Some(item) => Ok(read(item)?.document),
                None => Err(say!(
                    "rule-make-first",
                    "there is no {noun} `{id}`; make it first, or look at the list",
                    noun = D::NOUN.said(),
                    id = texts::shown(key)
                )),
            },
        )
    }

    /// A part of a list of documents.
    pub(super) async fn kept_list<D: Document>(
        &self,
        organization_id: OrganizationId,
        [parent, owner, text]: [Option<String>; 3],
        window: Window,
    ) -> Result<Listing<D>, Error> {
        let filter = ItemFilter {
            noun: D::NOUN,
            parent,
            owner,
            text,
        };
        let listed = self.store().items(organization_id, filter, window).await?;
        Ok(Listing {
            items: listed
                .items
                .into_iter()
                .map(read)
                .collect::<Result<_, _>>()?,
            total: listed.total,
        })
    }

    fn change_of<D: Named>(
        &self,
        by: &Actor,
        at: OrganizationId,
        before: Option<&D>,
        after: Option<&D>,
    ) -> Entry {
        let done = match (before, after) {
            (None, _) => "created",
            (_, None) => "deleted",
            _ => "updated",
        };
        let action = format!("{}.{done}", D::NAME);
        let before = before.map(|document| DocumentOf(at, document));
        let after = after.map(|document| DocumentOf(at, document));
        self.entry(by, &action, before.as_ref(), after.as_ref())
    }
}

/// A document that is right by itself is refused for one reason: a developer's plan lies over another.
fn refused(error: ports::Error) -> Error {
    match error {
        ports::Error::Conflict(message) => Error::Conflict {
            code: "plan_overlap",
            message,
        },
        error => error.into(),
    }
}

fn read<D: Document>(item: Item) -> Result<Kept<D>, Error> {
    let document = item.read().ok_or_else(|| {
        let noun = D::NOUN.as_str();
        Error::Internal(format!("the stored {noun} `{}` cannot be read", item.key))
    })?;
    Ok(Kept {
        document,
        stamp: item.stamp,
    })
}
