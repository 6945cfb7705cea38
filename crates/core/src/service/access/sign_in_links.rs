//! A link that signs a user in once: for whoever starts a demo, or has the machine and no password.
//! Only the process itself and its console make one, so that nobody becomes somebody else over HTTP.

use std::sync::Arc;

use super::{Caller, SignedIn};
use crate::{
    access::{Actor, ActorKind},
    ids::UserId,
    say,
    service::{Error, Service},
    time::{DurationUs, MINUTE},
    user::Purpose,
};

/// How long a sign-in link works: from a terminal into a browser, with a coffee between.
pub const SIGN_IN_LINK_US: DurationUs = 30 * MINUTE;

impl Service {
    /// The text of a link that signs a user in, once.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but the console and the process itself; [`Error::NotFound`];
    /// [`Error::Conflict`] (`conflict`).
    pub async fn sign_in_link(&self, id: UserId, by: &Actor) -> Result<String, Error> {
        if !matches!(by.kind, ActorKind::Console | ActorKind::System) {
            return Err(Error::Forbidden(
                "a link that signs somebody in is made on the machine that has the store, with \
                 `bellwire user sign-in-link --local`"
                    .into(),
            ));
        }
        let user = self.user(id).await?;
        if user.disabled_at.is_some() {
            return Err(Error::Conflict {
                code: "conflict",
                message: say!(
                    "refused-user-disabled",
                    "this user may not sign in; enable them first"
                ),
            });
        }
        self.make_link(Purpose::User(id), SIGN_IN_LINK_US, by, &user.email)
            .await
    }

    /// Signs in by such a link. It works once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no such link, or is of a user who may not sign in;
    /// [`Error::Gone`] (`link_used`, `link_expired`).
    pub async fn sign_in_by_link(&self, text: &str, caller: &Caller) -> Result<SignedIn, Error> {
        let link = self
            .look_at_link(text, |purpose| matches!(purpose, Purpose::User(_)))
            .await?;
        let Purpose::User(id) = link.purpose else {
            return Err(Error::NotFound("link"));
        };
        let user = self.store().user(id).await?;
        let user = user
            .filter(|user| user.disabled_at.is_none())
            .ok_or(Error::NotFound("link"))?;
        self.use_link(link.id).await?;
        self.start_session(Arc::new(user), caller).await
    }
}
