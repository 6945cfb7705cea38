//! The port of people: each method a read or a transaction of its own. What makes wrong what another
//! node may remember is told to all nodes with the transaction.
//!
//! Locks are taken in the order of `locks.rs`, and among people: users, links, sessions.

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{LinkId, OrganizationId, SessionId, UserId},
    ports::{LinkUse, People, Result},
    time::Time,
    user::{Link, Session, User},
};

use crate::{
    Postgres, links,
    rows::{Key as _, text},
    sessions, users,
};

#[async_trait]
impl People for Postgres {
    async fn create_user(&self, user: User, entry: Entry) -> Result<()> {
        Ok(users::create(self.shared(), &user, &entry).await?)
    }

    async fn update_user(&self, user: User, end_sessions: bool, entry: Entry) -> Result<()> {
        Ok(users::update(self.shared(), &user, end_sessions, &entry).await?)
    }

    async fn delete_user(&self, id: UserId, entry: Entry) -> Result<()> {
        Ok(users::delete(self.shared(), id, &entry).await?)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        let conn = self.shared().reader().await?;
        Ok(users::one(&conn, "u.id = $1", &[&id.uuid()]).await?)
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let conn = self.shared().reader().await?;
        Ok(users::one(&conn, "u.email = $1", &[&text(email)]).await?)
    }

    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>> {
        let conn = self.shared().reader().await?;
        let condition = "u.issuer = $1 AND u.subject = $2";
        Ok(users::one(&conn, condition, &[&text(issuer), &text(subject)]).await?)
    }

    async fn users(
        &self,
        organization_id: Option<OrganizationId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<User>> {
        let conn = self.shared().reader().await?;
        let after = text(after.unwrap_or_default());
        Ok(users::list(&conn, organization_id, &after, limit).await?)
    }

    async fn operators(&self) -> Result<u64> {
        Ok(users::operators(&self.shared().reader().await?).await?)
    }

    async fn create_session(&self, session: Session, entry: Entry) -> Result<()> {
        Ok(sessions::create(self.shared(), &session, &entry).await?)
    }

    async fn session(&self, sha256: [u8; 32]) -> Result<Option<Session>> {
        Ok(sessions::by_hash(&self.shared().reader().await?, sha256).await?)
    }

    async fn sessions(&self, user_id: UserId, now: Time) -> Result<Vec<Session>> {
        Ok(sessions::of_user(&self.shared().reader().await?, user_id, now).await?)
    }

    async fn touch_session(&self, id: SessionId, seen_at: Time, expires_at: Time) -> Result<()> {
        let conn = self.shared().worker().await?;
        Ok(sessions::touch(&conn, id, seen_at, expires_at).await?)
    }

    async fn end_session(&self, id: SessionId, entry: Entry) -> Result<bool> {
        Ok(sessions::end(self.shared(), id, &entry).await?)
    }

    async fn end_sessions(&self, user_id: UserId, entry: Entry) -> Result<u64> {
        Ok(sessions::end_all(self.shared(), user_id, &entry).await?)
    }

    async fn create_link(&self, link: Link, entry: Option<Entry>) -> Result<()> {
        Ok(links::create(self.shared(), &link, entry.as_ref()).await?)
    }

    async fn use_link(&self, id: LinkId, now: Time) -> Result<LinkUse> {
        Ok(links::take(self.shared(), id, now).await?)
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>> {
        Ok(links::one(&self.shared().reader().await?, id).await?)
    }

    async fn links(
        &self,
        organization_id: OrganizationId,
        before: Option<LinkId>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        let conn = self.shared().reader().await?;
        Ok(links::list(&conn, organization_id, before, limit).await?)
    }

    async fn revoke_link(
        &self,
        organization_id: OrganizationId,
        id: LinkId,
        now: Time,
        entry: Entry,
    ) -> Result<bool> {
        Ok(links::revoke(self.shared(), organization_id, id, now, &entry).await?)
    }

    async fn revoke_password_links(&self, user_id: Option<UserId>, now: Time) -> Result<u64> {
        let conn = self.shared().worker().await?;
        Ok(links::revoke_password(&conn, user_id, now).await?)
    }

    async fn sweep_people(&self, before: Time) -> Result<u64> {
        let conn = self.shared().worker().await?;
        let mut gone = sessions::sweep(&conn, before).await?;
        if gone < sessions::SWEEP.unsigned_abs() {
            gone += links::sweep(&conn, before).await?;
        }
        Ok(gone)
    }
}
