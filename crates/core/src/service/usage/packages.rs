//! Packages: products that are sold together.

use super::{Kept, Listing, texts};
use crate::{
    access::Actor,
    ports::{self, Window},
    say,
    service::{
        Error, STALE_RETRIES, Service,
        validate::{self, Findings},
    },
    usage::Package,
};

/// The most products of a package.
pub const MAX_PRODUCTS: usize = 100;

/// A package to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPackage {
    /// Its id; made of the name, when absent. Never changed.
    pub id: Option<String>,
    /// For people.
    pub name: String,
    /// For people; empty, when absent.
    pub description: Option<String>,
    /// Names of its products; none, when absent.
    pub products: Option<Vec<String>>,
}

/// What to change of a package; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackagePatch {
    /// For people.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Names of all its products.
    pub products: Option<Vec<String>>,
}

impl Service {
    /// Makes a package.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`], [`Error::Conflict`] (`taken`).
    pub async fn create_package(
        &self,
        slug: &str,
        new: NewPackage,
        by: &Actor,
    ) -> Result<Kept<Package>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let package = Package {
            id: new.id.unwrap_or_else(|| texts::derived_id(&new.name)),
            name: new.name,
            description: new.description.unwrap_or_default(),
            products: new.products.unwrap_or_default(),
        };
        check(&package)?;
        self.keep(organization_id, package, by).await
    }

    /// Changes a package.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update_package(
        &self,
        slug: &str,
        id: &str,
        patch: PackagePatch,
        by: &Actor,
    ) -> Result<Kept<Package>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        for _ in 0..STALE_RETRIES {
            let stored = self.kept::<Package>(organization_id, id).await?;
            let mut package = stored.document.clone();
            if let Some(name) = &patch.name {
                package.name.clone_from(name);
            }
            if let Some(description) = &patch.description {
                package.description.clone_from(description);
            }
            if let Some(products) = &patch.products {
                package.products.clone_from(products);
            }
            check(&package)?;
            let changed = self.keep_changed(organization_id, stored, package, by);
            if let Some(kept) = changed.await? {
                return Ok(kept);
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Deletes a package that no rate plan sells.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`in_use`) while it has rate plans.
    pub async fn delete_package(&self, slug: &str, id: &str, by: &Actor) -> Result<(), Error> {
        let needed = say!(
            "refused-package",
            "the package `{id}` has rate plans; delete those first",
            id
        );
        self.delete_kept::<Package>(slug, id, needed, by).await
    }

    /// A package.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn package(&self, slug: &str, id: &str) -> Result<Kept<Package>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept(organization_id, id).await
    }

    /// Packages, oldest first: all, or those about which something contains this text.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn packages(
        &self,
        slug: &str,
        text: Option<String>,
        window: Window,
    ) -> Result<Listing<Package>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept_list(organization_id, [None, None, text], window)
            .await
    }
}

fn check(package: &Package) -> Result<(), Error> {
    let mut findings = Findings::default();
    findings.check("name", validate::required_name(&package.name));
    if !package.name.trim().is_empty() {
        findings.check("id", texts::id(&package.id));
    }
    findings.check("description", validate::description(&package.description));
    texts::names(&mut findings, "products", &package.products, MAX_PRODUCTS);
    findings.finish()
}
