//! `cargo xtask`: everything this repository does to itself, in Rust, so that a fresh clone needs
//! nothing but Rust and a C compiler to build, test, check and measure Bellwire.
//!
//! It depends on no crate of the workspace: it starts the programs it needs.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks on both"
)]

mod bench;
mod browser;
mod conformance;
mod fuzz_api;
mod interop;
mod npm;
mod oidc;
mod openapi;
mod process;
mod python;
mod report;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test           everything that has to pass: format, clippy, tidy, tests, interop, fuzz-api
  tidy           the rules of this repository: crates, files, documents, requirement ids
  conformance    write docs/conformance.md anew, from the tests that name requirement ids
  openapi        write docs/reference/openapi.json anew, from the code
  interop        check real deliveries with an independent signature library
  fuzz-api       fuzz the whole API from its own OpenAPI document
  oidc           install the identity provider that the tests of sign-in use
  screenshots    pictures of every page of the portal, in target/screenshots
  bench [FLAGS]  build for release and run `bellwire bench` with these flags
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, flags) = match arguments.split_first() {
        Some((command, flags)) => (command.as_str(), flags),
        None => ("", &[][..]),
    };
    let result = match (command, flags) {
        ("test", []) => test::run(),
        ("tidy", []) => tidy::run(),
        ("conformance", []) => conformance::write(),
        ("openapi", []) => openapi::write(),
        ("interop", []) => python::build().and_then(|()| interop::run()),
        ("fuzz-api", []) => python::build().and_then(|()| fuzz_api::run()),
        ("oidc", []) => oidc::install(),
        ("screenshots", []) => browser::screenshots(),
        ("bench", flags) => bench::run(flags),
        ("" | "help" | "--help" | "-h", _) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("`{}` is not a command.\n\n{USAGE}", arguments.join(" "));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
