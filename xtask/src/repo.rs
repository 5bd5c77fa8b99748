//! Where things are: the repository, the target folder and what we keep in it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The places that every command works with, all absolute.
pub struct Repo {
    /// The repository's root.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Repo {
    /// The repository this program was compiled in, and the target folder cargo uses now.
    pub fn find() -> Result<Self> {
        // cargo sets CARGO_MANIFEST_DIR for `cargo run`; the compiled-in one serves a direct call.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask lies in no repository")?
            .canonicalize()
            .context(
                "the repository that xtask was compiled in is gone; run it with `cargo xtask`",
            )?;
        let target = match env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
            Some(target) => env::current_dir()?.join(target),
            None => target_of_executable().unwrap_or_else(|| root.join("target")),
        };
        Ok(Self { root, target })
    }

    /// Both wasm packages, as the page's bundler finds them.
    pub fn packages(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// The tools that set-up installs, in the form `cargo install --root` wants.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The complete output of one step.
    pub fn log(&self, name: &str) -> PathBuf {
        self.target.join("xtask-logs").join(format!("{name}.log"))
    }

    /// A file's path for people: relative to the repository where it lies in it.
    pub fn show<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// A command run in the repository's root, without what `cargo run` put into our environment.
    pub fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in env::vars_os() {
            // Build scripts that watch one of these would run again at every change of caller.
            let name_text = name.to_string_lossy();
            if name_text.starts_with("CARGO_PKG_")
                || name_text.starts_with("CARGO_MANIFEST_")
                || matches!(
                    name_text.as_ref(),
                    "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE"
                )
            {
                command.env_remove(&name);
            }
        }
        command
    }

    /// The cargo that runs us.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }
}

/// `<target>` of `<target>/<profile>/xtask`: right too where a cargo configuration moved the target folder.
fn target_of_executable() -> Option<PathBuf> {
    let executable = env::current_exe().ok()?;
    let target = executable.parent()?.parent()?;
    target
        .join("CACHEDIR.TAG")
        .exists()
        .then(|| target.to_path_buf())
}

/// The first file of that name in the folders of PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
