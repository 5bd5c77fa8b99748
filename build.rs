//! Embeds the facts of the cards in model/ and the trained weights, says which network is the
//! default one, and names burn's version.

#[path = "src/network/checksum.rs"]
mod checksum;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use checksum::checksum;

/// Card names and the variants of `NetworkName` that they belong to. The default network is the
/// first whose card and weights are in model/.
const NETWORKS: [(&str, &str); 8] = [
    ("thimble", "Thimble"),
    ("paper", "Paper"),
    ("paper-plus", "PaperPlus"),
    ("thimble-tiny", "ThimbleTiny"),
    ("thimble-small", "ThimbleSmall"),
    ("thimble-medium", "ThimbleMedium"),
    ("thimble-teacher", "ThimbleTeacher"),
    ("thimble-teacher-2", "ThimbleTeacher2"),
];

/// Only there for others to learn from: the page does not offer them.
const TEACHERS: [&str; 2] = ["thimble-teacher", "thimble-teacher-2"];

fn main() {
    if ["BURN", "KERNELS"]
        .into_iter()
        .all(|feature| env::var_os(format!("CARGO_FEATURE_{feature}")).is_none())
    {
        fail(
            "without a feature there is nothing to compute with: --features train is the command line; \
             the page's packages are built by `cargo xtask build`",
        );
    }
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let model = root.join("model");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");

    let for_page = env::var_os("CARGO_FEATURE_WEB").is_some();
    let mut found = Vec::new();
    for (name, variant) in NETWORKS {
        if for_page && TEACHERS.contains(&name) {
            continue;
        }
        let card = model.join(format!("{name}.json"));
        let weights = model.join(format!("{name}.bpk"));
        if card.is_file() && weights.is_file() {
            println!("cargo:rerun-if-changed={}", card.display());
            println!("cargo:rerun-if-changed={}", weights.display());
            found.push((variant, card, weights));
        } else {
            // A file that is not there would count as changed at every build; its folder does not.
            println!("cargo:rerun-if-changed={}", model.display());
        }
    }
    let out = PathBuf::from(variable("OUT_DIR"));
    let for_photos = photos(&model, &out, &found);
    let default = found.first().map_or(NETWORKS[0].1, |(variant, ..)| variant);
    let mut source = String::from("[\n");
    for (variant, card, weights) in &found {
        // A visitor loads a package before the first answer: it holds what answers a photo by default, and nothing else.
        let answers = *variant == default && !for_photos;
        entry(&mut source, variant, card, weights, answers || !for_page);
    }
    source.push_str("]\n");
    write(&out.join("shipped.rs"), &source);
    write(
        &out.join("default_network.rs"),
        &format!("NetworkName::{default}\n"),
    );

    println!(
        "cargo:rustc-env=THIMBLE_BURN_VERSION={}",
        burn_version(&root.join("Cargo.lock"))
    );
}

/// One element of the array of `Shipped`.
fn entry(source: &mut String, variant: &str, card: &Path, weights: &Path, is_embedded: bool) {
    let facts: serde_json::Value = match serde_json::from_str(&read(card)) {
        Ok(facts) => facts,
        Err(error) => fail(&format!("{} is not a model card: {error}", card.display())),
    };
    let number = |pointer: &str| match facts.pointer(pointer).and_then(serde_json::Value::as_f64) {
        Some(number) => number,
        None => fail(&format!("{} has no number at {pointer}", card.display())),
    };
    let bytes =
        fs::read(weights).unwrap_or_else(|error| fail(&format!("{}: {error}", weights.display())));
    let embedded = if is_embedded {
        let path = weights.display().to_string();
        format!("Some(&Aligned(*include_bytes!({path:?})))")
    } else {
        "None".to_owned()
    };
    let written = writeln!(
        source,
        "    Shipped {{\n        name: NetworkName::{variant},\n        parameters: {},\n        \
         macs: {},\n        test_accuracy: {:?},\n        test_accuracy_in_integers: {},\n        \
         length: {},\n        checksum: {:#018x},\n        embedded: {embedded},\n    }},",
        number("/parameters") as u64,
        number("/macs") as u64,
        number("/test/accuracy"),
        in_integers(&facts, &number),
        bytes.len(),
        checksum(&bytes),
    );
    if let Err(error) = written {
        fail(&error.to_string());
    }
}

/// Writes down the weights of the network for photos, and what makes verdicts of its logits. Says
/// whether there is one.
fn photos(model: &Path, out: &Path, found: &[(&str, PathBuf, PathBuf)]) -> bool {
    let report = model.join("photos.json");
    let weights = model.join("photos.bpk");
    let (mut network, mut calibration) = ("None\n".to_owned(), "None\n".to_owned());
    let mut is_there = false;
    if report.is_file() && weights.is_file() {
        println!("cargo:rerun-if-changed={}", report.display());
        println!("cargo:rerun-if-changed={}", weights.display());
        let facts: serde_json::Value = match serde_json::from_str(&read(&report)) {
            Ok(facts) => facts,
            Err(error) => fail(&format!("{}: {error}", report.display())),
        };
        let name = facts["network"].as_str().unwrap_or_default();
        let Some((_, variant)) = NETWORKS.iter().find(|(known, _)| *known == name) else {
            fail(&format!("{}: \"{name}\" is no network", report.display()))
        };
        // Without a network for the data set's pictures there is nobody to ask it.
        if !found.is_empty() {
            let path = weights.display().to_string();
            network = format!(
                "Some(PhotoWeights {{ name: NetworkName::{variant}, has_integers: {}, \
                 bytes: &Aligned(*include_bytes!({path:?})) }})\n",
                has_integers(&facts),
            );
            calibration = literal(&facts["calibration"], &report);
            is_there = true;
        }
    }
    write(&out.join("photo_weights.rs"), &network);
    write(&out.join("photo_calibration.rs"), &calibration);
    is_there
}

/// Whether a card says that 8-bit integers give nearly the same answers.
fn has_integers(facts: &serde_json::Value) -> bool {
    facts["integers"]["kept"].as_bool().unwrap_or(false)
}

/// The test accuracy by these, where they are kept, as Rust text.
fn in_integers(facts: &serde_json::Value, number: &dyn Fn(&str) -> f64) -> String {
    match has_integers(facts) {
        true => format!("Some({:?})", number("/integers/test_accuracy")),
        false => "None".to_owned(),
    }
}

/// A calibration as Rust text.
fn literal(facts: &serde_json::Value, report: &Path) -> String {
    let number = |value: &serde_json::Value| match value.as_f64() {
        Some(number) => format!("{number:?}"),
        None => fail(&format!("{} has no whole calibration", report.display())),
    };
    let numbers = |key: &str| {
        let numbers = facts["sureness"][key].as_array();
        let numbers: Vec<String> = numbers.into_iter().flatten().map(number).collect();
        numbers.join(", ")
    };
    format!(
        "Some(PhotoCalibration {{ temperature: {}, threshold: {}, \
         sureness: Sureness {{ weights: [{}], classes: [{}], bias: {} }} }})\n",
        number(&facts["temperature"]),
        number(&facts["threshold"]),
        numbers("weights"),
        numbers("classes"),
        number(&facts["sureness"]["bias"]),
    )
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

/// Leaves the file alone where it says the same, so that it looks no newer than it is.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return;
    }
    if let Err(error) = fs::write(path, text) {
        fail(&format!("{}: {error}", path.display()));
    }
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1)
}
