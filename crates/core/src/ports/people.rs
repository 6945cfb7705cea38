//! Beside the stages: who may come in. Users, sessions and links that work once.
//!
//! Changes of users, and sessions and links that end before their time, are told to the other
//! processes as [`Change::Platform`](super::Change::Platform), so that nobody goes on trusting what
//! they remember. A new session or link makes nothing wrong that anybody remembers, and is not told.

use async_trait::async_trait;

use super::Result;
use crate::{
    audit::Entry,
    ids::{LinkId, OrganizationId, SessionId, UserId},
    time::Time,
    user::{Link, Session, User},
};

/// What using a link came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkUse {
    /// It was good, and is used up now.
    Good(Box<Link>),
    /// Somebody used it before.
    Used,
    /// It came too late.
    Expired,
    /// It was taken back.
    Revoked,
    /// There is none.
    Unknown,
}

/// Users, sessions, links. Each change carries its entry of the audit log, written with it.
#[async_trait]
pub trait People: Send + Sync {
    /// Stores a new user.
    ///
    /// # Errors
    /// [`Error::Taken`](super::Error::Taken) when the e-mail address or the identity is another
    /// user's, [`Error::NotFound`](super::Error::NotFound) for the organization of a membership.
    async fn create_user(&self, user: User, entry: Entry) -> Result<()>;

    /// Replaces a user by its next revision: `user.revision` is the stored one plus one. With
    /// `end_sessions`, its sessions end with it.
    ///
    /// # Errors
    /// [`Error::Stale`](super::Error::Stale) when the stored revision is another one,
    /// [`Error::NotFound`](super::Error::NotFound) for the user or the organization of a
    /// membership, [`Error::Taken`](super::Error::Taken), and
    /// [`Error::Conflict`](super::Error::Conflict) when no operator who may sign in would be left.
    async fn update_user(&self, user: User, end_sessions: bool, entry: Entry) -> Result<()>;

    /// Removes a user with memberships, sessions and links.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound), and [`Error::Conflict`](super::Error::Conflict)
    /// when no operator who may sign in would be left.
    async fn delete_user(&self, id: UserId, entry: Entry) -> Result<()>;

    /// One user.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The user of this e-mail address, in lower case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>>;

    /// The user of this identity.
    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>>;

    /// Users by e-mail address, after `after` when given: of one organization, or all.
    async fn users(
        &self,
        organization_id: Option<OrganizationId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<User>>;

    /// How many operators there are that may sign in.
    async fn operators(&self) -> Result<u64>;

    /// Stores a new session.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) when its user is gone; when its link is gone or
    /// was taken back, so that nobody comes in beside a revocation.
    async fn create_session(&self, session: Session, entry: Entry) -> Result<()>;

    /// The session whose secret has this hash, expired ones included; `None` when the organization
    /// that it came into through a link is gone.
    async fn session(&self, sha256: [u8; 32]) -> Result<Option<Session>>;

    /// The sessions of a user that have not expired, newest first.
    async fn sessions(&self, user_id: UserId, now: Time) -> Result<Vec<Session>>;

    /// Notes that somebody is here: moves `seen_at` and `expires_at` forward, never back. Nothing
    /// happens when the session is gone.
    async fn touch_session(&self, id: SessionId, seen_at: Time, expires_at: Time) -> Result<()>;

    /// Ends a session; `false` when there was none.
    async fn end_session(&self, id: SessionId, entry: Entry) -> Result<bool>;

    /// Ends the sessions of a user; how many there were. Without any, nothing is written.
    async fn end_sessions(&self, user_id: UserId, entry: Entry) -> Result<u64>;

    /// Stores a new link. The entry is `None` for one that nobody asked for (coming back from the
    /// identity provider). [`Error::NotFound`](super::Error::NotFound) for its user or organization,
    /// [`Error::Taken`](super::Error::Taken) when there is one of this id.
    async fn create_link(&self, link: Link, entry: Option<Entry>) -> Result<()>;

    /// Uses a link: once, whoever asks, on whichever node. One of an organization that is gone is
    /// unknown.
    async fn use_link(&self, id: LinkId, now: Time) -> Result<LinkUse>;

    /// One link.
    async fn link(&self, id: LinkId) -> Result<Option<Link>>;

    /// The links of an organization, newest first, before `before` when given.
    async fn links(
        &self,
        organization_id: OrganizationId,
        before: Option<LinkId>,
        limit: usize,
    ) -> Result<Vec<Link>>;

    /// Takes a link back and ends the sessions that came through it; `false` when there is none in
    /// this organization, or it was taken back before.
    async fn revoke_link(
        &self,
        organization_id: OrganizationId,
        id: LinkId,
        now: Time,
        entry: Entry,
    ) -> Result<bool>;

    /// Takes back every unused link that is for choosing this user's password, or, with `None`, for
    /// making the first operator.
    async fn revoke_password_links(&self, user_id: Option<UserId>, now: Time) -> Result<u64>;

    /// Forgets sessions that ended before this time, and links that expired before it as the session
    /// did that came through them; one chunk; how many.
    async fn sweep_people(&self, before: Time) -> Result<u64>;
}
