//! Files that a command is given, and files that these name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Bytes of a file: many times what a large catalog has. What is longer is read no further.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What is in a file, or comes by standard input where it is `-`.
///
/// # Errors
/// Where it cannot be read, or is longer than anything that a command takes.
pub(super) fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    if file == Path::new("-") { read(io::stdin().lock()) } else { read(File::open(file)?) }
}

/// The same as text, without a byte order mark.
///
/// # Errors
/// Also where it is no UTF-8.
pub(super) fn text(file: &Path) -> io::Result<String> {
    let text = String::from_utf8(bytes(file)?).map_err(|_| other("it is no text in UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A file that another one names by its path from `folder`; `None` where that is anywhere else, also by way of a link, or no
/// file. Whoever wrote it need not be who runs the command.
///
/// # Errors
/// Where there is none.
pub(super) fn below(folder: &Path, path: &str) -> io::Result<Option<PathBuf>> {
    if !is_plain(path) {
        return Ok(None);
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (folder, file) = (fs::canonicalize(folder)?, fs::canonicalize(folder.join(path))?);
    Ok((file.starts_with(folder) && file.is_file()).then_some(file))
}

/// Writes a file below `folder`, and never through a link.
///
/// # Errors
/// Where it cannot be written, or a link is in its way.
pub(super) fn write_below(folder: &Path, path: &str, text: &str) -> io::Result<()> {
    if !is_plain(path) {
        return Err(other("it is no path below the folder"));
    }
    let mut at = folder.to_owned();
    for part in Path::new(path).components() {
        at.push(part);
        if at.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(other("a link is in its way, and what that leads to is not written"));
        }
    }
    if let Some(parent) = at.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(at, text)
}

fn is_plain(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn read(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST { Err(other("it has more than 64 MB")) } else { Ok(bytes) }
}

fn other(why: &'static str) -> io::Error {
    io::Error::other(why)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn v5_3_2_nothing_leads_out_of_a_folder() {
        let dir = std::env::temp_dir().join(format!("studiogate-files-{}", std::process::id()));
        let (inside, outside) = (dir.join("inside"), dir.join("outside"));
        for folder in [&inside, &outside] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("a.yaml"), "text").unwrap();
        }
        symlink(outside.join("a.yaml"), inside.join("link.yaml")).unwrap();
        symlink(&outside, inside.join("templates")).unwrap();
        symlink("a.yaml", inside.join("beside.yaml")).unwrap();
        for (path, is_below) in [
            ("a.yaml", true),
            ("beside.yaml", true),
            ("link.yaml", false),
            ("templates/a.yaml", false),
            ("templates", false),
            ("../outside/a.yaml", false),
            ("/etc/passwd", false),
        ] {
            assert_eq!(below(&inside, path).unwrap().is_some(), is_below, "{path}");
        }
        assert!(below(&inside, "missing.yaml").is_err());
        for path in ["link.yaml", "templates/a.yaml", "templates/new/b.yaml", "../outside/b.yaml"] {
            assert!(write_below(&inside, path, "other").is_err(), "{path}");
        }
        write_below(&inside, "new/folder/b.yaml", "text").unwrap();
        assert_eq!(fs::read_to_string(outside.join("a.yaml")).unwrap(), "text");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_mark_of_the_byte_order_is_no_text() {
        let file = std::env::temp_dir().join(format!("studiogate-bom-{}", std::process::id()));
        fs::write(&file, "\u{feff}{}").unwrap();
        assert_eq!(text(&file).unwrap(), "{}");
        fs::write(&file, [0xff, 0xfe, 0x7b, 0]).unwrap();
        assert!(text(&file).unwrap_err().to_string().contains("UTF-8"));
        fs::remove_file(file).unwrap();
    }
}
