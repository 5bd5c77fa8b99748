//! Runs programs, each in a process group of its own: Ctrl-C ends it with everything it started.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, mem};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use xshell::Cmd;

use crate::project::Project;

/// The leaders of the groups that run.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a program to its end; an error unless it succeeds.
pub fn run(cmd: Cmd<'_>) -> Result<()> {
    let line = cmd.to_string();
    eprintln!("$ {line}");
    let status = wait(&mut spawn(cmd.into())?)?;
    ensure!(status.success(), "`{line}` ended with {status}");
    Ok(())
}

/// What a program prints; nothing if it is missing or fails.
pub fn read(cmd: Cmd<'_>) -> Option<String> {
    cmd.quiet().ignore_stderr().read().ok()
}

/// Starts a program in a group of its own.
pub fn spawn(mut command: Command) -> Result<Child> {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        // `cargo run` sets the first two for us: build scripts that watch one would run again when
        // the caller changes. The others would replace the flags in .cargo/config.toml, SIMD's too.
        let is_ours = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
        let is_removed = is_ours || text == "RUSTFLAGS" || text == "CARGO_ENCODED_RUSTFLAGS";
        if is_removed && command.get_envs().all(|(set, _)| set != name) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).process_group(0);
    // Under the lock, so that Ctrl-C misses no child.
    let mut running = running();
    let child = command.spawn();
    let program = command.get_program().display();
    let child = child.with_context(|| format!("cannot start `{program}`; is it installed?"))?;
    running.push(child.id());
    Ok(child)
}

/// Waits for a child to end.
pub fn wait(child: &mut Child) -> Result<ExitStatus> {
    let status = child.wait()?;
    running().retain(|id| *id != child.id());
    Ok(status)
}

/// Asks a group to end. It must still be waited for.
pub fn end(leader: u32) {
    if let Ok(id) = i32::try_from(leader) {
        // An error means that the group has ended.
        let _ = killpg(Pid::from_raw(id), Signal::SIGTERM);
    }
}

/// Ends all children. No other can start: the lock stays held until this program exits.
pub fn end_all() {
    let mut running = running();
    running.drain(..).for_each(end);
    mem::forget(running);
}

/// Lets Ctrl-C, SIGTERM and SIGHUP end the children before this program.
pub fn end_with_us(project: &Project) -> Result<()> {
    let project = project.clone();
    let handler = move || {
        end_all();
        // Nothing is being built any more: the page must not wait for it.
        let _ = project.write_pending(&[]);
        std::process::exit(130);
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}

#[test]
fn child_ends_with_everything_it_started() -> Result<()> {
    let (mut pipe, writer) = std::io::pipe()?;
    // Two sleeps hold the pipe open: it can be read to its end only after both have ended.
    let mut command = Command::new("sh");
    command
        .args(["-c", "sleep 60 & sleep 60; true"])
        .stdout(writer);
    let mut child = spawn(command)?;
    end(child.id());
    std::io::copy(&mut pipe, &mut std::io::sink())?;
    assert!(!wait(&mut child)?.success());
    Ok(())
}
