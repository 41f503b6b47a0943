//! `cargo xtask bench`.

use std::fs;

use anyhow::{Context, Result};

use crate::build;
use crate::command::run as run_command;
use crate::progress::{say, step};
use crate::wasm;
use crate::workspace::Workspace;

/// Builds for release, measures, writes `docs/benchmarks.md`, and fails when a bar is missed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let work = workspace.target.join("bench");
    fs::create_dir_all(&work).with_context(|| format!("{} cannot be made", work.display()))?;
    // Kept aside: the portal with its demo, which serves the pages, is built to the same place.
    let release = work.join("studiogate");
    fs::copy(build::run_release(workspace)?, &release).context("the release cannot be copied")?;
    step("Compile the portal with its demo, and the benchmark", || {
        run_command(build::cargo(workspace, "build").args([
            "--release",
            "--package",
            "studiogate",
            "--package",
            "bench",
        ]))
    })?;
    let criterion = work.join("criterion");
    step("Policy decisions", || {
        run_command(
            build::cargo(workspace, "bench")
                .args(["--package", "domain", "--bench", "decision"])
                .env("CRITERION_HOME", &criterion),
        )
    })?;
    let document = workspace.root.join("docs/benchmarks.md");
    let built = workspace.target.join("release");
    step("Measure", || {
        run_command(
            std::process::Command::new(built.join("bench"))
                .arg("measure")
                .args(["--compiler", &wasm::rustc()?])
                .arg("--portal")
                .arg(built.join("studiogate"))
                .arg("--release")
                .arg(&release)
                .arg("--work")
                .arg(work.join("data"))
                .arg("--criterion")
                .arg(&criterion)
                .arg("--document")
                .arg(&document),
        )
    })?;
    say(&format!("Every bar holds; see {}.", document.display()));
    Ok(())
}
