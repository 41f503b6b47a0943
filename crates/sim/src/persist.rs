//! Keeping the state: one JSON file for the world, written beside itself and renamed, so that a process killed at any
//! moment leaves a whole file; and a journal of Studio's sessions, of which at most the last line can be cut short.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::studio;
use crate::world::World;

const WORLD: &str = "aws.json";
const STUDIO: &str = "studio.jsonl";
const LOCK: &str = "lock";
/// Ids given out after the last write are not given out again.
const SKIPPED_IDS: u64 = 1 << 20;

/// A state that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// Two that write the same files would lose each other's changes.
    #[error("{} is in use by another local AWS", dir.display())]
    InUse { dir: PathBuf },
    #[error("{} is not a state of the local AWS: {source}", path.display())]
    Format { path: PathBuf, source: serde_json::Error },
}

/// Takes the folder for one process, until the file is dropped or the process ends, however it ends.
pub fn lock(dir: &Path) -> Result<File, PersistError> {
    let path = dir.join(LOCK);
    let fail = |source| PersistError::Io { path: path.clone(), source };
    std::fs::create_dir_all(dir).map_err(fail)?;
    let file =
        private(std::fs::OpenOptions::new().create(true).write(true).truncate(false)).open(&path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PersistError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(fail(source)),
    }
}

/// Reads the state kept in `dir`; `None` if there is none yet.
pub fn load(dir: &Path, now: DateTime<Utc>) -> Result<Option<World>, PersistError> {
    let Some(mut world) = read::<World>(&dir.join(WORLD))? else { return Ok(None) };
    world.counter += SKIPPED_IDS;
    world.studio = load_studio(&dir.join(STUDIO), now)?;
    Ok(Some(world))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, PersistError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| PersistError::Format { path: path.to_owned(), source }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(PersistError::Io { path: path.to_owned(), source }),
    }
}

/// The world as bytes.
pub fn world_bytes(world: &World) -> Result<Vec<u8>, PersistError> {
    serde_json::to_vec(world).map_err(|source| PersistError::Format { path: WORLD.into(), source })
}

pub fn save_world(dir: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    replace(&dir.join(WORLD), bytes)
}

/// Reads the journal and writes it anew without what is over.
fn load_studio(path: &Path, now: DateTime<Utc>) -> Result<studio::State, PersistError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(PersistError::Io { path: path.to_owned(), source }),
    };
    // A line that was cut short belongs to a call that was not answered.
    let entries = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let state = studio::State::replay(entries, now);
    replace(path, &lines(&state.entries())?)?;
    Ok(state)
}

fn lines(entries: &[studio::Entry]) -> Result<Vec<u8>, PersistError> {
    let mut bytes = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut bytes, entry)
            .map_err(|source| PersistError::Format { path: STUDIO.into(), source })?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// Adds to the journal of Studio's sessions.
pub fn append_studio(dir: &Path, entries: &[studio::Entry]) -> Result<(), PersistError> {
    let path = dir.join(STUDIO);
    let fail = |source| PersistError::Io { path: path.clone(), source };
    let bytes = lines(entries)?;
    private(std::fs::OpenOptions::new().create(true).append(true))
        .open(&path)
        .and_then(|mut f| f.write_all(&bytes))
        .map_err(fail)
}

/// Readable by its owner alone: the files hold what secrets come from.
fn private(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes a file whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    let fail = |source| PersistError::Io { path: path.to_owned(), source };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(fail)?;
    }
    let beside = path.with_extension("new");
    private(std::fs::OpenOptions::new().create(true).write(true).truncate(true))
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(fail)?;
    std::fs::rename(&beside, path).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_until_it_is_let_go() {
        let dir = std::env::temp_dir().join(format!("studiogate-lock-{}", std::process::id()));
        let first = lock(&dir).unwrap();
        assert!(matches!(lock(&dir), Err(PersistError::InUse { .. })));
        drop(first);
        drop(lock(&dir).unwrap());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
