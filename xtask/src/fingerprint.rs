//! Stamps: a file that says what something was made from, so that it is made again only when that changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// What something was made from: the settings, and the files read.
#[derive(Debug, PartialEq)]
pub struct Stamp {
    /// Versions, flags and other settings, one line.
    pub settings: String,
    /// Hash of the intermediate result, whose equality spares the steps after it.
    pub intermediate: String,
    /// Hash and path, relative to the repository where it lies in it.
    files: Vec<(String, PathBuf)>,
}

impl Stamp {
    /// Hashes the files as they are now.
    pub fn of(
        root: &Path,
        settings: &str,
        intermediate: String,
        files: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self> {
        let mut files = files
            .into_iter()
            .map(|file| {
                let path = root.join(file);
                let hash =
                    hash(&path).with_context(|| format!("{} could not be read", path.display()))?;
                Ok((hash, path.strip_prefix(root).unwrap_or(&path).to_path_buf()))
            })
            .collect::<Result<Vec<_>>>()?;
        files.sort();
        files.dedup();
        Ok(Self {
            settings: settings.to_owned(),
            intermediate,
            files,
        })
    }

    /// Reads a stamp; nothing where there is none or it is not one of ours.
    pub fn read(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut lines = text.lines();
        let settings = lines.next()?.strip_prefix("settings ")?.to_owned();
        let intermediate = lines.next()?.strip_prefix("intermediate ")?.to_owned();
        let files = lines
            .map(|line| {
                let (hash, path) = line.split_once(' ')?;
                Some((hash.to_owned(), PathBuf::from(path)))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            settings,
            intermediate,
            files,
        })
    }

    /// Writes the stamp.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut text = format!(
            "settings {}\nintermediate {}\n",
            self.settings, self.intermediate
        );
        for (hash, path) in &self.files {
            text += &format!("{hash} {}\n", path.display());
        }
        fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))
    }

    /// Whether the settings are these and no file has changed.
    pub fn holds(&self, root: &Path, settings: &str) -> bool {
        self.settings == settings
            && !self.files.is_empty()
            && self
                .files
                .iter()
                .all(|(known, path)| hash(&root.join(path)).is_ok_and(|now| now == *known))
    }
}

/// SHA-256 in hexadecimal digits: of a file's content; of a folder's names and contents, since build scripts may
/// watch a whole folder; of nothing where there is nothing yet, which they may watch too.
pub fn hash(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
        Ok(kind) if kind.is_file() => digest.update(fs::read(path)?),
        Ok(_) => {
            let mut entries = fs::read_dir(path)?
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()?;
            entries.sort();
            for entry in entries {
                digest.update(format!("{:?} {}\n", entry.file_name(), hash(&entry)?));
            }
        }
    }
    let digest = digest.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_until_a_file_or_the_settings_change() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        fs::write(root.join("a.rs"), "one")?;
        fs::write(root.join("b c.rs"), "two")?;
        let files = ["b c.rs", "a.rs", "a.rs"].map(PathBuf::from);
        let stamp = Stamp::of(root, "release 1.95.0", "abc".to_owned(), files)?;
        stamp.write(&root.join(".stamp"))?;

        let read = Stamp::read(&root.join(".stamp")).context("the stamp was not read")?;
        assert_eq!(read, stamp);
        assert!(read.holds(root, "release 1.95.0"));
        assert!(!read.holds(root, "release 1.96.0"));

        fs::write(root.join("b c.rs"), "three")?;
        assert!(!read.holds(root, "release 1.95.0"), "a changed file");
        fs::write(root.join("b c.rs"), "two")?;
        assert!(read.holds(root, "release 1.95.0"), "the old content again");
        fs::remove_file(root.join("a.rs"))?;
        assert!(!read.holds(root, "release 1.95.0"), "a missing file");
        Ok(())
    }

    #[test]
    fn a_folder_and_a_file_that_is_not_there_yet_are_watched() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        fs::create_dir_all(root.join("model/inner"))?;
        fs::write(root.join("model/inner/paper.bpk"), "weights")?;
        let inputs = || ["model", "later.json"].map(PathBuf::from);
        let stamp = Stamp::of(root, "x", String::new(), inputs())?;
        assert!(stamp.holds(root, "x"));

        fs::write(root.join("later.json"), "{}")?;
        assert!(!stamp.holds(root, "x"), "the file is there now");

        let stamp = Stamp::of(root, "x", String::new(), inputs())?;
        fs::rename(
            root.join("model/inner/paper.bpk"),
            root.join("model/inner/plus.bpk"),
        )?;
        assert!(!stamp.holds(root, "x"), "a new name in the folder");
        let stamp = Stamp::of(root, "x", String::new(), inputs())?;
        fs::write(root.join("model/inner/plus.bpk"), "others")?;
        assert!(!stamp.holds(root, "x"), "a new content in the folder");
        Ok(())
    }

    #[test]
    fn a_foreign_file_is_no_stamp() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join(".stamp");
        assert_eq!(Stamp::read(&file), None);
        for text in [
            "",
            "settings x",
            "settings x\nintermediate y\nnonsense",
            "{}",
        ] {
            fs::write(&file, text)?;
            assert_eq!(Stamp::read(&file), None, "{text:?}");
        }
        Ok(())
    }
}
