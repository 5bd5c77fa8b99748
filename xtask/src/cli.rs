//! Arguments.

use std::net::{IpAddr, Ipv4Addr};

/// What was asked for.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Print the help of one command, or of all.
    Help(Topic),
    /// Install what `serve` and `build` need.
    Setup,
    /// Build what is missing and serve the page.
    Serve(ServeOptions),
    /// Make the site in `dist/`.
    Build,
    /// Run the checks and tests.
    Test(Scope),
    /// Run the kernels' tests with their memory watched.
    Soundness,
    /// Measure in a browser, beside other engines.
    Bench(BenchOptions),
}

/// A help text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Topic {
    /// All commands.
    All,
    /// `setup`.
    Setup,
    /// `serve`.
    Serve,
    /// `build`.
    Build,
    /// `test`.
    Test,
    /// `soundness`.
    Soundness,
    /// `bench`.
    Bench,
}

/// Options of `serve`.
#[derive(Debug, PartialEq)]
pub struct ServeOptions {
    /// The address to listen on.
    pub address: IpAddr,
    /// The port to listen on.
    pub port: u16,
    /// Leave the WebGPU package out.
    pub cpu_only: bool,
}

/// Options of `bench`.
#[derive(Debug, PartialEq)]
pub struct BenchOptions {
    /// See only whether every engine runs and agrees; write nothing.
    pub check: bool,
}

/// Which tests to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scope {
    /// Everything.
    All,
    /// Format, clippy and the Rust tests.
    Rust,
    /// The wasm packages, the checks of the page's code, and the tests in a browser.
    Web,
}

impl Scope {
    /// The name under which its times are kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Rust => "rust",
            Self::Web => "web",
        }
    }
}

/// Reads the arguments after the program's name; the error is a sentence for the user.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.into_iter();
    let Some(name) = arguments.next() else {
        return Ok(Command::Help(Topic::All));
    };
    let rest: Vec<String> = arguments.collect();
    let topic = match name.as_str() {
        "help" | "--help" | "-h" => {
            return match rest.first() {
                None => Ok(Command::Help(Topic::All)),
                Some(command) => topic(command).map(Command::Help),
            };
        }
        other => topic(other)?,
    };
    if rest
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        return Ok(Command::Help(topic));
    }
    match topic {
        Topic::All | Topic::Setup => none(&rest, "setup").map(|()| Command::Setup),
        Topic::Build => none(&rest, "build").map(|()| Command::Build),
        Topic::Serve => serve(&rest).map(Command::Serve),
        Topic::Test => scope(&rest).map(Command::Test),
        Topic::Soundness => none(&rest, "soundness").map(|()| Command::Soundness),
        Topic::Bench => bench(&rest).map(Command::Bench),
    }
}

fn topic(name: &str) -> Result<Topic, String> {
    match name {
        "setup" => Ok(Topic::Setup),
        "serve" => Ok(Topic::Serve),
        "build" => Ok(Topic::Build),
        "test" => Ok(Topic::Test),
        "soundness" => Ok(Topic::Soundness),
        "bench" => Ok(Topic::Bench),
        other => Err(format!(
            "`{other}` is no command of xtask; there are setup, serve, build, test, soundness and bench (`cargo xtask help`)"
        )),
    }
}

fn none(rest: &[String], command: &str) -> Result<(), String> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => Err(unknown(argument, command)),
    }
}

fn unknown(argument: &str, command: &str) -> String {
    format!("`{command}` does not know `{argument}`; see `cargo xtask {command} --help`")
}

