//! Set-up: installs what is missing, says one line for each thing, and hands out where things are.

mod cargo_tools;
mod debian;
mod npm;
pub mod wasm_std;

use std::path::PathBuf;

use anyhow::Result;

use crate::repo::Repo;
use crate::report::say;
pub use debian::needed_for_tests;
pub use wasm_std::WasmToolchain;

/// What the wasm packages and the site are made with.
pub struct Tools {
    /// Compiles for wasm32.
    pub wasm: WasmToolchain,
    /// `wasm-bindgen` of the version in Cargo.lock.
    pub wasm_bindgen: PathBuf,
    /// That version.
    pub wasm_bindgen_version: String,
    /// `trunk`.
    pub trunk: PathBuf,
}

/// All that `serve` and `build` need.
pub fn for_site(repo: &Repo) -> Result<Tools> {
    // What can only be put right by hand comes first, before minutes of building.
    npm::check_node(repo)?;
    let wasm = wasm_std::find_or_install(repo)?;
    let (wasm_bindgen, wasm_bindgen_version) = cargo_tools::wasm_bindgen(repo)?;
    let trunk = cargo_tools::trunk(repo)?;
    npm::install(repo, "", "npm packages")?;
    say("setup: everything is there");
    Ok(Tools {
        wasm,
        wasm_bindgen,
        wasm_bindgen_version,
        trunk,
    })
}

/// What is measured beside the project, in the bench's own folder.
pub fn peers(repo: &Repo) -> Result<()> {
    npm::install(repo, "tests/bench", "npm packages of the bench")
}

/// What the Rust checks need: clippy runs for wasm32 too.
pub fn for_rust(repo: &Repo) -> Result<WasmToolchain> {
    wasm_std::find_or_install(repo)
}
