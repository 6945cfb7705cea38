//! Event types: the platform's catalogue, which every organization sees, and each organization's
//! own, which wins where both have a name.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use serde_json::{Value, value::RawValue};

use super::{
    Error, STALE_RETRIES, Service,
    validate::{self, Findings, page},
};
use crate::{
    access::Actor,
    ids::OrganizationId,
    json, matching,
    organization::EventType,
    own_event,
    ports::{self, Page},
    said::Said,
    say, schema,
    snapshot::CatalogueType,
};

/// An event type to make.
#[derive(Debug, Clone, Default)]
pub struct NewEventType {
    /// The name that events carry, such as `booking.created`; never changed afterwards.
    pub name: String,
    /// What it means, for people; empty, when absent.
    pub description: Option<String>,
    /// JSON Schema that data must satisfy.
    pub schema: Option<Box<RawValue>>,
    /// Data of an example event; it must satisfy the schema.
    pub example: Option<Box<RawValue>>,
}

/// What to change of an event type; what is absent stays. `Some(None)` takes schema or example
/// away.
#[derive(Debug, Clone, Default)]
pub struct EventTypePatch {
    /// What it means, for people.
    pub description: Option<String>,
    /// JSON Schema that data must satisfy from now on.
    pub schema: Option<Option<Box<RawValue>>>,
    /// Data of an example event.
    pub example: Option<Option<Box<RawValue>>>,
}

