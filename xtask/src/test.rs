//! `cargo xtask test`: everything that has to pass, cheap things first.

use anyhow::Result;

use crate::{
    browser, fuzz_api, interop, oidc,
    process::{self, Runner},
    report::{Report, Tally},
    tidy, tools,
};

/// Links from public to private items are fine: these pages are for who works on Bellwire.
const RUSTDOCFLAGS: &str = "--deny warnings --allow rustdoc::private_intra_doc_links";

/// Runs every step, also after one has failed.
pub(crate) fn run() -> Result<()> {
    let mut report = Report::default();
    report.step("tools", || one(tools::ensure()));
    report.step("identity provider", || one(oidc::install()));
    report.step("rules of accessibility", || one(browser::install()));
    report.step("format (cargo fmt --all mends it)", || {
        let mut command = process::cargo(&["fmt", "--all", "--check", "--", "--files-with-diff"]);
        one(process::run(&mut command))
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
        if has_nextest() {
            let arguments = ["nextest", "run", "--workspace", "--no-fail-fast"];
            process::tests(Runner::Nextest, &mut process::cargo(&arguments))
        } else {
            let arguments = ["test", "--workspace", "--all-targets", "--no-fail-fast"];
            process::tests(Runner::Cargo, &mut process::cargo(&arguments))
        }
    });
    report.step("documentation builds", || {
        // Private items too: most of what there is to explain is private.
        let mut command = process::cargo(&[
            "doc",
            "--workspace",
            "--no-deps",
            "--quiet",
            "--document-private-items",
        ]);
        one(process::run(command.env("RUSTDOCFLAGS", RUSTDOCFLAGS)))
    });
    report.step("interop", || one(interop::run()));
    report.step("fuzz-api", || one(fuzz_api::run()));
    report.close()
}

/// nextest runs the tests of all crates side by side; cargo's own runner is good enough without it.
fn has_nextest() -> bool {
    tools::works(&["cargo", "nextest", "--version"])
}

fn one(result: Result<()>) -> Result<Tally> {
    result.map(|()| Tally::ONE)
}
