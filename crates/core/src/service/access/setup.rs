//! How people come to a password: the first operator through the link that a start prints, everybody
//! else through one that somebody who may gives them.

use std::sync::Arc;

use super::{Caller, SignedIn, passwords::check};
use crate::{
    access::{Actor, ActorKind},
    ids::{LinkId, UserId},
    ports, say,
    service::{
        Error, Service,
        audit::Subject,
        shown::{link_subject, shown_link},
        users::{check_user, email_taken},
        validate::Findings,
    },
    time::{DAY, DurationUs},
    user::{Link, Purpose, User},
};

/// How long somebody has to choose a password.
pub const PASSWORD_LINK_US: DurationUs = 3 * DAY;
/// How long the link for the first operator works.
const FIRST_OPERATOR_US: DurationUs = DAY;

impl Service {
    /// The text of a link that makes the first operator; `None` when there is one. Those made before
    /// stop working.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn first_operator_link(&self) -> Result<Option<String>, Error> {
        if self.store().operators().await? > 0 {
            return Ok(None);
        }
        let by = Actor::system();
        self.store().revoke_password_links(None, self.now()).await?;
        let text = self
            .make_link(Purpose::FirstOperator, FIRST_OPERATOR_US, &by, "operator")
            .await?;
        Ok(Some(text))
    }

    /// Whether a link would make the first operator. It is not used up.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Gone`].
    pub async fn setup_link_works(&self, link: &str) -> Result<(), Error> {
        self.look_at_link(link, |purpose| *purpose == Purpose::FirstOperator)
            .await
            .map(|_| ())
    }

    /// Makes the first operator, by the link that a start printed, and signs them in.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Gone`] for the link; [`Error::Invalid`]: the link still
    /// works; [`Error::Conflict`] (`already_set_up`).
    pub async fn set_up(
        &self,
        link: &str,
        email: &str,
        name: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<SignedIn, Error> {
        let link = self
            .look_at_link(link, |purpose| *purpose == Purpose::FirstOperator)
            .await?;
        let now = self.now();
        let mut user = User {
            id: self.new_id(),
            revision: 1,
            email: super::lower(email),
            name: name.to_owned(),
            password: None,
            operator: true,
            memberships: Vec::new(),
            identity: None,
            language: None,
            disabled_at: None,
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        check_user(&mut findings, &user);
        findings.check("password", check(password, &user.email, &user.name));
        findings.finish()?;
        user.password = Some(self.hashed(password).await?);
        if self.store().operators().await? > 0 {
            return Err(Error::Conflict {
                code: "already_set_up",
                message: say!(
                    "refused-set-up",
                    "there is an operator already; ask them for a user"
                ),
            });
        }
        if self.store().user_by_email(&user.email).await?.is_some() {
            // Before the link is used up.
            return Err(email_taken(&user.email));
        }
        self.use_link(link.id).await?;
        let actor = Actor {
            kind: ActorKind::Link,
            id: Some(link.id.to_string()),
            name: "first operator".to_owned(),
            ..caller.user(&user)
        };
        let entry = self.entry_about(
            &actor,
            "user.created",
            Subject::platform(user.id, &user.email),
            None,
            Some(self.shown_user(&user)),
        );
        self.store().create_user(user.clone(), entry).await?;
        self.forget();
        tracing::info!(email = user.email, "the first operator was made");
        self.start_session(Arc::new(user), caller).await
    }

    /// The text of a link with which a user chooses a password. Those made before stop working.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn password_link(&self, id: UserId, by: &Actor) -> Result<String, Error> {
        let user = self.user(id).await?;
        self.store()
            .revoke_password_links(Some(id), self.now())
            .await?;
        self.make_link(Purpose::Password(id), PASSWORD_LINK_US, by, &user.email)
            .await
    }

    /// Whose password a link is for. It is not used up.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Gone`].
    pub async fn user_of_password_link(&self, link: &str) -> Result<User, Error> {
        self.password_link_and_user(link)
            .await
            .map(|(_, user)| user)
    }

    async fn password_link_and_user(&self, link: &str) -> Result<(LinkId, User), Error> {
        let link = self
            .look_at_link(link, |purpose| matches!(purpose, Purpose::Password(_)))
            .await?;
        let Purpose::Password(user_id) = link.purpose else {
            return Err(Error::NotFound("link"));
        };
        let user = self.store().user(user_id).await?;
        user.filter(|user| user.disabled_at.is_none())
            .map(|user| (link.id, user))
            .ok_or(Error::NotFound("link"))
    }

    /// Chooses a password by a link and signs in. All other sessions end.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Gone`] for the link; [`Error::Invalid`]: the link still
    /// works.
    pub async fn choose_password(
        &self,
        link: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<SignedIn, Error> {
        let (link_id, user) = self.password_link_and_user(link).await?;
        let mut findings = Findings::default();
        findings.check("password", check(password, &user.email, &user.name));
        findings.finish()?;
        let phc = self.hashed(password).await?;
        self.use_link(link_id).await?;
        let by = caller.user(&user);
        let user = self.set_password(&user, Some(phc), &by).await?;
        self.start_session(user, caller).await
    }

    pub(super) async fn make_link(
        &self,
        purpose: Purpose,
        lasts: DurationUs,
        by: &Actor,
        label: &str,
    ) -> Result<String, Error> {
        let now = self.now();
        let link = Link {
            id: self.new_id(),
            purpose,
            created_at: now,
            created_by: by.name.clone(),
            expires_at: now + lasts,
            used_at: None,
            revoked_at: None,
        };
        let text = self.link_text(link.id);
        self.store_link(link, by, label).await?;
        Ok(text)
    }

    /// Stores a link with its entry in the audit log.
    pub(in crate::service) async fn store_link(
        &self,
        link: Link,
        by: &Actor,
        label: &str,
    ) -> Result<(), Error> {
        let subject = link_subject(&link, label);
        let shown = shown_link(&link);
        let entry = self.entry_about(by, "link.created", subject, None, Some(shown));
        self.store().create_link(link, Some(entry)).await?;
        Ok(())
    }

    /// Gives a user a password, by hash: one who is still who they were when it was decided. Whom an
    /// identity provider has named since must not get a password that somebody else chose.
    pub(super) async fn set_password(
        &self,
        looked_at: &User,
        phc: Option<String>,
        by: &Actor,
    ) -> Result<Arc<User>, Error> {
        let (_, user) = self
            .revise_user(looked_at.id, by, "user.password_changed", |user| {
                if user.identity != looked_at.identity {
                    return Err(Error::Unauthenticated(say!(
                        "refused-user-changed",
                        "this user was changed at this very moment; sign in again"
                    )));
                }
                user.password.clone_from(&phc);
                Ok(())
            })
            .await?;
        Ok(Arc::new(user))
    }
}

/// A store's answer to an e-mail address that is another user's, for people.
pub(in crate::service) fn taken(error: ports::Error, email: &str) -> Error {
    match error {
        ports::Error::Taken(_) => email_taken(email),
        error => error.into(),
    }
}
