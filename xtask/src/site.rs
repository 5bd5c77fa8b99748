//! Trunk, and `cargo xtask build`: the site in `dist/`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::pending;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{duration, say};
use crate::setup::{self, Tools};
use crate::sizes;
use crate::wasm::{self, Package, Profile};

/// Trunk with a subcommand that puts the site into a folder.
pub fn trunk(repo: &Repo, tools: &Tools, subcommand: &str, dist: &Path) -> Command {
    let mut trunk = repo.command(&tools.trunk);
    trunk
        .args([subcommand, "--offline", "--release", "--dist"].map(OsStr::new))
        .arg(dist)
        // Trunk takes the customary NO_COLOR=1 for a wrong value of an option of its own.
        .env("NO_COLOR", "true");
    trunk
}

/// Makes the site from what is in `pkg/`.
pub fn make(repo: &Repo, tools: &Tools, dist: &Path, show: Show) -> Result<()> {
    wasm::make_folders(repo)?;
    process::run(
        "site",
        &mut trunk(repo, tools, "build", dist),
        &repo.log("trunk"),
        show,
    )?;
    Ok(())
}

/// Builds the packages for release where they are not up to date, and makes the site in `dist/`.
pub fn built(repo: &Repo, tools: &Tools) -> Result<PathBuf> {
    pending::write(&repo.packages(), &[])?;
    for package in Package::ALL {
        release(repo, tools, package)?;
    }
    let dist = repo.root.join("dist");
    make(repo, tools, &dist, Show::Progress)?;
    Ok(dist)
}

/// Builds a package for release where it is not up to date.
pub fn release(repo: &Repo, tools: &Tools, package: Package) -> Result<()> {
    if wasm::is_fresh(repo, tools, package, Profile::Release) {
        say(&format!("{} package: up to date", package.name()));
        return Ok(());
    }
    say(&format!("{} package: building for release", package.name()));
    let time = wasm::build(repo, tools, package, Profile::Release, Show::Progress)?;
    say(&format!(
        "{} package: built in {}",
        package.name(),
        duration(time)
    ));
    Ok(())
}

/// `cargo xtask build`.
pub fn build(repo: &Repo) -> Result<()> {
    let dist = built(repo, &setup::for_site(repo)?)?;
    println!("The site is in {}:\n", repo.show(&dist));
    print!("{}", sizes::of(repo, &dist)?);
    println!(
        "\nAny static host can serve it, in a sub-path too: all its addresses are relative. It should send\n\
         .wasm as application/wasm, and compressed. Browsers give WebGPU and the camera to https pages only."
    );
    Ok(())
}
