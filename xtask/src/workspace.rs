use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Where things are.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// `~/.cache/studiogate`: what is fetched once and shared by all checkouts.
    pub cache: PathBuf,
    /// `CARGO_TARGET_DIR` of every build that this tool starts.
    pub target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        // Where Cargo runs it, not where it was compiled: that may have been another checkout.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("start it with cargo xtask")?;
        let root = Path::new(&manifest).parent().context("xtask lies in the workspace")?.to_owned();
        let cache = match std::env::var_os("XDG_CACHE_HOME") {
            Some(cache) if !cache.is_empty() => PathBuf::from(cache),
            _ => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
        }
        .join("studiogate");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) if !target.is_empty() => root.join(target),
            _ => cache.join("target"),
        };
        fs::create_dir_all(&cache).with_context(|| format!("{} cannot be made", cache.display()))?;
        let workspace = Self { root, cache, target };
        workspace.claim()?;
        Ok(workspace)
    }

    /// Checkouts share the target folder for the sake of the dependencies. Their own crates have the same names there, and
    /// Cargo tells whether one is fresh by the times of its sources, which say nothing about another checkout: what another
    /// one compiled is compiled again.
    fn claim(&self) -> Result<()> {
        let owner = self.target.join("checkout");
        if fs::read_to_string(&owner).is_ok_and(|root| Path::new(&root) == self.root) {
            return Ok(());
        }
        let crates = self.crates()?;
        // Of every profile, for this machine and for the browser.
        let profiles = ["debug", "release", "wasm-release"].into_iter();
        let folders = profiles.flat_map(|profile| [profile.to_owned(), format!("wasm32-unknown-unknown/{profile}")]);
        for folder in folders {
            let Ok(entries) = fs::read_dir(self.target.join(folder).join(".fingerprint")) else { continue };
            for entry in entries {
                let entry = entry?;
                let name = entry.file_name();
                let of = name.to_str().and_then(|name| name.rsplit_once('-')).map(|(of, _)| of.to_owned());
                if of.is_some_and(|of| crates.contains(&of)) {
                    fs::remove_dir_all(entry.path())?;
                }
            }
        }
        fs::create_dir_all(&self.target)?;
        fs::write(&owner, self.root.to_string_lossy().as_bytes())
            .with_context(|| format!("{} cannot be written", owner.display()))
    }

    /// The names of the workspace's own crates.
    fn crates(&self) -> Result<BTreeSet<String>> {
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(&self.root)
            .output()
            .context("cargo cannot be started")?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).context("cargo metadata failed")?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
        Ok(packages.iter().filter_map(|package| package["name"].as_str().map(str::to_owned)).collect())
    }

    /// The files that go into the binary, as built: one folder per checkout, since checkouts share the target folder.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }
}
