//! Puts the site into the binary: every file of the folder that `STUDIOGATE_SITE_DIR` names, with its compressed forms
//! beside it. Without the variable the binary has no files, which is enough for checks and tests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=STUDIOGATE_SITE_DIR");
    let mut table = String::from("/// Every file of the site.\npub(super) static ASSETS: &[Asset] = &[\n");
    if let Some(site) = env::var_os("STUDIOGATE_SITE_DIR").map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", site.display());
        let mut files = Vec::new();
        list(&site, &mut files)?;
        files.sort();
        for file in files.iter().filter(|file| !is_compressed(file)) {
            describe(&mut table, &site, file)?;
        }
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("assets.rs"), table)
}

fn describe(table: &mut String, site: &Path, file: &Path) -> io::Result<()> {
    println!("cargo:rerun-if-changed={}", file.display());
    let version = hex::encode(&Sha256::digest(fs::read(file)?)[..8]);
    let path = file.strip_prefix(site).unwrap_or(file).display().to_string();
    let form = |ending: &str| {
        let packed = PathBuf::from(format!("{}.{ending}", file.display()));
        if packed.is_file() {
            println!("cargo:rerun-if-changed={}", packed.display());
            format!("Some(include_bytes!({:?}))", packed.display().to_string())
        } else {
            "None".to_owned()
        }
    };
    writeln!(
        table,
        "Asset {{ path: {:?}, content_type: {:?}, version: {version:?}, plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
        format!("/{path}"),
        content_type(file),
        file.display().to_string(),
        form("br"),
        form("gz"),
    )
    .map_err(io::Error::other)
}

/// Every file below the folder; names that begin with a dot are the build's own.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.path().is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_compressed(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "br" || end == "gz")
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
