//! wasm-bindgen and trunk, by `cargo install` into the target folder, where a cache keeps them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::lockfile;
use crate::process::{self, Show};
use crate::repo::{Repo, on_path};
use crate::report::{duration, say};
use crate::times::{self, List};

/// trunk's version; later ones want a rustc newer than Debian's.
const TRUNK: &str = "0.21.14";

struct Tool {
    program: &'static str,
    package: &'static str,
    version: String,
    /// Further arguments of `cargo install`.
    arguments: &'static [&'static str],
    /// How far the tool itself is optimised: its build is waited for, its speed hardly.
    optimisation: &'static str,
}

/// `wasm-bindgen` and its version: that of the crate in Cargo.lock, since the two speak a private format.
pub fn wasm_bindgen(repo: &Repo) -> Result<(PathBuf, String)> {
    let version = lockfile::version(&repo.root.join("Cargo.lock"), "wasm-bindgen")?;
    let tool = Tool {
        program: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version: version.clone(),
        // Without TLS, which only its test runner wants.
        arguments: &["--bin", "wasm-bindgen", "--no-default-features"],
        // It rewrites up to 27 MB of wasm.
        optimisation: "1",
    };
    Ok((tool.find_or_install(repo)?, version))
}

/// `trunk`.
pub fn trunk(repo: &Repo) -> Result<PathBuf> {
    Tool {
        program: "trunk",
        package: "trunk",
        version: TRUNK.to_owned(),
        // Without TLS and the check for updates: it serves this machine over http and is always called with --offline.
        arguments: &["--no-default-features"],
        optimisation: "0",
    }
    .find_or_install(repo)
}

impl Tool {
    fn find_or_install(&self, repo: &Repo) -> Result<PathBuf> {
        let ours = repo.tools().join("bin").join(self.program);
        let fits = |file: &Path| {
            let version = process::output(repo.command(file).arg("--version"));
            version.is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
        };
        if let Some(found) = [Some(ours.clone()), on_path(self.program)]
            .into_iter()
            .flatten()
            .find(|file| fits(file))
        {
            return Ok(found);
        }
        say(&format!(
            "setup: {} {}: installing",
            self.package, self.version
        ));
        let time = self
            .install(repo, &["--locked"])
            // A registry that lags behind may not have the very versions that the author locked.
            .or_else(|locked| {
                self.install(repo, &[])
                    .with_context(|| format!("with --locked: {locked}"))
            })?;
        // What it was built from is ten times its size. Kept until here, so that a broken-off set-up goes on.
        let _ = fs::remove_dir_all(self.build_folder(repo));
        say(&format!(
            "setup: {} {}: installed in {}",
            self.package,
            self.version,
            duration(time)
        ));
        times::of_setup(repo, List::Steps, self.package, time)?;
        Ok(ours)
    }

    fn build_folder(&self, repo: &Repo) -> PathBuf {
        repo.tools().join(format!("build-{}", self.package))
    }

    fn install(&self, repo: &Repo, locked: &[&str]) -> Result<std::time::Duration> {
        let mut cargo = repo.cargo();
        cargo
            .args([
                "install",
                self.package,
                "--version",
                &self.version,
                "--force",
                "--root",
            ])
            .arg(repo.tools())
            .args(self.arguments)
            .args(locked)
            .env("CARGO_TARGET_DIR", self.build_folder(repo))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.optimisation)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true")
            // The flags of a packager for our own code are not for these.
            .env_remove("RUSTFLAGS");
        process::run(
            self.package,
            &mut cargo,
            &repo.log(self.package),
            Show::Progress,
        )
    }
}