fn serve(rest: &[String]) -> Result<ServeOptions, String> {
    let mut options = ServeOptions {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 8080,
        cpu_only: false,
    };
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = |what: &str| {
            attached
                .clone()
                .or_else(|| rest.next().cloned())
                .ok_or_else(|| format!("`{name}` wants {what} after it"))
        };
        match name {
            "--port" | "-p" => {
                let text = value("a port number")?;
                options.port = match text.parse() {
                    Ok(port) if port > 0 => port,
                    _ => {
                        return Err(format!(
                            "`{text}` is no port: expected a number from 1 to 65535"
                        ));
                    }
                };
            }
            "--address" | "-a" => {
                let text = value("an IP address")?;
                options.address = text.parse().map_err(|_| {
                    format!("`{text}` is no IP address: expected one such as 127.0.0.1 or 0.0.0.0")
                })?;
            }
            "--cpu-only" if attached.is_none() => options.cpu_only = true,
            _ => return Err(unknown(argument, "serve")),
        }
    }
    Ok(options)
}

fn bench(rest: &[String]) -> Result<BenchOptions, String> {
    match rest.iter().find(|argument| *argument != "--check") {
        None => Ok(BenchOptions {
            check: !rest.is_empty(),
        }),
        Some(stranger) => Err(unknown(stranger, "bench")),
    }
}

fn scope(rest: &[String]) -> Result<Scope, String> {
    match rest {
        [] => Ok(Scope::All),
        [one] if one == "--rust" => Ok(Scope::Rust),
        [one] if one == "--web" => Ok(Scope::Web),
        [one, other] if one != other && rest.iter().all(|a| a == "--rust" || a == "--web") => {
            Ok(Scope::All)
        }
        _ => {
            let stranger = rest
                .iter()
                .find(|a| *a != "--rust" && *a != "--web")
                .unwrap_or(&rest[0]);
            Err(unknown(stranger, "test"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn served(port: u16, address: [u8; 4], cpu_only: bool) -> Result<Command, String> {
        Ok(Command::Serve(ServeOptions {
            address: IpAddr::from(address),
            port,
            cpu_only,
        }))
    }

    #[test]
    fn good_arguments() {
        let local = [127, 0, 0, 1];
        for (line, expected) in [
            ("", Ok(Command::Help(Topic::All))),
            ("--help", Ok(Command::Help(Topic::All))),
            ("help test", Ok(Command::Help(Topic::Test))),
            ("serve --port 1 -h", Ok(Command::Help(Topic::Serve))),
            ("setup", Ok(Command::Setup)),
            ("build", Ok(Command::Build)),
            ("serve", served(8080, local, false)),
            ("serve --port 9000 --cpu-only", served(9000, local, true)),
            (
                "serve --port=9000 --address=0.0.0.0",
                served(9000, [0; 4], false),
            ),
            ("test", Ok(Command::Test(Scope::All))),
            ("test --rust", Ok(Command::Test(Scope::Rust))),
            ("test --web", Ok(Command::Test(Scope::Web))),
            ("test --web --rust", Ok(Command::Test(Scope::All))),
            ("soundness", Ok(Command::Soundness)),
            ("soundness --help", Ok(Command::Help(Topic::Soundness))),
            ("help bench", Ok(Command::Help(Topic::Bench))),
            ("bench", Ok(Command::Bench(BenchOptions { check: false }))),
            (
                "bench --check",
                Ok(Command::Bench(BenchOptions { check: true })),
            ),
        ] {
            assert_eq!(parsed(line), expected, "{line}");
        }
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, named) in [
            ("sreve", "`sreve`"),
            ("help nothing", "`nothing`"),
            ("build --release", "`--release`"),
            ("setup now", "`now`"),
            ("serve --prot 1", "`--prot`"),
            ("serve --port", "`--port` wants"),
            ("serve --port 0", "`0`"),
            ("serve --port 65536", "`65536`"),
            ("serve --address here", "`here`"),
            ("serve --cpu-only=yes", "`--cpu-only=yes`"),
            ("test --rust --fast", "`--fast`"),
            ("soundness --miri", "`--miri`"),
            ("bench --check --fast", "`--fast`"),
        ] {
            match parsed(line) {
                Err(message) => assert!(message.contains(named), "{line}: {message}"),
                Ok(command) => panic!("{line} was taken as {command:?}"),
            }
        }
    }
}
