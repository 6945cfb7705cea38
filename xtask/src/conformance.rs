//! Which requirement is proven by which test: read from the tests' doc comments, written to
//! docs/conformance.md.
//!
//! `docs/requirements.txt` lists the facts that Bellwire is held to. A test proves one by naming
//! its id in its doc comment (`/// ADV-13: …`).

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, File};

mod scan;

pub(crate) use scan::{ids, proofs};

/// Where the facts are listed.
pub(crate) const REQUIREMENTS: &str = "docs/requirements.txt";
/// Where the proofs are listed.
pub(crate) const PATH: &str = "docs/conformance.md";

/// One fact that Bellwire is held to.
pub(crate) struct Requirement {
    /// Such as `ADV-13`.
    pub(crate) id: String,
    /// How far it is proven, as the list says.
    pub(crate) standing: Standing,
    fact: String,
    system: String,
}

/// How far a fact is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No test names it.
    Open,
    /// Tests prove a part of it; the rest belongs to an API or a page that does not exist yet.
    Part,
    /// Tests prove the whole of it.
    Proven,
}

/// A test that names a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Proof {
    pub(crate) path: String,
    pub(crate) test: String,
}

/// Tests by the requirement they name.
pub(crate) type Proofs = BTreeMap<String, Vec<Proof>>;

/// The facts, in the order of the list.
pub(crate) fn requirements() -> Result<Vec<Requirement>> {
    let text = workspace::read(REQUIREMENTS)?;
    let mut system = String::new();
    let mut found: Vec<Requirement> = Vec::new();
    for line in text.lines().skip_while(|line| line.starts_with('#')) {
        if let Some(title) = line.strip_prefix("# ") {
            title.clone_into(&mut system);
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let (id, fact) = line
            .split_once(": ")
            .with_context(|| format!("{REQUIREMENTS}: no `ID: fact` in `{line}`"))?;
        let (id, standing) = match id.split_once(' ') {
            None => (id, Standing::Proven),
            Some((id, "(open)")) => (id, Standing::Open),
            Some((id, "(part)")) => (id, Standing::Part),
            Some(_) => bail!("{REQUIREMENTS}: `{id}`: only (open) or (part) may stand there"),
        };
        if ids(id) != [id] {
            bail!("{REQUIREMENTS}: `{id}` is not an id such as ADV-13");
        }
        if found.iter().any(|other| other.id == id) {
            bail!("{REQUIREMENTS}: {id} is there twice");
        }
        found.push(Requirement {
            id: id.to_owned(),
            standing,
            fact: fact.to_owned(),
            system: system.clone(),
        });
    }
    Ok(found)
}

/// The document that the tests and the list of facts give.
pub(crate) fn generate(files: &[File]) -> Result<String> {
    let requirements = requirements()?;
    let proofs = proofs(files);
    let count = |standing| {
        let of = requirements
            .iter()
            .filter(|requirement| requirement.standing == standing);
        of.count()
    };
    let mut text = format!(
        "# Conformance\n\n\
         <!-- Written by `cargo xtask conformance`. Do not edit. -->\n\n\
         What the four systems do that Bellwire replaces, fact by fact, and the tests that prove \
         that Bellwire does the same. A line marked (R) is our resolution where the source is \
         silent or contradicts itself. Of {} facts {} are proven, {} in part (the rest belongs to \
         an API or a page that does not exist yet), {} are open.\n",
        requirements.len(),
        count(Standing::Proven),
        count(Standing::Part),
        count(Standing::Open),
    );
    let mut system = "";
    for requirement in &requirements {
        if requirement.system != system {
            system = &requirement.system;
            write!(
                text,
                "\n## {system}\n\n| id | fact | proven by |\n|---|---|---|\n"
            )?;
        }
        let tests = proofs.get(&requirement.id).map_or(&[][..], Vec::as_slice);
        let proven_by = if tests.is_empty() {
            "open".to_owned()
        } else {
            let lines: Vec<String> = tests
                .iter()
                .map(|proof| format!("[{}](../{}): `{}`", proof.path, proof.path, proof.test))
                .collect();
            let beginning = match requirement.standing {
                Standing::Part => "in part:<br>",
                Standing::Open | Standing::Proven => "",
            };
            format!("{beginning}{}", lines.join("<br>"))
        };
        let fact = requirement.fact.replace('|', "\\|");
        writeln!(text, "| {} | {fact} | {proven_by} |", requirement.id)?;
    }
    Ok(text)
}

/// Writes the document anew, and turns `(open)` into `(part)` where a test names the fact now.
/// Whether that proves the whole of it, only people can say; and that a proof is gone should be
/// noticed.
pub(crate) fn write() -> Result<()> {
    let files = workspace::files("rs")?;
    let mut list = workspace::read(REQUIREMENTS)?;
    for id in proofs(&files).keys() {
        list = list.replace(&format!("\n{id} (open): "), &format!("\n{id} (part): "));
    }
    workspace::write(REQUIREMENTS, &list)?;
    workspace::write(PATH, &generate(&files)?)
}
