//! Trunk, and `cargo xtask build`: the site in `dist/`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Cmd, cmd};

use crate::package::SITE;
use crate::process::run as run_program;
use crate::project::Project;
use crate::setup::{self, apt};

/// Lists the files of `dist/` with their sizes, raw and with brotli as static hosts compress them.
const SIZES: &str = "
    const { readdirSync, readFileSync } = require('fs');
    const { brotliCompressSync, constants } = require('zlib');
    const row = (name, ...sizes) => console.log('  ' + name.padEnd(44) + sizes.map((size) => size.padStart(11)).join(''));
    const bytes = (count) => (count < 1e6 ? (count / 1e3).toFixed(1) + ' kB' : (count / 1e6).toFixed(2) + ' MB');
    const entries = readdirSync('dist', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map(({ parentPath, name }) => {
        const content = readFileSync(parentPath + '/' + name);
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
        return [(parentPath + '/' + name).slice(5), content.length, brotliCompressSync(content, { params }).length];
    });
    const sum = (column) => files.reduce((all, file) => all + file[column], 0);
    const rows = [...files.sort((a, b) => b[1] - a[1]), ['together', sum(1), sum(2)]];
    row('file', 'raw', 'brotli');
    for (const [name, raw, brotli] of rows) row(name, bytes(raw), bytes(brotli));";

/// Builds the release site and lists its files.
pub fn run(project: &Project) -> Result<()> {
    setup::for_site(project)?;
    build(project)?;
    println!("\nThe site is in dist/:\n");
    cmd!(project.sh, "node -e {SIZES}").quiet().run()?;
    println!(
        "\nAny static host can serve it, in any folder: all URLs are relative. Serve .wasm as\n\
         application/wasm and compressed. Browsers allow WebGPU and the camera only on https pages."
    );
    Ok(())
}

/// Builds the packages for release, and the site in `dist/`.
pub fn build(project: &Project) -> Result<PathBuf> {
    for package in SITE {
        package.build(project, package.release)?;
    }
    let dist = project.root.join("dist");
    make(project, &dist)?;
    Ok(dist)
}

/// Makes the site from the packages in `pkg/`.
pub fn make(project: &Project, dist: &Path) -> Result<()> {
    project.write_pending(&[])?;
    run_program(trunk(project, "build", dist))
}

/// Trunk with a subcommand that puts the site into a folder.
pub fn trunk<'a>(project: &'a Project, subcommand: &str, dist: &Path) -> Cmd<'a> {
    let trunk = cmd!(project.sh, "trunk {subcommand} --dist {dist}");
    let trunk = trunk.args(["--offline", "--release"]);
    // Trunk rejects NO_COLOR=1, the usual value.
    trunk.env("NO_COLOR", "true")
}

/// A program that tests or measures a site in the browser.
pub fn in_browser<'a>(project: &Project, site: &Path, program: Cmd<'a>) -> Result<Cmd<'a>> {
    Ok(program
        .env("THIMBLE_SITE", site)
        .env("THIMBLE_PKG", &project.pkg)
        .env("THIMBLE_CHROMIUM", apt::chromium(project)?)
        .env("THIMBLE_DATA", apt::data_set(project)?))
}
