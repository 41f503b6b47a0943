//! Secrets, given directly or as a file.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control_plane::Random;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::ConfigError;
use crate::keyfile::read_or_make;

/// The secret, from whichever of the two is set.
pub(super) fn read(
    name: &str,
    value: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> Result<Option<SecretString>, ConfigError> {
    let secret = match (value, file) {
        (Some(_), Some(_)) => Err(ConfigError(format!("{name} and {name}_file are both set: keep one of them"))),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, None) => Ok(None),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .map_err(|e| ConfigError(format!("{name}_file: {} cannot be read: {e}", file.display())))?;
            Ok(Some(SecretString::from(text.trim_end_matches(['\r', '\n']))))
        }
    }?;
    match secret {
        Some(secret) if secret.expose_secret().trim().is_empty() => {
            let source = if file.is_some() { "the file that it names is empty" } else { "it is empty" };
            Err(ConfigError(format!("{name} is set, but {source}: leave it out, or give the secret")))
        }
        secret => Ok(secret),
    }
}

/// What becomes of a key that is neither set nor in the working folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptKeys {
    /// It is made: the portal starts for the first time.
    Make,
    /// It is missed: whoever only looks leaves nothing behind, and a key of a moment ago verifies nothing.
    Find,
}

/// The key that is kept in the working folder where none is set: made at the first start, and good for one replica alone.
pub(super) fn kept_key(name: &str, file: &str, kept: KeptKeys) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    if kept == KeptKeys::Find && !Path::new(file).exists() {
        return Err(ConfigError(format!(
            "{name} is not set, and there is no {file} in the working folder yet: the first start of `studiogate serve` \
             makes it there"
        )));
    }
    tracing::warn!(file, "{name} is not set: a key in the working folder is used; set one where several replicas run");
    read_or_make(file.as_ref(), &Random::from_os())
        .map_err(|e| ConfigError(format!("{name} is not set, and no key can be kept in the working folder: {e}")))
}

/// 32 bytes, written as base64 or as 64 hexadecimal digits.
pub(super) fn key(name: &str, text: &SecretString) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    let text = text.expose_secret().trim();
    let bytes = Zeroizing::new(if text.len() == 64 { hex::decode(text).ok() } else { STANDARD.decode(text).ok() });
    let bytes = bytes.as_ref().and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    bytes.map(Zeroizing::new).ok_or_else(|| {
        ConfigError(format!("{name} is 32 bytes as base64 or hexadecimal: `openssl rand -base64 32` makes one"))
    })
}
