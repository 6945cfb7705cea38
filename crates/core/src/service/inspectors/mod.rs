//! Inspectors: made, changed, removed, and looked at. `door.rs` lets in what arrives, `verdict.rs`
//! says whether it is signed as it should be.
//!
//! The text that a URL ends with is the id and a signature over it, as that of a link: an invented
//! one is refused without asking the store, and nothing that is stored lets anybody in.

mod door;
mod verdict;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

pub(super) use self::door::Pace;
pub use self::{
    door::{Arrived, Door},
    verdict::Verdict,
};
use super::{
    Error, Service,
    audit::{Logged, Subject},
    validate::{self, Findings},
};
use crate::{
    access::{Access, Actor},
    ids::{InspectedId, InspectorId},
    inspector::{
        Answering, Inspected, Inspector, MAX_ALIKE, MAX_DELAY_S, MAX_IN_ORGANIZATION, STATUSES,
        UNUSED_US,
    },
    ports::Page,
    said::Said,
    say,
    time::Time,
};

/// What is signed, so that no other signature of this key is one of an inspector.
const CONTEXT: &str = "inspector";
/// How much of the signature is in the text: 128 bits.
const SIGNATURE_BYTES: usize = 16;
/// The part of a URL before the text.
const PATH: &str = "inspect";

/// An inspector to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewInspector {
    /// For people; may be empty.
    pub name: String,
    /// What it answers; 200 at once, when nothing is said.
    pub answering: Answering,
}

/// What to change of an inspector; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectorPatch {
    /// For people.
    pub name: Option<String>,
    /// The status that it answers with.
    pub status: Option<u16>,
    /// After how many seconds.
    pub delay_s: Option<u8>,
}

impl Logged for Inspector {
    fn subject(&self) -> Subject {
        Subject::of(self.organization_id, self.id, &self.name)
    }

    /// Without its URL, which is a secret.
    fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "channels": self.channels,
            "answer": { "status": self.answering.status, "delay_s": self.answering.delay_s },
        })
    }
}

impl Service {
    /// The path of an inspector's URL, behind the address that the server is reached under.
    #[must_use]
    pub fn inspector_path(&self, id: InspectorId) -> String {
        let mut bytes = id.as_bytes().to_vec();
        let signature = self.keyring().sign(CONTEXT, id.as_bytes());
        bytes.extend_from_slice(&signature[..SIGNATURE_BYTES]);
        format!("/{PATH}/{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The inspector that the secret part of a URL is signed for.
    fn inspector_id(&self, text: &str) -> Option<InspectorId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, signature) = bytes.split_first_chunk::<16>()?;
        let right =
            signature.len() == SIGNATURE_BYTES && self.keyring().verifies(CONTEXT, id, signature);
        right.then(|| InspectorId::from_bytes(*id))
    }

    /// The inspector that a URL leads to, whatever the server is called in it.
    fn inspector_of_url(&self, url: &str) -> Option<InspectorId> {
        let url = Url::parse(url).ok()?;
        let mut segments = url.path_segments()?;
        let found = segments.find(|segment| *segment == PATH);
        found.and_then(|_| self.inspector_id(segments.next()?))
    }

