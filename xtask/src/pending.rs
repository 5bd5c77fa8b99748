//! `pkg/pending.json`: the packages that are still being built, for the page to say so.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

/// Writes the names of the packages that are being built, or removes the file where there is none.
pub fn write(packages: &Path, names: &[&str]) -> Result<()> {
    let file = packages.join("pending.json");
    if names.is_empty() {
        return match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} could not be removed", file.display()))
            }
            _ => Ok(()),
        };
    }
    fs::create_dir_all(packages)
        .and_then(|()| fs::write(&file, json(names)))
        .with_context(|| format!("{} could not be written", file.display()))
}

/// The names are our own and need no escapes.
fn json(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]\n", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_removed() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let packages = folder.path().join("pkg");
        let file = packages.join("pending.json");

        write(&packages, &[])?;
        assert!(!packages.exists(), "nothing pending creates nothing");

        write(&packages, &["webgpu"])?;
        assert_eq!(fs::read_to_string(&file)?, "[\"webgpu\"]\n");
        write(&packages, &["cpu", "webgpu"])?;
        assert_eq!(fs::read_to_string(&file)?, "[\"cpu\", \"webgpu\"]\n");

        write(&packages, &[])?;
        assert!(!file.exists());
        Ok(())
    }
}
