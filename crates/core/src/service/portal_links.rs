//! Portal links: a producer's server asks for one, and its customer comes in through it once.

use url::{Host, Url};

use super::{
    Error, Service,
    access::{Caller, SignedIn},
    checks::MAX_CHANNELS,
    shown::{link_subject, shown_link},
    validate::{self, Findings},
};
use crate::{
    access::{Actor, Role},
    ids::LinkId,
    matching,
    ports::Page,
    said::Said,
    say,
    time::{DurationUs, SECOND},
    user::{Link, Portal, Purpose},
};

/// How long a link works when nothing is said, in seconds.
pub const DEFAULT_LINK_S: u32 = 300;
/// The shortest and the longest that it can, in seconds.
pub const LINK_S: std::ops::RangeInclusive<u32> = 10..=86_400;
/// How long the session behind it lasts when nothing is said, in seconds.
pub const DEFAULT_PORTAL_SESSION_S: u32 = 8 * 3_600;
/// The shortest and the longest that it can, in seconds.
pub const PORTAL_SESSION_S: std::ops::RangeInclusive<u32> = 60..=7 * 86_400;
/// The most origins that may embed one portal.
pub const MAX_ORIGINS: usize = 10;

/// A portal link to make. What is absent is as above.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPortalLink {
    /// For people: whom it is for. Changes made through it are signed with it.
    pub name: String,
    /// What it lets them do: [`Role::Viewer`] or [`Role::Editor`], which is the default.
    pub role: Option<Role>,
    /// About these channels only; all, when empty.
    pub channels: Vec<String>,
    /// How long it works, in seconds.
    pub expires_in_s: Option<u32>,
    /// How long the session behind it lasts, in seconds.
    pub session_s: Option<u32>,
    /// Origins whose pages may embed the portal, such as `https://app.example`.
    pub embed_origins: Vec<String>,
}

impl Service {
    /// Makes a portal link. The text is what the URL ends with: it is given back here and never
    /// again.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`].
    pub async fn create_portal_link(
        &self,
        slug: &str,
        new: NewPortalLink,
        by: &Actor,
    ) -> Result<(Link, String), Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let mut findings = Findings::default();
        findings.check("name", validate::required_name(&new.name));
        let role = new.role.unwrap_or(Role::Editor);
        if role > Role::Editor {
            findings.add(
                "role",
                say!("rule-link-role", "a portal link gives `viewer` or `editor`"),
            );
        }
        if new.channels.len() > MAX_CHANNELS {
            let message = say!(
                "rule-link-channels",
                "a link names at most {max} channels",
                max = MAX_CHANNELS
            );
            findings.add("channels", message);
        }
        for (index, channel) in new.channels.iter().enumerate() {
            let field = format!("channels[{index}]");
            findings.check(&field, matching::check_channel(channel));
        }
        let lasts_s = new.expires_in_s.unwrap_or(DEFAULT_LINK_S);
        if !LINK_S.contains(&lasts_s) {
            findings.add(
                "expires_in_s",
                say!(
                    "rule-link-lasts",
                    "a link works for 10 seconds to a day (86400)"
                ),
            );
        }
        let session_s = new.session_s.unwrap_or(DEFAULT_PORTAL_SESSION_S);
        if !PORTAL_SESSION_S.contains(&session_s) {
            findings.add(
                "session_s",
                say!(
                    "rule-link-session",
                    "a session lasts from a minute (60) to a week (604800)"
                ),
            );
        }
        if new.embed_origins.len() > MAX_ORIGINS {
            let message = say!(
                "rule-link-origins",
                "at most {max} origins may embed a portal",
                max = MAX_ORIGINS
            );
            findings.add("embed_origins", message);
        }
        let mut origins = Vec::with_capacity(new.embed_origins.len());
        for (index, text) in new.embed_origins.iter().enumerate() {
            origins.extend(findings.check(&format!("embed_origins[{index}]"), origin(text)));
        }
        findings.finish()?;
        let now = self.now();
        let link = Link {
            id: self.new_id(),
            purpose: Purpose::Portal(Portal {
                organization_id,
                role,
                channels: new.channels,
                name: new.name.clone(),
                origins,
                session_s,
            }),
            created_at: now,
            created_by: by.name.clone(),
            expires_at: now + DurationUs::from(lasts_s) * SECOND,
            used_at: None,
            revoked_at: None,
        };
        let text = self.link_text(link.id);
        self.store_link(link.clone(), by, &new.name).await?;
        Ok((link, text))
    }

    /// Exchanges a portal link for a session. It works once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no portal link, or leads to an organization that is gone;
    /// [`Error::Gone`] (`link_used`, `link_expired`, `link_revoked`).
    pub async fn enter(&self, text: &str, caller: &Caller) -> Result<SignedIn, Error> {
        let portal = |purpose: &Purpose| {
            purpose
                .organization_id()
                .is_some_and(|id| self.snapshot().organization_by_id(id).is_some())
        };
        let link = self.look_at_link(text, portal).await?;
        match self.use_link(link.id).await?.purpose {
            Purpose::Portal(portal) => self.start_portal_session(link.id, portal, caller).await,
            _ => Err(Error::NotFound("link")),
        }
    }

    /// The portal links of an organization, newest first, before the one given.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn portal_links(
        &self,
        slug: &str,
        before: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<Link, LinkId>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let limit = limit.max(1);
        let links = self
            .store()
            .links(organization_id, before, limit + 1)
            .await?;
        Ok(validate::page(links.into_iter(), limit, |link| link.id))
    }

    /// Takes a portal link back. Who came in through it is out at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the organization has no such link, or it was taken back before.
    pub async fn revoke_portal_link(
        &self,
        slug: &str,
        id: LinkId,
        by: &Actor,
    ) -> Result<(), Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let link = self.store().link(id).await?;
        let link = link
            .filter(|link| link.purpose.organization_id() == Some(organization_id))
            .ok_or(Error::NotFound("link"))?;
        let Purpose::Portal(portal) = &link.purpose else {
            return Err(Error::NotFound("link"));
        };
        let entry = self.entry_about(
            by,
            "link.revoked",
            link_subject(&link, &portal.name),
            Some(shown_link(&link)),
            None,
        );
        let now = self.now();
        let revoked = self
            .store()
            .revoke_link(organization_id, id, now, entry)
            .await?;
        self.forget();
        revoked.then_some(()).ok_or(Error::NotFound("link"))
    }
}

/// An origin as browsers write it.
fn origin(text: &str) -> Result<String, Said> {
    let wrong = || {
        say!(
            "rule-link-origin",
            "an origin is scheme, host and maybe port of a page, such as `https://app.example`; \
             `http://` is for localhost only"
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong()),
    };
    let right = (url.scheme() == "https" || (url.scheme() == "http" && local))
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    // What a header that lists origins would be torn apart by.
    let clean = !origin.contains(['*', ';', ',', ' ', '\'', '"']);
    (right && clean).then_some(origin).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, expected) in [
            ("https://App.Example", "https://app.example"),
            ("https://app.example/", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("https://app.example:8443", "https://app.example:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(origin(text).as_deref(), Ok(expected));
        }
        for wrong in [
            "",
            "*",
            "app.example",
            "http://app.example",
            "https://app.example/page",
            "https://app.example?x",
            "https://app.example#x",
            "https://ann@app.example",
            "https://*.example",
            "https://a;b",
            "javascript:alert(1)",
            "null",
            "data:text/html,x",
        ] {
            assert!(
                origin(wrong).unwrap_err().contains("https://app.example"),
                "{wrong}"
            );
        }
    }
}
