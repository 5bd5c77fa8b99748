//! The files that a wasm package is made from, for its stamp.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// What cargo reads besides the sources; a `.d` file names no manifest, and the build script only if that says so.
const ALWAYS: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "build.rs"];

/// The inputs of the product whose `.d` file this is.
pub fn of(root: &Path, list: &Path) -> Result<Vec<PathBuf>> {
    let text =
        fs::read_to_string(list).with_context(|| format!("cargo wrote no {}", list.display()))?;
    let mut inputs = select(list.parent().unwrap_or(root), &text);
    inputs.extend(ALWAYS.map(PathBuf::from));
    inputs.extend(model_cards(root)?);
    Ok(inputs)
}

/// Whether one of the files was saved after that time.
pub fn changed_since(root: &Path, inputs: &[PathBuf], time: SystemTime) -> bool {
    inputs.iter().any(|file| {
        fs::metadata(root.join(file))
            .and_then(|data| data.modified())
            .is_ok_and(|modified| modified > time)
    })
}

/// The files of a `.d` file that a person or a training writes. Below the product's folder lies what the build
/// script makes out of other inputs while cargo runs: always newer than the run's start, so that no stamp would
/// ever be written, and in another place for another target folder.
fn select(products: &Path, text: &str) -> Vec<PathBuf> {
    dependencies(text)
        .into_iter()
        .filter(|file| !file.starts_with(products))
        .collect()
}

/// The cards whose facts the build script puts into the package; the weights are in the `.d` file.
fn model_cards(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join("model");
    let list = || {
        fs::read_dir(&folder)?
            .map(|entry| Ok(PathBuf::from("model").join(entry?.file_name())))
            .collect::<std::io::Result<Vec<_>>>()
    };
    let mut cards = list().with_context(|| format!("{} could not be listed", folder.display()))?;
    cards.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    Ok(cards)
}

/// The files named by one of rustc's `.d` files: `product: file file`, blanks written as `\ `.
pub fn dependencies(text: &str) -> Vec<PathBuf> {
    let Some((_, list)) = text.lines().find_map(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let mut files = vec![String::new()];
    let mut escaped = false;
    for character in list.chars() {
        match character {
            '\\' if !escaped => escaped = true,
            ' ' if !escaped => files.push(String::new()),
            _ => {
                if let Some(last) = files.last_mut() {
                    if escaped && character != ' ' {
                        last.push('\\');
                    }
                    last.push(character);
                }
                escaped = false;
            }
        }
    }
    files
        .into_iter()
        .filter(|file| !file.is_empty())
        .map(PathBuf::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TEXT: &str = "/r/target/wasm32-unknown-unknown/wasm-release/thimble.wasm: /r/build.rs /r/model/paper.bpk \
        /r/src/lib.rs /r/src/with\\ blank.rs \
        /r/target/wasm32-unknown-unknown/wasm-release/build/thimble-ad3079721db20075/out/shipped.rs\n";

    #[test]
    fn what_the_build_script_makes_is_no_input() {
        let products = Path::new("/r/target/wasm32-unknown-unknown/wasm-release");
        let expected = [
            "/r/build.rs",
            "/r/model/paper.bpk",
            "/r/src/lib.rs",
            "/r/src/with blank.rs",
        ]
        .map(PathBuf::from);
        assert_eq!(select(products, TEXT), expected);
        assert_eq!(
            select(Path::new("/elsewhere"), TEXT).len(),
            5,
            "another folder's products are not told from sources"
        );
        assert!(select(products, "").is_empty());
    }

    #[test]
    fn manifests_build_script_and_cards_are_inputs_whatever_cargo_lists() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        let products = root.join("target/wasm-release");
        fs::create_dir_all(&products)?;
        fs::create_dir(root.join("model"))?;
        for name in ["paper.json", "paper-plus.json", "paper.svg", "README.md"] {
            fs::write(root.join("model").join(name), "")?;
        }
        let list = products.join("thimble.d");
        let shipped = products.join("build/thimble-1/out/shipped.rs");
        let lib = root.join("src/lib.rs");
        fs::write(
            &list,
            format!("thimble.wasm: {} {}\n", lib.display(), shipped.display()),
        )?;

        let mut inputs = of(root, &list)?;
        inputs.sort();
        let mut expected = [
            "Cargo.toml",
            "Cargo.lock",
            ".cargo/config.toml",
            "build.rs",
            "model/paper.json",
            "model/paper-plus.json",
        ]
        .map(PathBuf::from)
        .to_vec();
        expected.push(lib);
        expected.sort();
        assert_eq!(inputs, expected);
        Ok(())
    }

    #[test]
    fn a_file_saved_meanwhile_is_noticed() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("lib.rs");
        fs::write(&file, "")?;
        let saved = fs::metadata(&file)?.modified()?;
        let inputs = ["lib.rs", "not-there.rs"].map(PathBuf::from);
        let second = Duration::from_secs(1);
        assert!(changed_since(folder.path(), &inputs, saved - second));
        assert!(!changed_since(folder.path(), &inputs, saved + second));
        Ok(())
    }
}
