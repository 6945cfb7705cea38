//! Sessions: somebody is signed in on one browser. The cookie holds a secret, of which the hash is
//! stored; being there again moves the end, up to a last one.

use std::{fmt::Write as _, sync::Arc};

use hmac::Mac as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Caller, Presence, Principal, Who, secret_hash};
use crate::{
    access::{Actor, ActorKind},
    crypt::mac,
    ids::{LinkId, SessionId, UserId},
    say,
    service::{Error, Service, audit::Subject},
    time::{DurationUs, MINUTE, SECOND, Time},
    user::{Holder, Portal, Session, User},
};

/// What the secret of every session begins with.
pub const SESSION_PREFIX: &str = "bws_";
/// How long between two notes that somebody is here.
const TOUCH_US: DurationUs = MINUTE;
/// How much of what a program calls itself is kept, in characters.
const AGENT_CHARS: usize = 200;

/// Somebody has signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The secret of the session: for the cookie, and nowhere else.
    pub secret: String,
    /// Who they are from now on.
    pub principal: Principal,
}

impl std::fmt::Debug for SignedIn {
    /// Never shows the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SignedIn")
            .field(&self.principal.actor)
            .finish()
    }
}

impl Service {
    /// Signs a user in by e-mail address and password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], the same for an unknown address and a wrong password;
    /// [`Error::TooMany`]; [`Error::Unavailable`].
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<SignedIn, Error> {
        let Some(user) = self.credentials(email, password, caller).await? else {
            return Err(Error::Unauthenticated(say!(
                "refused-password",
                "the e-mail address or the password is wrong"
            )));
        };
        self.start_session(user, caller).await
    }

