//! Embeds the trained weights in model/ and the facts of their cards, and names burn's version.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Card names and the variants of `NetworkName` that they belong to.
const NETWORKS: [(&str, &str); 2] = [("paper", "Paper"), ("paper-plus", "PaperPlus")];

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let model = root.join("model");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-changed=model");

    let mut source = String::from("[\n");
    for (name, variant) in NETWORKS {
        let card = model.join(format!("{name}.json"));
        let weights = model.join(format!("{name}.bpk"));
        println!("cargo:rerun-if-changed={}", card.display());
        println!("cargo:rerun-if-changed={}", weights.display());
        if card.is_file() && weights.is_file() {
            entry(&mut source, variant, &card, &weights);
        }
    }
    source.push_str("]\n");
    write(&Path::new(&variable("OUT_DIR")).join("shipped.rs"), &source);

    println!(
        "cargo:rustc-env=THIMBLE_BURN_VERSION={}",
        burn_version(&root.join("Cargo.lock"))
    );
}

/// One element of the array of `Shipped`.
fn entry(source: &mut String, variant: &str, card: &Path, weights: &Path) {
    let facts: serde_json::Value = match serde_json::from_str(&read(card)) {
        Ok(facts) => facts,
        Err(error) => fail(&format!("{} is not a model card: {error}", card.display())),
    };
    let number = |pointer: &str| match facts.pointer(pointer).and_then(serde_json::Value::as_f64) {
        Some(number) => number,
        None => fail(&format!("{} has no number at {pointer}", card.display())),
    };
    let written = writeln!(
        source,
        "    Shipped {{\n        name: NetworkName::{variant},\n        parameters: {},\n        \
         macs: {},\n        test_accuracy: {:?},\n        weights: &Aligned(*include_bytes!({:?})),\n    }},",
        number("/parameters") as u64,
        number("/macs") as u64,
        number("/test/accuracy"),
        weights.display().to_string(),
    );
    if let Err(error) = written {
        fail(&error.to_string());
    }
}

/// The version of burn that Cargo.lock pins.
fn burn_version(lock: &Path) -> String {
    let text = read(lock);
    text.split("[[package]]")
        .find(|package| package.lines().any(|line| line == "name = \"burn\""))
        .and_then(|package| {
            package
                .lines()
                .find_map(|line| line.strip_prefix("version = "))
        })
        .map(|version| version.trim_matches('"').to_owned())
        .unwrap_or_else(|| fail("Cargo.lock does not name a version of burn"))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| fail(&format!("cargo did not set {name}")))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| fail(&format!("{}: {error}", path.display())))
}

fn write(path: &Path, text: &str) {
    if let Err(error) = fs::write(path, text) {
        fail(&format!("{}: {error}", path.display()));
    }
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1)
}
