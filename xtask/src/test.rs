//! `cargo xtask test`: all checks and tests, up to the first that fails.

use anyhow::Result;
use xshell::cmd;

use crate::package::{SITE, TEST};
use crate::project::Project;
use crate::setup::{self, apt, wasm_std};
use crate::steps::Steps;
use crate::{features, flags, site};

/// Runs the checks of Rust, of the page, or of both.
pub fn run(project: &Project, flags: &flags::Test) -> Result<()> {
    let (has_rust, has_web) = (flags.rust || !flags.web, flags.web || !flags.rust);
    Steps::all(|steps| {
        // First what may need a person.
        steps.step("data set", || apt::data_set(project))?;
        if has_web {
            steps.step("browser", || apt::chromium(project))?;
        }
        let set_up = [wasm_std::set_up, setup::for_site][usize::from(has_web)];
        steps.step("set-up", || set_up(project))?;
        if has_rust {
            rust(project, steps)?;
        }
        if has_web { web(project, steps) } else { Ok(()) }
    })?;
    println!("All passed.");
    Ok(())
}

fn rust(project: &Project, steps: &mut Steps) -> Result<()> {
    let sh = &project.sh;
    steps.run("format", cmd!(sh, "cargo fmt --all --check"))?;
    // In the profile of the tests, which then find build scripts and macros compiled.
    let clippy = cmd!(sh, "cargo clippy --release --workspace --all-targets");
    steps.run("clippy", clippy.args(["--", "-D", "warnings"]))?;
    steps.step("features", || features::run(project))?;
    let data = apt::data_set(project)?;
    let tests = cmd!(sh, "cargo test --release --workspace").env("THIMBLE_DATA", data);
    steps.run("Rust tests", tests)
}

fn web(project: &Project, steps: &mut Steps) -> Result<()> {
    let sh = &project.sh;
    for package in SITE {
        steps.step(&format!("{} package", package.name), || {
            // A release build of these sources is as good as one for tests, and better.
            match package.is_current(project)? {
                true => Ok(()),
                false => package.build(project, TEST),
            }
        })?;
    }
    for script in ["check", "lint", "format:check"] {
        let npm = cmd!(sh, "npm run --silent {script}");
        steps.run(&format!("npm run {script}"), npm)?;
    }
    let dist = project.target.join("tested-site");
    steps.step("site", || site::make(project, &dist))?;
    let artefacts = project.target.join("test-artefacts");
    let tests = cmd!(sh, "npm run --silent test:browser").env("THIMBLE_ARTEFACTS", artefacts);
    steps.run("browser tests", site::in_browser(project, &dist, tests)?)
}
