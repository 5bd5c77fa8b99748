//! `cargo xtask bench`: engines side by side in a browser.

use anyhow::Result;
use xshell::cmd;

use crate::package::FLEX;
use crate::process::run as run_program;
use crate::project::Project;
use crate::setup::{self, apt};
use crate::site;

/// Sets up, builds, measures and updates the documents. With `check` it only compares the engines.
pub fn run(project: &Project, check: bool) -> Result<()> {
    let sh = &project.sh;
    // First what may need a person.
    apt::data_set(project)?;
    apt::chromium(project)?;
    setup::for_site(project)?;
    let dist = site::build(project)?;
    if !check {
        FLEX.build(project, FLEX.release)?;
    }
    setup::npm_ci(project, "bench")?;
    // It exports the weights from which the other engines' models are made.
    run_program(cmd!(sh, "cargo build --release -p thimble-train"))?;
    let exporter = project.target.join("release/thimble-train");
    let options = check.then_some("--check");
    let bench = cmd!(sh, "node bench/browser/run.mjs {options...} {exporter}");
    run_program(site::in_browser(project, &dist, bench)?)?;
    if check {
        println!("All engines run, and their logits agree.");
        return Ok(());
    }
    run_program(cmd!(sh, "npm run --silent figures"))?;
    println!("The results, the plot and the documents' tables are written.");
    Ok(())
}
