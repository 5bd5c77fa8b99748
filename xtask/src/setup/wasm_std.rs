//! The wasm32 standard library: rustup's, or built from Debian's source package.

use std::env;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use xshell::cmd;

use super::apt;
use crate::NeedsAction;
use crate::process::{read, run};
use crate::project::{Project, add_to_path};

/// The target of the wasm packages.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's newer toolchain, the source of its standard library, and lld: rustc-web has no linker.
const DEBIAN: &str = "rustc-web cargo-web rust-web-src rust-web-clippy lld-19";
/// What those packages bring. The linker's name tells rustc how to call it.
const DEBIAN_FILES: &str = "/usr/bin/cargo /usr/bin/rustc /usr/bin/cargo-clippy \
     /usr/lib/rustlib/src/rust/library/std /usr/lib/llvm-19/bin/wasm-ld";
const LINKER: &str = "/usr/lib/llvm-19/bin/wasm-ld";

/// Installs the standard library if it is missing, and lets the project's wasm shell use it.
pub fn set_up(project: &Project) -> Result<()> {
    match env::var("THIMBLE_WASM_STD").unwrap_or_default().as_str() {
        "" => rustup(project).or_else(|error| {
            eprintln!("set-up: {error:#}; building Debian's wasm32 standard library instead");
            debian(project)
        }),
        "rustup" => rustup(project),
        "debian" => debian(project),
        other => bail!(NeedsAction::new(format!(
            "THIMBLE_WASM_STD must be rustup, debian or empty, found `{other}`"
        ))),
    }
}

fn rustup(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let has_library = || {
        let folder = read(cmd!(sh, "rustc --print target-libdir --target {TARGET}"));
        folder.is_some_and(|folder| Path::new(&folder).exists())
    };
    if !has_library() {
        run(cmd!(sh, "rustup target add {TARGET}"))?;
        ensure!(
            has_library(),
            "rustup added {TARGET}, but rustc does not have it"
        );
    }
    Ok(())
}

/// Compiles the standard library with our code, in Debian's toolchain.
fn debian(project: &Project) -> Result<()> {
    if !DEBIAN_FILES.split(' ').all(|file| Path::new(file).exists()) {
        apt::install(project, "the wasm32 standard library", DEBIAN)?;
    }
    // Before rustup's programs.
    add_to_path(&project.wasm, "/usr/bin".into())?;
    for (name, value) in [
        ("CARGO", "/usr/bin/cargo"),
        ("RUSTC", "/usr/bin/rustc"),
        ("RUSTC_BOOTSTRAP", "1"),
        ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER),
    ] {
        project.wasm.set_var(name, value);
    }
    Ok(())
}
