//! `bellwire user`: people who sign in, over the API; with `--local`, straight in the store, which
//! needs nobody to be signed in to make the first one, or to let one in who lost the password.

use std::io::Read as _;

use anyhow::{Context as _, Result};
use bellwire_core::{
    access::Role,
    ids::UserId,
    service::{NewUser, Service},
};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    local::{InStore, console, refused},
    target::{Target, moment, print_json, print_json_lines, text},
};
use crate::{
    api_client::{Answer, ApiClient, query, segment},
    config::Config,
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{accent, bad, faint, good, strong, warm},
};

/// The most users a list shows.
const MOST: usize = 100_000;

/// Manage users: people who sign in.
#[derive(Debug, Args)]
pub(super) struct User {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    store: InStore,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a user; prints a link with which they choose a password
    Create {
        /// Their e-mail address
        email: String,
        /// For people; the e-mail address, otherwise
        #[arg(long)]
        name: Option<String>,
        /// May do everything everywhere
        #[arg(long)]
        operator: bool,
        /// A role in an organization, as acme=editor; may be repeated
        #[arg(long = "member", value_name = "ORGANIZATION=ROLE", value_parser = membership)]
        memberships: Vec<(String, Role)>,
        /// Read their password from standard input, in place of a link
        #[arg(long)]
        password_stdin: bool,
    },
    /// List users by e-mail address
    List {
        /// Those whose address begins like this
        #[arg(long, short)]
        query: Option<String>,
    },
    /// Show one
    Show {
        /// Id or e-mail address
        user: String,
    },
    /// Change one; what is not given stays. A change of what they may do ends their sessions
    Update {
        /// Id or e-mail address
        user: String,
        /// Another e-mail address
        #[arg(long)]
        email: Option<String>,
        /// For people
        #[arg(long)]
        name: Option<String>,
        /// May do everything everywhere
        #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
        operator: Option<bool>,
        /// May not sign in
        #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
        disabled: Option<bool>,
        /// All their roles in organizations, as acme=editor; may be repeated
        #[arg(long = "member", value_name = "ORGANIZATION=ROLE", value_parser = membership)]
        memberships: Vec<(String, Role)>,
        /// No role in any organization
        #[arg(long, conflicts_with = "memberships")]
        no_member: bool,
    },
    /// Delete one
    Delete {
        /// Id or e-mail address
        user: String,
    },
    /// Make a link with which they choose a password; those made before stop working
    PasswordLink {
        /// Id or e-mail address
        user: String,
    },
    /// With --local: make a link that signs them in, once
    SignInLink {
        /// Id or e-mail address
        user: String,
    },
    /// End all their sessions
    SignOut {
        /// Id or e-mail address
        user: String,
    },
}

fn membership(text: &str) -> Result<(String, Role), String> {
    let (organization, role) = text
        .split_once('=')
        .ok_or_else(|| "write it as organization=role, for example acme=editor".to_owned())?;
    let role: Role = role.parse().map_err(|error| format!("{error}"))?;
    Ok((organization.to_owned(), role))
}

fn roles(memberships: &[(String, Role)]) -> Value {
    memberships
        .iter()
        .map(|(organization, role)| json!({"organization": organization, "role": role}))
        .collect()
}

/// One line, without its end.
fn read_password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(64 << 10)
        .read_to_string(&mut text)
        .context("the password cannot be read from standard input")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

impl User {
    pub(super) fn run(self) -> Result<()> {
        let Self {
            target,
            store,
            action,
        } = self;
        if store.local {
            store.run(async |service, config| {
                local_action(service, config, action, target.json).await
            })
        } else {
            remote_action(&target, action)
        }
    }
}

fn remote_action(target: &Target, action: Action) -> Result<()> {
    let client = target.client()?;
    let json = target.json;
    let path = |user: &str| -> Result<String> {
        Ok(format!("/users/{}", segment(&id_of(&client, user)?)))
    };
    match action {
        Action::Create {
            email,
            name,
            operator,
            memberships,
            password_stdin,
        } => {
            let password = password_stdin.then(read_password).transpose()?;
            let body = json!({
                "email": email,
                "name": name,
                "operator": operator,
                "memberships": roles(&memberships),
                "password": password,
            });
            created(&client.post("/users", &body)?, json)
        }
        Action::List { query: q } => {
            let path = format!("/users{}", query(&[("q", q)]));
            list(&Target::list(&client, &path, MOST)?, json)
        }
        Action::Show { user } => show(&client.get(&path(&user)?)?, json),
        Action::Update {
            user,
            email,
            name,
            operator,
            disabled,
            memberships,
            no_member,
        } => {
            let mut body = Map::new();
            let memberships = (no_member || !memberships.is_empty()).then(|| roles(&memberships));
            for (field, value) in [
                ("email", email.map(Value::from)),
                ("name", name.map(Value::from)),
                ("operator", operator.map(Value::from)),
                ("disabled", disabled.map(Value::from)),
                ("memberships", memberships),
            ] {
                if let Some(value) = value {
                    body.insert(field.to_owned(), value);
                }
            }
            show(&client.patch(&path(&user)?, &body)?, json)
        }
        Action::Delete { user } => {
            client.delete(&path(&user)?)?;
            done("deleted", &user, json)
        }
        Action::PasswordLink { user } => {
            let link = client.post(&format!("{}/password-link", path(&user)?), &json!({}))?;
            if json {
                return print_json(&link);
            }
            password_link(&text(&link, "/url"))
        }
        Action::SignInLink { .. } => Err(Failure::new(
            Exit::Usage,
            "a link that signs somebody in is made on the machine that has the store: add --local",
        )
        .into()),
        Action::SignOut { user } => {
            client.delete(&format!("{}/sessions", path(&user)?))?;
            done("signed out", &user, json)
        }
    }
}

