//! Names that AWS has, as the pinned cfn-lint knows them: written into the repository, so that nothing is asked for them when
//! it is built or run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cfn_lint;
use crate::command::output;
use crate::workspace::Workspace;

/// Each file with the script that prints it.
const FILES: [(&str, &str); 2] = [
    ("crates/template/src/resource-types.txt", include_str!("aws_names/resource_types.py")),
    ("crates/domain/src/guardrail/known-actions.txt", include_str!("aws_names/actions.py")),
];

/// Writes them anew.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let python = cfn_lint::python(workspace)?;
    for (file, script) in FILES {
        fs::write(workspace.root.join(file), printed(&python, script)?)
            .with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(())
}

/// Fails where one is not what cfn-lint knows.
pub(crate) fn check(workspace: &Workspace, python: &Path) -> Result<()> {
    for (file, script) in FILES {
        let path: PathBuf = workspace.root.join(file);
        if printed(python, script)? != fs::read_to_string(&path)? {
            bail!("{file} is not what cfn-lint knows: write it anew with cargo xtask aws-names");
        }
    }
    Ok(())
}

fn printed(python: &Path, script: &str) -> Result<String> {
    Ok(output(Command::new(python).args(["-c", script]))? + "\n")
}
