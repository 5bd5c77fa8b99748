//! The sizes of a site's files, raw and as a server sends them with brotli.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::repo::Repo;
use crate::report::{bytes, table};

/// Node has brotli built in; quality 11 is what static hosts precompress with.
const MEASURE: &str = "
    const { readFileSync } = require('fs');
    const { brotliCompressSync, constants } = require('zlib');
    for (const file of process.argv.slice(1)) {
        const raw = readFileSync(file);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
        console.log(brotliCompressSync(raw, { params }).length);
    }";

/// A table of all files under a folder, the largest first, and their sum.
pub fn of(repo: &Repo, folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)
        .with_context(|| format!("{} could not be listed", folder.display()))?;
    let output = process::output(
        repo.command("node")
            .args(["-e", MEASURE])
            .args(files.iter().map(|(file, _)| file)),
    )
    .context("node could not measure the brotli sizes")?;
    let brotli = output
        .lines()
        .map(str::parse)
        .collect::<Result<Vec<u64>, _>>()?;
    anyhow::ensure!(
        brotli.len() == files.len(),
        "node measured {} of {} files",
        brotli.len(),
        files.len()
    );

    let mut rows: Vec<(String, u64, u64)> = files
        .iter()
        .zip(brotli)
        .map(|((file, raw), brotli)| {
            (
                file.strip_prefix(folder)
                    .unwrap_or(file)
                    .display()
                    .to_string(),
                *raw,
                brotli,
            )
        })
        .collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rows.push((
        "together".to_owned(),
        rows.iter().map(|row| row.1).sum(),
        rows.iter().map(|row| row.2).sum(),
    ));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, raw, brotli)| vec![name, bytes(raw), bytes(brotli)])
        .collect();
    Ok(table(&["file", "raw", "brotli"], &rows))
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        if kind.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push((entry.path(), kind.len()));
        }
    }
    Ok(())
}
