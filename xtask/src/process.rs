//! Runs programs: their output is passed on as it comes, and the summaries of test runners in it
//! are counted.

use std::{
    io::{BufRead, BufReader, IsTerminal, Read, Write},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail};

use crate::{report::Tally, workspace};

/// A cargo command at the root of the repository. The variables that cargo set for xtask itself are
/// taken away: with them, crates would be built once more than needed.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(workspace::root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST") {
            command.env_remove(name);
        }
    }
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// Runs to the end; an error when it does not exit with 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let said = said(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start {said}"))?;
    if !status.success() {
        bail!("{said} ended with {status}");
    }
    Ok(())
}

/// Runs to the end and gives what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let said = said(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {said}"))?;
    if !output.status.success() {
        bail!("{said} ended with {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{said} did not print UTF-8"))
}

/// A command as one would type it.
fn said(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

/// A test runner, by the summary it prints.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Runner {
    /// `test result: ok. 3 passed; 0 failed; …`, for each target.
    Cargo,
    /// `Summary [ 1.2s] 3 tests run: 3 passed, 0 skipped`, once; what a failed test printed, which
    /// may look like the other runner's, stands before it.
    Nextest,
}

/// Runs a test runner to the end and counts the tests by the summaries it prints.
pub(crate) fn tests(runner: Runner, command: &mut Command) -> Result<Tally> {
    let said = said(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {said}"))?;
    let errors = child.stderr.take().expect("piped");
    let output = child.stdout.take().expect("piped");
    let errors = thread::spawn(move || pass_on(runner, errors, std::io::stderr()));
    let printed = pass_on(runner, output, std::io::stdout());
    let logged = errors.join().expect("passing lines on does not panic");
    let status = child.wait()?;
    let tally = Tally {
        passed: printed.passed + logged.passed,
        failed: printed.failed + logged.failed,
    };
    if !status.success() && tally.failed == 0 {
        bail!("{said} ended with {status}");
    }
    Ok(tally)
}

fn pass_on(runner: Runner, from: impl Read, mut to: impl Write) -> Tally {
    let mut tally = Tally::default();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // Whoever listened may be gone; the count is still wanted.
        to.write_all(&line).ok();
        let counted = count(runner, &String::from_utf8_lossy(&line));
        tally.passed += counted.passed;
        tally.failed += counted.failed;
        line.clear();
    }
    tally
}

/// What a line says of tests, if it is a summary of this runner.
fn count(runner: Runner, line: &str) -> Tally {
    let plain = without_colours(line);
    let summary = match runner {
        Runner::Cargo => plain.strip_prefix("test result: "),
        Runner::Nextest => plain
            .trim_start()
            .strip_prefix("Summary [")
            .and_then(|rest| rest.split_once("run: "))
            .map(|(_, rest)| rest),
    };
    let summary = summary.unwrap_or("");
    let mut tally = Tally::default();
    let words: Vec<&str> = summary
        .split([' ', ',', ';', '(', ')', '.'])
        .filter(|word| !word.is_empty())
        .collect();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else {
            continue;
        };
        match pair[1].trim_end() {
            "passed" => tally.passed += number,
            "failed" | "timed" => tally.failed += number,
            _ => {}
        }
    }
    tally
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, text)| text);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn summaries_of_both_runners_are_counted() {
        let cargo = "test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.00s\n";
        assert_eq!(count(Runner::Cargo, cargo), tally(3, 2));
        let nextest =
            "     Summary [   0.2s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out\n";
        assert_eq!(count(Runner::Nextest, nextest), tally(9, 3));
        let coloured = "\u{1b}[32m     Summary\u{1b}[0m [ 0.2s] \u{1b}[1m1\u{1b}[0m test run: \
                        \u{1b}[1m1\u{1b}[0m \u{1b}[32mpassed\u{1b}[0m, 0 skipped\n";
        assert_eq!(count(Runner::Nextest, coloured), tally(1, 0));
    }

    #[test]
    fn what_a_failed_test_printed_is_not_counted() {
        let printed = "test result: FAILED. 0 passed; 1 failed; 0 ignored\n";
        assert_eq!(count(Runner::Nextest, printed), tally(0, 0));
        assert_eq!(
            count(Runner::Cargo, "    12 tests passed by\n"),
            tally(0, 0)
        );
    }
}
