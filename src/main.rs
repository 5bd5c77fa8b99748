//! The command line of Thimble: see `thimble --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    thimble::cli::main()
}
