//! Templates of one's own, offered as products.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::files;

/// Name and text of each; the name is the file's, without its ending, and a number where two files have the same. A file
/// that cannot be read is left out, and said.
pub(super) fn read(files: &[PathBuf]) -> Vec<(String, String)> {
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut templates = Vec::new();
    for file in files {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let count = taken.entry(stem.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { stem } else { format!("{stem} ({count})") };
        match text(file) {
            Ok(text) => templates.push((name, text)),
            Err(problem) => tracing::error!(product = name, "the template is not offered: {problem:#}"),
        }
    }
    templates
}

fn text(file: &Path) -> Result<String> {
    let bytes = files::bytes(file).with_context(|| format!("{} cannot be read", file.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is no text in UTF-8", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_left_out_and_equal_names_are_told_apart() {
        let dir = std::env::temp_dir().join(format!("studiogate-templates-{}", std::process::id()));
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let files = [
            file("a/studio.yaml", b"first"),
            file("latin.yaml", b"caf\xe9"),
            dir.join("missing.yaml"),
            file("b/studio.yaml", b"second"),
        ];
        let read = read(&files);
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(read, [("studio".into(), "first".into()), ("studio (2)".into(), "second".into())]);
    }
}
