//! `bellwire package`: what an organization sells, over the API.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::target::{Target, Within, deleted, fields, moment, print_json_lines, text, texts};
use crate::{
    api_client::{Answer, query, segment},
    table::Table,
    terminal::accent,
};

/// The most packages a list shows.
const MOST: usize = 100_000;

/// Manage packages: what is sold by rate plans.
#[derive(Debug, Args)]
pub(super) struct Package {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    within: Within,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a package
    Create {
        /// For people
        name: String,
        /// Its id; made of the name, otherwise
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// List packages, oldest first
    List {
        /// Text in the id, the name, the description or a product
        #[arg(long, short)]
        query: Option<String>,
    },
    /// Show one
    Show {
        /// The package
        id: String,
    },
    /// Change one; what is not given stays
    Update {
        /// The package
        id: String,
        /// For people
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Delete one that has no rate plans
    Delete {
        /// The package
        id: String,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// A product in it; may be repeated; those given are all
    #[arg(long = "product", value_name = "NAME")]
    products: Vec<String>,
    /// For people
    #[arg(long)]
    description: Option<String>,
}

impl Settings {
    fn body(self) -> Map<String, Value> {
        let products = (!self.products.is_empty()).then(|| json!(self.products));
        fields([
            ("products", products),
            ("description", self.description.map(Value::from)),
        ])
    }
}

impl Package {
    pub(super) fn run(self) -> Result<()> {
        let packages = format!("{}/packages", self.within.path()?);
        let client = self.target.client()?;
        let json = self.target.json;
        let one = |id: &str| format!("{packages}/{}", segment(id));
        match self.action {
            Action::Create { name, id, settings } => {
                let mut body = settings.body();
                body.insert("name".to_owned(), json!(name));
                body.extend(fields([("id", id.map(Value::from))]));
                show(&client.post(&packages, &body)?, json)
            }
            Action::List { query: q } => {
                let path = format!("{packages}{}", query(&[("q", q)]));
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

fn list(items: &[Answer], json: bool) -> Result<()> {
    if json {
        return print_json_lines(items);
    }
    let mut table = Table::new(&["id", "name", "products", "created"]);
    for item in items {
        table.row([
            accent(text(item, "/id")).to_string(),
            text(item, "/name"),
            texts(item, "/products", ""),
            moment(item, "/created_at"),
        ]);
    }
    Ok(table.print("no packages; `bellwire package create NAME` makes one")?)
}

fn show(package: &Answer, json: bool) -> Result<()> {
    super::target::show(
        package,
        json,
        [
            ("id", text(package, "/id")),
            ("name", text(package, "/name")),
            ("products", texts(package, "/products", "")),
            ("description", text(package, "/description")),
        ],
    )
}
