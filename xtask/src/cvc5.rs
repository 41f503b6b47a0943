//! The solver behind the proofs about the portal's policies.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{find, output};
use crate::python;
use crate::workspace::Workspace;

/// What names the program to `cedar-policy-symcc`.
pub(crate) const VARIABLE: &str = "CVC5";

/// The program: the one that is installed, unless it is older than 1.2, or one made of the Python package, which has none.
pub(crate) fn program(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(installed) = find("cvc5").filter(|_| is_recent()) {
        return Ok(installed);
    }
    let folder = workspace.root.join("xtask/cvc5");
    let python = python::environment(workspace, &folder.join("requirements.txt"))?;
    let source = fs::read_to_string(folder.join("solver.py")).context("xtask/cvc5/solver.py cannot be read")?;
    let program = python.with_file_name("cvc5-solver");
    fs::write(&program, format!("#!{}\n{source}", python.display()))
        .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("{} cannot be written", program.display()))?;
    Ok(program)
}

/// Debian 12 has 1.0.3, which does not know all of the language that is spoken to it.
fn is_recent() -> bool {
    let Ok(text) = output(Command::new("cvc5").arg("--version")) else { return false };
    let Some(version) = text.split_whitespace().skip_while(|word| *word != "version").nth(1) else { return false };
    let mut numbers = version.split(['.', '-', '[']).map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(1), Some(2))
}
