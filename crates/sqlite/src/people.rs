//! The port of people: each method a read on a snapshot or a call through the writer. A local command
//! may call them all beside a running server, so nothing about people is cached here.

use async_trait::async_trait;
use bellwire_core::{
    audit::Entry,
    ids::{LinkId, OrganizationId, SessionId, UserId},
    ports::{LinkUse, People, Result},
    time::Time,
    user::{Link, Session, User},
};

use crate::{Sqlite, links, sessions, users};

#[async_trait]
impl People for Sqlite {
    async fn create_user(&self, user: User, entry: Entry) -> Result<()> {
        self.writer()
            .call(3, move |work| users::create(work.conn, &user, &entry))
            .await
    }

    async fn update_user(&self, user: User, end_sessions: bool, entry: Entry) -> Result<()> {
        self.writer()
            .call(4, move |work| {
                users::update(work.conn, &user, end_sessions, &entry)
            })
            .await
    }

    async fn delete_user(&self, id: UserId, entry: Entry) -> Result<()> {
        self.writer()
            .call(5, move |work| users::delete(work.conn, id, &entry))
            .await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        self.readers()
            .read(move |conn| users::one(conn, "u.id = ?1", [id.as_bytes()]))
            .await
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let email = email.to_owned();
        self.readers()
            .read(move |conn| users::one(conn, "u.email = ?1", [email]))
            .await
    }

    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        self.readers()
            .read(move |conn| {
                users::one(conn, "u.issuer = ?1 AND u.subject = ?2", [issuer, subject])
            })
            .await
    }

    async fn users(
        &self,
        organization_id: Option<OrganizationId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<User>> {
        let after = after.unwrap_or_default().to_owned();
        self.readers()
            .read(move |conn| users::list(conn, organization_id, &after, limit))
            .await
    }

    async fn operators(&self) -> Result<u64> {
        self.readers().read(users::operators).await
    }

    async fn create_session(&self, session: Session, entry: Entry) -> Result<()> {
        self.writer()
            .call(2, move |work| sessions::create(work.conn, &session, &entry))
            .await
    }

    async fn session(&self, sha256: [u8; 32]) -> Result<Option<Session>> {
        self.readers()
            .read(move |conn| sessions::by_hash(conn, sha256))
            .await
    }

    async fn sessions(&self, user_id: UserId, now: Time) -> Result<Vec<Session>> {
        self.readers()
            .read(move |conn| sessions::of_user(conn, user_id, now))
            .await
    }

    async fn touch_session(&self, id: SessionId, seen_at: Time, expires_at: Time) -> Result<()> {
        self.writer()
            .call(1, move |work| {
                sessions::touch(work.conn, id, seen_at, expires_at)
            })
            .await
    }

    async fn end_session(&self, id: SessionId, entry: Entry) -> Result<bool> {
        self.writer()
            .call(2, move |work| sessions::end(work.conn, id, &entry))
            .await
    }

    async fn end_sessions(&self, user_id: UserId, entry: Entry) -> Result<u64> {
        self.writer()
            .call(4, move |work| sessions::end_all(work.conn, user_id, &entry))
            .await
    }

    async fn create_link(&self, link: Link, entry: Option<Entry>) -> Result<()> {
        self.writer()
            .call(2, move |work| {
                links::create(work.conn, &link, entry.as_ref())
            })
            .await
    }

    async fn use_link(&self, id: LinkId, now: Time) -> Result<LinkUse> {
        self.writer()
            .call(1, move |work| links::take(work.conn, id, now))
            .await
    }

    async fn link(&self, id: LinkId) -> Result<Option<Link>> {
        self.readers().read(move |conn| links::one(conn, id)).await
    }

    async fn links(
        &self,
        organization_id: OrganizationId,
        before: Option<LinkId>,
        limit: usize,
    ) -> Result<Vec<Link>> {
        self.readers()
            .read(move |conn| links::list(conn, organization_id, before, limit))
            .await
    }

    async fn revoke_link(
        &self,
        organization_id: OrganizationId,
        id: LinkId,
        now: Time,
        entry: Entry,
    ) -> Result<bool> {
        self.writer()
            .call(3, move |work| {
                links::revoke(work.conn, organization_id, id, now, &entry)
            })
            .await
    }

    async fn revoke_password_links(&self, user_id: Option<UserId>, now: Time) -> Result<u64> {
        self.writer()
            .call(2, move |work| {
                links::revoke_password(work.conn, user_id, now)
            })
            .await
    }

    async fn sweep_people(&self, before: Time) -> Result<u64> {
        self.writer()
            .call(sessions::SWEEP, move |work| {
                let mut gone = sessions::sweep(work.conn, before)?;
                if gone < sessions::SWEEP as u64 {
                    gone += links::sweep(work.conn, before)?;
                }
                Ok(gone)
            })
            .await
    }
}
