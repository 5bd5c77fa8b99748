//! The command line: train, teachers, tune, store, integers, evaluate, classify, bench, curve,
//! export.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 3 some of the files could not be classified;
//! 130 stopped by the user.

mod bench;
mod convolutions;
mod cross_validation;
mod curve;
mod evaluate;
mod evaluate_photos;
mod export;
mod finetune;
mod golden;
mod int8;
mod options;
mod store;
mod table;
mod teachers;
mod train;
mod training_speed;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::training::RunError;

/// Some of the files could not be classified.
const SOME_FAILED: u8 = 3;
/// Stopped by the user, as shells report Ctrl-C.
const STOPPED: u8 = 130;

/// Says what piece of clothing is on a photo; trains and measures the networks that do.
#[derive(Parser)]
#[command(
    name = "thimble",
    version,
    max_term_width = 100,
    after_help = "\
Exit codes: 0 done; 1 failed; 2 wrong usage; 3 some files could not be classified; \
130 stopped by Ctrl-C."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Bench(bench::Bench),
    Curve(curve::Curve),
    Export(export::Export),
    Golden(golden::Golden),
    Int8Judgement(int8::JudgeInt8),
    Store(store::Store),
    Teachers(teachers::ScoreTeachers),
    Tune(finetune::Tune),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Train(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Evaluate(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Bench(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Curve(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Export(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Golden(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Int8Judgement(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Store(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Teachers(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Tune(command) => command.run().map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        match error.downcast_ref() {
            Some(RunError::Interrupted) => ExitCode::from(STOPPED),
            _ => ExitCode::FAILURE,
        }
    })
}
