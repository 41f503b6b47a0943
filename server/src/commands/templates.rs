//! Templates of one's own, offered as products.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Name and text of each; the name is the file's, without its ending.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<(String, String)>> {
    files.iter().map(|file| one(file)).collect()
}

fn one(file: &Path) -> Result<(String, String)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, text))
}
