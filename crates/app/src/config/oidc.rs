//! `[oidc]`: sign-in through an identity provider.

use std::{fmt, path::PathBuf, str::FromStr};

use bellwire_core::{access::Role, service};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};
use url::Url;

use super::{Kind, Server, Setting};
use crate::oidc::is_safe;

/// The section's settings.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// What the provider calls itself. Empty: nobody signs in through one.
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// What this server shows there; empty, with no file either: it is a public client.
    pub client_secret: String,
    /// A file that has the secret.
    pub client_secret_file: PathBuf,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// PEM files of the authorities that the provider's certificate may come from, in place of the
    /// public ones.
    pub roots: Vec<PathBuf>,
    /// Whether somebody whom nobody knows here becomes a user.
    pub create_users: bool,
    /// Whether somebody is taken for the user with the same verified e-mail address.
    pub link_by_email: bool,
    /// Whether an address of which the provider does not say if it is verified counts as verified.
    pub trust_email: bool,
    /// The claim that has the groups.
    pub groups_claim: String,
    /// Groups whose members are operators.
    pub operators: Vec<String>,
    /// Roles that groups give.
    pub groups: Vec<Group>,
}

impl Default for Oidc {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: String::new(),
            client_secret_file: PathBuf::new(),
            scopes: list(&["openid", "email", "profile"]),
            roots: Vec::new(),
            create_users: true,
            link_by_email: true,
            trust_email: false,
            groups_claim: "groups".to_owned(),
            operators: Vec::new(),
            groups: Vec::new(),
        }
    }
}

impl fmt::Debug for Oidc {
    /// Never shows the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oidc")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A role that a group gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The group, as the provider calls it.
    pub group: String,
    /// Where: the id of an organization.
    pub organization: String,
    /// What.
    pub role: Role,
}

impl FromStr for Group {
    type Err = String;

