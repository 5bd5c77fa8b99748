//! The processes we started, ended when we are: Ctrl-C and a polite kill leave nothing behind.

use std::io;
use std::process::{Child, Command};
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

/// Starts and notes a child that leads a group (`process_group(0)`). Under the lock, so that none slips past a
/// Ctrl-C between the two.
pub fn start(command: &mut Command) -> io::Result<Child> {
    let mut running = running();
    let child = command.spawn()?;
    running.push(child.id());
    Ok(child)
}

/// Forgets a child that was waited for; to be called at once, since its number may be given away again.
pub fn ended(id: u32) {
    running().retain(|other| *other != id);
}

/// Asks every child that still runs to end, with all that it started.
pub fn end_all() {
    end(&mut running());
}

fn end(running: &mut Vec<u32>) {
    for id in running.drain(..) {
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
        // Held until we are gone: another thread must neither start the next step nor report this one as failed.
        let mut running = running();
        end(&mut running);
        // Nothing is being built any more: the page must not wait for it.
        let _ = pending::write(&packages, &[]);
        eprintln!();
        std::process::exit(130);
    })
    .context("no handler for Ctrl-C could be set")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::{CommandExt, ExitStatusExt};

    use super::*;

    #[test]
    fn a_child_ends_with_what_it_started() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let fifo = folder.path().join("held-open");
        assert!(Command::new("mkfifo").arg(&fifo).status()?.success());
        // Two sleeps hold the pipe: reading it comes to its end only when both are gone.
        let mut command = Command::new("sh");
        command
            .args(["-c", "exec > \"$0\"; sleep 600 & sleep 600; true"])
            .arg(&fifo)
            .process_group(0);
        let mut child = command.spawn()?;
        let mut pipe = std::fs::File::open(&fifo)?;
        // Not by `end_all`, which would end the children of the tests beside this one.
        end(&mut vec![child.id()]);
        io::copy(&mut pipe, &mut io::sink())?;
        assert_eq!(child.wait()?.signal(), Some(15));
        Ok(())
    }
}
