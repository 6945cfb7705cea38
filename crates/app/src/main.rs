//! The `bellwire` binary: the allocator, the command line, the exit code. All else is the library's.

use std::process::ExitCode;

use bellwire::{cli::Cli, failure::verdict};
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match verdict(&error) {
            None => ExitCode::SUCCESS,
            Some((code, message)) => {
                eprint(&message);
                ExitCode::from(code)
            }
        },
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the last words of a command that failed"
)]
fn eprint(message: &str) {
    eprintln!("bellwire: {message}");
}
