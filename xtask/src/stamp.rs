//! Skips what is already done: a stamp holds the digest of all inputs of a step.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

/// A digest over everything that a step depends on.
#[derive(Clone, Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.bytes(text.as_bytes());
        self
    }

    /// The content of a file, or of every file in a folder below it whose name ends with one of `endings`.
    pub(crate) fn files(mut self, path: &Path, endings: &[&str]) -> Result<Self> {
        let mut files = Vec::new();
        list(path, endings, &mut files)?;
        files.sort();
        for file in files {
            // Not where the checkout is: another one shares what was made of the same files.
            let name = file.strip_prefix(path.parent().unwrap_or(path)).unwrap_or(&file);
            self.bytes(name.to_string_lossy().as_bytes());
            self.bytes(&fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?);
        }
        Ok(self)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn digest(self) -> String {
        hex::encode(self.0.finalize())
    }
}

fn list(path: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))? {
            list(&entry?.path(), endings, files)?;
        }
    } else if path.is_file() && (endings.is_empty() || endings.iter().any(|end| path.to_string_lossy().ends_with(end)))
    {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Does `work` unless the stamp at `file` says that it was done with the same inputs.
pub(crate) fn unless_done(file: &Path, inputs: Inputs, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let digest = inputs.digest();
    if fs::read_to_string(file).is_ok_and(|done| done == digest) {
        return Ok(());
    }
    work()?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, digest).with_context(|| format!("{} cannot be written", file.display()))
}
