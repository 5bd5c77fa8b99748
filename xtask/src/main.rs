//! The project's commands: `cargo xtask setup | serve | build | test | soundness | bench`.

mod bench;
mod children;
mod cli;
mod fingerprint;
mod help;
mod inputs;
mod lockfile;
mod pending;
mod process;
mod repo;
mod report;
mod serve;
mod setup;
mod site;
mod sizes;
mod soundness;
mod steps;
mod test;
mod times;
mod wasm;

use std::process::ExitCode;

use cli::Command;
use repo::Repo;

/// Something only the person at the keyboard can put right; ends with exit code 2, as a wrong argument does.
#[derive(Debug)]
pub struct NeedsAction(pub String);

impl std::fmt::Display for NeedsAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NeedsAction {}

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<NeedsAction>() { 2 } else { 1 }
}

fn run(command: Command) -> anyhow::Result<()> {
    if let Command::Help(topic) = command {
        print!("{}", help::of(topic));
        return Ok(());
    }
    let repo = Repo::find()?;
    children::end_with_us(&repo)?;
    match command {
        Command::Help(_) => Ok(()),
        Command::Setup => setup::for_site(&repo).map(|_| ()),
        Command::Serve(options) => serve::run(&repo, &options),
        Command::Build => site::build(&repo),
        Command::Test(scope) => test::run(&repo, scope),
        Command::Soundness => soundness::run(&repo),
        Command::Bench(options) => bench::run(&repo, &options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_code_of_its_kind_under_the_name_of_its_step() {
        let hands = anyhow::Error::new(NeedsAction("Node is missing".to_owned()));
        assert_eq!(exit_code(&hands.context("the step `set-up` failed")), 2);
        let other = anyhow::anyhow!("clippy ended with exit status: 101");
        assert_eq!(exit_code(&other.context("the step `clippy` failed")), 1);
    }
}
