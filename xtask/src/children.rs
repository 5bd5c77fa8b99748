//! The processes we started, ended when we are: Ctrl-C and a polite kill leave nothing behind.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::pending;
use crate::repo::Repo;

/// Each child leads a process group of its own, so that what it started ends with it.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a child that was started with `process_group(0)`.
pub fn started(id: u32) {
    running().push(id);
}

/// Forgets a child that was waited for; to be called at once, since its number may be given away again.
pub fn ended(id: u32) {
    running().retain(|other| *other != id);
}

/// Asks every child that still runs to end, with all that it started.
pub fn end_all() {
    for id in running().drain(..) {
        if let Ok(id) = i32::try_from(id) {
            // An error means that the group is gone already.
            let _ = killpg(Pid::from_raw(id), Signal::SIGTERM);
        }
    }
}

/// From now on Ctrl-C, SIGTERM and SIGHUP end the children before us.
pub fn end_with_us(repo: &Repo) -> Result<()> {
    let packages = repo.packages();
    ctrlc::set_handler(move || {
        end_all();
        // Nothing is being built any more: the page must not wait for it.
        let _ = pending::write(&packages, &[]);
        eprintln!();
        std::process::exit(130);
    })
    .context("no handler for Ctrl-C could be set")
}
