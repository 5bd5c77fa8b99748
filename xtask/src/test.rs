//! `cargo xtask test`: every check, the cheap ones first, up to the first that fails.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::cli::Scope;
use crate::process::Show;
use crate::repo::Repo;
use crate::report::duration;
use crate::setup::wasm_std::TARGET;
use crate::setup::{self, Tools, WasmToolchain};
use crate::steps::Steps;
use crate::wasm::{self, Package, Profile};
use crate::{pending, site, times};

/// Runs the checks of a scope.
pub fn run(repo: &Repo, scope: Scope) -> Result<()> {
    let mut steps = Steps::of("test");
    let result = run_steps(repo, scope, &mut steps);
    steps.print();
    result?;
    let whole = steps.elapsed();
    // A run that failed leaves the figures of the last that passed.
    times::of_tests(repo, scope.name(), steps.done(), whole)?;
    println!("\nAll passed in {}.", duration(whole));
    Ok(())
}

fn run_steps(repo: &Repo, scope: Scope, steps: &mut Steps) -> Result<()> {
    let web = scope != Scope::Rust;
    // The data set and the browser first: where they are missing only a person may be able to help.
    let things = steps.step("browser and data set", || {
        setup::needed_for_tests(repo, web)
    })?;
    if scope == Scope::Rust {
        let toolchain = steps.step("set-up", || setup::for_rust(repo))?;
        return rust(repo, &toolchain, &things.data, steps);
    }
    let tools = steps.step("set-up", || setup::for_site(repo))?;
    if scope == Scope::All {
        rust(repo, &tools.wasm, &things.data, steps)?;
    }
    packages(repo, &tools, steps)?;
    let chromium = things.chromium.context("no browser was looked for")?;
    page(repo, &tools, &chromium, &things.data, steps)
}

/// Format, clippy for this machine and for wasm32, and the Rust tests.
fn rust(repo: &Repo, toolchain: &WasmToolchain, data: &PathBuf, steps: &mut Steps) -> Result<()> {
    steps.program(
        repo,
        "format",
        repo.cargo().args("fmt --all --check".split(' ')),
    )?;
    // In the profiles of the builds that follow, which then find the build scripts and macros compiled.
    let mut clippy = repo.cargo();
    clippy.args(
        "clippy --release --workspace --all-targets --features train -- -D warnings".split(' '),
    );
    steps.program(repo, "clippy", &mut clippy)?;
    // The third differs from the first in an instruction.
    for package in [Package::Cpu, Package::Webgpu] {
        let mut clippy = toolchain.cargo(repo, "clippy");
        clippy
            .args("--package thimble --lib --no-default-features --features".split(' '))
            .arg(package.name())
            .args(["--target", TARGET, "--profile", Profile::Test.name(package)])
            .args("-- -D warnings".split(' '));
        steps.program(
            repo,
            &format!("clippy, {} package", package.name()),
            &mut clippy,
        )?;
    }
    let mut tests = repo.cargo();
    tests
        .args("test --release --workspace --features train".split(' '))
        .env("THIMBLE_DATA", data);
    steps.program(repo, "Rust tests", &mut tests)
}

/// The packages: a release build of these very sources is as good as one for tests, and better.
fn packages(repo: &Repo, tools: &Tools, steps: &mut Steps) -> Result<()> {
    pending::write(&repo.packages(), &[])?;
    for package in Package::ALL {
        steps.step(&format!("{} package", package.name()), || {
            if [Profile::Release, Profile::Test]
                .iter()
                .any(|profile| wasm::is_fresh(repo, tools, package, *profile))
            {
                return Ok(());
            }
            wasm::build(repo, tools, package, Profile::Test, Show::Progress).map(|_| ())
        })?;
    }
    Ok(())
}

/// The checks of the page's code, the site, and the tests in the browser.
fn page(
    repo: &Repo,
    tools: &Tools,
    chromium: &PathBuf,
    data: &PathBuf,
    steps: &mut Steps,
) -> Result<()> {
    let npm = |script: &str| {
        let mut npm = repo.command("npm");
        npm.args(["run", "--silent", script]);
        npm
    };
    steps.program(repo, "types of the page", &mut npm("check"))?;
    steps.program(repo, "lint of the page", &mut npm("lint"))?;
    let dist = repo.target.join("tested-site");
    steps.step("site", || site::make(repo, tools, &dist, Show::Progress))?;
    let mut tests = npm("test:browser");
    tests
        .env("THIMBLE_SITE", &dist)
        .env("THIMBLE_PKG", repo.packages())
        .env("THIMBLE_CHROMIUM", chromium)
        .env("THIMBLE_DATA", data)
        .env("THIMBLE_ARTEFACTS", repo.target.join("test-artefacts"));
    steps.program(repo, "browser tests", &mut tests)
}
