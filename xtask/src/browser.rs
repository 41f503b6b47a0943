//! The portal in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{find, run};
use crate::npm;
use crate::packages::{self, Needed};
use crate::progress::step;
use crate::workspace::Workspace;

/// Runs Playwright's tests of `end2end` against `binary`.
pub(crate) fn test(workspace: &Workspace, binary: &Path, postgres: &str) -> Result<()> {
    let chromium = chromium()?;
    let folder = workspace.root.join("end2end");
    let modules = npm::install(workspace, &folder)?;
    let playwright = || {
        let mut command = Command::new("node");
        command
            .arg(modules.join("@playwright/test/cli.js"))
            .arg("test")
            .current_dir(&folder)
            .env("CHROMIUM", &chromium)
            .env("STUDIOGATE_BIN", binary);
        command
    };
    step("Browser, on SQLite", || run(&mut playwright()))?;
    step("Browser, a smoke on Postgres", || {
        run(playwright()
            .args(["story.spec.ts", "--grep", "without JavaScript", "--output", "artifacts/results-postgres"])
            .env("STUDIOGATE_TEST_DATABASE_URL", postgres))
    })
}

/// `CHROMIUM` when it is set, otherwise the system's.
fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM").filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let installed = || ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name));
    if let Some(path) = installed() {
        return Ok(path);
    }
    packages::install(&[Needed {
        what: "Chromium",
        package: "chromium",
        remedy: "install Chromium or Chrome, or set CHROMIUM to its path (Debian: apt-get install chromium)",
    }])?;
    installed().context("Chromium is not found")
}
