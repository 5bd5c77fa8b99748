//! Versions out of Cargo.lock.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The version of a package that Cargo.lock holds once.
pub fn version(file: &Path, package: &str) -> Result<String> {
    let text = fs::read_to_string(file).with_context(|| {
        format!(
            "{} could not be read; `cargo generate-lockfile` writes it",
            file.display()
        )
    })?;
    match versions(&text, package).as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => bail!(
            "{} holds no package `{package}`; expected one",
            file.display()
        ),
        several => bail!(
            "{} holds `{package}` in the versions {}; expected one",
            file.display(),
            several.join(" and ")
        ),
    }
}

/// Cargo writes `name = "…"` and then `version = "…"` in each `[[package]]`, one to a line.
fn versions<'a>(text: &'a str, package: &str) -> Vec<&'a str> {
    let wanted = format!("name = \"{package}\"");
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line == wanted
            && let Some(version) = lines
                .next()
                .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        {
            found.push(version);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"version = 4

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
dependencies = [
 "cfg-if",
 "wasm-bindgen-macro",
]

[[package]]
name = "wasm-bindgen-macro"
version = "0.2.131"

[[package]]
name = "syn"
version = "1.0.109"

[[package]]
name = "syn"
version = "2.0.100"
"#;

    #[test]
    fn of_the_package_and_not_of_its_namesakes() {
        assert_eq!(versions(LOCK, "wasm-bindgen"), ["0.2.130"]);
        assert_eq!(versions(LOCK, "syn"), ["1.0.109", "2.0.100"]);
        assert!(versions(LOCK, "cfg-if").is_empty());
    }

    #[test]
    fn none_and_several_are_errors() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("Cargo.lock");
        fs::write(&file, LOCK)?;
        assert_eq!(version(&file, "wasm-bindgen")?, "0.2.130");
        for (package, named) in [
            ("cfg-if", "no package `cfg-if`"),
            ("syn", "1.0.109 and 2.0.100"),
        ] {
            match version(&file, package) {
                Err(error) => assert!(error.to_string().contains(named), "{error}"),
                Ok(version) => panic!("{package} was read as {version}"),
            }
        }
        Ok(())
    }
}
