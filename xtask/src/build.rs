//! The binary.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command::run;
use crate::progress::{say, step};
use crate::site;
use crate::workspace::Workspace;

/// Cargo, set up to embed the site.
pub(crate) fn cargo(workspace: &Workspace, verb: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .arg(verb)
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", &workspace.target)
        .env("STUDIOGATE_SITE_DIR", workspace.site());
    cargo
}

/// Builds the portal for development; answers where the binary is.
pub(crate) fn development(workspace: &Workspace) -> Result<PathBuf> {
    site::build(workspace)?;
    step("Compile the portal", || run(cargo(workspace, "build").args(["--package", "studiogate"])))?;
    Ok(workspace.target.join("debug/studiogate"))
}

/// `cargo xtask build`.
pub(crate) fn run_release(workspace: &Workspace) -> Result<PathBuf> {
    site::build(workspace)?;
    step("Compile the portal for release", || {
        run(cargo(workspace, "build").args(["--release", "--package", "studiogate", "--no-default-features"]))
    })?;
    Ok(workspace.target.join("release/studiogate"))
}

pub(crate) fn run_task(workspace: &Workspace) -> Result<()> {
    let binary = run_release(workspace)?;
    say(&format!("{}", binary.display()));
    Ok(())
}
