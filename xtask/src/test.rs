//! `cargo xtask test`: everything that has to pass, cheap things first.

use anyhow::Result;

use crate::{
    interop, process,
    report::{Report, Tally},
    tidy, tools,
};

/// Runs every step, also after one has failed.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    report.step("tools", || one(tools::ensure()));
    report.step("format", || {
        one(process::run(&mut process::cargo(&[
            "fmt", "--all", "--check",
        ])))
    });
    for (name, check) in tidy::CHECKS {
        report.step(&format!("tidy: {name}"), || one(tidy::check(*check)));
    }
    report.step("clippy", || {
        one(process::run(&mut process::cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "--deny",
            "warnings",
        ])))
    });
    report.step("tests", || {
        process::tests(&mut process::cargo(if has_nextest() {
            &["nextest", "run", "--workspace", "--no-fail-fast"]
        } else {
            &["test", "--workspace", "--all-targets", "--no-fail-fast"]
        }))
    });
    report.step("doc tests", || {
        process::tests(&mut process::cargo(&[
            "test",
            "--workspace",
            "--doc",
            "--no-fail-fast",
            "--quiet",
        ]))
    });
    report.step("documentation builds", || {
        let mut command = process::cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
        one(process::run(command.env("RUSTDOCFLAGS", "--deny warnings")))
    });
    report.step("interop", || one(interop::run()));
    report.close()
}

/// nextest runs the tests of all crates side by side; cargo's own runner is good enough without it.
fn has_nextest() -> bool {
    tools::works(&["cargo", "nextest", "--version"])
}

fn one(result: Result<()>) -> Result<Tally> {
    result.map(|()| Tally::ONE)
}
