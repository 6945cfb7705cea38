//! From what an identity provider says of somebody to a user of ours: known by their identity, taken
//! for a user that was there before, or made. What the provider's groups give is put right each time.
//!
//! **Taking over.** Whoever made a user before its owner came may have chosen its password: an
//! organization's admin invites any address, and gets the link. So a user who is taken for the one
//! whom the provider names loses the password and the links for one, and their sessions end.

use super::lower;
use crate::{
    access::Actor,
    ports::Claims,
    say,
    service::{
        Error, FieldError, STALE_RETRIES, Service,
        access::federation::refused,
        identity::{Provisioning, memberships},
        users::check_user,
        validate::{Findings, MAX_NAME_CHARS},
    },
    user::User,
};

impl Service {
    /// The user whom these claims are about.
    ///
    /// # Errors
    /// [`Error::SignIn`] (`sign_in_refused`): the text says why they are nobody here.
    pub(super) async fn user_of(
        &self,
        claims: &Claims,
        rules: &Provisioning,
        by: &Actor,
    ) -> Result<User, Error> {
        // Two first sign-ins at once make one user; the other then finds it.
        for _ in 0..STALE_RETRIES {
            let (issuer, subject) = (&claims.identity.issuer, &claims.identity.subject);
            if let Some(user) = self.store().user_by_identity(issuer, subject).await? {
                return self.known_again(user, claims, rules, by).await;
            }
            let email = email(claims, rules)?;
            if let Some(user) = self.store().user_by_email(&email).await? {
                return self.taken_for(user, claims, rules, by).await;
            }
            if !rules.create_users {
                return Err(refused(say!(
                    "oidc-nobody",
                    "nobody here has the e-mail address {email}; ask an operator to make a user \
                     for it",
                    email
                )));
            }
            match self.newcomer(email, claims, rules, by).await {
                Err(Error::Conflict {
                    code: "email_taken",
                    ..
                }) => {}
                made => return made,
            }
        }
        Err(Error::Unavailable(
            "users change faster than they can be read".to_owned(),
        ))
    }

    /// Somebody who was here before.
    async fn known_again(
        &self,
        user: User,
        claims: &Claims,
        rules: &Provisioning,
        by: &Actor,
    ) -> Result<User, Error> {
        may_sign_in(&user)?;
        self.apply(&user, claims, rules, by, "user.groups_applied", |_| Ok(()))
            .await
    }

    /// Somebody who was a user before they came through the provider.
    async fn taken_for(
        &self,
        user: User,
        claims: &Claims,
        rules: &Provisioning,
        by: &Actor,
    ) -> Result<User, Error> {
        may_sign_in(&user)?;
        if !rules.link_by_email {
            return Err(refused(say!(
                "oidc-not-linked",
                "there is a user {email} already, and this server takes nobody for one by the \
                 e-mail address; ask an operator",
                email = user.email
            )));
        }
        // Before as well as after: whatever fails in between, no link that somebody else asked for may
        // give the linked user a password.
        self.store()
            .revoke_password_links(Some(user.id), self.now())
            .await?;
        let linked = self
            .apply(
                &user,
                claims,
                rules,
                by,
                "user.linked",
                |user| match &user.identity {
                    Some(other) if *other != claims.identity => Err(refused(say!(
                        "oidc-other-account",
                        "the user {email} belongs to another account at an identity provider; ask \
                         an operator",
                        email = user.email
                    ))),
                    _ => {
                        user.identity = Some(claims.identity.clone());
                        user.password = None;
                        Ok(())
                    }
                },
            )
            .await?;
        self.store()
            .revoke_password_links(Some(linked.id), self.now())
            .await?;
        tracing::info!(email = linked.email, "a user was linked to their identity");
        Ok(linked)
    }

