//! Organizations: the tenants.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Error, STALE_RETRIES, Service,
    validate::{self, Findings, page},
};
use crate::{
    access::{Access, Actor},
    appearance::{Appearance, Colour, Logo},
    organization::Organization,
    ports::{self, Page},
    say,
    snapshot::Tenant,
};

/// The profile of an organization that names none.
pub const DEFAULT_PROFILE: &str = "standard";

/// An organization to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewOrganization {
    /// What URLs call it; never changed afterwards.
    pub slug: String,
    /// Display name; the slug, when absent.
    pub name: Option<String>,
    /// The profile of webhooks that name none; [`DEFAULT_PROFILE`], when absent.
    pub default_profile: Option<String>,
    /// Refuse events whose type is not in the catalogue; off, when absent.
    pub strict_event_types: Option<bool>,
}

/// What to change of an organization; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganizationPatch {
    /// Display name.
    pub name: Option<String>,
    /// The profile of new webhooks that name none. Webhooks that exist keep theirs.
    pub default_profile: Option<String>,
    /// Refuse events whose type is not in the catalogue.
    pub strict_event_types: Option<bool>,
    /// The colour of its pages, such as `#0b6e4f`; Bellwire's own, when `Some(None)`.
    pub accent: Option<Option<String>>,
    /// A picture for its pages (PNG, JPEG or WebP); none, when `Some(None)`.
    pub logo: Option<Option<Bytes>>,
}

impl Service {
    /// Makes an organization.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Conflict`] (`slug_taken`).
    pub async fn create_organization(
        &self,
        new: NewOrganization,
        by: &Actor,
    ) -> Result<Organization, Error> {
        let now = self.now();
        let organization = Organization {
            id: self.new_id(),
            name: new.name.unwrap_or_else(|| new.slug.clone()),
            slug: new.slug,
            default_profile: new
                .default_profile
                .unwrap_or_else(|| DEFAULT_PROFILE.to_owned()),
            strict_event_types: new.strict_event_types.unwrap_or(false),
            appearance: Appearance::default(),
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        findings.check("slug", validate::slug(&organization.slug));
        self.check_organization(findings, &organization)?;
        let entry = self.entry(by, "organization.created", None, Some(&organization));
        match self
            .store()
            .create_organization(organization.clone(), entry)
            .await
        {
            Err(ports::Error::Taken(_)) => Err(Error::Conflict {
                code: "slug_taken",
                message: say!(
                    "taken-organization",
                    "there is an organization `{slug}` already; choose another slug, or change that \
                     one",
                    slug = organization.slug
                ),
            }),
            result => {
                result?;
                self.refresh(organization.id).await?;
                tracing::info!(
                    organization = organization.slug,
                    by = by.name,
                    "organization created"
                );
                Ok(organization)
            }
        }
    }

    /// Changes an organization. A change that changes nothing is not stored; when somebody else
    /// was faster, it is made again from what they wrote.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update_organization(
        &self,
        slug: &str,
        patch: OrganizationPatch,
        by: &Actor,
    ) -> Result<Organization, Error> {
        let mut findings = Findings::default();
        let accent = patch.accent.as_ref().map(|accent| {
            let parsed = accent.as_deref().map(str::parse::<Colour>);
            parsed.and_then(|colour| findings.check("appearance.accent", colour))
        });
        let logo = patch.logo.as_ref().map(|logo| {
            let looked_at = logo.clone().map(Logo::parse);
            looked_at.and_then(|logo| findings.check("appearance.logo", logo))
        });
        // With what is wrong with the other fields, once it is known what they would be.
        let mut findings = Some(findings);
        for _ in 0..STALE_RETRIES {
            let stored = self.tenant(slug)?.organization.clone();
            let mut organization = stored.clone();
            if let Some(accent) = accent {
                organization.appearance.accent = accent;
            }
            if let Some(logo) = &logo {
                organization.appearance.logo.clone_from(logo);
            }
            if let Some(name) = &patch.name {
                organization.name.clone_from(name);
            }
            if let Some(profile) = &patch.default_profile {
                organization.default_profile.clone_from(profile);
            }
            if let Some(strict) = patch.strict_event_types {
                organization.strict_event_types = strict;
            }
            let findings = findings.take().unwrap_or_default();
            if organization == stored {
                findings.finish()?;
                return Ok(stored);
            }
            self.check_organization(findings, &organization)?;
            organization.updated_at = self.later(stored.updated_at);
            let action = "organization.updated";
            let entry = self.entry(by, action, Some(&stored), Some(&organization));
            let changed = self
                .store()
                .update_organization(organization.clone(), stored.updated_at, entry)
                .await;
            match changed {
                Ok(()) => {
                    self.refresh(organization.id).await?;
                    tracing::info!(organization = slug, by = by.name, "organization changed");
                    return Ok(organization);
                }
                Err(ports::Error::Stale) => self.refresh(organization.id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Deletes an organization with everything in it. It is gone when this returns; its rows go
    /// in chunks behind that.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_organization(&self, slug: &str, by: &Actor) -> Result<(), Error> {
        let tenant = self.tenant(slug)?;
        let id = tenant.organization.id;
        let stored = &tenant.organization;
        let entry = self.entry(by, "organization.deleted", Some(stored), None);
        self.store()
            .delete_organization(id, self.now(), entry)
            .await?;
        self.refresh(id).await?;
        for route in &tenant.routes {
            self.sender().forget(route.webhook.id);
        }
        tracing::info!(organization = slug, by = by.name, "organization deleted");
        Ok(())
    }

    /// Organizations by slug, after the slug given: those that somebody of this access sees.
    #[must_use]
    pub fn organizations(
        &self,
        access: &Access,
        after: Option<&str>,
        limit: usize,
    ) -> Page<Arc<Tenant>, String> {
        let snapshot = self.snapshot();
        let seen = if access.platform.is_some() {
            snapshot.organizations()
        } else {
            let mut ids: Vec<_> = access.organizations.iter().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            ids.dedup();
            let there = ids
                .into_iter()
                .filter_map(|id| snapshot.organization_by_id(id));
            let mut own: Vec<Arc<Tenant>> = there.collect();
            own.sort_by(|a, b| a.organization.slug.cmp(&b.organization.slug));
            own
        };
        page(
            seen.into_iter()
                .filter(|tenant| after.is_none_or(|slug| tenant.organization.slug.as_str() > slug)),
            limit,
            |tenant| tenant.organization.slug.clone(),
        )
    }

    fn check_organization(
        &self,
        mut findings: Findings,
        organization: &Organization,
    ) -> Result<(), Error> {
        findings.check("name", validate::required_name(&organization.name));
        if self.profiles().get(&organization.default_profile).is_none() {
            findings.add(
                "default_profile",
                validate::no_profile(&organization.default_profile, self.profiles()),
            );
        }
        findings.finish()
    }
}
