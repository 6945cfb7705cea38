//! Requirements, tests and docs/conformance.md agree.

use anyhow::Result;

use crate::{
    conformance::{self, Standing},
    workspace,
};

/// One line for each disagreement.
pub(super) fn check() -> Result<Vec<String>> {
    let requirements = conformance::requirements()?;
    let files = workspace::files("rs")?;
    let proofs = conformance::proofs(&files);
    let mut broken = Vec::new();
    // xtask's tests make ids up; in comments everywhere else an id that is not listed is a slip.
    for file in files.iter().filter(|file| !file.path.starts_with("xtask/")) {
        let lines = file.text.lines().enumerate();
        for (number, line) in lines.filter(|(_, line)| line.trim_start().starts_with("//")) {
            for id in conformance::ids(line) {
                if !requirements.iter().any(|requirement| requirement.id == id) {
                    broken.push(format!(
                        "{}:{}: {id} is not in {}",
                        file.path,
                        number + 1,
                        conformance::REQUIREMENTS
                    ));
                }
            }
        }
    }
    for requirement in &requirements {
        let id = &requirement.id;
        match (requirement.standing, proofs.contains_key(id)) {
            (Standing::Open, true) => broken.push(format!(
                "{}: {id} has a test now; run `cargo xtask conformance`",
                conformance::REQUIREMENTS
            )),
            (Standing::Part | Standing::Proven, false) => broken.push(format!(
                "{}: no test names {id} in its doc comment",
                conformance::REQUIREMENTS
            )),
            _ => {}
        }
    }
    if workspace::read(conformance::PATH).ok() != Some(conformance::generate(&files)?) {
        broken.push(format!(
            "{}: not current; run `cargo xtask conformance`",
            conformance::PATH
        ));
    }
    Ok(broken)
}
