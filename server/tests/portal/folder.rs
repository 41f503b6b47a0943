//! A folder that is gone when the test is.

use std::fs;
use std::path::PathBuf;

pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// One that is not there yet.
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("studiogate-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
