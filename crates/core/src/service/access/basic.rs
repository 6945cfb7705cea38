//! E-mail address and password with each request (HTTP Basic). A hash takes a hundred times longer
//! than the rest of a request, so credentials that were right are remembered for a minute: as a
//! keyed hash, with a key that is in no other process and on no disk.

use hmac::Mac as _;

use super::{Caller, Principal, Who, lower};
use crate::{
    crypt::mac,
    service::{Error, Service},
};

impl Service {
    /// Who has this e-mail address and password; `None` when nobody has.
    ///
    /// # Errors
    /// [`Error::TooMany`]: nothing was looked at. [`Error::Unavailable`].
    pub async fn authenticate_basic(
        &self,
        email: &str,
        password: &str,
        caller: &Caller,
    ) -> Result<Option<Principal>, Error> {
        let email = lower(email);
        let key = self.credentials_key(&email, password);
        if let Some(principal) = self.recognised(&key, caller).await? {
            return Ok(Some(principal));
        }
        let memories = self.memories();
        let _flight = memories.flights.enter(key).await;
        if let Some(principal) = self.recognised(&key, caller).await? {
            return Ok(Some(principal));
        }
        let now = self.now();
        let forgotten = memories.credentials.recall(&key, now).err();
        let Some(user) = self.credentials(&email, password, caller).await? else {
            return Ok(None);
        };
        if let Some(forgotten) = forgotten {
            let right = (user.id, user.revision);
            memories.credentials.remember(key, right, now, forgotten);
        }
        Ok(Some(Principal::basic(user, caller)))
    }

    /// The user whose credentials were right a moment ago and still are.
    async fn recognised(
        &self,
        key: &[u8; 32],
        caller: &Caller,
    ) -> Result<Option<Principal>, Error> {
        let Ok((id, revision)) = self.memories().credentials.recall(key, self.now()) else {
            return Ok(None);
        };
        let user = self.known_user(id).await?;
        let user = user.filter(|user| user.revision == revision && user.disabled_at.is_none());
        if user.is_none() {
            // A change of password or role is another revision, also one that was not heard of.
            self.memories().credentials.forget(|(of, _)| *of == id);
        }
        Ok(user.map(|user| Principal::basic(user, caller)))
    }

    fn credentials_key(&self, email: &str, password: &str) -> [u8; 32] {
        let key = self.memories().key.get_or_init(|| {
            let mut key = [0; 32];
            self.entropy().fill(&mut key);
            key
        });
        // No e-mail address has a NUL in it, so no two pairs look alike.
        let parts = [email.as_bytes(), b"\0", password.as_bytes()];
        mac(key, &parts).finalize().into_bytes().into()
    }
}

impl Principal {
    fn basic(user: std::sync::Arc<crate::user::User>, caller: &Caller) -> Self {
        Self {
            actor: caller.user(&user),
            access: user.access(),
            who: Who::User {
                user,
                session: None,
            },
        }
    }
}
