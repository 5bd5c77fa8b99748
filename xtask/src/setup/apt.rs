//! Debian packages: root installs them; for others the error is the line to run.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use nix::unistd::geteuid;
use xshell::cmd;

use crate::NeedsAction;
use crate::process::{read, run};
use crate::project::Project;

/// Installs the Debian packages that bring `what`.
pub fn install(project: &Project, what: &str, packages: &str) -> Result<()> {
    let sh = &project.sh;
    if !geteuid().is_root() || read(cmd!(sh, "apt-get --version")).is_none() {
        bail!(NeedsAction::new(format!(
            "{what} must be installed, but is not; on Debian run this, then the command again:\n  \
             sudo sh -c 'apt-get update && apt-get install -y {packages}'"
        )));
    }
    let install = || {
        let apt = cmd!(sh, "apt-get install -y").args(packages.split(' '));
        run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    // Fresh images have no package lists; where there are some, they are mostly new enough.
    install().or_else(|_| run(cmd!(sh, "apt-get update")).and_then(|()| install()))
}

/// The data set's folder, with the data set installed.
pub fn data_set(project: &Project) -> Result<PathBuf> {
    let chosen = env::var_os("THIMBLE_DATA").map(PathBuf::from);
    let default = || PathBuf::from("/usr/share/datasets/fashion-mnist");
    let folder = chosen.clone().unwrap_or_else(default);
    let file = folder.join("t10k-images-idx3-ubyte");
    if !file.exists() && !file.with_extension("gz").exists() {
        let file = file.display();
        let text = format!("THIMBLE_DATA must have Fashion-MNIST, found no {file}[.gz]");
        ensure!(chosen.is_none(), NeedsAction::new(text));
        install(project, "the data set", "dataset-fashion-mnist")?;
    }
    Ok(folder)
}

/// The browser's program, with Chromium installed.
pub fn chromium(project: &Project) -> Result<PathBuf> {
    if let Some(file) = env::var_os("THIMBLE_CHROMIUM").map(PathBuf::from) {
        let name = file.display();
        let text = format!("THIMBLE_CHROMIUM must be a program, found no {name}");
        ensure!(file.is_file(), NeedsAction::new(text));
        return Ok(file);
    }
    let find = || read(cmd!(project.sh, "which chromium"));
    if find().is_none() {
        install(project, "the browser for the tests", "chromium")?;
    }
    Ok(find().unwrap_or_default().into())
}
