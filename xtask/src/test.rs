//! `cargo xtask test`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::command::run as run_command;
use crate::postgres::{Postgres, VARIABLE};
use crate::progress::{say, step};
use crate::scratch::Scratch;
use crate::workspace::Workspace;
use crate::{boto3, browser, build, cfn_lint, cvc5, python, site, wasm};

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Unit, property, contract and integration tests, on SQLite and Postgres, and the proofs about the policies
    Rust,
    /// cfn-lint on the templates of deploy/ and blueprints/, and the names of AWS held against it
    Templates,
    /// boto3 against the local AWS and the portal
    Boto3,
    /// Playwright against the portal
    Browser,
}

/// Runs `parts`, or all.
pub(crate) fn run(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    let start = Instant::now();
    let wanted = |part| parts.is_empty() || parts.contains(&part);
    say(&wasm::rustc()?);
    site::build(workspace)?;
    // Before the long part: what is missing is said at once.
    let postgres = Postgres::start()?;
    let solver = cvc5::program(workspace)?;
    let smtp = python::environment(workspace, &workspace.root.join("end2end/smtp/requirements.txt"))?;
    let binary = step("Compile the portal and its tests", || compile(workspace))?;
    if wanted(Part::Rust) {
        let scratch = Scratch::make("tests")?;
        step("Rust", || {
            run_command(
                cargo_test(workspace)
                    .env("TMPDIR", scratch.path())
                    .env("RUST_TEST_THREADS", threads().to_string())
                    .env(VARIABLE, postgres.url())
                    .env(cvc5::VARIABLE, &solver)
                    .env("STUDIOGATE_SMTP_PYTHON", &smtp)
                    .env("STUDIOGATE_BIN", &binary),
            )
        })?;
    }
    if wanted(Part::Templates) {
        cfn_lint::test(workspace)?;
    }
    // Both wait for AWS most of the time.
    std::thread::scope(|scope| {
        let beside = wanted(Part::Boto3).then(|| scope.spawn(|| boto3::test(workspace, &binary, postgres.url())));
        let browser = if wanted(Part::Browser) { browser::test(workspace, &binary, postgres.url()) } else { Ok(()) };
        let boto3 = beside.map_or(Ok(()), |thread| thread.join().unwrap_or_else(|_| bail!("boto3's tests panicked")));
        browser.and(boto3)
    })?;
    drop(postgres);
    let seconds = start.elapsed().as_secs();
    say(&format!("All tests passed in {} min {} s.", seconds / 60, seconds % 60));
    Ok(())
}

fn cargo_test(workspace: &Workspace) -> std::process::Command {
    let mut cargo = build::cargo(workspace, "test");
    // One run tells of everything that is wrong, also of programs that no test runs. Documentation has no
    // code in it to be run, which a test holds.
    cargo.args(["--workspace", "--exclude", "frontend", "--all-targets", "--no-fail-fast"]);
    cargo
}

/// Many tests wait for an answer of AWS that never comes: as many others run meanwhile.
fn threads() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from)
}

/// One build serves all parts: the binary that Cargo makes for the integration tests is the one that is driven.
fn compile(workspace: &Workspace) -> Result<PathBuf> {
    run_command(cargo_test(workspace).arg("--no-run"))?;
    let binary = workspace.target.join("debug/studiogate");
    binary.metadata().with_context(|| format!("{} was not built", binary.display()))?;
    Ok(binary)
}
