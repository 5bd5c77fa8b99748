//! Node and the npm packages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::NeedsAction;
use crate::fingerprint::Stamp;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{duration, say};

/// The oldest Node that the npm packages run on.
const NODE: u32 = 20;

/// Fails where there is no Node, or too old a one.
pub fn check_node(repo: &Repo) -> Result<()> {
    let how = "on Debian 12: https://nodejs.org, or the packages of your distribution if they are new enough";
    let Some(version) = process::output(repo.command("node").arg("--version")) else {
        bail!(NeedsAction(format!(
            "Node is missing; expected {NODE} or later ({how})"
        )));
    };
    match major(&version) {
        Some(found) if found >= NODE => {}
        _ => bail!(NeedsAction(format!(
            "Node is {version}; expected {NODE} or later ({how})"
        ))),
    }
    if process::output(repo.command("npm").arg("--version")).is_none() {
        bail!(NeedsAction(
            "npm is missing; it belongs to Node (on Debian: apt-get install -y npm)".to_owned()
        ));
    }
    Ok(())
}

/// The first number of `v20.19.1`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Runs `npm ci` where the packages are not those of package-lock.json.
pub fn install(repo: &Repo) -> Result<()> {
    let stamp_file = repo.root.join("node_modules").join(".thimble-stamp");
    let settings = "npm ci";
    if Stamp::read(&stamp_file).is_some_and(|stamp| stamp.holds(&repo.root, settings)) {
        return Ok(());
    }
    if !repo.root.join("package-lock.json").is_file() {
        bail!("package-lock.json is missing; `npm install` writes it from package.json");
    }
    let mut npm = repo.command("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]);
    let time = process::run("npm packages", &mut npm, &repo.log("npm"), Show::Progress)?;
    fs::create_dir_all(repo.root.join("node_modules")).context("node_modules could not be made")?;
    let inputs = ["package.json", "package-lock.json"].map(PathBuf::from);
    Stamp::of(&repo.root, settings, "-".to_owned(), inputs)?.write(&stamp_file)?;
    say(&format!(
        "setup: npm packages: installed in {}",
        duration(time)
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version() {
        for (version, expected) in [
            ("v20.19.1", Some(20)),
            ("v8.0.0", Some(8)),
            ("20.1.0", None),
            ("", None),
        ] {
            assert_eq!(major(version), expected, "{version:?}");
        }
    }
}
