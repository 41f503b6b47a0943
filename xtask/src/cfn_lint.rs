//! cfn-lint, AWS's own linter for CloudFormation, on every template of the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::aws_names;
use crate::command::run;
use crate::progress::step;
use crate::python;
use crate::workspace::Workspace;

/// Lints the templates of `deploy/` and `blueprints/`; a warning fails too. So does a list of AWS's names that is
/// not the linter's.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let python = python(workspace)?;
    let mut templates = Vec::new();
    for folder in ["deploy", "blueprints"] {
        collect(&workspace.root.join(folder), &mut templates)?;
    }
    templates.sort();
    if templates.is_empty() {
        bail!("there is no template in deploy/ and blueprints/");
    }
    step("cfn-lint", || run(Command::new(python.with_file_name("cfn-lint")).args(&templates)))?;
    step("Names of AWS", || aws_names::check(workspace, &python))
}

/// That has cfn-lint.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf> {
    python::environment(workspace, &workspace.root.join("end2end/cfn-lint/requirements.txt"))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
    Ok(())
}
