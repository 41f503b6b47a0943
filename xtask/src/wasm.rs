//! The islands: compiled to WebAssembly, bound to JavaScript, made small.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{output, run};
use crate::prerequisites::{self, WASM, WasmStd};
use crate::progress::{say, step};
use crate::stamp::{Inputs, unless_done};
use crate::workspace::Workspace;

const PROFILE: &str = "wasm-release";
/// What Rust emits and wasm-opt has to know.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Writes `studiogate.js` and `studiogate_bg.wasm` into `package`.
pub(crate) fn build(workspace: &Workspace, npm: &Path, package: &Path) -> Result<()> {
    let std = prerequisites::wasm_target()?;
    let compiled = step("Compile the islands to WebAssembly", || compile(workspace, std))?;
    let inputs = Inputs::default()
        .files(&compiled, &[])?
        .files(&npm.join("binaryen/package.json"), &[])?
        .text(&FEATURES.join(" "));
    unless_done(&workspace.site().join(".stamps/wasm"), inputs, || {
        step("Bind the islands to JavaScript and make them small", || bind(workspace, npm, &compiled, package))
    })
}

fn compile(workspace: &Workspace, std: WasmStd) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&workspace.root).env("CARGO_TARGET_DIR", &workspace.target).args([
        "build",
        "--package",
        "frontend",
        "--lib",
        "--target",
        WASM,
        "--profile",
        PROFILE,
    ]);
    if std == WasmStd::FromSource {
        // The released compiler is told to build its own standard library for a target that it came without.
        cargo.env("RUSTC_BOOTSTRAP", "1").arg("-Zbuild-std=std,panic_abort");
    }
    run(&mut cargo)?;
    Ok(workspace.target.join(WASM).join(PROFILE).join("frontend.wasm"))
}

fn bind(workspace: &Workspace, npm: &Path, compiled: &Path, package: &Path) -> Result<()> {
    let work = workspace.site().join(".work");
    fs::create_dir_all(&work)?;
    fs::create_dir_all(package)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("studiogate")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true);
    bindgen.web(true).map_err(|e| anyhow::anyhow!("wasm-bindgen: {e:#}"))?;
    bindgen.generate(&work).map_err(|e| anyhow::anyhow!("wasm-bindgen: {e:#}"))?;
    let bound = work.join("studiogate_bg.wasm");
    let small = work.join("small.wasm");
    run(Command::new("node")
        .arg(npm.join("binaryen/bin/wasm-opt"))
        .arg("-Oz")
        .args(FEATURES)
        .arg(&bound)
        .arg("-o")
        .arg(&small))?;
    fs::copy(&small, package.join("studiogate_bg.wasm"))?;
    let script = fs::read_to_string(work.join("studiogate.js")).context("wasm-bindgen wrote no script")?;
    fs::write(package.join("studiogate.js"), script)?;
    let snippets = work.join("snippets");
    if snippets.is_dir() {
        copy(&snippets, &package.join("snippets"))?;
    }
    say(&format!("    {} bytes of WebAssembly", fs::metadata(&small)?.len()));
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let at = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &at)? } else { fs::copy(entry.path(), at).map(drop)? }
    }
    Ok(())
}

/// The version of the compiler, for messages.
pub(crate) fn rustc() -> Result<String> {
    output(Command::new("rustc").arg("--version"))
}
