//! Users: people who sign in. What they may do in organizations one by one is in `members`; how they
//! come to a password, in `access::setup`.

use super::{
    Error, Service,
    access::{lower, taken},
    audit::Subject,
    validate::{self, Findings},
};
use crate::{
    access::{Actor, Role},
    ids::UserId,
    ports::Page,
    said::Said,
    say,
    user::{Membership, User},
};

/// The longest e-mail address (RFC 5321), in bytes.
pub const MAX_EMAIL_BYTES: usize = 254;
/// The longest name of a language.
const MAX_LANGUAGE_BYTES: usize = 35;

/// A user to make.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewUser {
    /// Their e-mail address; kept in lower case.
    pub email: String,
    /// For people; the e-mail address, when absent.
    pub name: Option<String>,
    /// Their password; they choose one by a link, when absent.
    pub password: Option<String>,
    /// Stands above organizations.
    pub operator: bool,
    /// Roles in organizations, by slug.
    pub memberships: Vec<(String, Role)>,
}

impl std::fmt::Debug for NewUser {
    /// Never shows the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser")
            .field("email", &self.email)
            .field("operator", &self.operator)
            .field("memberships", &self.memberships)
            .finish_non_exhaustive()
    }
}

/// What to change of a user; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserPatch {
    /// Their e-mail address.
    pub email: Option<String>,
    /// For people.
    pub name: Option<String>,
    /// Stands above organizations.
    pub operator: Option<bool>,
    /// May not sign in.
    pub disabled: Option<bool>,
    /// All roles in organizations, by slug.
    pub memberships: Option<Vec<(String, Role)>>,
    /// The language of their pages; as the browser says, when `Some(None)`.
    pub language: Option<Option<String>>,
}

/// A user that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewlyMade {
    /// The user.
    pub user: User,
    /// The text of a link with which they choose a password, when they have none.
    pub password_link: Option<String>,
}

impl std::fmt::Debug for NewlyMade {
    /// Never shows the link.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("NewlyMade").field(&self.user).finish()
    }
}

impl Service {
    /// Makes a user.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Conflict`] (`email_taken`); [`Error::TooMany`] (`busy`).
    pub async fn create_user(&self, new: NewUser, by: &Actor) -> Result<NewlyMade, Error> {
        let now = self.now();
        let email = lower(&new.email);
        let mut findings = Findings::default();
        let memberships = self.memberships(&mut findings, &new.memberships);
        let mut user = User {
            id: self.new_id(),
            revision: 1,
            name: new.name.unwrap_or_else(|| email.clone()),
            email,
            password: None,
            operator: new.operator,
            memberships,
            identity: None,
            language: None,
            disabled_at: None,
            created_at: now,
            updated_at: now,
        };
        check_user(&mut findings, &user);
        if let Some(password) = &new.password {
            let strong = super::access::check_password(password, &user.email, &user.name);
            findings.check("password", strong);
        }
        findings.finish()?;
        if self.store().user_by_email(&user.email).await?.is_some() {
            // Spares a hash; the store decides.
            return Err(email_taken(&user.email));
        }
        if let Some(password) = &new.password {
            user.password = Some(self.hashed(password).await?);
        }
        self.store_new_user(&user, by).await?;
        let password_link = match user.password {
            Some(_) => None,
            None => Some(self.password_link(user.id, by).await?),
        };
        Ok(NewlyMade {
            user,
            password_link,
        })
    }

    pub(super) async fn store_new_user(&self, user: &User, by: &Actor) -> Result<(), Error> {
        let entry = self.entry_about(
            by,
            "user.created",
            Subject::platform(user.id, &user.email),
            None,
            Some(self.shown_user(user)),
        );
        let stored = self.store().create_user(user.clone(), entry).await;
        stored.map_err(|error| taken(error, &user.email))?;
        self.forget();
        self.note_memberships(&[], user, by).await
    }

    /// Changes a user. A change that changes nothing is not stored; one of what they may do, or of
    /// how they sign in, ends their sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Conflict`] (`email_taken`,
    /// `last_operator`).
    pub async fn update_user(
        &self,
        id: UserId,
        patch: UserPatch,
        by: &Actor,
    ) -> Result<User, Error> {
        let mut findings = Findings::default();
        let memberships = patch
            .memberships
            .as_ref()
            .map(|roles| self.memberships(&mut findings, roles));
        findings.finish()?;
        let now = self.now();
        let (former, user) = self
            .revise_user(id, by, "user.updated", |user| {
                if let Some(email) = &patch.email {
                    user.email = lower(email);
                }
                if let Some(name) = &patch.name {
                    user.name.clone_from(name);
                }
                if let Some(operator) = patch.operator {
                    user.operator = operator;
                }
                if let Some(language) = &patch.language {
                    user.language.clone_from(language);
                }
                match patch.disabled {
                    Some(true) => user.disabled_at = user.disabled_at.or(Some(now)),
                    Some(false) => user.disabled_at = None,
                    None => {}
                }
                if let Some(memberships) = &memberships {
                    user.memberships = kept(&user.memberships, memberships);
                }
                let mut findings = Findings::default();
                check_user(&mut findings, user);
                findings.finish()
            })
            .await?;
        self.note_memberships(&former.memberships, &user, by)
            .await?;
        Ok(user)
    }

