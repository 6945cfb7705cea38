//! What the operator set about sign-in through an identity provider: who is let in, and what the
//! provider's groups mean here.

use std::sync::Arc;

use crate::{access::Role, ids::OrganizationId, ports::IdentityProvider, user::Membership};

/// Sign-in through an identity provider.
#[derive(Clone)]
pub struct Federation {
    /// The provider.
    pub provider: Arc<dyn IdentityProvider>,
    /// What its word is worth.
    pub rules: Provisioning,
}

/// What a provider's word is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioning {
    /// Somebody whom nobody knows here becomes a user.
    pub create_users: bool,
    /// Somebody who was a user before, by the same verified e-mail address, is taken for that one.
    pub link_by_email: bool,
    /// An address of which the provider does not say whether it is verified is taken for verified.
    pub trust_email: bool,
    /// Groups whose members are operators. When there are any, they alone decide for everybody who
    /// signs in through the provider.
    pub operators: Vec<String>,
    /// Roles that groups give.
    pub groups: Vec<GroupRole>,
}

impl Default for Provisioning {
    fn default() -> Self {
        Self {
            create_users: true,
            link_by_email: true,
            trust_email: false,
            operators: Vec::new(),
            groups: Vec::new(),
        }
    }
}

/// A role that a group gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the provider calls it.
    pub group: String,
    /// Where: the slug of an organization.
    pub organization: String,
    /// What.
    pub role: Role,
}

impl Provisioning {
    /// Whether these groups make an operator; `None` when groups do not decide that.
    pub(super) fn operator(&self, groups: &[String]) -> Option<bool> {
        let decide = !self.operators.is_empty();
        decide.then(|| self.operators.iter().any(|one| groups.contains(one)))
    }

    /// The roles that these groups give, the greatest in each organization, by organization.
    /// Organizations that are not there are left out.
    pub(super) fn roles(
        &self,
        groups: &[String],
        organization: impl Fn(&str) -> Option<OrganizationId>,
    ) -> Vec<(OrganizationId, Role)> {
        let mut roles: Vec<(OrganizationId, Role)> = self
            .groups
            .iter()
            .filter(|given| groups.contains(&given.group))
            .filter_map(|given| Some((organization(&given.organization)?, given.role)))
            .collect();
        roles.sort_by_key(|&(id, role)| (id, std::cmp::Reverse(role)));
        roles.dedup_by_key(|(id, _)| *id);
        roles
    }
}

/// What somebody's memberships become when groups give these roles: what a group gave before is
/// given anew, changed or taken; what was given by hand stays.
pub(super) fn memberships(
    former: &[Membership],
    roles: &[(OrganizationId, Role)],
) -> Vec<Membership> {
    let by_hand = former.iter().filter(|membership| !membership.by_group);
    let mut memberships: Vec<Membership> = by_hand.copied().collect();
    for &(organization_id, role) in roles {
        let there = |one: &Membership| one.organization_id == organization_id;
        if !memberships.iter().any(there) {
            memberships.push(Membership {
                organization_id,
                role,
                by_group: true,
            });
        }
    }
    memberships.sort_by_key(|membership| membership.organization_id);
    memberships
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> OrganizationId {
        OrganizationId::from_bytes([n; 16])
    }

    fn membership(n: u8, role: Role, by_group: bool) -> Membership {
        Membership {
            organization_id: id(n),
            role,
            by_group,
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_greatest_role_of_all_groups_counts_and_a_missing_organization_does_not() {
        let given = |group: &str, organization: &str, role| GroupRole {
            group: group.to_owned(),
            organization: organization.to_owned(),
            role,
        };
        let rules = Provisioning {
            groups: vec![
                given("all", "acme", Role::Viewer),
                given("ops", "acme", Role::Admin),
                given("all", "gone", Role::Admin),
                given("all", "cool", Role::Editor),
            ],
            ..Provisioning::default()
        };
        let find = |slug: &str| match slug {
            "acme" => Some(id(2)),
            "cool" => Some(id(1)),
            _ => None,
        };
        assert_eq!(
            rules.roles(&names(&["ops", "all", "x"]), find),
            [(id(1), Role::Editor), (id(2), Role::Admin)]
        );
        assert_eq!(
            rules.roles(&names(&["all"]), find),
            [(id(1), Role::Editor), (id(2), Role::Viewer)]
        );
        assert_eq!(rules.roles(&[], find), []);
    }

    #[test]
    fn groups_make_operators_only_where_they_are_asked_to() {
        let none = Provisioning::default();
        assert_eq!(none.operator(&names(&["ops"])), None);
        let ops = Provisioning {
            operators: names(&["ops", "root"]),
            ..none
        };
        assert_eq!(ops.operator(&names(&["a", "root"])), Some(true));
        assert_eq!(ops.operator(&names(&["OPS"])), Some(false));
    }

    #[test]
    fn what_was_given_by_hand_stays_and_what_groups_gave_follows_them() {
        let former = [
            membership(1, Role::Viewer, false),
            membership(2, Role::Admin, true),
            membership(3, Role::Viewer, true),
        ];
        let roles = [
            (id(1), Role::Admin),
            (id(3), Role::Editor),
            (id(4), Role::Viewer),
        ];
        assert_eq!(
            memberships(&former, &roles),
            [
                former[0],
                membership(3, Role::Editor, true),
                membership(4, Role::Viewer, true),
            ]
        );
    }
}
