//! Developers: who uses what the organization sells.

use super::{Kept, Listing, texts};
use crate::{
    access::Actor,
    ports::{self, Window},
    service::{
        Error, STALE_RETRIES, Service,
        users::check_email,
        validate::{self, Findings},
    },
    usage::{Attribute, Developer},
};

/// The most applications of a developer.
pub const MAX_APPLICATIONS: usize = 100;
/// The most custom attributes of a developer.
pub const MAX_ATTRIBUTES: usize = 50;

/// A developer to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDeveloper {
    /// E-mail address, in letters of any size; the developer's id in every API, never changed.
    pub email: String,
    /// First name; empty, when absent.
    pub first_name: Option<String>,
    /// Last name; empty, when absent.
    pub last_name: Option<String>,
    /// Company; none, when absent.
    pub company: Option<String>,
    /// Names of applications; none, when absent.
    pub applications: Option<Vec<String>>,
    /// Custom attributes; none, when absent.
    pub attributes: Option<Vec<Attribute>>,
}

/// What to change of a developer; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeveloperPatch {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Names of all applications.
    pub applications: Option<Vec<String>>,
    /// All custom attributes.
    pub attributes: Option<Vec<Attribute>>,
}

impl Service {
    /// Makes a developer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`], [`Error::Conflict`] (`taken`).
    pub async fn create_developer(
        &self,
        slug: &str,
        new: NewDeveloper,
        by: &Actor,
    ) -> Result<Kept<Developer>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let developer = Developer {
            email: texts::email(&new.email),
            first_name: new.first_name.unwrap_or_default(),
            last_name: new.last_name.unwrap_or_default(),
            company: new.company.unwrap_or_default(),
            applications: new.applications.unwrap_or_default(),
            attributes: new.attributes.unwrap_or_default(),
        };
        check(&developer)?;
        self.keep(organization_id, developer, by).await
    }

    /// Changes a developer.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update_developer(
        &self,
        slug: &str,
        email: &str,
        patch: DeveloperPatch,
        by: &Actor,
    ) -> Result<Kept<Developer>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let key = texts::email(email);
        for _ in 0..STALE_RETRIES {
            let stored = self.kept::<Developer>(organization_id, &key).await?;
            let developer = patch.applied(&stored.document);
            check(&developer)?;
            let changed = self
                .keep_changed(organization_id, stored, developer, by)
                .await;
            self.bought().forget(organization_id, &key);
            if let Some(kept) = changed? {
                return Ok(kept);
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Deletes a developer, with what they bought and what was counted of it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_developer(&self, slug: &str, email: &str, by: &Actor) -> Result<(), Error> {
        // Everything of a developer's goes with them, so nothing stands in the way.
        let needed = "something belongs to the developer".into();
        let organization_id = self.tenant(slug)?.organization.id;
        let key = texts::email(email);
        let deleted = self.delete_kept::<Developer>(slug, &key, needed, by).await;
        self.bought().forget(organization_id, &key);
        deleted
    }

    /// A developer.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn developer(&self, slug: &str, email: &str) -> Result<Kept<Developer>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept(organization_id, &texts::email(email)).await
    }

    /// Developers, oldest first: all, or those about whom something contains this text.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn developers(
        &self,
        slug: &str,
        text: Option<String>,
        window: Window,
    ) -> Result<Listing<Developer>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        self.kept_list(organization_id, [None, None, text], window)
            .await
    }
}

impl DeveloperPatch {
    fn applied(&self, stored: &Developer) -> Developer {
        let of = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
        Developer {
            email: stored.email.clone(),
            first_name: of(&self.first_name, &stored.first_name),
            last_name: of(&self.last_name, &stored.last_name),
            company: of(&self.company, &stored.company),
            applications: self
                .applications
                .as_ref()
                .unwrap_or(&stored.applications)
                .clone(),
            attributes: self
                .attributes
                .as_ref()
                .unwrap_or(&stored.attributes)
                .clone(),
        }
    }
}

fn check(developer: &Developer) -> Result<(), Error> {
    let mut findings = Findings::default();
    findings.check("email", check_email(&developer.email));
    findings.check("first_name", validate::name(&developer.first_name));
    findings.check("last_name", validate::name(&developer.last_name));
    findings.check("company", validate::name(&developer.company));
    let applications = &developer.applications;
    texts::names(
        &mut findings,
        "applications",
        applications,
        MAX_APPLICATIONS,
    );
    let attributes = &developer.attributes;
    if attributes.len() > MAX_ATTRIBUTES {
        findings.add("attributes", texts::kept(MAX_ATTRIBUTES, attributes.len()));
    } else {
        for (index, attribute) in attributes.iter().enumerate() {
            let name = format!("attributes[{index}].name");
            findings.check(&name, validate::required_name(&attribute.name));
            if attributes[..index]
                .iter()
                .any(|other| other.name == attribute.name)
            {
                findings.add(name, texts::twice(&attribute.name));
            }
            let value = format!("attributes[{index}].value");
            findings.check(&value, validate::description(&attribute.value));
        }
    }
    findings.finish()
}
