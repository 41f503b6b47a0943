//! npm packages at the versions of a lock file, installed once per lock file outside the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::run;
use crate::progress::step;
use crate::stamp::Inputs;
use crate::workspace::Workspace;

/// Makes `folder/node_modules` lead to the packages of `folder/package-lock.json`; answers where they are.
pub(crate) fn install(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let (manifest, lock) = (folder.join("package.json"), folder.join("package-lock.json"));
    let digest = Inputs::default().files(&manifest, &[])?.files(&lock, &[])?.text(std::env::consts::ARCH).digest();
    let store = workspace.cache.join(format!("npm-{}", &digest[..16]));
    let modules = store.join("node_modules");
    if !store.join("complete").is_file() {
        step(
            &format!(
                "Fetch the npm packages of {}",
                folder.strip_prefix(&workspace.root).unwrap_or(folder).join("package.json").display()
            ),
            || {
                fs::create_dir_all(&store)?;
                fs::copy(&manifest, store.join("package.json"))?;
                fs::copy(&lock, store.join("package-lock.json"))?;
                if folder.join(".npmrc").is_file() {
                    fs::copy(folder.join(".npmrc"), store.join(".npmrc"))?;
                }
                run(Command::new("npm")
                    .args(["ci", "--no-audit", "--no-fund"])
                    .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                    .current_dir(&store))?;
                fs::write(store.join("complete"), "")?;
                Ok(())
            },
        )?;
    }
    link(&modules, &folder.join("node_modules"))?;
    Ok(modules)
}

/// Replaces whatever is at `at`, as `npm ci` does too.
fn link(to: &Path, at: &Path) -> Result<()> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    if let Ok(data) = fs::symlink_metadata(at) {
        if data.is_dir() { fs::remove_dir_all(at)? } else { fs::remove_file(at)? }
    }
    symlink(to, at).with_context(|| format!("{} cannot be linked", at.display()))
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(windows)]
fn symlink(to: &Path, at: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(to, at)
}
