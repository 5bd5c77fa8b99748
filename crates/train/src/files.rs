//! Atomic writes of files, errors that name the file, and digests.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// An error of the file system; displays the path, and its source the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}", path.display())]
pub struct FileError {
    /// The file or folder.
    pub path: PathBuf,
    /// The reason.
    pub source: io::Error,
}

/// Adds the path to an error of the file system.
///
/// # Errors
/// Those of `result`.
pub fn at_path<T>(path: &Path, result: io::Result<T>) -> Result<T, FileError> {
    result.map_err(|source| FileError {
        path: path.to_owned(),
        source,
    })
}

/// Replaces a file atomically: at any moment, even in a power cut, there is the complete old or new file.
///
/// # Errors
/// [`FileError`] where the folder is missing or cannot be written to.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new();
        #[cfg(unix)]
        {
            // By default only its owner can read a temporary file.
            use std::os::unix::fs::PermissionsExt as _;
            file.permissions(std::fs::Permissions::from_mode(0o644));
        }
        let mut file = file.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        std::fs::File::open(folder)?.sync_all()
    };
    at_path(path, write())
}

/// The SHA-256 of `bytes` in 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_replaced_without_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        write_atomically(&path, b"old").unwrap();
        write_atomically(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn missing_folder_is_named() {
        let error = write_atomically(Path::new("/nowhere/at/all"), b"").unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/at/all");
        assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
    }
}
