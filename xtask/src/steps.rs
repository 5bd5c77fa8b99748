//! The steps of a command that checks. The first that fails ends the command.

use std::time::Instant;

use anyhow::{Context, Result};
use xshell::Cmd;

use crate::process;

/// The steps that passed, with their seconds.
pub struct Steps(Vec<(String, f64)>);

impl Steps {
    /// Runs steps, then prints how long each took, after a failure too.
    pub fn all(steps: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let start = Instant::now();
        let mut passed = Self(Vec::new());
        let result = steps(&mut passed);
        let Self(mut times) = passed;
        times.push(("together".to_owned(), start.elapsed().as_secs_f64()));
        for (name, seconds) in times {
            println!("  {name:<28}{seconds:>8.1} s");
        }
        result
    }

    /// Runs one step; its error has the step's name.
    pub fn step<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let result = action().with_context(|| format!("step `{name}` failed"))?;
        let seconds = start.elapsed().as_secs_f64();
        self.0.push((name.to_owned(), seconds));
        Ok(result)
    }

    /// Runs one step that is a program.
    pub fn run(&mut self, name: &str, program: Cmd<'_>) -> Result<()> {
        self.step(name, || process::run(program))
    }
}
