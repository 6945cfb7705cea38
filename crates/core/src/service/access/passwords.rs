//! Passwords: what makes one strong enough, whether one is right, changing one's own.

use std::sync::{Arc, atomic::Ordering};

use zxcvbn::{Score, zxcvbn};

use super::{Caller, Principal, SignedIn, Who, lower, weakness};
use crate::{
    ports::Busy,
    said::Said,
    say,
    service::{Error, FieldError, Service},
    time::SECOND,
    user::User,
};

/// The shortest password, in characters.
pub const MIN_PASSWORD_CHARS: usize = 10;
/// The longest password, in bytes.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// When to come back when too many passwords wait to be hashed.
const BUSY_S: u32 = 2;

/// Whether a password can stand guessing, also by somebody who knows whose it is.
pub(in crate::service) fn check(password: &str, email: &str, name: &str) -> Result<(), Said> {
    let length = password.chars().count();
    if length < MIN_PASSWORD_CHARS {
        return Err(say!(
            "password-short",
            "a password has at least {min} characters, this has {length}; a few uncommon words are \
             long and easy to keep in mind",
            min = MIN_PASSWORD_CHARS,
            length
        ));
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(say!(
            "rule-bytes",
            "it has at most {max} bytes, this has {length}; shorten it",
            max = MAX_PASSWORD_BYTES,
            length = password.len()
        ));
    }
    let known: Vec<&str> = email
        .split(['@', '.', '+', '-', '_'])
        .chain(name.split_whitespace())
        .chain([email, name, "bellwire", "webhook"])
        .filter(|word| word.len() > 2)
        .collect();
    let estimate = zxcvbn(password, &known);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    Err(weakness::weak(estimate.feedback()))
}

impl Service {
    /// The hash of a new password.
    pub(in crate::service) async fn hashed(&self, password: &str) -> Result<String, Error> {
        self.passwords().hash(password).await.map_err(busy)
    }

    /// The user whose e-mail address and password these are. An unknown user, one without a
    /// password, one who may not sign in, and a wrong password are not told apart: not by the
    /// answer, nor by the work that it takes.
    ///
    /// # Errors
    /// [`Error::TooMany`], [`Error::Unavailable`].
    pub(super) async fn credentials(
        &self,
        email: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<Option<Arc<User>>, Error> {
        let memories = self.memories();
        let email = lower(email);
        let tried = match memories.tries.begin(&email, caller.address, self.now()) {
            Ok(tried) => tried,
            Err(wait) => {
                memories.limited.fetch_add(1, Ordering::Relaxed);
                return Err(too_many(wait));
            }
        };
        let verified = async {
            let user = self.store().user_by_email(&email).await?;
            let phc = user
                .as_ref()
                .filter(|user| user.disabled_at.is_none())
                .and_then(|user| user.password.as_deref());
            // What is longer is nobody's, and is not worth its hash.
            let right = password.len() <= MAX_PASSWORD_BYTES
                && self.passwords().verify(password, phc).await.map_err(busy)?;
            Ok::<_, Error>(user.filter(|_| right))
        };
        match verified.await {
            Ok(Some(user)) => {
                memories.tries.right(tried, self.now());
                memories.right.fetch_add(1, Ordering::Relaxed);
                Ok(Some(Arc::new(user)))
            }
            Ok(None) => {
                // Without the address that was tried: people type passwords into the wrong field.
                // Not in the audit log either, which nobody may be able to flood.
                let (client, request) = (caller.address, caller.request.as_deref());
                tracing::info!(?client, request, "e-mail address or password was wrong");
                memories.wrong.fetch_add(1, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => {
                memories.tries.undecided(&tried);
                Err(error)
            }
        }
    }

    /// Changes one's own password. All sessions end; who came with one gets a new one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it is not a user; [`Error::Invalid`]; [`Error::TooMany`].
    pub async fn change_password(
        &self,
        principal: &Principal,
        current: &str,
        new: &str,
        caller: &Caller,
    ) -> Result<Option<SignedIn>, Error> {
        let Who::User { user, session } = &principal.who else {
            return Err(Error::Forbidden(say!(
                "refused-no-password",
                "only a user who signed in has a password to change"
            )));
        };
        let right = self.credentials(&user.email, current, caller).await?;
        let Some(user) = right.filter(|right| right.id == user.id) else {
            return Err(Error::Invalid(vec![FieldError::new(
                "current_password",
                say!("password-not-yours", "this is not your password"),
            )]));
        };
        check(new, &user.email, &user.name)
            .map_err(|message| Error::Invalid(vec![FieldError::new("new_password", message)]))?;
        let phc = self.hashed(new).await?;
        let user = self
            .set_password(&user, Some(phc), &principal.actor)
            .await?;
        match session {
            Some(_) => Ok(Some(self.start_session(user, caller).await?)),
            None => Ok(None),
        }
    }
}

pub(in crate::service) fn busy(_: Busy) -> Error {
    Error::TooMany {
        code: "busy",
        retry_after_s: BUSY_S,
        message: say!(
            "refused-busy",
            "too many people sign in at this moment; try again in a few seconds"
        ),
    }
}

fn too_many(wait: i64) -> Error {
    let seconds = u32::try_from((wait + SECOND - 1) / SECOND).unwrap_or(u32::MAX);
    Error::TooMany {
        code: "too_many_tries",
        retry_after_s: seconds,
        message: say!(
            "refused-tries",
            "there were too many tries to sign in; the next one is looked at in {seconds} seconds",
            seconds
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_password_weak_is_said_with_what_to_do() {
        let refusal = |password: &str| {
            check(password, "ann.smithers@acme.example", "Ann Smithers").unwrap_err()
        };
        assert!(refusal("short").contains("at least 10 characters, this has 5"));
        assert!(refusal("password123").contains("common password"));
        assert!(refusal("aaaaaaaaaaaaaaa").contains("Repeats like `aaa`"));
        for hers in ["Smithers2024", "acmesmithers", "bellwire1234"] {
            assert!(refusal(hers).contains("too easy to guess"), "{hers}");
        }
        assert!(refusal(&"x".repeat(1025)).contains("at most 1024 bytes"));
    }

    #[test]
    fn a_few_uncommon_words_are_fine_and_so_are_other_scripts() {
        for strong in [
            "plover quartz lantern",
            "Imaginative-Say-Shoulder",
            "зелёный слон танцует",
            &"correct horse 7 ".repeat(60),
        ] {
            assert_eq!(check(strong, "ann@acme.example", "Ann"), Ok(()), "{strong}");
        }
    }
}