    /// Somebody new.
    async fn newcomer(
        &self,
        email: String,
        claims: &Claims,
        rules: &Provisioning,
        by: &Actor,
    ) -> Result<User, Error> {
        let now = self.now();
        let name = claims.name.as_deref().map(plain).unwrap_or_default();
        let user = User {
            id: self.new_id(),
            revision: 1,
            name: if name.is_empty() { email.clone() } else { name },
            email,
            password: None,
            operator: rules.operator(&claims.groups).unwrap_or(false),
            memberships: memberships(&[], &self.roles(claims, rules)),
            identity: Some(claims.identity.clone()),
            language: None,
            disabled_at: None,
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        check_user(&mut findings, &user);
        if let Err(Error::Invalid(errors)) = findings.finish()
            && let Some(FieldError { field, message }) = errors.into_iter().next()
        {
            return Err(refused(say!(
                "oidc-odd-user",
                "the identity provider says what no user can have: `{field}`: {message}",
                field,
                message
            )));
        }
        self.store_new_user(&user, by).await?;
        Ok(user)
    }

    /// Puts right what groups give, with another change.
    async fn apply(
        &self,
        user: &User,
        claims: &Claims,
        rules: &Provisioning,
        by: &Actor,
        action: &str,
        change: impl Fn(&mut User) -> Result<(), Error>,
    ) -> Result<User, Error> {
        let roles = self.roles(claims, rules);
        let operator = rules.operator(&claims.groups);
        let applied = |operator: Option<bool>| {
            let (change, roles) = (&change, &roles);
            self.revise_user(user.id, by, action, move |user| {
                may_sign_in(user)?;
                change(user)?;
                user.operator = operator.unwrap_or(user.operator);
                user.memberships = memberships(&user.memberships, roles);
                Ok(())
            })
        };
        let (former, user) = match applied(operator).await {
            Err(Error::Conflict {
                code: "last_operator",
                ..
            }) => {
                tracing::warn!(
                    email = user.email,
                    "no group makes this user an operator, but there is no other: they stay one"
                );
                applied(None).await?
            }
            applied => applied?,
        };
        self.note_memberships(&former.memberships, &user, by)
            .await?;
        Ok(user)
    }

    fn roles(
        &self,
        claims: &Claims,
        rules: &Provisioning,
    ) -> Vec<(crate::ids::OrganizationId, crate::access::Role)> {
        rules.roles(&claims.groups, |slug| {
            let tenant = self.tenant(slug).ok();
            if tenant.is_none() {
                tracing::warn!(
                    organization = slug,
                    "`oidc.groups` names an organization that is not there"
                );
            }
            tenant.map(|tenant| tenant.organization.id)
        })
    }
}

fn may_sign_in(user: &User) -> Result<(), Error> {
    match user.disabled_at {
        None => Ok(()),
        Some(_) => Err(refused(say!(
            "oidc-barred",
            "the user {email} may not sign in; ask an operator",
            email = user.email
        ))),
    }
}

/// The address that somebody who comes for the first time is known by. One that is not theirs for
/// sure would let them in as whoever it belongs to.
fn email(claims: &Claims, rules: &Provisioning) -> Result<String, Error> {
    let email = claims.email.as_deref().map(lower).unwrap_or_default();
    if email.is_empty() {
        return Err(refused(say!(
            "oidc-no-email",
            "the identity provider does not tell your e-mail address; ask whoever runs it to give \
             Bellwire the scope `email`"
        )));
    }
    match claims.email_verified {
        Some(true) => Ok(email),
        None if rules.trust_email => Ok(email),
        Some(false) => Err(refused(say!(
            "oidc-unverified",
            "the identity provider has not verified that {email} is your e-mail address; verify it \
             there, then begin again",
            email
        ))),
        None => Err(refused(say!(
            "oidc-verified-unknown",
            "the identity provider does not say whether it has verified that {email} is your \
             e-mail address; ask whoever runs it to send `email_verified`",
            email
        ))),
    }
}

/// A name without what nobody can read, and no longer than names are.
fn plain(name: &str) -> String {
    let letters = name.trim().chars().filter(|letter| !letter.is_control());
    letters.take(MAX_NAME_CHARS).collect()
}