    /// Signs in a user of whom it is known already who they are.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when they may not sign in.
    pub async fn start_session(&self, user: Arc<User>, caller: &Caller) -> Result<SignedIn, Error> {
        if user.disabled_at.is_some() {
            return Err(Error::Unauthenticated(say!(
                "refused-user",
                "this user may not sign in"
            )));
        }
        let options = self.options();
        let max = options.session_max;
        let idle = options.session_idle.min(max);
        let actor = caller.user(&user);
        let holder = Holder::User(user.id);
        let (secret, session) = self.new_session(holder, idle, max, caller);
        let entry = self.entry_about(
            &actor,
            "user.signed_in",
            Subject::platform(user.id, &user.email),
            None,
            Some(shown(&session)),
        );
        self.store().create_session(session.clone(), entry).await?;
        // A change of password or role that was made meanwhile ended the sessions there were, and
        // this one may have come just behind it.
        let stored = self.store().user(user.id).await?;
        if stored.is_none_or(|stored| stored.revision != user.revision) {
            match self.end_session(user.id, session.id, &actor).await {
                // It went with the user, or with the change.
                Ok(()) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
            return Err(Error::Unauthenticated(say!(
                "refused-user-changed",
                "this user was changed at this very moment; sign in again"
            )));
        }
        let principal = Principal {
            access: user.access(),
            who: Who::User {
                user,
                session: Some(presence(&session, &secret)),
            },
            actor,
        };
        Ok(SignedIn { secret, principal })
    }

    /// Lets a customer in who came through a link.
    pub(in crate::service) async fn start_portal_session(
        &self,
        link_id: LinkId,
        portal: Portal,
        caller: &Caller,
    ) -> Result<SignedIn, Error> {
        let lasts = DurationUs::from(portal.session_s) * SECOND;
        let holder = Holder::Portal(link_id, portal.clone());
        let (secret, session) = self.new_session(holder, lasts, lasts, caller);
        let principal = portal_principal(link_id, portal, presence(&session, &secret), caller);
        let Who::Portal { portal, .. } = &principal.who else {
            return Err(Error::Internal("a portal session of nobody".to_owned()));
        };
        let entry = self.entry_about(
            &principal.actor,
            "link.used",
            Subject::of(portal.organization_id, link_id, &portal.name),
            None,
            Some(shown(&session)),
        );
        self.store().create_session(session, entry).await?;
        Ok(SignedIn { secret, principal })
    }

    fn new_session(
        &self,
        holder: Holder,
        idle: DurationUs,
        max: DurationUs,
        caller: &Caller,
    ) -> (String, Session) {
        let now = self.now();
        let secret = self.bearer_secret(SESSION_PREFIX);
        let session = Session {
            id: self.new_id(),
            sha256: Sha256::digest(secret.as_bytes()).into(),
            holder,
            created_at: now,
            seen_at: now,
            expires_at: now + idle,
            ends_at: now + max,
            address: caller.address.map(|address| address.to_string()),
            agent: caller.agent.as_deref().map(|agent| {
                let letters = agent.chars().filter(|letter| !letter.is_control());
                letters.take(AGENT_CHARS).collect()
            }),
        };
        (secret, session)
    }

    /// Who holds the session of this secret; `None` when there is none, or it has ended.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: nobody can say whether there is one.
    pub async fn authenticate_session(
        &self,
        secret: &str,
        caller: &Caller,
    ) -> Result<Option<Principal>, Error> {
        let Some(hash) = secret_hash(SESSION_PREFIX, secret) else {
            return Ok(None);
        };
        let now = self.now();
        let memory = &self.memories().sessions;
        let session = match memory.recall(&hash, now) {
            Ok(session) => session,
            Err(forgotten) => {
                let Some(session) = self.store().session(hash).await? else {
                    return Ok(None);
                };
                let session = Arc::new(self.seen(session, now).await);
                memory.remember(hash, Arc::clone(&session), now, forgotten);
                session
            }
        };
        if !session.holds(now) {
            return Ok(None);
        }
        let presence = presence(&session, secret);
        match &session.holder {
            Holder::User(id) => {
                let user = self.known_user(*id).await?;
                let user = user.filter(|user| user.disabled_at.is_none());
                Ok(user.map(|user| Principal {
                    actor: caller.user(&user),
                    access: user.access(),
                    who: Who::User {
                        user,
                        session: Some(presence),
                    },
                }))
            }
            Holder::Portal(link_id, portal) => {
                let there = self.snapshot().organization_by_id(portal.organization_id);
                Ok(there
                    .is_some()
                    .then(|| portal_principal(*link_id, portal.clone(), presence, caller)))
            }
        }
    }

    /// Notes that the holder of a session is here, at most once a minute.
    async fn seen(&self, mut session: Session, now: Time) -> Session {
        if !session.holds(now) || now.since(session.seen_at) < TOUCH_US {
            return session;
        }
        let until = match session.holder {
            Holder::User(_) => (now + self.options().session_idle).min(session.ends_at),
            Holder::Portal(..) => session.expires_at,
        };
        match self.store().touch_session(session.id, now, until).await {
            Ok(()) => {
                session.seen_at = now;
                session.expires_at = session.expires_at.max(until);
            }
            // A store that only reads ends no session before its time.
            Err(error) => tracing::warn!(%error, "a session's end could not be moved"),
        }
        session
    }

    /// Ends the session that the principal came with.
    ///
    /// # Errors
    /// [`Error::Conflict`] (`no_session`) when they came without.
    pub async fn sign_out(&self, principal: &Principal) -> Result<(), Error> {
        let session = principal.session().ok_or_else(|| Error::Conflict {
            code: "no_session",
            message: "this request came with a token or a password, which end no session".into(),
        })?;
        let subject = match &principal.who {
            Who::Portal {
                portal, link_id, ..
            } => Subject::of(portal.organization_id, *link_id, &portal.name),
            _ => Subject::platform(
                principal.actor.id.clone().unwrap_or_default(),
                &principal.actor.name,
            ),
        };
        let entry = self.entry_about(&principal.actor, "user.signed_out", subject, None, None);
        let id = session.id;
        self.store().end_session(id, entry).await?;
        self.memories().sessions.forget(|session| session.id == id);
        Ok(())
    }

    /// The sessions of a user that have not ended, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sessions(&self, user_id: UserId) -> Result<Vec<Session>, Error> {
        Ok(self.store().sessions(user_id, self.now()).await?)
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the user has no such session.
    pub async fn end_session(
        &self,
        user_id: UserId,
        id: SessionId,
        by: &Actor,
    ) -> Result<(), Error> {
        let user = self.user(user_id).await?;
        let sessions = self.sessions(user_id).await?;
        let session = sessions
            .iter()
            .find(|session| session.id == id)
            .ok_or(Error::NotFound("session"))?;
        let entry = self.entry_about(
            by,
            "user.signed_out",
            Subject::platform(user.id, &user.email),
            Some(shown(session)),
            None,
        );
        let ended = self.store().end_session(id, entry).await?;
        self.memories().sessions.forget(|session| session.id == id);
        ended.then_some(()).ok_or(Error::NotFound("session"))
    }

    /// Ends every session of a user; how many there were.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the user.
    pub async fn sign_out_everywhere(&self, user_id: UserId, by: &Actor) -> Result<u64, Error> {
        let user = self.user(user_id).await?;
        let subject = Subject::platform(user.id, &user.email);
        let entry = self.entry_about(by, "user.sessions_ended", subject, None, None);
        let ended = self.store().end_sessions(user_id, entry).await?;
        let theirs = Holder::User(user_id);
        let memory = &self.memories().sessions;
        memory.forget(|session| session.holder == theirs);
        Ok(ended)
    }
}

fn portal_principal(
    link_id: LinkId,
    portal: Portal,
    session: Presence,
    caller: &Caller,
) -> Principal {
    Principal {
        actor: caller.actor(ActorKind::Link, link_id.to_string(), portal.name.clone()),
        access: portal.access(),
        who: Who::Portal {
            link_id,
            portal,
            session,
        },
    }
}

fn presence(session: &Session, secret: &str) -> Presence {
    Presence {
        id: session.id,
        csrf: csrf(secret),
        expires_at: session.expires_at.min(session.ends_at),
        ends_at: session.ends_at,
    }
}

/// What a page that may read the session's answers can send with an unsafe request, and a foreign
/// page, which can only make the browser send the cookie, cannot.
fn csrf(secret: &str) -> String {
    let key = Sha256::digest(secret.as_bytes()).into();
    let mut text = String::with_capacity(32);
    for byte in &mac(&key, &[b"csrf"]).finalize().into_bytes()[..16] {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn shown(session: &Session) -> serde_json::Value {
    json!({
        "session": session.id,
        "address": session.address,
        "agent": session.agent,
        "ends_at": session.ends_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csrf_token_follows_from_the_secret_and_does_not_show_it() {
        let token = csrf("bws_one");
        assert_eq!(token.len(), 32);
        assert_eq!(token, csrf("bws_one"));
        assert_ne!(token, csrf("bws_two"));
        assert!(token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
