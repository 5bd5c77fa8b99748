//! `cargo xtask soundness`: the kernels' tests with every access to memory checked, natively by
//! AddressSanitizer and in an interpreter by Miri.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::{Cmd, cmd};

use crate::NeedsAction;
use crate::process::read;
use crate::project::Project;
use crate::steps::Steps;

/// The kernels' tests, with vectors as wide as a processor has.
const TESTS: &str = "--package thimble-kernels --lib --features macerator/avx512";
/// rustup's nightly, and the active toolchain with nightly's flags.
const NIGHTLY: (&str, &str) = ("RUSTUP_TOOLCHAIN", "nightly");
const ACTIVE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");
/// Keeps rustup from installing what is only looked for.
const NO_INSTALL: (&str, &str) = ("RUSTUP_AUTO_INSTALL", "0");
/// How to install Miri.
const INSTALL: &str = "rustup toolchain install nightly --component miri --component rust-src";

/// The widths of vectors, each with a processor that has it, as rustc calls it, and whether this
/// one does. Without `std` macerator asks the compiler for what there is: a flag chooses the width.
#[cfg(target_arch = "x86_64")]
fn widths() -> Vec<(&'static str, &'static str, bool)> {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    vec![
        ("scalar", "x86-64", true),
        ("SSE4.2", "x86-64-v2", is_x86_feature_detected!("sse4.2")),
        ("AVX2", "x86-64-v3", avx2),
        ("AVX-512", "x86-64-v4", avx2 && avx512),
    ]
}

/// Elsewhere the compiler's choice.
#[cfg(not(target_arch = "x86_64"))]
fn widths() -> Vec<(&'static str, &'static str, bool)> {
    vec![("the compiler's choice", "generic", true)]
}

/// Runs both parts; without Miri only the first.
pub fn run(project: &Project) -> Result<()> {
    let sh = &project.sh;
    let toolchain = toolchain_with_sanitizer(project)?;
    let host = read(cmd!(sh, "rustc --print host-tuple")).context("rustc names no host")?;
    let miri = read(cmd!(sh, "cargo miri --version").envs([NIGHTLY, NO_INSTALL]));
    let mut left_out = Vec::new();
    Steps::all(|steps| {
        for (name, cpu, is_here) in widths() {
            let name = format!("AddressSanitizer, {name}");
            match is_here {
                true => steps.run(&name, sanitized(project, toolchain, &host, cpu))?,
                false => left_out.push(format!("{name}: this processor does not have it")),
            }
        }
        if miri.is_none() {
            left_out.push(format!("Miri: nightly does not have it; run: {INSTALL}"));
            return Ok(());
        }
        for (name, cpu, _) in widths() {
            steps.run(&format!("Miri, {name}"), interpreted(project, cpu))?;
        }
        Ok(())
    })?;
    println!("All that ran passed.");
    left_out.iter().for_each(|what| println!("NOT RUN: {what}"));
    Ok(())
}

/// The first toolchain that has AddressSanitizer's library.
fn toolchain_with_sanitizer(project: &Project) -> Result<(&'static str, &'static str)> {
    let has_library = |toolchain: &(&str, &str)| {
        let rustc = cmd!(project.sh, "rustc --print target-libdir");
        let folder = read(rustc.envs([*toolchain, NO_INSTALL]));
        let files = folder.and_then(|folder| project.sh.read_dir(folder).ok());
        let is_library = |file: &PathBuf| file.to_string_lossy().contains("_rt.asan.");
        files.is_some_and(|files| files.iter().any(is_library))
    };
    let found = [NIGHTLY, ACTIVE].into_iter().find(has_library);
    found.with_context(|| {
        let what = "nightly or the active toolchain must have AddressSanitizer's library";
        NeedsAction::new(format!("{what}, found it in neither; run: {INSTALL}"))
    })
}

/// The tests with AddressSanitizer. The width is macerator's alone: the kernels are compiled as
/// always, in functions that macerator compiles for its width.
fn sanitized<'a>(project: &'a Project, toolchain: (&str, &str), host: &str, cpu: &str) -> Cmd<'a> {
    // With a target named, build scripts and macros are compiled without the sanitizer.
    cmd!(project.sh, "cargo test --profile soundness --target {host}")
        .args(TESTS.split(' '))
        .arg("-Zprofile-rustflags")
        .args(["--config", &for_cpu(cpu, "soundness", "macerator")])
        .envs([toolchain, ("RUSTFLAGS", "-Zsanitizer=address")])
}

/// The tests under Miri. The width is the kernels' too: Miri refuses to call a function that is
/// compiled for more than the processor that it plays.
fn interpreted<'a>(project: &'a Project, cpu: &str) -> Cmd<'a> {
    cmd!(project.sh, "cargo miri test -Zprofile-rustflags")
        .args(TESTS.split(' '))
        .args(["--config", &for_cpu(cpu, "dev", "macerator")])
        .args(["--config", &for_cpu(cpu, "dev", "thimble-kernels")])
        .envs([NIGHTLY])
}

/// Compiles one package for a processor, and saves the others a build for each.
fn for_cpu(cpu: &str, profile: &str, package: &str) -> String {
    format!("profile.{profile}.package.{package}.rustflags=[\"-Ctarget-cpu={cpu}\"]")
}
