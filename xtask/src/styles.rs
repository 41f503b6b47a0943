//! The stylesheet, by Tailwind CSS's own command.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::command::run;
use crate::progress::step;
use crate::stamp::{Inputs, unless_done};
use crate::workspace::Workspace;

/// Writes `studiogate.css` into `package`.
pub(crate) fn build(workspace: &Workspace, npm: &Path, package: &Path) -> Result<()> {
    let root = &workspace.root;
    let inputs = Inputs::default()
        .files(&root.join("style"), &[".css"])?
        .files(&root.join("app/src"), &[".rs"])?
        .files(&root.join("server/src"), &[".rs"])?
        .files(&root.join("package-lock.json"), &[])?;
    unless_done(&workspace.site().join(".stamps/styles"), inputs, || {
        step("Make the stylesheet", || {
            fs::create_dir_all(package)?;
            run(Command::new("node")
                .arg(npm.join("@tailwindcss/cli/dist/index.mjs"))
                .args(["--input", "style/main.css", "--minify", "--output"])
                .arg(package.join("studiogate.css"))
                .current_dir(root))
        })
    })
}
