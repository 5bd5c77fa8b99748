//! The repository, its target folder and the shells that commands run in.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{MetadataCommand, Package};
use xshell::Shell;

use crate::package;

/// Where things are. All paths are absolute.
#[derive(Clone)]
pub struct Project {
    /// A shell in the root, with the installed tools first on PATH.
    pub sh: Shell,
    /// The same where cargo compiles for wasm32. Set-up may give it another toolchain.
    pub wasm: Shell,
    pub root: PathBuf,
    pub target: PathBuf,
    /// The folder of the wasm packages.
    pub pkg: PathBuf,
    /// The workspace's crates.
    pub crates: Vec<Package>,
}

impl Project {
    /// The repository that `cargo xtask` was called in.
    pub fn find() -> Result<Self> {
        // Set by `cargo run`. The folder that this program was compiled in may be another clone's, where clones
        // share a target folder.
        let package = env::var_os("CARGO_MANIFEST_DIR").context("start it by `cargo xtask`")?;
        let manifest = Path::new(&package).with_file_name("Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .no_deps()
            .exec()?;
        let root = metadata.workspace_root.into_std_path_buf();
        let target = metadata.target_directory.into_std_path_buf();
        let sh = Shell::new()?;
        sh.change_dir(&root);
        sh.set_var("CARGO_TARGET_DIR", &target);
        add_to_path(&sh, root.join("node_modules/.bin"))?;
        add_to_path(&sh, target.join("tools/bin"))?;
        Ok(Self {
            wasm: sh.clone(),
            sh,
            pkg: root.join("pkg"),
            root,
            target,
            crates: metadata.packages,
        })
    }

    /// Writes `pkg/pending.json`, the packages that are still being built. The page reads it, and a
    /// `trunk serve` that watches it makes the site again.
    pub fn write_pending(&self, packages: &[&package::Package]) -> Result<()> {
        let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
        let text = serde_json::to_string(&names)? + "\n";
        Ok(self.sh.write_file(self.pkg.join("pending.json"), text)?)
    }
}

/// Lets a shell find programs in a folder first.
pub fn add_to_path(sh: &Shell, folder: PathBuf) -> Result<()> {
    sh.set_var("PATH", format!("{}:{}", folder.display(), sh.var("PATH")?));
    Ok(())
}