    /// Deletes a user. What they did stays in the audit log under their name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] (`last_operator`).
    pub async fn delete_user(&self, id: UserId, by: &Actor) -> Result<(), Error> {
        let user = self.user(id).await?;
        if user.operator {
            // The one guard of the last operator is in the change of a user.
            self.revise_user(id, by, "user.updated", |user| {
                user.operator = false;
                Ok(())
            })
            .await?;
        }
        let entry = self.entry_about(
            by,
            "user.deleted",
            Subject::platform(id, &user.email),
            Some(self.shown_user(&user)),
            None,
        );
        self.store().delete_user(id, entry).await?;
        self.forget();
        let gone = User {
            memberships: Vec::new(),
            ..user.clone()
        };
        self.note_memberships(&user.memberships, &gone, by).await
    }

    /// One user.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn user(&self, id: UserId) -> Result<User, Error> {
        let user = self.store().user(id).await?;
        user.ok_or(Error::NotFound("user"))
    }

    /// Users by e-mail address, after the one given: all, or those whose address begins with `q`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn users(
        &self,
        q: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<User, String>, Error> {
        let limit = limit.max(1);
        let q = lower(q.unwrap_or_default());
        // What begins with a text comes right behind that text, which is itself the first of them.
        let from_start = after.is_none_or(|after| after < q.as_str());
        let mut found = Vec::new();
        if from_start && !q.is_empty() {
            found.extend(self.store().user_by_email(&q).await?);
        }
        let after = if from_start {
            Some(q.as_str()).filter(|q| !q.is_empty())
        } else {
            after
        };
        let more = self.store().users(None, after, limit + 1).await?;
        found.extend(
            more.into_iter()
                .take_while(|user| user.email.starts_with(&q)),
        );
        Ok(validate::page(found.into_iter(), limit, |user| {
            user.email.clone()
        }))
    }

    fn memberships(&self, findings: &mut Findings, roles: &[(String, Role)]) -> Vec<Membership> {
        let mut memberships: Vec<Membership> = Vec::with_capacity(roles.len());
        for (index, (slug, role)) in roles.iter().enumerate() {
            let field = format!("memberships[{index}].organization");
            match self.tenant(slug) {
                Err(_) => findings.add(
                    field,
                    say!("rule-no-organization", "there is no such organization"),
                ),
                Ok(tenant) => {
                    let organization_id = tenant.organization.id;
                    if memberships
                        .iter()
                        .any(|membership| membership.organization_id == organization_id)
                    {
                        findings.add(
                            field,
                            say!(
                                "rule-organization-twice",
                                "this organization is named twice"
                            ),
                        );
                    }
                    memberships.push(Membership {
                        organization_id,
                        role: *role,
                        by_group: false,
                    });
                }
            }
        }
        memberships.sort_by_key(|membership| membership.organization_id);
        memberships
    }
}

/// Memberships as asked for; one that is as it was stays, with where it came from.
fn kept(former: &[Membership], asked: &[Membership]) -> Vec<Membership> {
    let same = |one: &Membership, other: &Membership| {
        (one.organization_id, one.role) == (other.organization_id, other.role)
    };
    asked
        .iter()
        .map(|membership| {
            let stored = former.iter().find(|stored| same(stored, membership));
            *stored.unwrap_or(membership)
        })
        .collect()
}

pub(super) fn check_user(findings: &mut Findings, user: &User) {
    findings.check("email", check_email(&user.email));
    findings.check("name", validate::required_name(&user.name));
    if let Some(language) = &user.language {
        let right = (1..=MAX_LANGUAGE_BYTES).contains(&language.len())
            && language
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !right {
            findings.add(
                "language",
                say!(
                    "rule-language",
                    "a language is a tag such as `it` or `pt-BR`"
                ),
            );
        }
    }
}

pub(super) fn check_email(email: &str) -> Result<(), Said> {
    let right = email.len() <= MAX_EMAIL_BYTES
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.len() > 1 && !domain.contains('@')
        })
        && !email.chars().any(|letter| {
            letter.is_whitespace() || letter.is_control() || r#"<>()[],;:\""#.contains(letter)
        });
    right.then_some(()).ok_or_else(|| {
        say!(
            "rule-email",
            "an e-mail address looks like `ann@example.com` and has at most {max} bytes",
            max = MAX_EMAIL_BYTES
        )
    })
}

pub(super) fn email_taken(email: &str) -> Error {
    Error::Conflict {
        code: "email_taken",
        message: say!(
            "taken-email",
            "there is a user `{email}` already; change that one",
            email
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrganizationId;

    #[test]
    fn an_email_address_has_two_halves_and_nothing_that_wire_or_page_could_trip_over() {
        for right in [
            "ann@example.com",
            "a+b@x.co",
            "ünder@bücher.example",
            "a@b1",
        ] {
            assert_eq!(check_email(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a@b",
            "a@@bc",
            "a b@example.com",
            "a:b@example.com",
            "ann@example.com\n",
            "<ann@example.com>",
            &format!("{}@example.com", "a".repeat(250)),
        ] {
            assert!(
                check_email(wrong).unwrap_err().contains("ann@example.com"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_membership_that_stays_as_it_was_remembers_where_it_came_from() {
        let membership = |n: u8, role, by_group| Membership {
            organization_id: OrganizationId::from_bytes([n; 16]),
            role,
            by_group,
        };
        let former = [
            membership(1, Role::Admin, true),
            membership(2, Role::Viewer, true),
        ];
        let asked = [
            membership(1, Role::Admin, false),
            membership(2, Role::Editor, false),
            membership(3, Role::Viewer, false),
        ];
        assert_eq!(kept(&former, &asked), [former[0], asked[1], asked[2]]);
    }
}
