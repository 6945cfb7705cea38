//! `bellwire token`: over the API, or with `--local` straight in the store, which needs no token
//! to make the first one.

use anyhow::Result;
use bellwire_core::{
    access::Role,
    ids::TokenId,
    ports::{self, TokenScope},
    service::{NewToken, Service},
    time::SECOND,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    local::{InStore, console, refused},
    target::{Target, moment, print_json, print_json_lines, text},
};
use crate::{
    api_client::{Answer, segment},
    config::Age,
    failure::{Exit, Failure},
    say,
    table::Table,
    terminal::{accent, bad, faint, good, strong},
};

/// The most tokens a list shows.
const MOST: usize = 100_000;

/// Create, list and revoke API tokens.
#[derive(Debug, Args)]
pub(super) struct Token {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    store: InStore,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token; its text is shown once
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// It may reach this organization only; everything, otherwise
        #[arg(long, short, value_name = "ID")]
        organization: Option<String>,
        /// What its bearer may do: viewer, editor or admin
        #[arg(long, default_value_t = Role::Admin)]
        role: Role,
        /// For how long it is accepted, for example 30d; for ever, otherwise
        #[arg(long, value_name = "TIME")]
        expires_in: Option<Age>,
    },
    /// List tokens, newest first
    List {
        /// Of this organization only
        #[arg(long, short, value_name = "ID")]
        organization: Option<String>,
    },
    /// Revoke a token
    Revoke {
        /// The token's id, as `token list` shows it
        id: String,
        /// The organization that it belongs to; any, otherwise
        #[arg(long, short, value_name = "ID")]
        organization: Option<String>,
    },
}

impl Token {
    pub(super) fn run(self) -> Result<()> {
        let Self {
            target,
            store,
            action,
        } = self;
        if store.local {
            store.run(async |service, _| local_action(service, action, target.json).await)
        } else {
            remote_action(&target, action)
        }
    }
}

fn remote_action(target: &Target, action: Action) -> Result<()> {
    let client = target.client()?;
    let json = target.json;
    match action {
        Action::Create {
            name,
            organization,
            role,
            expires_in,
        } => {
            let body = json!({
                "name": name,
                "role": role.as_str(),
                "expires_in_s": expires_in.and_then(Age::limit).map(|lasts| lasts / SECOND),
            });
            created(&client.post(&tokens(organization.as_deref()), &body)?, json)
        }
        Action::List { organization } => {
            let path = tokens(organization.as_deref());
            list(&Target::list(&client, &path, MOST)?, json)
        }
        Action::Revoke { id, organization } => {
            let tokens = tokens(organization.as_deref());
            client.delete(&format!("{tokens}/{}", segment(&id)))?;
            revoked(&id, json)
        }
    }
}

/// Where tokens are: those of an organization need no right on the platform.
fn tokens(organization: Option<&str>) -> String {
    organization.map_or_else(
        || "/tokens".to_owned(),
        |organization| format!("/organizations/{}/tokens", segment(organization)),
    )
}

async fn local_action(service: &Service, action: Action, json: bool) -> Result<()> {
    match action {
        Action::Create {
            name,
            organization,
            role,
            expires_in,
        } => {
            let scope = match organization {
                None => TokenScope::Platform,
                Some(slug) => TokenScope::Organization(
                    service.tenant(&slug).map_err(refused)?.organization.id,
                ),
            };
            let lasts = expires_in.and_then(Age::limit);
            let new = NewToken {
                name,
                role,
                expires_at: lasts.map(|lasts| service.now() + lasts),
            };
            let (token, secret) = service
                .create_token(scope, new, &console())
                .await
                .map_err(refused)?;
            let mut made = shown(service, &token);
            made["secret"] = json!(secret);
            created(&made.into(), json)
        }
        Action::List { organization } => {
            let tokens = service
                .tokens(organization.as_deref())
                .await
                .map_err(refused)?;
            let items: Vec<Answer> = tokens
                .iter()
                .map(|token| shown(service, token).into())
                .collect();
            list(&items, json)
        }
        Action::Revoke { id, organization } => {
            let token: TokenId = id
                .parse()
                .map_err(|error| Failure::new(Exit::Usage, format!("{error}")))?;
            service
                .revoke_token(organization.as_deref(), token, &console())
                .await
                .map_err(refused)?;
            revoked(&id, json)
        }
    }
}

/// A token as the API shows it.
fn shown(service: &Service, token: &ports::Token) -> Value {
    let organization = match token.scope {
        TokenScope::Platform => None,
        TokenScope::Organization(id) => Some(
            service
                .snapshot()
                .organization_by_id(id)
                .map_or_else(|| id.to_string(), |tenant| tenant.organization.slug.clone()),
        ),
    };
    json!({
        "id": token.id,
        "name": token.name,
        "organization": organization,
        "role": token.role,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    })
}

fn created(made: &Answer, json: bool) -> Result<()> {
    if json {
        return print_json(made);
    }
    say!("{}", strong(text(made, "/secret")))?;
    say!(
        "{}",
        faint("It is shown this once: keep it. BELLWIRE_TOKEN takes it.")
    )?;
    Ok(())
}

fn revoked(id: &str, json: bool) -> Result<()> {
    if !json {
        say!("{} {}", good("revoked"), accent(id))?;
    }
    Ok(())
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&[
        "id",
        "name",
        "reaches",
        "role",
        "created",
        "last used",
        "state",
    ]);
    for item in items {
        let reaches = match text(item, "/organization") {
            organization if organization.is_empty() => "everything".to_owned(),
            organization => organization,
        };
        let state = match moment(item, "/revoked_at") {
            at if at.is_empty() => match moment(item, "/expires_at") {
                end if end.is_empty() => good("valid".to_owned()).to_string(),
                end => good(format!("until {end}")).to_string(),
            },
            at => bad(format!("revoked {at}")).to_string(),
        };
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            reaches,
            text(item, "/role"),
            moment(item, "/created_at"),
            moment(item, "/last_used_at"),
            state,
        ]);
    }
    Ok(table.print("no tokens")?)
}
