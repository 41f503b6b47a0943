//! What has to be there before anything can be built, and what to do when it is not.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{find, output, run, succeeds};
use crate::progress::step;

/// The wasm target of rustc.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// How the standard library for the browser comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasmStd {
    /// Installed with the toolchain.
    Installed,
    /// Built from the sources that came with the compiler.
    FromSource,
}

/// Checks the tools of the build; each that is missing is named with its remedy.
pub(crate) fn check() -> Result<()> {
    step("Check Node.js and the C compiler", || {
        let mut missing = Vec::new();
        match node_major() {
            Some(20..) => {}
            Some(old) => missing.push(format!("Node.js {old} is too old: install 20 or newer from https://nodejs.org")),
            None => missing.push("Node.js is missing: install 20 or newer from https://nodejs.org".to_owned()),
        }
        if find("npm").is_none() {
            missing.push(
                "npm is missing: it comes with Node.js from https://nodejs.org (Debian: apt-get install npm)"
                    .to_owned(),
            );
        }
        if ["cc", "gcc", "clang"].iter().all(|name| find(name).is_none()) {
            missing.push(
                "A C compiler is missing: apt-get install gcc libc6-dev (macOS: xcode-select --install)".to_owned(),
            );
        }
        if missing.is_empty() { Ok(()) } else { bail!("{}", missing.join("\n")) }
    })
}

fn node_major() -> Option<u32> {
    let version = output(Command::new("node").arg("--version")).ok()?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Makes sure that the browser's side can be compiled: by rustup, or from the sources of the standard library.
pub(crate) fn wasm_target() -> Result<WasmStd> {
    if is_installed() {
        return Ok(WasmStd::Installed);
    }
    step("Add the WebAssembly target to Rust", || {
        if find("rustup").is_some()
            && run(Command::new("rustup").args(["target", "add", WASM])).is_ok()
            && is_installed()
        {
            return Ok(WasmStd::Installed);
        }
        let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
        if Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
            return Ok(WasmStd::FromSource);
        }
        bail!(
            "The target {WASM} is missing: run `rustup target add {WASM}` (Debian's Rust: apt-get install libstd-rust-dev-wasm32)"
        )
    })
}

fn is_installed() -> bool {
    output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
        .is_ok_and(|folder| Path::new(&folder).is_dir())
        && succeeds(Command::new("rustc").args(["--print", "cfg", "--target", WASM]))
}