    /// `group=organization:role`, for where no table can be written.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .rsplit_once('=')
            .and_then(|(group, rest)| Some((group, rest.rsplit_once(':')?)));
        match parts {
            Some((group, (organization, role)))
                if !group.is_empty() && !organization.is_empty() =>
            {
                Ok(Self {
                    group: group.to_owned(),
                    organization: organization.to_owned(),
                    role: role.parse().map_err(|error| format!("{error}"))?,
                })
            }
            _ => Err(format!("`{text}` is not `group=organization:role`")),
        }
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            group: String,
            organization: String,
            role: String,
        }

        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Group;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with `group`, `organization` and `role`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Group, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Group, A::Error> {
                let written = Written::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Group {
                    group: written.group,
                    organization: written.organization,
                    role: written.role.parse().map_err(de::Error::custom)?,
                })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Oidc {
    /// Whether people sign in through a provider.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !self.issuer.is_empty()
    }

    /// What the provider's word is worth.
    #[must_use]
    pub fn rules(&self) -> service::Provisioning {
        let groups = self.groups.iter().map(|given| service::GroupRole {
            group: given.group.clone(),
            organization: given.organization.clone(),
            role: given.role,
        });
        service::Provisioning {
            create_users: self.create_users,
            link_by_email: self.link_by_email,
            trust_email: self.trust_email,
            operators: self.operators.clone(),
            groups: groups.collect(),
        }
    }

    /// What is wrong with these settings: the key to blame, and why.
    pub(super) fn wrong(&self, server: &Server) -> Option<(&'static str, String)> {
        let has_file = !self.client_secret_file.as_os_str().is_empty();
        if !self.is_set() {
            let half = !self.client_id.is_empty() || !self.client_secret.is_empty() || has_file;
            return half.then(|| {
                let message = "it is not set, and the other settings of `[oidc]` mean nothing \
                               without it";
                ("oidc.issuer", message.to_owned())
            });
        }
        let wrong = |key, message: &str| Some((key, message.to_owned()));
        let issuer = Url::parse(&self.issuer).ok();
        let right = issuer.is_some_and(|url| {
            is_safe(&url)
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        if !right {
            let message = format!(
                "`{}` is not an https URL without query and fragment (http only for this machine \
                 itself, in development)",
                self.issuer
            );
            return Some(("oidc.issuer", message));
        }
        if self.client_id.is_empty() {
            return wrong("oidc.client_id", "it is not set");
        }
        if !self.client_secret.is_empty() && has_file {
            return wrong(
                "oidc.client_secret_file",
                "`oidc.client_secret` is set too; keep one of the two",
            );
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return wrong(
                "oidc.scopes",
                "`openid` is missing, without which there is no sign-in",
            );
        }
        if self.groups_claim.is_empty() && !(self.operators.is_empty() && self.groups.is_empty()) {
            return wrong(
                "oidc.groups_claim",
                "it is empty, and `oidc.groups` or `oidc.operators` goes by it",
            );
        }
        if server.public_url.is_empty() {
            return wrong(
                "server.public_url",
                "it is not set, and with `oidc.issuer` it must be: the provider sends people back \
                 to it",
            );
        }
        None
    }
}

/// How the section is written.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "oidc.issuer",
        Kind::Text,
        "what the identity provider calls itself, for example https://id.example.com/realms/main",
    ),
    Setting::new(
        "oidc.client_id",
        Kind::Text,
        "what the identity provider calls this server",
    ),
    Setting::secret(
        "oidc.client_secret",
        Kind::Text,
        "what this server shows to the identity provider",
    ),
    Setting::new(
        "oidc.client_secret_file",
        Kind::Text,
        "a file that has oidc.client_secret",
    ),
    Setting::new(
        "oidc.scopes",
        Kind::List,
        "what is asked for: openid, email, profile, and what gives the groups",
    ),
    Setting::new(
        "oidc.roots",
        Kind::List,
        "PEM files of the authorities of the identity provider's certificate",
    ),
    Setting::new(
        "oidc.create_users",
        Kind::Flag,
        "true or false: whether somebody whom nobody knows becomes a user",
    ),
    Setting::new(
        "oidc.link_by_email",
        Kind::Flag,
        "true or false: whether somebody is taken for the user with the same e-mail address",
    ),
    Setting::new(
        "oidc.trust_email",
        Kind::Flag,
        "true or false: whether an address counts as verified of which the provider does not say",
    ),
    Setting::new(
        "oidc.groups_claim",
        Kind::Text,
        "the claim that has the groups, for example groups or realm_access.roles",
    ),
    Setting::new(
        "oidc.operators",
        Kind::List,
        "groups whose members are operators",
    ),
    Setting::new(
        "oidc.groups",
        Kind::List,
        "roles that groups give: tables with group, organization and role (viewer, editor, admin), \
         or texts like group=organization:role",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut Oidc);

    fn set() -> Oidc {
        Oidc {
            issuer: "https://id.example.com/realms/main".to_owned(),
            client_id: "bellwire".to_owned(),
            client_secret: "secret".to_owned(),
            ..Oidc::default()
        }
    }

    #[test]
    fn what_cannot_work_is_said_with_the_setting_to_blame() {
        let server = Server {
            public_url: "https://hooks.example.com".to_owned(),
            ..Server::default()
        };
        assert_eq!(Oidc::default().wrong(&Server::default()), None);
        assert_eq!(set().wrong(&server), None);
        let loopback = "http://127.0.0.1:3000".to_owned();
        let changes: [(&str, Change); 9] = [
            ("oidc.issuer", |it| it.issuer.clear()),
            ("oidc.issuer", |it| it.issuer = "id.example.com".to_owned()),
            ("oidc.issuer", |it| {
                it.issuer = "http://id.example.com".to_owned()
            }),
            ("oidc.issuer", |it| it.issuer.push_str("?x")),
            ("oidc.client_id", |it| it.client_id.clear()),
            ("oidc.client_secret_file", |it| {
                it.client_secret_file = "s".into()
            }),
            ("oidc.scopes", |it| it.scopes = vec!["email".to_owned()]),
            ("oidc.groups_claim", |it| {
                it.groups_claim.clear();
                it.operators = vec!["ops".to_owned()];
            }),
            ("oidc.issuer", |it| {
                it.issuer.clear();
                it.client_id.clear();
            }),
        ];
        for (key, change) in changes {
            let mut oidc = set();
            change(&mut oidc);
            assert_eq!(oidc.wrong(&server).map(|(key, _)| key), Some(key));
        }
        assert_eq!(
            set().wrong(&Server::default()).map(|(key, _)| key),
            Some("server.public_url")
        );
        let public = Oidc {
            issuer: loopback,
            client_secret: String::new(),
            ..set()
        };
        assert_eq!(
            public.wrong(&server),
            None,
            "a public client in development"
        );
        assert!(!format!("{:?}", set()).contains("secret"));
    }

    #[test]
    fn a_group_is_a_table_or_a_text() {
        let given = |text: &str| text.parse::<Group>();
        let group = given("CN=Hooks,OU=IT=acme:admin").unwrap();
        assert_eq!(
            (
                group.group.as_str(),
                group.organization.as_str(),
                group.role
            ),
            ("CN=Hooks,OU=IT", "acme", Role::Admin)
        );
        for (wrong, expected) in [
            ("acme:admin", "group=organization:role"),
            ("=acme:admin", "group=organization:role"),
            ("a=acme", "group=organization:role"),
            ("a=acme:boss", "expected viewer, editor or admin"),
        ] {
            assert!(given(wrong).unwrap_err().contains(expected), "{wrong}");
        }
        #[derive(Debug, Deserialize)]
        struct File {
            groups: Vec<Group>,
        }
        let file: File = toml::from_str(
            "groups = [\"a=acme:viewer\", {group = \"b\", organization = \"acme\", role = \
             \"editor\"}]",
        )
        .unwrap();
        assert_eq!(file.groups[0], given("a=acme:viewer").unwrap());
        assert_eq!(file.groups[1], given("b=acme:editor").unwrap());
        for (wrong, expected) in [
            (
                "[[groups]]\ngroup = \"b\"\norganization = \"acme\"\n",
                "role",
            ),
            (
                "groups = [{group = \"b\", organisation = \"acme\"}]",
                "organisation",
            ),
            ("groups = [7]", "a table with `group`"),
        ] {
            let error = toml::from_str::<File>(wrong).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
