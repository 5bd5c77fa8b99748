//! The wasm packages: cargo, wasm-bindgen and, for release, wasm-opt.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};

use crate::fingerprint::{Stamp, hash};
use crate::inputs;
use crate::process::{self, Show};
use crate::repo::Repo;
use crate::setup::Tools;
use crate::setup::wasm_std::TARGET;
use crate::times::{self, List};

/// The files that make a package.
const FILES: [&str; 4] = [
    "thimble.js",
    "thimble.d.ts",
    "thimble_bg.wasm.d.ts",
    "thimble_bg.wasm",
];

/// What the package was made from.
const STAMP: &str = ".stamp";

/// What rustc's wasm may contain, for wasm-opt: `strip` takes the section away in which rustc says it.
const WASM_FEATURES: [&str; 9] = [
    "--enable-simd",
    "--enable-relaxed-simd",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// -O3 would put every function with one caller into it, however large. Browsers compile a function with optimisation while
/// its first calls run, each on one core: the first photo would compete with the compiler for both cores, and wait
/// for as long as the largest functions take. Kernels are loops in functions of their own, whose calls cost nothing.
const FUNCTIONS_STAY_APART: &str = "--one-caller-inline-max-function-size=100";

/// One of the wasm packages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Package {
    /// The CPU package, small and loaded first.
    Cpu,
    /// The same for browsers that have relaxed SIMD, whose multiply-add is one instruction, and so is its dot product.
    CpuRelaxed,
    /// The WebGPU package.
    Webgpu,
    /// burn's flex device as burn has it, without the project's kernels: for the bench alone.
    BurnFlex,
}

impl Package {
    /// Those of the site, in the order in which the page wants them.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::CpuRelaxed, Self::Webgpu];

    /// Its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::CpuRelaxed => "cpu-relaxed",
            Self::Webgpu => "webgpu",
            Self::BurnFlex => "burn-flex",
        }
    }

    /// The cargo feature that it is compiled with.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Cpu | Self::CpuRelaxed => "cpu",
            Self::Webgpu | Self::BurnFlex => self.name(),
        }
    }

    /// What rustc is told for this crate alone, whose kernels they are: burn's crates are compiled once for all packages.
    fn rustc_flags(self) -> &'static [&'static str] {
        match self {
            Self::CpuRelaxed => &["-C", "target-feature=+relaxed-simd"],
            Self::Cpu | Self::Webgpu | Self::BurnFlex => &[],
        }
    }

    /// The CPU package computes in wasm. Most of the other is what drives the GPU, where size counts more than
    /// speed; its fallback, burn's ndarray, is told to rustc to be quick (in Cargo.toml) but passes through -Oz too.
    fn wasm_opt(self) -> &'static [&'static str] {
        match self {
            Self::Cpu | Self::CpuRelaxed => &["-O3", FUNCTIONS_STAY_APART],
            Self::BurnFlex => &["-O3"],
            Self::Webgpu => &["-Oz"],
        }
    }
}

/// How a package is compiled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Profile {
    /// For visitors: slow to build.
    Release,
    /// For the tests: quick to build.
    Test,
}

impl Profile {
    /// The name in Cargo.toml of the profile for a package.
    pub fn name(self, package: Package) -> &'static str {
        match (self, package) {
            (Self::Release, Package::BurnFlex) => "wasm-release",
            (Self::Release, _) => "wasm-release-small",
            (Self::Test, _) => "wasm-test",
        }
    }
}

/// The folder of a package.
pub fn folder(repo: &Repo, package: Package) -> PathBuf {
    repo.packages().join(package.name())
}

/// Whether the package is there and made from what lies here now.
pub fn is_fresh(repo: &Repo, tools: &Tools, package: Package, profile: Profile) -> bool {
    let folder = folder(repo, package);
    FILES.iter().all(|file| folder.join(file).is_file())
        && Stamp::read(&folder.join(STAMP))
            .is_some_and(|stamp| stamp.holds(&repo.root, &settings(repo, tools, package, profile)))
}

/// Removes a package's files, so that the page never runs it beside a newer one of the other kind.
pub fn remove(repo: &Repo, package: Package) -> Result<()> {
    let folder = folder(repo, package);
    for file in FILES.iter().rev().chain([&STAMP]) {
        let file = folder.join(file);
        if file.exists() {
            fs::remove_file(&file)
                .with_context(|| format!("{} could not be removed", file.display()))?;
        }
    }
    Ok(())
}

/// Makes the packages' folders, which Trunk wants to watch before there is anything in them.
pub fn make_folders(repo: &Repo) -> Result<()> {
    for package in Package::ALL {
        let folder = folder(repo, package);
        fs::create_dir_all(&folder)
            .with_context(|| format!("{} could not be made", folder.display()))?;
    }
    Ok(())
}

/// Lets a Trunk that serves make the site again: it watches the packages' folders, not `pending.json`.
pub fn announce(repo: &Repo, package: Package) -> Result<()> {
    let file = folder(repo, package).join(".announced");
    fs::write(&file, "").with_context(|| format!("{} could not be written", file.display()))
}

