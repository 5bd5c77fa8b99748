//! The command line: commands, options and help.

use std::ffi::OsString;

xflags::xflags! {
    /// Thimble's commands. Example: cargo xtask serve --port 9000
    ///
    /// Environment:
    ///   CARGO_TARGET_DIR    folder for everything that is built
    ///   THIMBLE_CHROMIUM    browser for test and bench [default: chromium on PATH]
    ///   THIMBLE_DATA        folder of the data set [default: /usr/share/datasets/fashion-mnist]
    ///   THIMBLE_WASM_STD    rustup or debian: the only source for the wasm32 standard library
    cmd xtask {
        /// Install what serve and build need: the wasm32 standard library, wasm-bindgen, trunk and
        /// the npm packages.
        cmd setup {}

        /// Set up, build the CPU package and serve the page. The other packages are built behind it.
        /// Ctrl-C ends everything. Example: cargo xtask serve --port 9000 --cpu-only
        cmd serve {
            /// Port to listen on [default: 8080]
            optional -p, --port port: String
            /// IP address to listen on, 0.0.0.0 to serve other machines too [default: 127.0.0.1]
            optional -a, --address address: String
            /// Do not build the WebGPU package
            optional --cpu-only
        }

        /// Set up, build the release site into dist/ and list its files with their sizes.
        cmd build {}

        /// Set up, check format, lints and features, run the Rust tests, check the page's code and
        /// test the page in Chromium. The first failure ends it. Example: cargo xtask test --rust
        cmd test {
            /// Only the checks and tests in Rust
            optional --rust
            /// Only the wasm packages, the page's code and the browser tests
            optional --web
        }

        /// Lint every crate without features, with each one alone and with all; web crates for
        /// wasm32 too.
        cmd features {}

        /// Run the kernels' tests with AddressSanitizer and, where it is installed, under Miri, for
        /// each vector width.
        cmd soundness {}

        /// Set up, build, and measure in Chromium beside other engines: some ten minutes on a
        /// machine that does nothing else. Example: cargo xtask bench --check
        cmd bench {
            /// Run each engine once and compare the results; write nothing
            optional --check
        }
    }
}

/// Parses the arguments after the program's name: `--name=value` too, and none as `--help`.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> xflags::Result<Xtask> {
    let mut words = Vec::new();
    for argument in arguments {
        match argument.to_str().and_then(|text| text.split_once('=')) {
            Some((name, value)) => words.extend([name.into(), value.into()]),
            None => words.push(argument),
        }
    }
    if words.first().is_none_or(|word| word == "help") {
        words = vec!["--help".into()];
    }
    Xtask::from_vec(words).map_err(|error| match error.is_help() {
        true => error,
        false => xflags::Error::new(format!("error: {error} (see `cargo xtask --help`)")),
    })
}

#[test]
fn arguments_are_parsed_or_the_wrong_one_is_named() {
    let serve = r#"Serve(Serve { port: Some("9000"), address: None, cpu_only: true })"#;
    for (line, expected) in [
        ("", "OPTIONS"),
        ("help test", "OPTIONS"),
        ("serve -p 9000 --cpu-only", serve),
        ("serve --port=9000 --cpu-only", serve),
        ("test --web", "Test(Test { rust: false, web: true })"),
        ("sreve", "unexpected argument: \"sreve\""),
        ("build --release", "unexpected flag: `--release`"),
        ("serve --port", "expected a value for `--port`"),
        ("serve --cpu-only=yes", "unexpected argument: \"yes\""),
    ] {
        let found = match parse(line.split_whitespace().map(OsString::from)) {
            Ok(flags) => format!("{:?}", flags.subcommand),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{line}: {found}");
    }
}
