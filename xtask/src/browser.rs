//! The portal in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{find, run, run_beside};
use crate::npm;
use crate::packages::{self, Needed};
use crate::progress::step;
use crate::workspace::Workspace;

/// The tests mostly wait, for pages and for AWS: as many of them run at once, each with a portal and a local AWS of its own.
const PARTS: u16 = 2;
/// Below the first part's ports.
const PORT: u16 = 3_900;

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
    step("Browser, on SQLite", || {
        std::thread::scope(|scope| {
            let part = |number: u16| {
                let mut command = playwright();
                command
                    .arg(format!("--shard={number}/{PARTS}"))
                    .args(["--output", &format!("artifacts/results-{number}")])
                    .env("STUDIOGATE_TEST_PORT", (PORT + 10 * number).to_string());
                scope.spawn(move || run_beside(&mut command))
            };
            let parts: Vec<_> = (1..=PARTS).map(part).collect();
            let ended = parts
                .into_iter()
                .map(|it| it.join().unwrap_or_else(|_| bail!("a part of the browser's tests panicked")));
            // What each says is there before one of them ends it.
            ended.collect::<Vec<_>>().into_iter().collect::<Result<()>>()
        })
    })?;
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
