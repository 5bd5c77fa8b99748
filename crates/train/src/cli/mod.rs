//! The command line of `thimble-train`.
//!
//! Exit codes: 0 done; 1 failed; 2 wrong usage; 130 stopped by the user.

mod bench;
mod bench_convolutions;
mod bench_training;
mod crops;
mod curve;
mod evaluate;
mod export;
mod fold_run;
mod garment_photos;
mod garments;
mod golden;
mod observe_fold;
mod options;
mod output;
mod quantize;
mod score_teachers;
mod segment;
mod segmentation_networks;
mod ship_photos;
mod table;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::training::RunError;
use output::OutputClosed;

/// Stopped by the user, as shells report Ctrl-C.
const STOPPED: u8 = 130;

/// Trains and evaluates Thimble's networks.
#[derive(Parser)]
#[command(
    name = "thimble-train",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 failed; 2 wrong usage; 130 stopped by Ctrl-C."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Segment(segment::Segment),
    Crops(crops::Crops),
    Garments(garments::Garments),
    ShipPhotos(ship_photos::ShipPhotos),
    Quantize(quantize::Quantize),
    ScoreTeachers(score_teachers::ScoreTeachers),
    Curve(curve::Curve),
    Export(export::Export),
    Golden(golden::Golden),
    Bench(bench::Bench),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Train(command) => command.run(),
        Command::Evaluate(command) => command.run(),
        Command::Segment(command) => command.run(),
        Command::Crops(command) => command.run(),
        Command::Garments(command) => command.run(),
        Command::ShipPhotos(command) => command.run(),
        Command::Quantize(command) => command.run(),
        Command::ScoreTeachers(command) => command.run(),
        Command::Curve(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Golden(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    if error.is::<OutputClosed>() {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error:#}");
    match error.downcast_ref() {
        Some(RunError::Interrupted) => ExitCode::from(STOPPED),
        _ => ExitCode::FAILURE,
    }
}
