//! Changing a user: by revision, with the guard of the last operator, and the end of sessions that
//! were begun with other rights.

use std::collections::BTreeSet;

use super::{Error, STALE_RETRIES, Service, access::taken, audit::Subject, shown::shown_member};
use crate::{
    access::Actor,
    ids::{OrganizationId, UserId},
    ports,
    stored::refusals,
    user::{Membership, User},
};

impl Service {
    /// Writes the next revision of a user: what `change` makes of the stored one. Gives back the
    /// revision before and the one after, which are the same when nothing changed.
    pub(super) async fn revise_user(
        &self,
        id: UserId,
        by: &Actor,
        action: &str,
        change: impl Fn(&mut User) -> Result<(), Error>,
    ) -> Result<(User, User), Error> {
        self.revise_user_in(id, by, action, None, change).await
    }

    /// The same, as a change within an organization.
    pub(super) async fn revise_user_in(
        &self,
        id: UserId,
        by: &Actor,
        action: &str,
        organization_id: Option<OrganizationId>,
        change: impl Fn(&mut User) -> Result<(), Error>,
    ) -> Result<(User, User), Error> {
        for _ in 0..STALE_RETRIES {
            let former = self.user(id).await?;
            let mut user = former.clone();
            change(&mut user)?;
            if user == former {
                return Ok((former, user));
            }
            let resigns = is_operator(&former) && !is_operator(&user);
            if resigns && self.store().operators().await? <= 1 {
                return Err(last_operator());
            }
            let entry = match organization_id {
                None => self.entry_about(
                    by,
                    action,
                    Subject::platform(id, &user.email),
                    Some(self.shown_user(&former)),
                    Some(self.shown_user(&user)),
                ),
                Some(at) => self.entry_about(
                    by,
                    action,
                    Subject::of(at, id, &user.email),
                    shown_member(&former, at),
                    shown_member(&user, at),
                ),
            };
            user.revision += 1;
            user.updated_at = self.now();
            let ends = ends_sessions(&former, &user);
            match self.store().update_user(user.clone(), ends, entry).await {
                Ok(()) => {
                    self.forget();
                    if resigns && self.store().operators().await? == 0 {
                        // Two resigned at once, and each was not the last when they looked.
                        self.reinstate(&user).await?;
                        return Err(last_operator());
                    }
                    return Ok((former, user));
                }
                Err(ports::Error::Stale) => {}
                Err(error) => return Err(taken(error, &user.email)),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Makes a user an operator again.
    async fn reinstate(&self, user: &User) -> Result<(), Error> {
        let again = User {
            revision: user.revision + 1,
            operator: true,
            disabled_at: None,
            ..user.clone()
        };
        let entry = self.entry_about(
            &Actor::system(),
            "user.updated",
            Subject::platform(user.id, &user.email),
            Some(self.shown_user(user)),
            Some(self.shown_user(&again)),
        );
        let written = self.store().update_user(again, true, entry).await;
        self.forget();
        Ok(written?)
    }

    /// Tells each organization's log who came and went by a change of the platform's.
    pub(super) async fn note_memberships(
        &self,
        former: &[Membership],
        user: &User,
        by: &Actor,
    ) -> Result<(), Error> {
        let before = User {
            memberships: former.to_vec(),
            ..user.clone()
        };
        let organizations: BTreeSet<OrganizationId> = former
            .iter()
            .chain(&user.memberships)
            .map(|membership| membership.organization_id)
            .collect();
        let entries: Vec<_> = organizations
            .into_iter()
            .filter_map(|at| {
                let (was, is) = (shown_member(&before, at), shown_member(user, at));
                let action = match (&was, &is) {
                    (None, Some(_)) => "member.added",
                    (Some(_), None) => "member.removed",
                    _ if was == is => return None,
                    _ => "member.changed",
                };
                let subject = Subject::of(at, user.id, &user.email);
                Some(self.entry_about(by, action, subject, was, is))
            })
            .collect();
        if !entries.is_empty() {
            self.store().note(entries).await?;
        }
        Ok(())
    }
}

fn is_operator(user: &User) -> bool {
    user.operator && user.disabled_at.is_none()
}

/// Whether a change is one of what somebody may do, or of how they show who they are. Becoming a
/// member of one more organization is not: what they could do before, they can, and what comes with
/// it is theirs with the next request.
fn ends_sessions(former: &User, user: &User) -> bool {
    let kept = |membership: &Membership| {
        let same = |one: &Membership| {
            (one.organization_id, one.role) == (membership.organization_id, membership.role)
        };
        user.memberships.iter().any(same)
    };
    !former.memberships.iter().all(kept)
        || (
            &former.email,
            &former.password,
            former.operator,
            &former.identity,
            former.disabled_at,
        ) != (
            &user.email,
            &user.password,
            user.operator,
            &user.identity,
            user.disabled_at,
        )
}

fn last_operator() -> Error {
    Error::Conflict {
        code: "last_operator",
        message: refusals::last_operator(),
    }
}
