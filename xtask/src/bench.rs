//! `cargo xtask bench`: engines side by side in a browser.

use anyhow::{Context, Result};

use crate::cli::BenchOptions;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{duration, say};
use crate::wasm::Package;
use crate::{setup, site};

/// Sets up and builds what is missing, measures, and brings the documents up to date.
pub fn run(repo: &Repo, options: &BenchOptions) -> Result<()> {
    // The data set and the browser first: where they are missing only a person may be able to help.
    let things = setup::needed_for_tests(repo, true)?;
    let chromium = things.chromium.context("no browser was looked for")?;
    let tools = setup::for_site(repo)?;
    let dist = site::built(repo, &tools)?;
    if !options.check {
        site::release(repo, &tools, Package::BurnFlex)?;
    }
    setup::peers(repo)?;
    let log = |step: &str| repo.log(&format!("bench-{step}"));

    // It writes the weights in the form that the other engines' models are made from.
    let mut cargo = repo.cargo();
    cargo.args("build --release --features train --bin thimble".split(' '));
    let time = process::run(
        "command line",
        &mut cargo,
        &log("command-line"),
        Show::Progress,
    )?;
    say(&format!("command line: built in {}", duration(time)));

    let mut bench = repo.command("node");
    bench
        .arg("tests/bench/run.mjs")
        .args(options.check.then_some("--check"))
        .arg(repo.target.join("release").join("thimble"))
        .env("THIMBLE_SITE", dist)
        .env("THIMBLE_PKG", repo.packages())
        .env("THIMBLE_CHROMIUM", chromium)
        .env("THIMBLE_DATA", things.data);
    let time = process::run("bench", &mut bench, &log("run"), Show::Progress)?;
    say(&format!("bench: {}", duration(time)));
    if options.check {
        println!("Every engine that is here runs, and their logits agree.");
        return Ok(());
    }
    let mut figures = repo.command("npm");
    figures.args(["run", "--silent", "figures"]);
    process::run("figures", &mut figures, &log("figures"), Show::Progress)?;
    println!("docs/bench.json, docs/bench.svg and the documents' tables are written.");
    Ok(())
}
