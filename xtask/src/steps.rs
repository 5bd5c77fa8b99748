//! The steps of a command that checks: each with its name and time, up to the first that fails.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process::{self, Show};
use crate::repo::Repo;
use crate::report::{say, table};

/// The steps done so far, with their times.
pub struct Steps {
    /// The command whose steps they are, for the names of logs.
    command: &'static str,
    start: Instant,
    done: Vec<(String, Duration)>,
}

impl Steps {
    /// None so far.
    pub fn of(command: &'static str) -> Self {
        Self {
            command,
            start: Instant::now(),
            done: Vec::new(),
        }
    }

    /// Runs one step, or fails with its name.
    pub fn step<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
        say(&format!("== {name}"));
        let start = Instant::now();
        let result = action().with_context(|| format!("the step `{name}` failed"))?;
        self.done.push((name.to_owned(), start.elapsed()));
        Ok(result)
    }

    /// A step that is one program.
    pub fn program(&mut self, repo: &Repo, name: &str, command: &mut Command) -> Result<()> {
        let name_of_log = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let log = repo.log(&format!("{}-{name_of_log}", self.command));
        self.step(name, || {
            process::run(name, command, &log, Show::Progress).map(|_| ())
        })
    }

    /// Those that passed.
    pub fn done(&self) -> &[(String, Duration)] {
        &self.done
    }

    /// Since the first began.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Prints the times, where there are any.
    pub fn print(&self) {
        if self.done.is_empty() {
            return;
        }
        let row = |name: &str, time: Duration| {
            vec![name.to_owned(), format!("{:.1}", time.as_secs_f64())]
        };
        let mut rows: Vec<_> = self
            .done
            .iter()
            .map(|(name, time)| row(name, *time))
            .collect();
        rows.push(row("together", self.elapsed()));
        print!("\n{}", table(&["step", "seconds"], &rows));
    }
}
