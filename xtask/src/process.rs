//! Runs a step's program: its output passed through on a terminal, else kept in a log with a sign of life.

use std::fs::{self, File};
use std::io::{IsTerminal, stderr};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::children;
use crate::report::{duration, say};

/// How a step shows that it is alive.
#[derive(Clone, Copy, PartialEq)]
pub enum Show {
    /// Its own output on a terminal; elsewhere a line every 15 s.
    Progress,
    /// A line every minute: something else has the terminal.
    Background,
}

/// How much of a failed step's output is shown.
const SHOWN_LINES: usize = 60;

/// Runs a program to its end and gives the time it took; where it fails, its output is part of the error.
pub fn run(label: &str, command: &mut Command, log: &Path, show: Show) -> Result<Duration> {
    let start = Instant::now();
    let through = passed_through(show);
    command.stdin(Stdio::null());
    if !through {
        let (file, second) = create_log(log)?;
        command.stdout(file).stderr(second);
    }
    let mut child = spawn(command)?;
    let period = Duration::from_secs(if show == Show::Progress { 15 } else { 60 });
    let status = wait(&mut child, period, || {
        if !through {
            say(&format!(
                "  … {label}: {}{}",
                duration(start.elapsed()),
                last_line(log)
                    .map(|line| format!(" ({line})"))
                    .unwrap_or_default()
            ));
        }
    })?;
    if status.success() {
        return Ok(start.elapsed());
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let output = if through {
        "; ".to_owned()
    } else {
        format!("\n{}\n", tail(log))
    };
    bail!(
        "{label}: {program} ended with {status} after {}{output}{}",
        duration(start.elapsed()),
        whereabouts(show, log)
    );
}

fn passed_through(show: Show) -> bool {
    show == Show::Progress && stderr().is_terminal()
}

/// Where the output of a step is to be found.
pub fn whereabouts(show: Show, log: &Path) -> String {
    if passed_through(show) {
        "its output is above".to_owned()
    } else {
        format!("all of its output: {}", log.display())
    }
}

/// Starts a program as leader of its own group, noted so that it ends with us.
pub fn spawn(command: &mut Command) -> Result<Child> {
    children::start(command.process_group(0)).with_context(|| {
        format!(
            "{} could not be started",
            command.get_program().to_string_lossy()
        )
    })
}

/// Waits for a child of [`spawn`] and calls `alive` once in every period.
fn wait(child: &mut Child, period: Duration, mut alive: impl FnMut()) -> Result<ExitStatus> {
    let mut next = Instant::now() + period;
    // Short steps are waited for closely, long ones lazily.
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(status) = child.try_wait()? {
            children::ended(child.id());
            return Ok(status);
        }
        if Instant::now() >= next {
            alive();
            next += period;
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

/// What a program prints on standard output, trimmed; nothing where it cannot run or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A new log file, twice, for standard output and standard error.
pub fn create_log(log: &Path) -> Result<(File, File)> {
    let create = || {
        fs::create_dir_all(log.parent().unwrap_or(Path::new(".")))?;
        let file = File::create(log)?;
        Ok::<_, std::io::Error>((file.try_clone()?, file))
    };
    create().with_context(|| format!("the log {} could not be written", log.display()))
}

/// The last lines of a log, without cargo's list of what it compiled.
fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !is_cargo_progress(line))
        .collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

fn is_cargo_progress(line: &str) -> bool {
    let words = [
        "Compiling",
        "Checking",
        "Downloaded",
        "Downloading",
        "Adding",
        "Fresh",
    ];
    line.starts_with(' ')
        && words
            .iter()
            .any(|word| line.trim_start().starts_with(&format!("{word} ")))
}

fn last_line(log: &Path) -> Option<String> {
    let text = fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())?;
    Some(line.chars().take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_carries_the_output_but_not_the_progress() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("logs").join("step.log");
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "seq -f 'line %.0f' 100; echo '   Compiling syn v2.0.0'; echo the cause >&2; exit 3",
        ]);
        match run("the step", &mut command, &log, Show::Background) {
            Ok(_) => panic!("exit code 3 was taken as success"),
            Err(error) => {
                let text = error.to_string();
                assert!(
                    text.contains("the step") && text.contains("the cause"),
                    "{text}"
                );
                assert!(!text.contains("Compiling"), "{text}");
                assert!(text.contains("exit status: 3"), "{text}");
                assert_eq!(text.matches("line ").count(), SHOWN_LINES - 1, "{text}");
                assert!(text.contains(&log.display().to_string()), "{text}");
            }
        }
        assert!(fs::read_to_string(&log)?.contains("Compiling syn"));
        Ok(())
    }

    #[test]
    fn a_missing_program_is_named() {
        let mut command = Command::new("no-such-program-anywhere");
        let log = std::env::temp_dir().join("xtask-missing-program.log");
        match run("the step", &mut command, &log, Show::Background) {
            Ok(_) => panic!("a program that does not exist ran"),
            Err(error) => assert!(format!("{error:#}").contains("no-such-program-anywhere")),
        }
    }
}
