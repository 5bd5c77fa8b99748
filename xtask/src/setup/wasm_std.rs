//! The wasm32 standard library: the active toolchain's own, or built from Debian's source package.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::debian::Debian;
use crate::NeedsAction;
use crate::process::{self, Show};
use crate::repo::{Repo, on_path};
use crate::report::{duration, say};
use crate::times::{self, List};

/// The target of both wasm packages.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's second, newer toolchain and the source of its standard library; lld because rustc-web brings no wasm linker.
const DEBIAN_PACKAGES: Debian = Debian(&[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-clippy",
    "lld-19",
]);

/// A cargo that can compile for wasm32.
pub enum WasmToolchain {
    /// The active toolchain, which has the compiled library.
    Active,
    /// Debian's toolchain, which compiles the library from source with our code.
    Debian {
        /// LLVM's linker for wasm.
        linker: PathBuf,
    },
}

impl WasmToolchain {
    /// That cargo with its `build` or `clippy`.
    pub fn cargo(&self, repo: &Repo, subcommand: &str) -> Command {
        let mut cargo = match self {
            Self::Active => repo.cargo(),
            // All called by path: rustup's `rustc` and `cargo-clippy` would come first otherwise, and none need be there.
            Self::Debian { linker } => {
                let program = match subcommand {
                    "clippy" => "/usr/bin/cargo-clippy",
                    _ => "/usr/bin/cargo",
                };
                let mut cargo = repo.command(program);
                cargo
                    .env("CARGO", "/usr/bin/cargo")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                cargo
            }
        };
        // Either would silently take the place of the flags in .cargo/config.toml, SIMD among them.
        cargo
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.arg(subcommand);
        cargo
    }

    /// What compiles, in one line, for stamps.
    pub fn version(&self, repo: &Repo) -> String {
        let rustc = match self {
            Self::Active => "rustc",
            Self::Debian { .. } => "/usr/bin/rustc",
        };
        process::output(repo.command(rustc).arg("--version"))
            .unwrap_or_else(|| "rustc of unknown version".to_owned())
    }
}

/// The toolchain for wasm32, with its standard library installed if it was missing.
pub fn find_or_install(repo: &Repo) -> Result<WasmToolchain> {
    let forced = env::var("THIMBLE_WASM_STD").ok();
    match forced.as_deref() {
        None | Some("") => {
            if has_library(repo) {
                return Ok(WasmToolchain::Active);
            }
            // Building the library takes long enough to prefer a download, but a machine set up by hand is left so.
            match rustup_add(repo) {
                Ok(()) => Ok(WasmToolchain::Active),
                Err(error) => {
                    say(&format!(
                        "setup: wasm32 standard library: {error}; taking Debian's source instead"
                    ));
                    debian(repo)
                }
            }
        }
        Some("rustup") => {
            if !has_library(repo) {
                rustup_add(repo)?;
            }
            Ok(WasmToolchain::Active)
        }
        Some("debian") => debian(repo),
        Some(other) => bail!(NeedsAction(format!(
            "THIMBLE_WASM_STD is `{other}`; expected `rustup`, `debian`, or nothing"
        ))),
    }
}

/// Whether the active toolchain has the compiled library.
fn has_library(repo: &Repo) -> bool {
    let folder = process::output(repo.command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    folder.is_some_and(|folder| {
        Path::new(&folder).read_dir().is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
            })
        })
    })
}

fn rustup_add(repo: &Repo) -> Result<()> {
    if on_path("rustup").is_none() {
        bail!("this toolchain has none and there is no rustup");
    }
    let log = repo.log("rustup");
    let mut rustup = repo.command("rustup");
    rustup.args(["target", "add", TARGET]);
    let name = "wasm32 standard library";
    match process::run(name, &mut rustup, &log, Show::Progress) {
        Ok(time) if has_library(repo) => {
            say(&format!(
                "setup: {name}: added by rustup in {}",
                duration(time)
            ));
            times::of_setup(repo, List::Steps, name, time)
        }
        Ok(_) => bail!("`rustup target add {TARGET}` ran, but this toolchain has none still"),
        Err(_) => bail!(
            "`rustup target add {TARGET}` could not install it; {}",
            process::whereabouts(Show::Progress, &log)
        ),
    }
}

fn debian(repo: &Repo) -> Result<WasmToolchain> {
    let what = "the wasm32 standard library";
    let source = Path::new("/usr/lib/rustlib/src/rust/library/std");
    let complete = || {
        source.exists()
            && ["cargo", "rustc", "cargo-clippy"]
                .iter()
                .all(|name| Path::new("/usr/bin").join(name).exists())
            && linker().is_some()
    };
    if !complete() {
        DEBIAN_PACKAGES.install(repo, what)?;
    }
    match linker() {
        Some(linker) if complete() => Ok(WasmToolchain::Debian { linker }),
        _ => bail!(
            "{what}: {} are installed, but {} or /usr/lib/llvm-19/bin/wasm-ld is missing; \
             expected Debian 12 with its security updates, or a rustup that can download",
            DEBIAN_PACKAGES.names(),
            source.display()
        ),
    }
}

/// Its name has to be `wasm-ld`, from which rustc reads how to call it.
fn linker() -> Option<PathBuf> {
    let versioned = PathBuf::from("/usr/lib/llvm-19/bin/wasm-ld");
    if versioned.exists() {
        Some(versioned)
    } else {
        on_path("wasm-ld")
    }
}
