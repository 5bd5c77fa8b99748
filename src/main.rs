//! The command line for inference: see `thimble --help`. Networks are trained by `thimble-train`.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 3 some of the files could not be classified.

mod cli;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Says what piece of clothing is on a photo.
#[derive(Parser)]
#[command(
    name = "thimble",
    version,
    max_term_width = 100,
    after_help = "\
Exit codes: 0 done; 1 failed; 2 wrong usage; 3 some files could not be classified."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Classify(cli::Classify),
    Info(cli::Info),
    Bench(cli::Bench),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Classify(command) => command.run(),
        Command::Info(command) => command.run().map(|()| ExitCode::SUCCESS),
        Command::Bench(command) => command.run().map(|()| ExitCode::SUCCESS),
    };
    outcome.unwrap_or_else(|error| {
        let cause = error.downcast_ref::<io::Error>();
        if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe) {
            // The reader of standard output has seen enough, as in `thimble info | head`.
            return ExitCode::SUCCESS;
        }
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
