//! Node and the npm packages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::NeedsAction;
use crate::fingerprint::Stamp;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{duration, say};
use crate::times::{self, List};

/// A version's three numbers.
type Version = [u32; 3];

/// Fails where there is no Node, or too old a one.
pub fn check_node(repo: &Repo) -> Result<()> {
    let manifest = repo.root.join("package.json");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("{} could not be read", manifest.display()))?;
    let oldest = oldest_node(&text)?;
    let found = process::output(repo.command("node").arg("--version"));
    if let Some(complaint) = complaint(found.as_deref(), oldest) {
        bail!(NeedsAction(complaint));
    }
    if process::output(repo.command("npm").arg("--version")).is_none() {
        bail!(NeedsAction(
            "npm is missing; it belongs to Node (on Debian: apt-get install -y npm)".to_owned()
        ));
    }
    Ok(())
}

/// The oldest Node that the npm packages run on: what package.json says under `engines`.
fn oldest_node(manifest: &str) -> Result<Version> {
    let manifest: serde_json::Value =
        serde_json::from_str(manifest).context("package.json is no JSON")?;
    let wanted = &manifest["engines"]["node"];
    wanted
        .as_str()
        .and_then(|text| numbers(text.strip_prefix(">=")?.trim()))
        .with_context(|| {
            format!("package.json has {wanted} as engines.node; expected a form like \">=20.19\"")
        })
}

/// What to tell where Node is missing or too old.
fn complaint(found: Option<&str>, oldest: Version) -> Option<String> {
    let [major, minor, patch] = oldest;
    let what = match found {
        None => "Node is missing".to_owned(),
        Some(text) => match text.strip_prefix('v').and_then(numbers) {
            Some(version) if version >= oldest => return None,
            _ => format!("Node is {text}"),
        },
    };
    Some(format!(
        "{what}; expected {major}.{minor}.{patch} or later, as package.json says. Debian 12's own is older: \
         take one from https://nodejs.org and put it first on PATH"
    ))
}

/// The numbers of `20.19.1`, or of `20.19`, whose third is 0.
fn numbers(text: &str) -> Option<Version> {
    let mut version = [0; 3];
    let mut parts = text.split('.');
    for (index, number) in version.iter_mut().enumerate() {
        match parts.next() {
            Some(part) => *number = part.parse().ok()?,
            None if index > 0 => break,
            None => return None,
        }
    }
    parts.next().is_none().then_some(version)
}

/// Runs `npm ci` in a folder of the repository where the packages are not those of its package-lock.json.
pub fn install(repo: &Repo, folder: &str, what: &str) -> Result<()> {
    let place = repo.root.join(folder);
    let modules = place.join("node_modules");
    let stamp_file = modules.join(".thimble-stamp");
    let settings = "npm ci";
    if Stamp::read(&stamp_file).is_some_and(|stamp| stamp.holds(&repo.root, settings)) {
        return Ok(());
    }
    if !place.join("package-lock.json").is_file() {
        bail!(
            "{} is missing; `npm install` writes it from package.json",
            repo.show(&place.join("package-lock.json"))
        );
    }
    let mut npm = repo.command("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&place);
    let log = repo.log(&what.replace(' ', "-"));
    let time = process::run(what, &mut npm, &log, Show::Progress)?;
    fs::create_dir_all(&modules)
        .with_context(|| format!("{} could not be made", repo.show(&modules)))?;
    let inputs = ["package.json", "package-lock.json"].map(|file| Path::new(folder).join(file));
    Stamp::of(&repo.root, settings, "-".to_owned(), inputs)?.write(&stamp_file)?;
    say(&format!("setup: {what}: installed in {}", duration(time)));
    times::of_setup(repo, List::Steps, what, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_node_is_that_of_package_json() -> Result<()> {
        for (wanted, expected) in [
            (">=20.19", [20, 19, 0]),
            (">= 20.19.3", [20, 19, 3]),
            (">=22", [22, 0, 0]),
        ] {
            let text = format!(r#"{{"engines": {{"node": "{wanted}"}}}}"#);
            assert_eq!(oldest_node(&text)?, expected, "{wanted}");
        }
        for text in [
            "{}",
            r#"{"engines": {"node": "^20.19 || >=22"}}"#,
            r#"{"engines": {"node": ">="}}"#,
            r#"{"engines": {"node": ">=1.2.3.4"}}"#,
        ] {
            match oldest_node(text) {
                Err(error) => assert!(error.to_string().contains(">=20.19"), "{error}"),
                Ok(version) => panic!("{text} was read as {version:?}"),
            }
        }
        Ok(())
    }

    #[test]
    fn an_old_or_missing_node_is_complained_about() {
        let oldest = [20, 19, 0];
        for good in ["v20.19.0", "v20.20.2", "v22.0.0", "v100.1.1"] {
            assert_eq!(complaint(Some(good), oldest), None, "{good}");
        }
        for (found, named) in [
            (Some("v20.18.9"), "v20.18.9"),
            (Some("v18.20.4"), "v18.20.4"),
            (Some("v9.99.99"), "v9.99.99"),
            (Some("nonsense"), "nonsense"),
            (None, "missing"),
        ] {
            let text = complaint(found, oldest).unwrap_or_default();
            assert!(
                text.contains(named) && text.contains("20.19.0"),
                "{found:?}: {text}"
            );
        }
    }

    #[test]
    fn the_project_s_own_package_json_is_understood() -> Result<()> {
        let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../package.json"))?;
        assert!(oldest_node(&text)? >= [20, 0, 0]);
        Ok(())
    }
}
