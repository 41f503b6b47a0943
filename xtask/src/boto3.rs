//! The local AWS and the portal, held to account by a client that nobody here wrote.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::run_beside;
use crate::progress::step;
use crate::python;
use crate::workspace::Workspace;

/// Runs every `test_*.py` and `flow.py` of `end2end/boto3` against `binary`.
pub(crate) fn test(workspace: &Workspace, binary: &Path, postgres: &str) -> Result<()> {
    let folder = workspace.root.join("end2end/boto3");
    let python = python::environment(workspace, &folder.join("requirements.txt"))?;
    let mut scripts: Vec<_> = fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Path::new(&name).extension().is_some_and(|end| end == "py")
                && (name.starts_with("test_") || name == "flow.py")
        })
        .collect();
    scripts.sort();
    if scripts.is_empty() {
        bail!("there is no test in {}", folder.display());
    }
    for script in scripts {
        let name = script.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        step(&format!("boto3: {name}"), || {
            run_beside(
                Command::new(&python)
                    .arg(&script)
                    .current_dir(&folder)
                    .env("PYTHONUNBUFFERED", "1")
                    .env("STUDIOGATE_BIN", binary)
                    .env(crate::postgres::VARIABLE, postgres),
            )
        })?;
    }
    Ok(())
}
