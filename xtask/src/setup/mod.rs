//! Set-up: installs what is missing.

pub mod apt;
pub mod wasm_std;

use std::fs;

use anyhow::{Context, Result, ensure};
use cargo_metadata::semver::{Version, VersionReq};
use serde_json::Value;
use xshell::cmd;

use crate::NeedsAction;
use crate::process::{read, run};
use crate::project::Project;

/// Installs what `serve` and `build` need.
pub fn for_site(project: &Project) -> Result<()> {
    // First what may need a person, before minutes of compiling.
    check_node(project)?;
    wasm_std::set_up(project)?;
    // The crate and the program speak a private format. It rewrites up to 27 MB: worth optimising.
    let version = locked_version(project, "wasm-bindgen")?;
    cargo_install(project, ["wasm-bindgen-cli", "wasm-bindgen", &version], 1)?;
    // Later versions need a newer rustc than Debian's.
    cargo_install(project, ["trunk", "trunk", "0.21.14"], 0)?;
    npm_ci(project, ".")?;
    eprintln!("set-up: complete");
    Ok(())
}

/// Runs `npm ci` in a folder of the project if its lock file is newer than what is installed.
pub fn npm_ci(project: &Project, folder: &str) -> Result<()> {
    let folder = project.root.join(folder);
    let modified = |file| fs::metadata(folder.join(file))?.modified();
    let time = |file| modified(file).ok();
    // npm writes its own copy of the lock file last.
    if time("node_modules/.package-lock.json") > time("package-lock.json") {
        return Ok(());
    }
    let _folder = project.sh.push_dir(&folder);
    run(cmd!(project.sh, "npm ci --prefer-offline"))
}

/// An error where Node is missing or older than package.json allows.
fn check_node(project: &Project) -> Result<()> {
    let manifest: Value = serde_json::from_str(&project.sh.read_file("package.json")?)?;
    let wanted = manifest["engines"]["node"].as_str().unwrap_or_default();
    let found = read(cmd!(project.sh, "node --version")).unwrap_or_default();
    let what = format!("Node must be {wanted} (package.json), found `{found}`");
    ensure!(node_fits(&found, wanted), NeedsAction::new(what));
    Ok(())
}

fn node_fits(found: &str, wanted: &str) -> bool {
    let found = Version::parse(found.trim_start_matches('v'));
    let wanted = VersionReq::parse(wanted);
    found.is_ok_and(|found| wanted.is_ok_and(|wanted| wanted.matches(&found)))
}

/// The version of a package in Cargo.lock.
fn locked_version(project: &Project, package: &str) -> Result<String> {
    let id = read(cmd!(project.sh, "cargo pkgid {package}"));
    let version = id.as_deref().and_then(|id| Some(id.rsplit_once('@')?.1));
    let what = || format!("Cargo.lock must have one version of `{package}`, but does not");
    Ok(version.with_context(what)?.to_owned())
}

/// Installs a program into `tools/` unless that version is there or on PATH. Its build takes longer
/// than its runs, so it is hardly optimised, and it has no TLS and no check for updates.
fn cargo_install(project: &Project, tool: [&str; 3], opt_level: u8) -> Result<()> {
    let [package, program, version] = tool;
    let sh = &project.sh;
    let found = read(cmd!(sh, "{program} --version")).unwrap_or_default();
    if found.split_whitespace().any(|word| word == version) {
        return Ok(());
    }
    let root = project.target.join("tools");
    let build = root.join(format!("build-{package}"));
    let install = |locked: Option<&str>| {
        let options = format!("{package} --version {version} --bin {program}");
        let install = cmd!(sh, "cargo install --force --root {root} {locked...}")
            .arg("--no-default-features")
            .args(options.split(' '))
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level.to_string())
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true");
        run(install)
    };
    // A registry that lags behind may lack the versions that the author locked.
    install(Some("--locked"))
        .or_else(|error| install(None).with_context(|| format!("with --locked: {error}")))?;
    // Ten times the program's size; kept until here, so that an interrupted build continues.
    Ok(sh.remove_path(build)?)
}

#[test]
fn node_must_fit_the_requirement() {
    for (found, expected) in [("v20.19.0", true), ("v20.18.9", false), ("", false)] {
        assert_eq!(node_fits(found, ">=20.19"), expected, "{found}");
    }
}

#[test]
fn version_is_that_of_cargo_lock() -> Result<()> {
    let project = Project::find()?;
    assert!(locked_version(&project, "wasm-bindgen")?.starts_with("0.2."));
    assert!(locked_version(&project, "no-such-package").is_err());
    Ok(())
}
