//! The wasm packages in `pkg/`: cargo, wasm-bindgen and, for release, wasm-opt.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use xshell::{Cmd, cmd};

use crate::process::{self, run};
use crate::project::Project;
use crate::setup::wasm_std::TARGET;

/// What a package consists of. The wasm comes last: without it there is no package.
const FILES: &str = "thimble.js thimble.d.ts thimble_bg.wasm.d.ts thimble_bg.wasm";
/// What rustc's wasm may contain. `strip` removes the section that would tell wasm-opt.
const WASM_FEATURES: &str = "--enable-simd --enable-relaxed-simd --enable-bulk-memory \
     --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals \
     --enable-nontrapping-float-to-int --enable-multivalue --enable-reference-types";

/// A wasm package.
pub struct Package {
    /// Its folder in `pkg/`.
    pub name: &'static str,
    /// Its crate.
    package: &'static str,
    /// Its profile for visitors, slow to build, and how wasm-opt then optimises it.
    pub release: &'static str,
    wasm_opt: &'static str,
}

/// The CPU package: small, loaded first.
pub const CPU: Package = Package {
    name: "cpu",
    package: "thimble-web-cpu",
    release: "wasm-release-small",
    // -O3 alone inlines every function with one caller, however large. A browser optimises a
    // function while its first calls run, on one core: the first photo would wait for the largest.
    // Kernels are loops in functions of their own, whose calls cost nothing.
    wasm_opt: "-O3 --one-caller-inline-max-function-size=100",
};
/// The same with relaxed SIMD: a multiply-add and a dot product are one instruction each.
pub const CPU_RELAXED: Package = Package {
    name: "cpu-relaxed",
    package: "thimble-web-cpu-relaxed",
    ..CPU
};
/// The WebGPU package. Most of it drives the GPU, so size counts more than speed.
pub const WEBGPU: Package = Package {
    name: "webgpu",
    package: "thimble-web-webgpu",
    wasm_opt: "-Oz",
    ..CPU
};
/// burn's flex device, for the bench alone.
pub const FLEX: Package = Package {
    name: "burn-flex",
    package: "thimble-web-flex",
    release: "wasm-release",
    wasm_opt: "-O3",
};
/// The packages of the site, in the order in which the page needs them.
pub const SITE: [&Package; 3] = [&CPU, &CPU_RELAXED, &WEBGPU];

/// The profile for the tests: quick to build.
pub const TEST: &str = "wasm-test";

impl Package {
    /// Builds the package into `pkg/`. Cargo decides what to compile; the other tools run only if
    /// its wasm or their flags changed.
    pub fn build(&self, project: &Project, profile: &str) -> Result<()> {
        let sh = &project.sh;
        run(self.cargo(project, profile))?;
        let stamp = self.stamp(project, profile)?;
        let folder = project.pkg.join(self.name);
        if is_stamped(&folder, &stamp) {
            return Ok(());
        }
        let out = project.target.join("wasm-package");
        sh.remove_path(&out)?;
        let bindgen = cmd!(sh, "wasm-bindgen --target web --out-name thimble --out-dir");
        run(bindgen.args([&out, &self.wasm(project, profile)]))?;
        if profile == self.release {
            let wasm = out.join("thimble_bg.wasm");
            let flags = format!("{} {WASM_FEATURES}", self.wasm_opt);
            let wasm_opt = cmd!(sh, "wasm-opt {wasm} -o {wasm}");
            run(wasm_opt.args(flags.split(' ')))?;
        }
        self.remove(project)?;
        sh.create_dir(&folder)?;
        for file in FILES.split(' ') {
            sh.copy_file(out.join(file), folder.join(file))?;
        }
        Ok(sh.write_file(folder.join(".stamp"), stamp)?)
    }

    /// Whether `pkg/` has a release build of the sources as they are now. Cargo is asked, and
    /// stopped where it would compile.
    pub fn is_current(&self, project: &Project) -> Result<bool> {
        let folder = project.pkg.join(self.name);
        let stamp = project.sh.read_file(folder.join(".stamp"));
        if !stamp.is_ok_and(|stamp| stamp.starts_with(self.release)) {
            return Ok(false);
        }
        let mut cargo = Command::from(self.cargo(project, self.release));
        cargo.stderr(Stdio::piped());
        cargo.envs([("CARGO_TERM_COLOR", "never"), ("CARGO_TERM_QUIET", "false")]);
        let mut cargo = process::spawn(cargo)?;
        let output = cargo.stderr.take().context("cargo has no stderr")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        if lines.any(|line| line.trim_start().starts_with("Compiling ")) {
            process::end(cargo.id());
        }
        let is_fresh = process::wait(&mut cargo)?.success();
        Ok(is_fresh && is_stamped(&folder, &self.stamp(project, self.release)?))
    }

    /// Removes the package's files.
    pub fn remove(&self, project: &Project) -> Result<()> {
        Ok(project.sh.remove_path(project.pkg.join(self.name))?)
    }

    fn cargo<'a>(&self, project: &'a Project, profile: &str) -> Cmd<'a> {
        let (wasm, package) = (&project.wasm, self.package);
        cmd!(wasm, "cargo build --package {package} --target {TARGET}")
            .args(["--profile", profile])
            .env("CARGO_TARGET_DIR", &project.target)
    }

    /// What cargo makes.
    fn wasm(&self, project: &Project, profile: &str) -> PathBuf {
        let name = self.package.replace('-', "_");
        let file = format!("{TARGET}/{profile}/{name}.wasm");
        project.target.join(file)
    }

    fn stamp(&self, project: &Project, profile: &str) -> Result<String> {
        let wasm = project.sh.read_binary_file(self.wasm(project, profile))?;
        let wasm_opt = project.sh.read_file("node_modules/binaryen/package.json")?;
        let settings = [self.wasm_opt, WASM_FEATURES, &wasm_opt].concat();
        Ok(stamp(profile, &wasm, &settings))
    }
}

/// The profile, and a hash of cargo's wasm, which has wasm-bindgen's version, and of the settings.
fn stamp(profile: &str, wasm: &[u8], settings: &str) -> String {
    let mut hasher = DefaultHasher::new();
    (wasm, settings).hash(&mut hasher);
    format!("{profile} {:016x}\n", hasher.finish())
}

/// Whether a folder has a complete package with this stamp.
fn is_stamped(folder: &Path, stamp: &str) -> bool {
    let is_complete = FILES.split(' ').all(|file| folder.join(file).is_file());
    is_complete && fs::read_to_string(folder.join(".stamp")).is_ok_and(|found| found == stamp)
}

#[test]
fn package_is_current_only_with_all_files_and_the_same_stamp() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let written = stamp("release", b"wasm", "-O3");
    for file in [".stamp"].into_iter().chain(FILES.split(' ')) {
        assert!(!is_stamped(folder.path(), &written));
        fs::write(folder.path().join(file), &written)?;
    }
    assert!(is_stamped(folder.path(), &stamp("release", b"wasm", "-O3")));
    assert!(!is_stamped(folder.path(), &stamp("test", b"wasm", "-O3")));
    assert!(!is_stamped(
        folder.path(),
        &stamp("release", b"other", "-O3")
    ));
    assert!(!is_stamped(
        folder.path(),
        &stamp("release", b"wasm", "-Oz")
    ));
    Ok(())
}
