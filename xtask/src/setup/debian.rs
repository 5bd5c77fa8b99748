//! Debian packages: installed where we are root, otherwise the line to run.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use nix::unistd::geteuid;

use crate::NeedsAction;
use crate::process::{self, Show};
use crate::repo::{Repo, on_path};
use crate::report::{duration, say};
use crate::times::{self, List};

/// Where Debian's package puts the data set.
const DATA: &str = "/usr/share/datasets/fashion-mnist";

/// Packages that belong together.
pub struct Debian(pub &'static [&'static str]);

impl Debian {
    /// The packages' names, with blanks between.
    pub fn names(&self) -> String {
        self.0.join(" ")
    }

    /// Installs the packages, or fails with the line that does it.
    pub fn install(&self, repo: &Repo, what: &str) -> Result<()> {
        let line = format!("apt-get update && apt-get install -y {}", self.names());
        if on_path("apt-get").is_none() {
            bail!(NeedsAction(format!(
                "{what} is missing and there is no apt-get to install it; on Debian it is: {line}"
            )));
        }
        if !geteuid().is_root() {
            bail!(NeedsAction(format!(
                "{what} is missing and only root can install it; run this and then the command again:\n  sudo sh -c '{line}'"
            )));
        }
        let log = repo.log("apt-get");
        let install = || {
            let mut apt = repo.command("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive")
                .args(["install", "-y"])
                .args(self.0);
            process::run(&self.names(), &mut apt, &log, Show::Progress)
        };
        // Fresh images have no package lists; where there are some, most installs need no newer ones.
        let time = install().or_else(|_| {
            process::run(
                "package lists",
                repo.command("apt-get").arg("update"),
                &log,
                Show::Progress,
            )?;
            install()
        })?;
        say(&format!(
            "setup: {}: installed by apt-get in {}",
            self.names(),
            duration(time)
        ));
        times::of_setup(repo, List::Steps, &self.names(), time)
    }
}

/// The browser and the data set that the tests use.
pub struct ForTests {
    /// The browser's program, where the browser tests were asked for.
    pub chromium: Option<PathBuf>,
    /// The data set's folder.
    pub data: PathBuf,
}

/// Finds the data set, and the browser if it is wanted; installs what is missing.
pub fn needed_for_tests(repo: &Repo, browser: bool) -> Result<ForTests> {
    let data = env::var_os("THIMBLE_DATA").map_or_else(|| PathBuf::from(DATA), PathBuf::from);
    if !has_data(&data) {
        if env::var_os("THIMBLE_DATA").is_some() {
            bail!(NeedsAction(format!(
                "THIMBLE_DATA is {}, which holds no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz; \
                 expected the folder of Fashion-MNIST's four IDX files",
                data.display()
            )));
        }
        Debian(&["dataset-fashion-mnist"]).install(repo, "the data set")?;
    }
    if !browser {
        return Ok(ForTests {
            chromium: None,
            data,
        });
    }
    let chosen = env::var_os("THIMBLE_CHROMIUM").map(PathBuf::from);
    let chromium = match chosen {
        Some(file) if file.is_file() => file,
        Some(file) => bail!(NeedsAction(format!(
            "THIMBLE_CHROMIUM is {}, which is no file; expected the browser's program",
            file.display()
        ))),
        None => match on_path("chromium") {
            Some(file) => file,
            None => {
                Debian(&["chromium"]).install(repo, "the browser for the tests")?;
                PathBuf::from("/usr/bin/chromium")
            }
        },
    };
    Ok(ForTests {
        chromium: Some(chromium),
        data,
    })
}

fn has_data(folder: &Path) -> bool {
    ["t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"]
        .iter()
        .any(|name| folder.join(name).is_file())
}
