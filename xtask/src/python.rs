//! A Python environment for the tests, made once per requirements file outside the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::command::{find, run, succeeds};
use crate::packages::{self, Needed};
use crate::progress::step;
use crate::stamp::Inputs;
use crate::workspace::Workspace;

/// The interpreter of an environment with everything that `requirements` names.
pub(crate) fn environment(workspace: &Workspace, requirements: &Path) -> Result<PathBuf> {
    if find("python3").is_none() || !succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        packages::install(&[Needed {
            what: "Python 3 with venv",
            package: "python3-venv",
            remedy: "install Python 3.9 or newer with its venv module (Debian: apt-get install python3-venv)",
        }])?;
    }
    let digest = Inputs::default().files(requirements, &[])?.digest();
    let folder = workspace.cache.join(format!("venv-{}", &digest[..16]));
    let python = folder.join("bin/python");
    if !folder.join("complete").is_file() {
        step("Make a Python environment for the tests", || {
            let _ = fs::remove_dir_all(&folder);
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
            run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .arg(requirements))?;
            fs::write(folder.join("complete"), "")?;
            Ok(())
        })?;
    }
    Ok(python)
}
