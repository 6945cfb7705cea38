//! Members: users, as one organization sees and changes them.

use super::{
    Error, Service,
    access::lower,
    users::{NewlyMade, check_user},
    validate::{self, Findings},
};
use crate::{
    access::{Actor, Role},
    ids::UserId,
    ports::Page,
    say,
    user::{Membership, User},
};

/// Somebody to take into an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Their e-mail address. A user is made for one that nobody has.
    pub email: String,
    /// For people, when a user is made; the e-mail address, when absent.
    pub name: Option<String>,
    /// What they may do here.
    pub role: Role,
}

impl Service {
    /// Takes somebody into an organization. One who was no user before gets a link to choose a
    /// password by.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization, [`Error::Invalid`]; [`Error::Conflict`]
    /// (`already_member`).
    pub async fn add_member(
        &self,
        slug: &str,
        new: NewMember,
        by: &Actor,
    ) -> Result<NewlyMade, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let membership = Membership {
            organization_id,
            role: new.role,
            by_group: false,
        };
        let email = lower(&new.email);
        if let Some(user) = self.store().user_by_email(&email).await? {
            let (_, user) = self
                .revise_user_in(user.id, by, "member.added", Some(organization_id), |user| {
                    if position(user, membership).is_ok() {
                        return Err(Error::Conflict {
                            code: "already_member",
                            message: say!(
                                "taken-member",
                                "`{email}` is a member already; change their role instead",
                                email = user.email
                            ),
                        });
                    }
                    put(user, membership);
                    Ok(())
                })
                .await?;
            return Ok(NewlyMade {
                user,
                password_link: None,
            });
        }
        let now = self.now();
        let user = User {
            id: self.new_id(),
            revision: 1,
            name: new.name.unwrap_or_else(|| email.clone()),
            email,
            password: None,
            operator: false,
            memberships: vec![membership],
            identity: None,
            language: None,
            disabled_at: None,
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        check_user(&mut findings, &user);
        findings.finish()?;
        self.store_new_user(&user, by).await?;
        let password_link = Some(self.password_link(user.id, by).await?);
        Ok(NewlyMade {
            user,
            password_link,
        })
    }

    /// Changes what a member may do.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a user who is no member.
    pub async fn update_member(
        &self,
        slug: &str,
        id: UserId,
        role: Role,
        by: &Actor,
    ) -> Result<User, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let membership = Membership {
            organization_id,
            role,
            by_group: false,
        };
        let (_, user) = self
            .revise_member(id, by, "member.changed", membership, |user, at| {
                if user.memberships[at].role != role {
                    user.memberships[at] = membership;
                }
            })
            .await?;
        Ok(user)
    }

    /// Takes somebody out of an organization. They stay a user.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a user who is no member.
    pub async fn remove_member(&self, slug: &str, id: UserId, by: &Actor) -> Result<(), Error> {
        let membership = Membership {
            organization_id: self.tenant(slug)?.organization.id,
            role: Role::Viewer,
            by_group: false,
        };
        self.revise_member(id, by, "member.removed", membership, |user, at| {
            user.memberships.remove(at);
        })
        .await?;
        Ok(())
    }

    /// Members by e-mail address, after the one given.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the organization.
    pub async fn members(
        &self,
        slug: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<User, String>, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let limit = limit.max(1);
        let users = self
            .store()
            .users(Some(organization_id), after, limit + 1)
            .await?;
        Ok(validate::page(users.into_iter(), limit, |user| {
            user.email.clone()
        }))
    }

    async fn revise_member(
        &self,
        id: UserId,
        by: &Actor,
        action: &str,
        membership: Membership,
        change: impl Fn(&mut User, usize),
    ) -> Result<(User, User), Error> {
        let organization_id = Some(membership.organization_id);
        let revised = self
            .revise_user_in(id, by, action, organization_id, |user| {
                // Whether there is such a user elsewhere is not this organization's business.
                let at = position(user, membership).map_err(|_| Error::NotFound("member"))?;
                change(user, at);
                Ok(())
            })
            .await;
        revised.map_err(|error| match error {
            Error::NotFound(_) => Error::NotFound("member"),
            error => error,
        })
    }
}

/// Where a membership of this organization is, or belongs.
fn position(user: &User, membership: Membership) -> Result<usize, usize> {
    user.memberships
        .binary_search_by_key(&membership.organization_id, |one| one.organization_id)
}

fn put(user: &mut User, membership: Membership) {
    match position(user, membership) {
        Ok(at) => user.memberships[at] = membership,
        Err(at) => user.memberships.insert(at, membership),
    }
}
