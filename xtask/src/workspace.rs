use std::path::{Path, PathBuf};

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
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?.to_owned();
        let cache = match std::env::var_os("XDG_CACHE_HOME") {
            Some(cache) if !cache.is_empty() => PathBuf::from(cache),
            _ => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
        }
        .join("studiogate");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) if !target.is_empty() => root.join(target),
            _ => cache.join("target"),
        };
        std::fs::create_dir_all(&cache).with_context(|| format!("{} cannot be made", cache.display()))?;
        Ok(Self { root, cache, target })
    }

    /// The files that go into the binary, as built: one folder per checkout, since checkouts share the target folder.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }
}
