//! A folder for what tests leave behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::output;

/// Databases and files of a run take a few hundred.
const ROOM_MB: u64 = 2_048;

/// Removed with everything in it when dropped. It is in memory where there is room: tests of databases wait for a disk, and
/// nothing of it is kept.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn make(name: &str) -> Result<Self> {
        let folder = in_memory().unwrap_or_else(std::env::temp_dir);
        let folder = folder.join(format!("studiogate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Where Linux keeps files in memory, if there is room.
fn in_memory() -> Option<PathBuf> {
    let folder = PathBuf::from("/dev/shm");
    let free = output(Command::new("df").args(["-Pm"]).arg(&folder)).ok()?;
    let free: u64 = free.lines().last()?.split_whitespace().nth(3)?.parse().ok()?;
    (folder.is_dir() && free >= ROOM_MB).then_some(folder)
}
