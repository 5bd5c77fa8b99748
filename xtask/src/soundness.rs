//! `cargo xtask soundness`: the kernels' tests while every access to memory is watched, natively by
//! AddressSanitizer and in an interpreter by Miri.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::NeedsAction;
use crate::process;
use crate::repo::{Repo, on_path};
use crate::report::duration;
use crate::steps::Steps;

/// The tests that are run, which compare with plain sums; what else the crate tests is safe code.
const TESTS: &str = "kernel::";
/// The kernels of inference and training without burn, and vectors as wide as a processor has.
const FEATURES: &str = "gradients,macerator/avx512";
/// How to get Miri.
const MIRI: &str = "rustup toolchain install nightly --component miri --component rust-src";

/// A width of vectors: the kernels have a tile of their own for each.
struct Width {
    name: &'static str,
    /// The processor that has it, as rustc calls it.
    cpu: &'static str,
    /// Whether the processor at hand has it.
    is_here: bool,
    /// Whether Miri knows its instructions.
    is_in_miri: bool,
}

/// The widths of this machine's kind of processor. Without `std`, macerator asks the compiler, not
/// the processor, for what there is: so each can be had by a flag.
#[cfg(target_arch = "x86_64")]
fn widths() -> Vec<Width> {
    let width = |name, cpu, is_here, is_in_miri| Width {
        name,
        cpu,
        is_here,
        is_in_miri,
    };
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = avx2
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    let sse = is_x86_feature_detected!("sse4.2");
    vec![
        width("scalar", "x86-64", true, true),
        width("SSE4.2", "x86-64-v2", sse, true),
        width("AVX2", "x86-64-v3", avx2, true),
        width("AVX-512", "x86-64-v4", avx512, true),
    ]
}

/// Elsewhere the one that the compiler takes by itself.
#[cfg(not(target_arch = "x86_64"))]
fn widths() -> Vec<Width> {
    vec![Width {
        name: "the compiler's choice",
        cpu: "generic",
        is_here: true,
        is_in_miri: true,
    }]
}

/// Runs both parts, or the first alone where there is no Miri.
pub fn run(repo: &Repo) -> Result<()> {
    let toolchain = Toolchain::find(repo)?;
    let has_miri = has_miri(repo);
    let mut steps = Steps::of("soundness");
    let mut left_out = Vec::new();
    let result = run_steps(repo, toolchain, has_miri, &mut steps, &mut left_out);
    steps.print();
    result?;
    let passed = steps.done().len();
    println!(
        "\nAll that ran passed, {passed} runs in {}.",
        duration(steps.elapsed())
    );
    for what in left_out {
        println!("NOT RUN: {what}");
    }
    Ok(())
}

fn run_steps(
    repo: &Repo,
    toolchain: Toolchain,
    has_miri: bool,
    steps: &mut Steps,
    left_out: &mut Vec<String>,
) -> Result<()> {
    for width in widths() {
        let name = format!("AddressSanitizer, {}", width.name);
        if width.is_here {
            let mut tests = toolchain.cargo(repo);
            sanitized(&mut tests, &host(repo)?, &width);
            steps.program(repo, &name, &mut tests)?;
        } else {
            left_out.push(format!("{name}: this processor does not have it"));
        }
    }
    if !has_miri {
        left_out.push(format!("Miri: it is not installed. To have it: {MIRI}"));
        return Ok(());
    }
    for width in widths() {
        let name = format!("Miri, {}", width.name);
        if width.is_in_miri {
            let mut tests = Toolchain::Nightly.cargo(repo);
            interpreted(&mut tests, &width);
            steps.program(repo, &name, &mut tests)?;
        } else {
            left_out.push(format!("{name}: Miri does not know its instructions"));
        }
    }
    Ok(())
}

/// A cargo that can compile for AddressSanitizer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Toolchain {
    /// rustup's nightly.
    Nightly,
    /// The active one.
    Active,
}

impl Toolchain {
    /// The first that has AddressSanitizer's library.
    fn find(repo: &Repo) -> Result<Self> {
        let has_library = |toolchain: &Self| {
            let mut rustc = toolchain.program(repo, "rustc");
            let folder = process::output(rustc.args(["--print", "target-libdir"]));
            folder.is_some_and(|folder| has_sanitizer(Path::new(&folder)))
        };
        let found = [Self::Nightly, Self::Active].into_iter().find(has_library);
        found.context(NeedsAction(format!(
            "neither a nightly toolchain nor the active one has AddressSanitizer's library, which \
             rustup's toolchains bring: {MIRI}"
        )))
    }

