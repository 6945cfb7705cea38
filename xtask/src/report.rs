//! What `cargo xtask test` says: one heading and one verdict with its time for each step, what went
//! wrong at the end, and a plain closing line that people and machines can read.

use std::time::Instant;

use anyhow::{Result, bail};

/// How many checks of a step passed and failed.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// A step that is one check.
    pub(crate) const ONE: Self = Self {
        passed: 1,
        failed: 0,
    };
}

/// Runs steps and remembers how they went. A failed step does not stop the next one: one run shows
/// everything that is wrong.
#[derive(Default)]
pub(crate) struct Report {
    tally: Tally,
    failures: Vec<String>,
}

impl Report {
    /// Runs one step. An error counts as one failed check unless the step counted its own.
    pub(crate) fn step(&mut self, name: &str, run: impl FnOnce() -> Result<Tally>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = run();
        let took_s = start.elapsed().as_secs_f64();
        let failure = match result {
            Ok(tally) => {
                self.tally.passed += tally.passed;
                self.tally.failed += tally.failed;
                (tally.failed > 0).then(|| format!("{} failed", tally.failed))
            }
            Err(error) => {
                self.tally.failed += 1;
                Some(format!("{error:#}"))
            }
        };
        match failure {
            None => println!("== {name}: ok ({took_s:.1} s)"),
            Some(why) => {
                println!("== {name}: FAILED ({took_s:.1} s): {why}");
                self.failures.push(format!("{name}: {why}"));
            }
        }
    }

    /// Prints the closing lines; an error when anything failed.
    pub(crate) fn close(self) -> Result<()> {
        println!();
        for failure in &self.failures {
            println!("FAILED {failure}");
        }
        println!("{} passed, {} failed", self.tally.passed, self.tally.failed);
        if self.failures.is_empty() {
            return Ok(());
        }
        bail!("{} of the steps failed", self.failures.len())
    }
}
