//! Compresses what goes into the binary, once, as hard as it goes.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::progress::step;
use crate::stamp::{Inputs, unless_done};
use crate::workspace::Workspace;

/// What shrinks; images do not.
const TEXT: &[&str] = &["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Copies `public` into the site and puts `FILE.br` and `FILE.gz` beside each file that gets smaller by it.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let site = workspace.site();
    let public = workspace.root.join("public");
    if public.is_dir() {
        copy_changed(&public, &site)?;
    }
    let sources = [".css", ".html", ".ico", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"];
    let inputs = Inputs::default().files(&site, &sources)?;
    unless_done(&site.join(".stamps/bundle"), inputs, || step("Compress the assets", || compress_folder(&site)))
}

fn compress_folder(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        if path.is_dir() {
            compress_folder(&path)?;
        } else if path.extension().is_some_and(|end| TEXT.contains(&end.to_string_lossy().as_ref())) {
            let content = fs::read(&path)?;
            keep_if_smaller(&path, "br", content.len(), &brotli(&content)?)?;
            keep_if_smaller(&path, "gz", content.len(), &gzip(&content)?)?;
        }
    }
    Ok(())
}

fn keep_if_smaller(path: &Path, ending: &str, original: usize, packed: &[u8]) -> Result<()> {
    let at = path.with_added_extension(ending);
    if packed.len() < original {
        write_changed(&at, packed)
    } else if at.exists() {
        Ok(fs::remove_file(at)?)
    } else {
        Ok(())
    }
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters =
        ::brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    ::brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn copy_changed(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let at = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_changed(&entry.path(), &at)?;
        } else {
            write_changed(&at, &fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// A file that stays as it is keeps its time, so that nothing is built again because of it.
fn write_changed(at: &Path, content: &[u8]) -> Result<()> {
    if fs::read(at).is_ok_and(|there| there == content) { Ok(()) } else { Ok(fs::write(at, content)?) }
}