impl Service {
    /// Makes an event type: an organization's own, or the platform's when `slug` is `None`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], [`Error::Conflict`] (`event_type_taken`).
    pub async fn create_event_type(
        &self,
        slug: Option<&str>,
        new: NewEventType,
        by: &Actor,
    ) -> Result<EventType, Error> {
        let organization_id = self.scope(slug)?;
        let now = self.now();
        let event_type = EventType {
            id: self.new_id(),
            organization_id,
            name: new.name,
            description: new.description.unwrap_or_default(),
            schema: new.schema,
            example: new.example,
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        findings.check("name", matching::check_event_type(&event_type.name));
        if own_event::is_reserved(&event_type.name) {
            findings.add("name", own_event::reserved(&event_type.name));
        }
        check(findings, &event_type)?;
        let entry = self.entry(by, "event_type.created", None, Some(&event_type));
        match self
            .store()
            .create_event_type(event_type.clone(), entry)
            .await
        {
            Err(ports::Error::Taken(_)) => Err(Error::Conflict {
                code: "event_type_taken",
                message: say!(
                    "taken-event-type",
                    "`{name}` is in this catalogue already; change that entry, or choose another \
                     name",
                    name = event_type.name
                ),
            }),
            result => {
                result?;
                self.refresh_scope(organization_id).await?;
                Ok(event_type)
            }
        }
    }

    /// Changes description, schema or example of an event type in this catalogue. When somebody
    /// else was faster, it is made again from what they wrote.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Conflict`] (`platform_event_type`) when
    /// the organization sees it but it is the platform's.
    pub async fn update_event_type(
        &self,
        slug: Option<&str>,
        name: &str,
        patch: EventTypePatch,
        by: &Actor,
    ) -> Result<EventType, Error> {
        for _ in 0..STALE_RETRIES {
            let found = self.entry_of(slug, name)?;
            let stored = &found.event_type;
            let mut event_type = stored.clone();
            if let Some(description) = &patch.description {
                event_type.description.clone_from(description);
            }
            if let Some(schema) = &patch.schema {
                event_type.schema.clone_from(schema);
            }
            if let Some(example) = &patch.example {
                event_type.example.clone_from(example);
            }
            if same(&event_type, stored) {
                return Ok(event_type);
            }
            check(Findings::default(), &event_type)?;
            event_type.updated_at = self.later(stored.updated_at);
            let organization_id = event_type.organization_id;
            let entry = self.entry(by, "event_type.updated", Some(stored), Some(&event_type));
            let changed = self
                .store()
                .update_event_type(event_type.clone(), stored.updated_at, entry)
                .await;
            match changed {
                Ok(()) => {
                    self.refresh_scope(organization_id).await?;
                    return Ok(event_type);
                }
                Err(ports::Error::Stale) => self.refresh_scope(organization_id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Takes an event type out of its catalogue. Events of that name are of an unknown type then.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] as with
    /// [`update_event_type`](Self::update_event_type).
    pub async fn delete_event_type(
        &self,
        slug: Option<&str>,
        name: &str,
        by: &Actor,
    ) -> Result<(), Error> {
        let found = self.entry_of(slug, name)?;
        let stored = &found.event_type;
        let organization_id = stored.organization_id;
        let entry = self.entry(by, "event_type.deleted", Some(stored), None);
        self.store()
            .delete_event_type(organization_id, stored.id, entry)
            .await?;
        self.refresh_scope(organization_id).await
    }

    /// The event type of this name that an organization sees (its own, or else the platform's), or
    /// the platform's when `slug` is `None`.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn event_type(&self, slug: Option<&str>, name: &str) -> Result<Arc<CatalogueType>, Error> {
        let own = match slug {
            Some(slug) => self.tenant(slug)?.event_type(name),
            None => None,
        };
        own.or_else(|| self.snapshot().platform_event_types().get(name).cloned())
            .ok_or(Error::NotFound("event type"))
    }

    /// The event types that an organization sees, or the platform's, by name, after the name
    /// given. An entry without an organization is the platform's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub fn event_types(
        &self,
        slug: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Arc<CatalogueType>, String>, Error> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let platform = self.snapshot().platform_event_types();
        let tenant = slug.map(|slug| self.tenant(slug)).transpose()?;
        let own = tenant.as_ref().map(|tenant| &tenant.event_types);
        // No more than a page and one of each can be on the page: the rest is not looked at.
        let seen: BTreeMap<&str, &Arc<CatalogueType>> = [Some(&*platform), own]
            .into_iter()
            .flatten()
            .flat_map(|catalogue| {
                catalogue
                    .range::<str, _>((from, Bound::Unbounded))
                    .take(limit.max(1) + 1)
            })
            .map(|(name, entry)| (name.as_str(), entry))
            .collect();
        Ok(page(seen.into_values().cloned(), limit, |entry| {
            entry.event_type.name.clone()
        }))
    }

    fn scope(&self, slug: Option<&str>) -> Result<Option<OrganizationId>, Error> {
        slug.map(|slug| Ok(self.tenant(slug)?.organization.id))
            .transpose()
    }

    async fn refresh_scope(&self, organization_id: Option<OrganizationId>) -> Result<(), Error> {
        match organization_id {
            Some(id) => self.refresh(id).await,
            None => self.refresh_platform().await,
        }
    }

    /// An entry of exactly this catalogue, to be changed.
    fn entry_of(&self, slug: Option<&str>, name: &str) -> Result<Arc<CatalogueType>, Error> {
        let entry = self.event_type(slug, name)?;
        if own_event::is_reserved(name) {
            return Err(Error::Conflict {
                code: "own_event_type",
                message: say!(
                    "refused-own-type",
                    "{reserved}; what the catalogue says of them is part of the program",
                    reserved = own_event::reserved(name)
                ),
            });
        }
        if slug.is_some() && entry.event_type.organization_id.is_none() {
            return Err(Error::Conflict {
                code: "platform_event_type",
                message: say!(
                    "refused-platform-type",
                    "`{name}` is in the platform's catalogue, which only the platform's operators \
                     change; make an entry of the same name in the organization's own catalogue to \
                     replace it there",
                    name
                ),
            });
        }
        Ok(entry)
    }
}

fn same(a: &EventType, b: &EventType) -> bool {
    let text = |raw: &Option<Box<RawValue>>| raw.as_ref().map(|raw| raw.get().to_owned());
    a.description == b.description
        && text(&a.schema) == text(&b.schema)
        && text(&a.example) == text(&b.example)
}

fn check(mut findings: Findings, event_type: &EventType) -> Result<(), Error> {
    findings.check(
        "description",
        validate::description(&event_type.description),
    );
    let validator = event_type
        .schema
        .as_ref()
        .and_then(|schema| findings.check("schema", schema::compile(schema.get())));
    if let Some(example) = &event_type.example
        && let Some(example) = findings.check("example", parse_example(example.get()))
        && let Some(validator) = validator
    {
        for (path, message) in schema::findings(&validator, &example, 10) {
            findings.add(
                format!("example{path}"),
                say!(
                    "rule-example",
                    "the example does not fit the schema: {message}",
                    message = Said::from(message)
                ),
            );
        }
    }
    findings.finish()
}

fn parse_example(example: &str) -> Result<Value, Said> {
    if example.len() > schema::MAX_SCHEMA_BYTES
        || !json::check_depth(example.as_bytes(), schema::MAX_DEPTH)
    {
        return Err(say!(
            "rule-example-size",
            "an example has at most {max} bytes and {levels} levels of nesting",
            max = schema::MAX_SCHEMA_BYTES,
            levels = schema::MAX_DEPTH
        ));
    }
    serde_json::from_str(example).map_err(|error| {
        say!(
            "rule-json",
            "it is not JSON: {error}",
            error = Said::from(error.to_string())
        )
    })
}
