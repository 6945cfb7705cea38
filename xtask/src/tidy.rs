//! The rules of this repository that no compiler checks.

mod documents;
mod layers;
mod portal;
mod requirements;
mod sentences;
mod sources;

use anyhow::{Result, bail};

/// A rule: gives one line for each place that breaks it.
pub(crate) type Check = fn() -> Result<Vec<String>>;

/// Every rule, cheap ones first.
pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("crates point inwards", layers::check),
    ("sources are small and say what they are", sources::check),
    ("messages of the portal, in each language", portal::messages),
    ("templates of the portal", portal::templates),
    ("files that somebody else wrote", portal::vendored),
    ("documents name what exists", documents::names),
    ("the reference lists every name", documents::reference),
    ("requirements and their proofs", requirements::check),
];

/// Runs one rule; an error lists what breaks it.
pub(crate) fn check(rule: Check) -> Result<()> {
    let broken = rule()?;
    if broken.is_empty() {
        return Ok(());
    }
    for line in &broken {
        println!("{line}");
    }
    bail!("broken in {} place(s)", broken.len())
}

/// Runs every rule.
pub(crate) fn run() -> Result<()> {
    let mut failed = 0;
    for (name, rule) in CHECKS {
        match check(*rule) {
            Ok(()) => println!("{name}: ok"),
            Err(error) => {
                println!("{name}: {error:#}");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of {} rules are broken", CHECKS.len());
    }
    Ok(())
}