    fn cargo(self, repo: &Repo) -> Command {
        let mut cargo = match self {
            Self::Nightly => self.program(repo, "cargo"),
            Self::Active => repo.cargo(),
        };
        if self == Self::Active {
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        // It would take the place of RUSTFLAGS.
        cargo.env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo
    }

    fn program(self, repo: &Repo, name: &str) -> Command {
        match self {
            Self::Nightly => {
                let mut command = repo.command("rustup");
                command
                    .args(["run", "nightly", name])
                    .env("RUSTUP_AUTO_INSTALL", "0");
                command
            }
            Self::Active => repo.command(name),
        }
    }
}

/// Whether a toolchain's libraries have AddressSanitizer's.
fn has_sanitizer(folder: &Path) -> bool {
    let mut files = folder.read_dir().into_iter().flatten().flatten();
    files.any(|file| file.file_name().to_string_lossy().contains("_rt.asan."))
}

fn has_miri(repo: &Repo) -> bool {
    let mut miri = Toolchain::Nightly.program(repo, "cargo");
    on_path("rustup").is_some() && process::output(miri.args(["miri", "--version"])).is_some()
}

/// The machine's own target: where one is named, build scripts and macros are compiled without the
/// sanitizer.
fn host(repo: &Repo) -> Result<String> {
    let facts = process::output(repo.command("rustc").arg("-vV")).unwrap_or_default();
    let host = facts.lines().find_map(|line| line.strip_prefix("host: "));
    match host {
        Some(host) => Ok(host.to_owned()),
        None => bail!("`rustc -vV` names no host"),
    }
}

/// The tests with AddressSanitizer. The width is macerator's alone, so that the kernels are compiled
/// just as they always are: in the functions that macerator compiles for its width.
fn sanitized(cargo: &mut Command, host: &str, width: &Width) {
    cargo
        .args("test --package thimble --lib --profile soundness --features".split(' '))
        .args([FEATURES, "--target", host, "-Zprofile-rustflags"])
        .args(["--config", &for_width(width, "soundness", "macerator")])
        .arg(TESTS)
        .env("RUSTFLAGS", "-Zsanitizer=address");
}

/// The tests under Miri, for which the width is the crate's too: Miri refuses to call a function that
/// is compiled for more than the processor that it plays.
fn interpreted(cargo: &mut Command, width: &Width) {
    cargo
        .args("miri test --package thimble --lib --features".split(' '))
        .args([FEATURES, "-Zprofile-rustflags"])
        .args(["--config", &for_width(width, "dev", "macerator")])
        .args(["--config", &for_width(width, "dev", "thimble")])
        .arg(TESTS)
        .env_remove("RUSTFLAGS");
}

/// Compiles one package for the processor that has the width, and spares the others a build for each.
fn for_width(width: &Width, profile: &str, package: &str) -> String {
    let cpu = width.cpu;
    format!("profile.{profile}.package.{package}.rustflags=[\"-Ctarget-cpu={cpu}\"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> String {
        let words = command.get_args().map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_sanitizer_is_for_the_tests_and_the_width_for_macerator_alone() {
        let mut cargo = Command::new("cargo");
        sanitized(&mut cargo, "x86_64-unknown-linux-gnu", &widths()[0]);
        let words = words(&cargo);
        // Without a target, build scripts would be compiled with the sanitizer too.
        assert!(
            words.contains("--target x86_64-unknown-linux-gnu"),
            "{words}"
        );
        assert!(words.contains("package.macerator.rustflags"), "{words}");
        assert!(words.ends_with(TESTS), "{words}");
        let flags = cargo.get_envs().find(|(name, _)| *name == "RUSTFLAGS");
        let value = flags.and_then(|(_, value)| value);
        assert_eq!(value, Some("-Zsanitizer=address".as_ref()));
    }

    #[test]
    fn burn_is_not_compiled_for_it() {
        assert!(!FEATURES.contains("train") && !FEATURES.contains("burn"));
    }

    #[test]
    fn the_sanitizer_s_library_is_found_by_its_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        assert!(!has_sanitizer(folder.path()));
        std::fs::write(folder.path().join("librustc-nightly_rt.tsan.a"), "")?;
        assert!(!has_sanitizer(folder.path()));
        std::fs::write(folder.path().join("librustc-nightly_rt.asan.a"), "")?;
        assert!(has_sanitizer(folder.path()));
        assert!(!has_sanitizer(&folder.path().join("none")));
        Ok(())
    }
}