    /// Makes an inspector. It is seen by whoever sees what is about the channels of its maker.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`], [`Error::Conflict`]
    /// (`too_many_inspectors`).
    pub async fn create_inspector(
        &self,
        slug: &str,
        new: NewInspector,
        access: &Access,
        by: &Actor,
    ) -> Result<Inspector, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let now = self.now();
        let mut channels = access.channels.clone();
        channels.sort_unstable();
        channels.dedup();
        let inspector = Inspector {
            id: self.new_id(),
            organization_id,
            name: new.name.trim().to_owned(),
            channels,
            answering: new.answering,
            created_at: now,
            created_by: by.name.clone(),
            used_at: now,
        };
        check(&inspector)?;
        let entry = self.entry(by, "inspector.created", None, Some(&inspector));
        let since = self.unused_before();
        let stored = self
            .store()
            .create_inspector(inspector.clone(), since, entry);
        match stored.await? {
            true => Ok(inspector),
            false => Err(Error::Conflict {
                code: "too_many_inspectors",
                message: say!(
                    "refused-inspectors",
                    "there are {alike} inspectors of yours already, or {all} in the organization; \
                     remove one, or use it again",
                    alike = MAX_ALIKE,
                    all = MAX_IN_ORGANIZATION
                ),
            }),
        }
    }

    /// The inspectors that somebody sees, newest first. There are few.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn inspectors(&self, slug: &str, access: &Access) -> Result<Vec<Inspector>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let since = self.unused_before();
        let mut found = self.store().inspectors(organization_id, since).await?;
        found.retain(|inspector| access.covers(&inspector.channels));
        Ok(found)
    }

    /// One that somebody sees.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when it has expired.
    pub async fn inspector(
        &self,
        slug: &str,
        id: InspectorId,
        access: &Access,
    ) -> Result<Inspector, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let found = self.store().inspector(id).await?;
        found
            .filter(|inspector| {
                inspector.organization_id == organization_id
                    && access.covers(&inspector.channels)
                    && self.now() < inspector.expires_at()
            })
            .ok_or(Error::NotFound("inspector"))
    }

    /// Changes what it is called, or what it answers.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn change_inspector(
        &self,
        slug: &str,
        id: InspectorId,
        patch: InspectorPatch,
        access: &Access,
        by: &Actor,
    ) -> Result<Inspector, Error> {
        let former = self.inspector(slug, id, access).await?;
        let mut inspector = former.clone();
        if let Some(name) = patch.name {
            inspector.name = name.trim().to_owned();
        }
        let answering = &mut inspector.answering;
        answering.status = patch.status.unwrap_or(answering.status);
        answering.delay_s = patch.delay_s.unwrap_or(answering.delay_s);
        check(&inspector)?;
        inspector.used_at = self.now().max(former.used_at);
        let entry = self.entry(by, "inspector.updated", Some(&former), Some(&inspector));
        let stored = self.store().update_inspector(inspector.clone(), entry);
        match stored.await? {
            true => Ok(inspector),
            false => Err(Error::NotFound("inspector")),
        }
    }

    /// Removes it with what arrived there. Its URL leads nowhere from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_inspector(
        &self,
        slug: &str,
        id: InspectorId,
        access: &Access,
        by: &Actor,
    ) -> Result<(), Error> {
        let inspector = self.inspector(slug, id, access).await?;
        let entry = self.entry(by, "inspector.deleted", Some(&inspector), None);
        let gone = self
            .store()
            .delete_inspector(inspector.organization_id, id, entry);
        let gone = gone.await?;
        gone.then_some(()).ok_or(Error::NotFound("inspector"))
    }

    /// What arrived at an inspector that somebody sees, newest first, before the one given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_inspected(
        &self,
        inspector: &Inspector,
        before: Option<InspectedId>,
        limit: usize,
    ) -> Result<Page<Inspected, InspectedId>, Error> {
        let limit = limit.max(1);
        let found = self
            .store()
            .list_inspected(inspector.id, before, limit + 1)
            .await?;
        Ok(validate::page(found.into_iter(), limit, |one| one.id))
    }

    /// One request with its body.
    ///
    /// # Errors
    /// [`Error::NotFound`], also when it was removed to make room.
    pub async fn inspected(
        &self,
        inspector: &Inspector,
        id: InspectedId,
    ) -> Result<(Inspected, Bytes), Error> {
        let found = self.store().inspected(inspector.id, id).await?;
        found.ok_or(Error::NotFound("request"))
    }

    /// Removes what arrived; how many requests.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn clear_inspected(&self, inspector: &Inspector, by: &Actor) -> Result<u64, Error> {
        let entry = self.entry(by, "inspector.cleared", Some(inspector), Some(inspector));
        Ok(self.store().clear_inspected(inspector.id, entry).await?)
    }

    /// Removes one inspector that nobody has used for long; `false` when there is none.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn sweep_inspectors(&self) -> Result<bool, Error> {
        let before = self.unused_before();
        Ok(self.store().sweep_inspectors(before).await?)
    }

    /// What was last used before this time has [expired](Inspector::expires_at).
    fn unused_before(&self) -> Time {
        self.now() - UNUSED_US + 1
    }

    /// Whether our own sender would call this URL: what it says against it, if not. Nothing is sent.
    pub async fn refused_by_guard(&self, url: &str) -> Option<Said> {
        let url = Url::parse(url).ok()?;
        self.sender().refusal(&url).await
    }
}

fn check(inspector: &Inspector) -> Result<(), Error> {
    let mut findings = Findings::default();
    findings.check("name", validate::name(&inspector.name));
    if !STATUSES.contains(&inspector.answering.status) {
        findings.add(
            "answer.status",
            say!(
                "rule-inspector-status",
                "an inspector answers with 200, 204, 410, 500 or 503"
            ),
        );
    }
    if inspector.answering.delay_s > MAX_DELAY_S {
        let message = say!(
            "rule-inspector-delay",
            "an answer waits for 0 to {max} seconds",
            max = MAX_DELAY_S
        );
        findings.add("answer.delay_s", message);
    }
    findings.finish()
}
