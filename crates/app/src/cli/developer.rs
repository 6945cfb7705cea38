//! `bellwire developer`: who uses what an organization sells, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::target::{
    Target, Within, deleted, fields, meant, moment, print_json_lines, text, texts,
};
use crate::{
    api_client::{Answer, query, segment},
    failure::{Exit, Failure},
    table::Table,
    terminal::accent,
};

/// The most developers a list shows.
const MOST: usize = 100_000;

/// Manage developers: who uses what is sold.
#[derive(Debug, Args)]
pub(super) struct Developer {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a developer
    Create {
        /// E-mail address
        email: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List developers, oldest first
    List {
        /// Text in the e-mail address, a name, the company, an application or an attribute
        #[arg(long, short)]
        query: Option<String>,
    },
    /// Show one
    Show {
        /// E-mail address
        email: String,
    },
    /// Change one; what is not given stays
    Update {
        /// E-mail address
        email: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete one, with the rate plans they bought and what was counted for them
    Delete {
        /// E-mail address
        email: String,
        /// Yes, all of that
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// First name
    #[arg(long)]
    first_name: Option<String>,
    /// Last name
    #[arg(long)]
    last_name: Option<String>,
    /// Company
    #[arg(long)]
    company: Option<String>,
    /// An application that uses what was bought; may be repeated; those given are all
    #[arg(long = "application", value_name = "NAME")]
    applications: Vec<String>,
    /// A custom attribute; may be repeated; those given are all
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    attributes: Vec<String>,
}

impl Settings {
    fn body(self) -> Result<Map<String, Value>> {
        let attributes: Result<Vec<Value>> = self
            .attributes
            .iter()
            .map(|attribute| match attribute.split_once('=') {
                Some((name, value)) => Ok(json!({"name": name, "value": value})),
                None => Err(Failure::new(
                    Exit::Usage,
                    format!("--attribute {attribute}: write it as NAME=VALUE"),
                )
                .into()),
            })
            .collect();
        let attributes = attributes?;
        let list = |given: Vec<Value>| (!given.is_empty()).then(|| Value::from(given));
        let applications = self.applications.into_iter().map(Value::from).collect();
        Ok(fields([
            ("first_name", self.first_name.map(Value::from)),
            ("last_name", self.last_name.map(Value::from)),
            ("company", self.company.map(Value::from)),
            ("applications", list(applications)),
            ("attributes", list(attributes)),
        ]))
    }
}

impl Developer {
    pub(super) fn run(self) -> Result<()> {
        let developers = format!("{}/developers", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |email: &str| format!("{developers}/{}", segment(email));
        match self.action {
            Action::Create { email, settings } => {
                let mut body = settings.body()?;
                body.insert("email".to_owned(), json!(email));
                show(&client.post(&developers, &body)?, json)
            }
            Action::List { query: q } => {
                let path = format!("{developers}{}", query(&[("q", q)]));
                list(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Show { email } => show(&client.get(&one(&email))?, json),
            Action::Update { email, settings } => {
                show(&client.patch(&one(&email), &settings.body()?)?, json)
            }
            Action::Delete { email, yes } => {
                meant(
                    yes,
                    &email,
                    "with the rate plans they bought and all counts",
                )?;
                client.delete(&one(&email))?;
                deleted(&email, json)
            }
        }
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["e-mail", "name", "company", "applications", "created"]);
    for item in items {
        table.row([
            accent(text(item, "/email")).to_string(),
            name(item),
            text(item, "/company"),
            texts(item, "/applications", ""),
            moment(item, "/created_at"),
        ]);
    }
    Ok(table.print("no developers; `bellwire developer create EMAIL` makes one")?)
}

fn name(developer: &Value) -> String {
    let name = format!(
        "{} {}",
        text(developer, "/first_name"),
        text(developer, "/last_name")
    );
    name.trim().to_owned()
}

fn show(developer: &Answer, json: bool) -> Result<()> {
    let attributes: Vec<String> = developer["attributes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| format!("{}={}", text(one, "/name"), text(one, "/value")))
        .collect();
    super::target::show(
        developer,
        json,
        [
            ("e-mail", text(developer, "/email")),
            ("name", name(developer)),
            ("company", text(developer, "/company")),
            ("applications", texts(developer, "/applications", "")),
            ("attributes", attributes.join(", ")),
        ],
    )
}
