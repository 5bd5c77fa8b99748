//! `cargo xtask features`: every crate compiles without warnings, whatever features are chosen.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use xshell::cmd;

use crate::process;
use crate::project::Project;
use crate::setup::wasm_std::{self, TARGET};

/// What needs a vendor's toolchain or takes very long to compile.
const LEFT_OUT: [&str; 2] = ["cuda", "vulkan"];

/// A crate's features, each with what it asks for.
type Features = BTreeMap<String, Vec<String>>;

/// Lints every crate without features, with each one alone and with all, web crates for wasm32 too.
pub fn run(project: &Project) -> Result<()> {
    wasm_std::set_up(project)?;
    for package in &project.crates {
        let name = package.name.as_str();
        for choice in choices(&package.features) {
            let options = format!("-p {name} --no-default-features --features={choice}");
            let options = || options.split(' ').chain(["--", "-D", "warnings"]);
            // In the profiles of the builds, which then find build scripts and macros compiled. So
            // called it is Debian's clippy where cargo is.
            process::run(cmd!(project.sh, "cargo-clippy clippy --release").args(options()))?;
            if name.starts_with("thimble-web") {
                let clippy = cmd!(project.wasm, "cargo-clippy clippy --target {TARGET}");
                process::run(clippy.args(["--profile", "wasm-test"]).args(options()))?;
            }
        }
    }
    Ok(())
}

/// The choices of features, separated by commas, each different in what it turns on.
fn choices(features: &Features) -> Vec<String> {
    let mut names: Vec<&str> = features.keys().map(String::as_str).collect();
    names.retain(|name| turned_on(features, name).is_disjoint(&BTreeSet::from(LEFT_OUT)));
    let mut choices = vec![String::new()];
    choices.extend(names.iter().map(|name| (*name).to_owned()));
    choices.push(names.join(","));
    let mut seen = BTreeSet::new();
    choices.retain(|choice| seen.insert(format!("{:?}", turned_on(features, choice))));
    choices
}

/// All that a choice turns on, directly or not. `default` is only a list of others.
fn turned_on<'a>(features: &'a Features, choice: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut rest: Vec<&str> = choice.split(',').collect();
    while let Some(name) = rest.pop() {
        if found.insert(name) {
            rest.extend(features.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    found.retain(|name| !["", "default"].contains(name));
    found
}

#[test]
fn each_choice_of_features_is_checked_once() {
    for (features, expected) in [
        ("", ""),
        ("default=", ""),
        ("relaxed-simd=kernels/relaxed-simd", " relaxed-simd"),
        ("simd= rayon=dep:rayon", " rayon simd rayon,simd"),
        // Here `default` and all are `cli`.
        (
            "default=cli cli=rayon,dep:clap rayon=dep:rayon",
            " cli rayon",
        ),
        // What asks for a feature of GPUs is left out with it.
        ("vulkan=burn/vulkan cuda=burn/cuda gpu=cuda tui=", " tui"),
    ] {
        let mut parsed = Features::new();
        for (name, asked) in features.split(' ').filter_map(|pair| pair.split_once('=')) {
            parsed.insert(
                name.to_owned(),
                asked.split(',').map(str::to_owned).collect(),
            );
        }
        assert_eq!(choices(&parsed).join(" "), expected);
    }
}
