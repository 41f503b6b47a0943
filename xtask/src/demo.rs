//! `cargo xtask demo`.

use std::process::Command;

use anyhow::Result;

use crate::build;
#[cfg(not(unix))]
use crate::command;
use crate::workspace::Workspace;

/// Builds what is out of date and becomes the portal.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = build::development(workspace)?;
    let mut portal = Command::new(binary);
    portal.arg("demo").args(arguments);
    replace(&mut portal)
}

/// The portal takes this process's place, so that signals reach it.
#[cfg(unix)]
fn replace(portal: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::new(portal.exec()).context(format!("{} cannot be started", portal.get_program().display())))
}

#[cfg(not(unix))]
fn replace(portal: &mut Command) -> Result<()> {
    command::run(portal)
}
