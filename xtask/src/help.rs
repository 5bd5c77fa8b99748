//! The help texts.

use crate::cli::Topic;

/// The help text of one command, or the overview.
pub fn of(topic: Topic) -> &'static str {
    match topic {
        Topic::All => ALL,
        Topic::Setup => SETUP,
        Topic::Serve => SERVE,
        Topic::Build => BUILD,
        Topic::Test => TEST,
        Topic::Soundness => SOUNDNESS,
        Topic::Bench => BENCH,
    }
}

const ALL: &str = "\
Thimble's commands

Usage: cargo xtask <command> [options]

Commands:
  setup       install what serve and build need, and nothing else
  serve       set up, build the wasm packages, and serve the page on http://127.0.0.1:8080
  build       set up, and make the site in dist/, ready for any static host
  test        set up, then format, lints, Rust tests, checks of the page, tests in a real browser
  soundness   the kernels' tests with AddressSanitizer and, where it is installed, under Miri
  bench       set up and build, then measure in a browser, beside other engines
  help        this text; `cargo xtask help serve` shows one command's

Examples:
  cargo xtask serve
  cargo xtask serve --port 9000
  cargo xtask build
  cargo xtask test --rust
";

const SETUP: &str = "\
Installs what `serve` and `build` need and is not there yet: the wasm32 standard library,
wasm-bindgen of the version in Cargo.lock, trunk, and the npm packages. The two tools go
into the target folder; one of the right version on PATH is used instead. What was
installed or built, and how long it took, is kept in setup-times.json in the target folder.

Usage: cargo xtask setup

Environment:
  THIMBLE_WASM_STD=rustup|debian   take the wasm32 standard library from there only
  CARGO_TARGET_DIR                 where everything that is built is kept

Example:
  cargo xtask setup
";

const SERVE: &str = "\
Sets up what is missing, builds the CPU package, serves the page and prints its address.
The others are built behind it and the page takes them up when they are ready: the CPU's for
browsers with relaxed SIMD, and WebGPU's.
Ctrl-C ends all of it.

Usage: cargo xtask serve [--port PORT] [--address ADDRESS] [--cpu-only]

Options:
  --port PORT         the port to listen on [default: 8080]
  --address ADDRESS   the IP address to listen on [default: 127.0.0.1]
  --cpu-only          leave the WebGPU package out

Examples:
  cargo xtask serve
  cargo xtask serve --port 9000 --cpu-only
  cargo xtask serve --address 0.0.0.0      (other machines see it; browsers then want https for WebGPU)
";

const BUILD: &str = "\
Sets up what is missing, builds the wasm packages for release, makes the site in dist/,
and lists its files with their sizes, raw and as brotli sends them.

Usage: cargo xtask build

Example:
  cargo xtask build
";

const TEST: &str = "\
Sets up what is missing, the browser and the data set included (by apt-get where root),
then runs format, clippy, the Rust tests, the checks of the page's code, and the tests in
a real browser. The first step that fails ends it, with the last lines of its output.
Where all passed, the time of each step is written to test-times.json in the target folder.

Usage: cargo xtask test [--rust | --web]

Options:
  --rust   format, clippy and the Rust tests only
  --web    the wasm packages, the checks of the page's code and the browser tests only

Environment:
  THIMBLE_CHROMIUM   the browser to test with [default: chromium on PATH]
  THIMBLE_DATA       the folder of the data set [default: /usr/share/datasets/fashion-mnist]
  CARGO_TARGET_DIR   where everything that is built is kept, so that the next run is quick

Examples:
  cargo xtask test
  cargo xtask test --rust
";

const SOUNDNESS: &str = "\
Runs the kernels' tests natively with AddressSanitizer and then under Miri, each once for every
width of vectors that the kernels are written for and this processor (or Miri) has. burn is not
compiled for it. The first run that fails ends it, with the last lines of its output.

A nightly toolchain is used where rustup has one, else the active one, whose compiler is then
asked to take unstable flags (RUSTC_BOOTSTRAP=1). Miri is part of a nightly only. Where it is not
installed its part is left out, and the command says so:

  rustup toolchain install nightly --component miri --component rust-src

Usage: cargo xtask soundness

Environment:
  CARGO_TARGET_DIR   where everything that is built is kept, so that the next run is quick

Example:
  cargo xtask soundness
";

const BENCH: &str = "\
Sets up and builds what is missing, the browser, the data set and the peers (ONNX Runtime Web
and TensorFlow.js, by npm into tests/bench) included. Then it opens Chromium, compares the
engines' logits, times them in turns, and writes docs/bench.json, its plot docs/bench.svg and
the tables in the documents. Without what it has to build it takes some ten minutes, in which
the machine should do nothing else. tests/bench/README.md says how it measures.

Usage: cargo xtask bench [--check]

Options:
  --check   run each engine only once, those on graphics adapters in software too, to see
            that they run and agree; write nothing

Environment:
  THIMBLE_CHROMIUM   the browser to measure in [default: chromium on PATH]
  THIMBLE_DATA       the folder of the data set [default: /usr/share/datasets/fashion-mnist]
  CARGO_TARGET_DIR   where everything that is built is kept

Example:
  cargo xtask bench
";
