//! A key of 32 bytes in a file of its own, made when it is first needed.

use std::fs;
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use control_plane::Random;
use zeroize::Zeroizing;

/// Reads the key, or draws it and keeps it.
pub(crate) fn read_or_make(file: &Path, random: &Random) -> Result<Zeroizing<[u8; 32]>> {
    let named = |e: Error| Error::new(e.kind(), format!("{}: {e}", file.display()));
    match fs::read_to_string(file) {
        Ok(text) => STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Zeroizing::new)
            .ok_or_else(|| named(Error::new(ErrorKind::InvalidData, "it holds no key"))),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            let key = Zeroizing::new(random.bytes());
            write_private(file, STANDARD.encode(key.as_slice()).as_bytes()).map_err(named)?;
            Ok(key)
        }
        Err(e) => Err(named(e)),
    }
}

/// Writes a file that its owner alone can read.
pub(crate) fn write_private(file: &Path, content: &[u8]) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(file)?.write_all(content)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn v13_3_2_a_kept_key_is_its_owners_alone_and_stays() {
        let file = std::env::temp_dir().join(format!("studiogate-key-{}", std::process::id()));
        let first = read_or_make(&file, &Random::from_os()).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        let again = read_or_make(&file, &Random::from_os()).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(mode & 0o777, 0o600);
        assert!(first == again);
    }
}