/// Builds a package into `pkg/`, whatever is there.
pub fn build(
    repo: &Repo,
    tools: &Tools,
    package: Package,
    profile: Profile,
    show: Show,
) -> Result<Duration> {
    let (start, began) = (Instant::now(), SystemTime::now());
    let products = products(repo, package, profile);
    let list = if products.join("deps").exists() {
        List::Rebuilds
    } else {
        List::Steps
    };
    let compiled = compile(repo, tools, package, profile, show)?;
    let raw =
        hash(&compiled).with_context(|| format!("{} could not be read", compiled.display()))?;
    let settings = settings(repo, tools, package, profile);
    let folder = folder(repo, package);
    let known = Stamp::read(&folder.join(STAMP));
    let same = known.is_some_and(|stamp| stamp.settings == settings && stamp.intermediate == raw);
    let made = !same || FILES.iter().any(|file| !folder.join(file).is_file());
    if made {
        let staging = repo.target.join("wasm-packages").join(package.name());
        bind(repo, tools, package, &compiled, &staging, show)?;
        if profile == Profile::Release {
            optimise(repo, package, &staging, show)?;
        }
        install(repo, package, &staging)?;
    }
    let inputs = inputs::of(&repo.root, &compiled.with_extension("d"))?;
    // What was saved while cargo ran may or may not be in the package: without a stamp the next run asks cargo.
    if !inputs::changed_since(&repo.root, &inputs, began) {
        Stamp::of(&repo.root, &settings, raw, inputs)?.write(&folder.join(STAMP))?;
    }
    let time = start.elapsed();
    if made && profile == Profile::Release {
        times::of_setup(repo, list, &format!("{} package", package.name()), time)?;
    }
    Ok(time)
}

/// Where cargo puts what it makes for a package.
fn products(repo: &Repo, package: Package, profile: Profile) -> PathBuf {
    repo.target.join(TARGET).join(profile.name(package))
}

/// What changes a package besides the files it is made from.
fn settings(repo: &Repo, tools: &Tools, package: Package, profile: Profile) -> String {
    let optimiser = match profile {
        Profile::Release => {
            let version = hash(&repo.root.join("node_modules/binaryen/package.json"));
            let features = WASM_FEATURES.join(" ");
            format!(
                "{} {features} {}",
                package.wasm_opt().join(" "),
                version.unwrap_or_default()
            )
        }
        Profile::Test => "none".to_owned(),
    };
    format!(
        "{} {} {} {}; wasm-bindgen {}; wasm-opt {optimiser}",
        package.name(),
        package.rustc_flags().join(" "),
        profile.name(package),
        tools.wasm.version(repo),
        tools.wasm_bindgen_version
    )
}

fn compile(
    repo: &Repo,
    tools: &Tools,
    package: Package,
    profile: Profile,
    show: Show,
) -> Result<PathBuf> {
    let mut cargo = tools.wasm.cargo(repo, "rustc");
    cargo
        .args("--package thimble --lib --no-default-features --features".split(' '))
        .arg(package.feature())
        .args(["--target", TARGET, "--profile", profile.name(package), "--"])
        .args(package.rustc_flags());
    let label = format!("{} package", package.name());
    process::run(
        &label,
        &mut cargo,
        &repo.log(&format!("{}-cargo", package.name())),
        show,
    )?;
    Ok(products(repo, package, profile).join("thimble.wasm"))
}

fn bind(
    repo: &Repo,
    tools: &Tools,
    package: Package,
    wasm: &Path,
    staging: &Path,
    show: Show,
) -> Result<()> {
    if staging.exists() {
        fs::remove_dir_all(staging)
            .with_context(|| format!("{} could not be removed", staging.display()))?;
    }
    let mut bindgen = repo.command(&tools.wasm_bindgen);
    bindgen
        .args(["--target", "web", "--out-name", "thimble", "--out-dir"])
        .arg(staging)
        .arg(wasm);
    let label = format!("{} package, wasm-bindgen", package.name());
    process::run(
        &label,
        &mut bindgen,
        &repo.log(&format!("{}-wasm-bindgen", package.name())),
        show,
    )?;
    Ok(())
}

fn optimise(repo: &Repo, package: Package, staging: &Path, show: Show) -> Result<()> {
    let wasm = staging.join("thimble_bg.wasm");
    let mut wasm_opt = repo.command(repo.root.join("node_modules/.bin/wasm-opt"));
    wasm_opt
        .args(package.wasm_opt())
        .args(WASM_FEATURES)
        .arg(&wasm)
        .arg("-o")
        .arg(&wasm);
    let label = format!("{} package, wasm-opt", package.name());
    process::run(
        &label,
        &mut wasm_opt,
        &repo.log(&format!("{}-wasm-opt", package.name())),
        show,
    )?;
    Ok(())
}

/// Puts the package's files where they belong. Copies, since the target folder may lie on another disk, and into
/// the folder that is there, since Trunk watches it. The wasm comes last and whole: without it there is no package.
fn install(repo: &Repo, package: Package, staging: &Path) -> Result<()> {
    let folder = folder(repo, package);
    let (wasm, others) = FILES.split_last().context("a package has files")?;
    let part = repo.packages().join(format!("{}.part", package.name()));
    let copy = || {
        fs::create_dir_all(&folder)?;
        // Broken off from here on, the folder holds a mixture that no stamp may vouch for.
        match fs::remove_file(folder.join(STAMP)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for file in others {
            fs::copy(staging.join(file), folder.join(file))?;
        }
        fs::copy(staging.join(wasm), &part)?;
        fs::rename(&part, folder.join(wasm))?;
        fs::remove_dir_all(staging)
    };
    copy().with_context(|| format!("the package could not be put into {}", folder.display()))
}