/// The id of a user who is named by id or e-mail address.
fn id_of(client: &ApiClient, user: &str) -> Result<String> {
    if !user.contains('@') {
        return Ok(user.to_owned());
    }
    let email = user.trim().to_lowercase();
    let page = client.get(&format!(
        "/users{}&limit=1",
        query(&[("q", Some(email.clone()))])
    ))?;
    let found = &page["items"][0];
    match (found["email"].as_str(), found["id"].as_str()) {
        (Some(address), Some(id)) if address == email => Ok(id.to_owned()),
        _ => Err(unknown(user).into()),
    }
}

fn unknown(user: &str) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no user `{user}`; `bellwire user list` lists them"),
    )
}

async fn local_action(
    service: &Service,
    config: &Config,
    action: Action,
    json: bool,
) -> Result<()> {
    let origin = config.server.origin(config.server.listen);
    let url = |text: &str| format!("{origin}/password/{text}");
    match action {
        Action::Create {
            email,
            name,
            operator,
            memberships,
            password_stdin,
        } => {
            let new = NewUser {
                email,
                name,
                password: password_stdin.then(read_password).transpose()?,
                operator,
                memberships,
            };
            let made = service
                .create_user(new, &console())
                .await
                .map_err(refused)?;
            let answer = json!({
                "id": made.user.id,
                "email": made.user.email,
                "name": made.user.name,
                "operator": made.user.operator,
                "password_link": made.password_link.as_deref().map(url),
            });
            created(&answer.into(), json)
        }
        Action::PasswordLink { user } => {
            let id = local_id(service, &user).await?;
            let link = service
                .password_link(id, &console())
                .await
                .map_err(refused)?;
            if json {
                return print_json(&json!({ "url": url(&link) }).into());
            }
            password_link(&url(&link))
        }
        Action::SignInLink { user } => {
            let id = local_id(service, &user).await?;
            let link = service.sign_in_link(id, &console()).await;
            let url = format!("{origin}/sign-in/link/{}", link.map_err(refused)?);
            if json {
                return print_json(&json!({ "url": url }).into());
            }
            say!("{}", warm(url))?;
            say!(
                "{}",
                faint("Whoever opens this link is signed in. It works once, for 30 minutes.")
            )?;
            Ok(())
        }
        _ => Err(Failure::new(
            Exit::Usage,
            "--local makes users and links; everything else goes over the API: leave \
             --local away and give a token",
        )
        .into()),
    }
}

/// The same in the store.
async fn local_id(service: &Service, user: &str) -> Result<UserId> {
    if let Ok(id) = user.parse() {
        return Ok(id);
    }
    let email = user.trim().to_lowercase();
    let found = service.store().user_by_email(&email).await?;
    Ok(found.ok_or_else(|| unknown(user))?.id)
}

fn created(made: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(made);
    }
    let email = accent(text(made, "/email"));
    say!("{} {email}  {}", good("made"), faint(text(made, "/id")))?;
    match text(made, "/password_link") {
        link if link.is_empty() => Ok(()),
        link => password_link(&link),
    }
}

fn password_link(url: &str) -> Result<()> {
    say!("{}", warm(url))?;
    say!(
        "{}",
        faint("With this link they choose a password. It works once, for three days.")
    )?;
    Ok(())
}

fn done(what: &str, user: &str, json: bool) -> Result<()> {
    if !json {
        say!("{} {}", good(what), accent(user))?;
    }
    Ok(())
}

/// `everything`, or the roles one by one.
fn may(user: &Value) -> String {
    if user["operator"] == true {
        return "everything".to_owned();
    }
    let roles: Vec<String> = user["memberships"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| format!("{}={}", text(one, "/organization"), text(one, "/role")))
        .collect();
    roles.join(", ")
}

fn state(user: &Value) -> String {
    match moment(user, "/disabled_at") {
        at if !at.is_empty() => bad(format!("disabled {at}")).to_string(),
        _ if user["has_password"] == true || user["identity_provider"].is_string() => {
            good("can sign in").to_string()
        }
        _ => warm("no password yet").to_string(),
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["e-mail", "name", "may", "state", "id"]);
    for item in items {
        table.row([
            accent(text(item, "/email")).to_string(),
            text(item, "/name"),
            may(item),
            state(item),
            text(item, "/id"),
        ]);
    }
    Ok(table.print("no users; `bellwire user create EMAIL` makes one")?)
}

fn show(user: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(user);
    }
    say!("{}  {}", strong(text(user, "/email")), state(user))?;
    let mut table = Table::new(&["field", "value"]);
    for (name, value) in [
        ("id", text(user, "/id")),
        ("name", text(user, "/name")),
        ("may", may(user)),
        ("provider", text(user, "/identity_provider")),
        ("language", text(user, "/language")),
        ("created", moment(user, "/created_at")),
        ("changed", moment(user, "/updated_at")),
    ] {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    }
    Ok(table.print("")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_an_organization_and_a_role() {
        assert_eq!(
            membership("acme=editor"),
            Ok(("acme".to_owned(), Role::Editor))
        );
        assert!(membership("acme").unwrap_err().contains("acme=editor"));
        assert!(
            membership("acme=owner")
                .unwrap_err()
                .contains("viewer, editor or admin")
        );
    }
}
