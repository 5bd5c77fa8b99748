//! The project's commands: `cargo xtask setup | serve | build | test | features | soundness | bench`.

mod bench;
mod features;
mod flags;
mod package;
mod process;
mod project;
mod serve;
mod setup;
mod site;
mod soundness;
mod steps;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use flags::XtaskCmd;
use project::Project;
/// Only a person can put this right: the exit code is 2, as for a wrong argument.
pub use xflags::Error as NeedsAction;

fn main() -> ExitCode {
    let flags = flags::parse(std::env::args_os().skip(1)).unwrap_or_else(|error| error.exit());
    let result = run(flags.subcommand);
    process::end_all();
    result.map_or_else(|error| exit_code(&error), |()| ExitCode::SUCCESS)
}

fn run(command: XtaskCmd) -> Result<()> {
    let project = Project::find()?;
    process::end_with_us(&project)?;
    match command {
        XtaskCmd::Setup(_) => setup::for_site(&project),
        XtaskCmd::Serve(flags) => serve::run(&project, &flags),
        XtaskCmd::Build(_) => site::run(&project),
        XtaskCmd::Test(flags) => test::run(&project, &flags),
        XtaskCmd::Features(_) => features::run(&project),
        XtaskCmd::Soundness(_) => soundness::run(&project),
        XtaskCmd::Bench(flags) => bench::run(&project, flags.check),
    }
}

fn exit_code(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(if error.is::<NeedsAction>() { 2 } else { 1 })
}

#[test]
fn exit_code_is_2_only_when_a_person_must_act() {
    let missing = anyhow::Error::new(NeedsAction::new("Node is missing"));
    let failed = anyhow::anyhow!("`cargo clippy` ended with exit status: 101");
    for (error, code) in [(missing, 2), (failed, 1)] {
        let error = error.context("step `set-up` failed");
        assert_eq!(exit_code(&error), ExitCode::from(code));
    }
}
