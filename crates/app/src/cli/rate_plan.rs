//! `bellwire rate-plan`: how packages are sold, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::target::{Target, Within, deleted, fields, moment, print_json_lines, text};
use crate::{
    api_client::{Answer, query, segment},
    table::Table,
    terminal::{accent, good, warm},
};

/// The most rate plans a list shows.
const MOST: usize = 100_000;

/// Manage rate plans: how packages are sold.
#[derive(Debug, Args)]
pub(super) struct RatePlan {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a rate plan of a package
    Create {
        /// The package
        package: String,
        /// For people
        name: String,
        /// Its id; made of package and name, otherwise
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// List rate plans, oldest first
    List {
        /// Of this package
        #[arg(long, value_name = "ID")]
        package: Option<String>,
    },
    /// Show one
    Show {
        /// The rate plan
        id: String,
    },
    /// Change one; what is not given stays
    Update {
        /// The rate plan
        id: String,
        /// For people
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete one that nobody has bought, with its notification conditions
    Delete {
        /// The rate plan
        id: String,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// How many calendar months a period has, 1 to 24
    #[arg(long, value_name = "MONTHS")]
    period_months: Option<u64>,
    /// Its notification conditions fire; those of a draft do not
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
    published: Option<bool>,
    /// For people
    #[arg(long)]
    description: Option<String>,
}

impl Settings {
    fn body(self) -> Map<String, Value> {
        fields([
            ("period_months", self.period_months.map(Value::from)),
            ("published", self.published.map(Value::from)),
            ("description", self.description.map(Value::from)),
        ])
    }
}

impl RatePlan {
    pub(super) fn run(self) -> Result<()> {
        let plans = format!("{}/rate-plans", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |id: &str| format!("{plans}/{}", segment(id));
        match self.action {
            Action::Create {
                package,
                name,
                id,
                settings,
            } => {
                let mut body = settings.body();
                body.insert("package".to_owned(), json!(package));
                body.insert("name".to_owned(), json!(name));
                body.extend(fields([("id", id.map(Value::from))]));
                show(&client.post(&plans, &body)?, json)
            }
            Action::List { package } => {
                let path = format!("{plans}{}", query(&[("package", package)]));
                list(&Target::list(&client, &path, MOST)?, json)
            }
            Action::Show { id } => show(&client.get(&one(&id))?, json),
            Action::Update { id, name, settings } => {
                let mut body = settings.body();
                body.extend(fields([("name", name.map(Value::from))]));
                show(&client.patch(&one(&id), &body)?, json)
            }
            Action::Delete { id } => {
                client.delete(&one(&id))?;
                deleted(&id, json)
            }
        }
    }
}

fn state(plan: &Value) -> String {
    if plan["published"] == true {
        good("published").to_string()
    } else {
        warm("draft").to_string()
    }
}

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "package", "name", "months", "state", "created"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/package"),
            text(item, "/name"),
            text(item, "/period_months"),
            state(item),
            moment(item, "/created_at"),
        ]);
    }
    Ok(table.print("no rate plans; `bellwire rate-plan create PACKAGE NAME` makes one")?)
}

fn show(plan: &Answer, json: bool) -> Result<()> {
    super::target::show(
        plan,
        json,
        [
            ("id", text(plan, "/id")),
            ("package", text(plan, "/package")),
            ("name", text(plan, "/name")),
            ("months", text(plan, "/period_months")),
            ("state", state(plan)),
            ("description", text(plan, "/description")),
        ],
    )
}
