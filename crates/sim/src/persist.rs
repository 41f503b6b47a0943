//! Keeping the state: one JSON file for the world, one for Studio's sessions, each written beside itself and renamed, so
//! that a process killed at any moment leaves a whole file.

use std::io;
use std::path::{Path, PathBuf};

use crate::studio;
use crate::world::World;

const WORLD: &str = "aws.json";
const STUDIO: &str = "studio.json";
/// Ids given out after the last write are not given out again.
const SKIPPED_IDS: u64 = 1 << 20;

/// A state that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is not a state of the local AWS: {source}", path.display())]
    Format { path: PathBuf, source: serde_json::Error },
}

/// Reads the state kept in `dir`; `None` if there is none yet.
pub fn load(dir: &Path) -> Result<Option<World>, PersistError> {
    let Some(mut world) = read::<World>(&dir.join(WORLD))? else { return Ok(None) };
    world.counter += SKIPPED_IDS;
    world.studio = read::<studio::State>(&dir.join(STUDIO))?.unwrap_or_default();
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

/// Studio's sessions as bytes.
pub fn studio_bytes(state: &studio::State) -> Result<Vec<u8>, PersistError> {
    serde_json::to_vec(state).map_err(|source| PersistError::Format { path: STUDIO.into(), source })
}

pub fn save_world(dir: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    replace(&dir.join(WORLD), bytes)
}

pub fn save_studio(dir: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    replace(&dir.join(STUDIO), bytes)
}

/// Writes a file whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), PersistError> {
    let fail = |source| PersistError::Io { path: path.to_owned(), source };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(fail)?;
    }
    let beside = path.with_extension("new");
    std::fs::write(&beside, bytes).map_err(fail)?;
    std::fs::rename(&beside, path).map_err(fail)
}
