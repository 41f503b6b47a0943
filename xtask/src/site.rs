//! Everything that the browser loads, in the folder that the binary embeds.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{bundle, npm, prerequisites, styles, wasm};

/// Brings the site up to date.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    prerequisites::check()?;
    let modules = npm::install(workspace, &workspace.root)?;
    let package = workspace.site().join("pkg");
    wasm::build(workspace, &modules, &package)?;
    styles::build(workspace, &modules, &package)?;
    bundle::build(workspace)
}
