//! Printing to a standard output whose reader may have closed it, as in `thimble-train … | head`.

use std::io::{self, Write as _};

use serde::Serialize;

/// Standard output is closed: the program ends quietly.
#[derive(Debug, thiserror::Error)]
#[error("standard output is closed")]
pub(super) struct OutputClosed;

/// Prints the result of a command and a line break.
///
/// # Errors
/// [`OutputClosed`] where the reader has closed standard output, otherwise the error of the system.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(OutputClosed.into()),
        Err(error) => Err(error.into()),
    }
}

/// Prints a line of a command that writes files, which continues where standard output is closed.
///
/// # Errors
/// Those of [`print`], without [`OutputClosed`].
pub(super) fn print_status(text: &str) -> anyhow::Result<()> {
    match print(text) {
        Err(error) if error.is::<OutputClosed>() => Ok(()),
        result => result,
    }
}

/// Prints `value` as indented JSON.
///
/// # Errors
/// Those of [`print`].
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}
