//! `bellwire token`: over the API, or with `--local` straight in the store, which needs no token
//! to make the first one.

use anyhow::Result;
use bellwire_core::{
    ids::TokenId,
    ports::{self, TokenScope},
    service::{Error, Service},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    ConfigArgs,
    target::{Target, moment, print_json, print_json_lines, text},
};
use crate::{
    api_client::{Answer, query, segment},
    failure::{Exit, Failure},
    say,
    serve::Local,
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
    /// Write to the store itself, on the machine that has it; the server may be running
    #[arg(long, global = true)]
    local: bool,
    /// With --local: the configuration file
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        env = "BELLWIRE_CONFIG"
    )]
    config: Option<std::path::PathBuf>,
    /// With --local: the database file
    #[arg(long, global = true, value_name = "FILE")]
    store: Option<String>,
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
    },
}

impl Token {
    pub(super) fn run(self) -> Result<()> {
        if self.local {
            self.run_local()
        } else {
            self.run_remote()
        }
    }

    fn run_remote(self) -> Result<()> {
        let client = self.target.client()?;
        let json = self.target.json;
        match self.action {
            Action::Create { name, organization } => {
                let made = client.post(
                    "/tokens",
                    &json!({"name": name, "organization": organization}),
                )?;
                created(&made, json)
            }
            Action::List { organization } => {
                let path = format!("/tokens{}", query(&[("organization", organization)]));
                list(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Revoke { id } => {
                client.delete(&format!("/tokens/{}", segment(&id)))?;
                revoked(&id, json)
            }
        }
    }

    fn run_local(self) -> Result<()> {
        let loaded = ConfigArgs {
            config: self.config,
            store: self.store,
            ..ConfigArgs::default()
        }
        .load()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let local = Local::open(&loaded.config).await?;
            let done = local_action(local.service(), self.action, self.target.json).await;
            local.close().await;
            done
        })
    }
}

async fn local_action(service: &Service, action: Action, json: bool) -> Result<()> {
    match action {
        Action::Create { name, organization } => {
            let scope = match organization {
                None => TokenScope::Platform,
                Some(slug) => TokenScope::Organization(
                    service.tenant(&slug).map_err(refused)?.organization.id,
                ),
            };
            let (token, secret) = service.create_token(scope, &name).await.map_err(refused)?;
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
        Action::Revoke { id } => {
            let token: TokenId = id
                .parse()
                .map_err(|error| Failure::new(Exit::Usage, format!("{error}")))?;
            service.revoke_token(None, token).await.map_err(refused)?;
            revoked(&id, json)
        }
    }
}

fn refused(error: Error) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
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
        "created_at": token.created_at,
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
    let mut table = Table::new(&["id", "name", "reaches", "created", "state"]);
    for item in items {
        let reaches = match text(item, "/organization") {
            organization if organization.is_empty() => "everything".to_owned(),
            organization => organization,
        };
        let state = match moment(item, "/revoked_at") {
            at if at.is_empty() => good("valid".to_owned()).to_string(),
            at => bad(format!("revoked {at}")).to_string(),
        };
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            reaches,
            moment(item, "/created_at"),
            state,
        ]);
    }
    Ok(table.print("no tokens")?)
}
