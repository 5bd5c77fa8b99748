//! Collects the trained networks of `model/`: their facts as records, and the weights that are embedded.
//!
//! A network is trained where `model/NAME.json` (its card) and `model/NAME.bpk` (its weights) exist;
//! `segmentation.bpk`, `garments.bpk` and `crops.bpk` are the networks for photos, and `photos.json` is the report on them;
//! `THIMBLE_PHOTO_NETWORKS` names another folder with these four files, such as `model/without-worn`.

#[path = "src/network/record.rs"]
mod record;

use std::path::{Path, PathBuf};
use std::{env, fs};

use record::{CALIBRATION_NUMBERS, NAME_BYTES, NetworkRecord, PhotoNetworkRecord, PhotoRecord};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The file name of the report on the networks for photos.
const PHOTOS: &str = "photos";
/// The file names of the networks for photos, and their keys in the report.
const PHOTO_NETWORKS: [&str; 3] = ["segmentation", "garments", "crops"];
/// The environment variable that names another folder of networks for photos, relative to the package.
const PHOTO_FOLDER: &str = "THIMBLE_PHOTO_NETWORKS";

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(variable("OUT_DIR"));
    let model = root.join("model");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.lock");
    println!("cargo:rerun-if-changed=model");
    println!("cargo:rerun-if-env-changed={PHOTO_FOLDER}");

    let mut weights = Vec::new();
    let other_photos = env::var_os(PHOTO_FOLDER).map(|folder| root.join(folder));
    let photos = photos(other_photos.as_deref().unwrap_or(&model), &mut weights);
    if let (Some(folder), None) = (&other_photos, &photos) {
        fail(&format!(
            "{} must have {PHOTOS}.json and the weights of {}, since {PHOTO_FOLDER} names it",
            folder.display(),
            PHOTO_NETWORKS.join(", ")
        ));
    }
    // A visitor loads the wasm package before the first prediction: by default it holds the networks for photos
    // and nothing else.
    let embed_all = env::var_os("CARGO_FEATURE_ALL_WEIGHTS").is_some() || photos.is_none();
    let mut records = Vec::new();
    for name in trained(&model) {
        records.extend(network(&model, &name, embed_all, &mut weights).to_bytes());
    }
    write(&out.join("networks.bin"), &records);
    write(
        &out.join("photos.bin"),
        &photos.map(|record| record.to_bytes()).unwrap_or_default(),
    );
    write(&out.join("weights.bin"), &weights);
    println!(
        "cargo:rustc-env=THIMBLE_BURN_VERSION={}",
        burn_version(&root.join("Cargo.lock"))
    );
}

/// The names of the networks that have a card and weights, in alphabetical order.
fn trained(model: &Path) -> Vec<String> {
    let entries = fs::read_dir(model)
        .unwrap_or_else(|error| fail(&format!("cannot list {}: {error}", model.display())));
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let is_weights = path.extension()? == "bpk";
            (is_weights && path.with_extension("json").is_file()).then_some(name)
        })
        .collect();
    names.sort();
    names
}

/// The record of one network; its weights are appended to `weights` where they are embedded.
fn network(model: &Path, name: &str, embed: bool, weights: &mut Vec<u8>) -> NetworkRecord {
    if name.len() > NAME_BYTES {
        fail(&format!(
            "the name {name} must have at most {NAME_BYTES} bytes"
        ));
    }
    let path = model.join(format!("{name}.json"));
    let card = json(&path);
    let bytes = bytes(&model.join(format!("{name}.bpk")));
    let digest = Sha256::digest(&bytes);
    NetworkRecord {
        name: name.to_owned(),
        parameters: number(&card, "/parameters", &path) as u64,
        macs: number(&card, "/macs", &path) as u64,
        test_accuracy: number(&card, "/test/accuracy", &path),
        test_accuracy_int8: match has_int8(&card) {
            true => number(&card, "/int8/test_accuracy", &path),
            false => f64::NAN,
        },
        length: bytes.len() as u64,
        id: core::array::from_fn(|index| digest[index]),
        offset: match embed {
            true => append(weights, &bytes),
            false => u64::MAX,
        },
    }
}

/// The record of the networks for photos, where there are any; their weights are the first of `weights`.
fn photos(model: &Path, weights: &mut Vec<u8>) -> Option<PhotoRecord> {
    let report = model.join(format!("{PHOTOS}.json"));
    let files = PHOTO_NETWORKS.map(|name| model.join(format!("{name}.bpk")));
    let missing = files.iter().chain([&report]).filter(|file| !file.is_file());
    match missing.count() {
        0 => {}
        count if count == files.len() + 1 => return None,
        _ => fail(&format!(
            "{} must have {PHOTOS}.json and the weights of {}, or none of them",
            model.display(),
            PHOTO_NETWORKS.join(", ")
        )),
    }
    let facts = json(&report);
    let list = |pointer: &str| -> Vec<f64> {
        let values = facts.pointer(pointer).and_then(Value::as_array);
        values
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect()
    };
    let four = |pointer: &str| -> [u64; 4] {
        let values = list(pointer);
        if values.len() != 4 {
            fail(&format!(
                "{} must have four numbers at {pointer}",
                report.display()
            ));
        }
        core::array::from_fn(|index| values[index] as u64)
    };
    let mut network = |index: usize, sizes: Option<&str>| {
        let (name, bytes) = (PHOTO_NETWORKS[index], bytes(&files[index]));
        let numbers = |key: &str| {
            sizes.map_or([0; 4], |sizes| {
                four(&format!("/{name}/recipe/{sizes}/{key}"))
            })
        };
        PhotoNetworkRecord {
            length: bytes.len() as u64,
            offset: append(weights, &bytes),
            has_int8: has_int8(&facts[name]),
            widths: numbers("widths"),
            blocks: numbers("blocks"),
        }
    };
    let side = number(&facts, "/segmentation/recipe/levels/side", &report) as u64;
    let segmentation = network(0, Some("levels"));
    let garments = network(1, Some("stages"));
    let crops = network(2, None);
    let backbone = facts
        .pointer("/crops/recipe/network")
        .and_then(Value::as_str);
    let backbone = backbone.unwrap_or_else(|| {
        fail(&format!(
            "{} must have a name at /crops/recipe/network",
            report.display()
        ))
    });
    let mut calibration = vec![
        number(&facts, "/calibration/flat/temperature", &report),
        number(&facts, "/calibration/flat/threshold", &report),
        number(&facts, "/calibration/worn/temperature", &report),
        number(&facts, "/calibration/worn/threshold", &report),
        number(&facts, "/calibration/confidence/bias", &report),
    ];
    calibration.extend(list("/calibration/confidence/weights"));
    calibration.extend(list("/calibration/confidence/classes"));
    Some(PhotoRecord {
        segmentation,
        side,
        garments,
        crops,
        backbone: backbone.to_owned(),
        calibration: calibration.try_into().unwrap_or_else(|found: Vec<f64>| {
            fail(&format!(
                "the calibration in {} must have {CALIBRATION_NUMBERS} numbers, got {}",
                report.display(),
                found.len()
            ))
        }),
    })
}

/// Whether a card says that int8 keeps the network's predictions.
fn has_int8(card: &Value) -> bool {
    card["int8"]["kept"].as_bool().unwrap_or(false)
}

/// Appends weights, and returns their offset.
fn append(weights: &mut Vec<u8>, bytes: &[u8]) -> u64 {
    let offset = weights.len();
    weights.extend_from_slice(bytes);
    offset as u64
}

/// The version of burn that Cargo.lock pins.
fn burn_version(lock: &Path) -> String {
    let text = String::from_utf8_lossy(&bytes(lock)).into_owned();
    text.split("[[package]]")
        .find(|package| package.lines().any(|line| line == "name = \"burn-pack\""))
        .and_then(|package| {
            package
                .lines()
                .find_map(|line| line.strip_prefix("version = "))
        })
        .map(|version| version.trim_matches('"').to_owned())
        .unwrap_or_else(|| fail("Cargo.lock must list burn-pack"))
}

fn number(facts: &Value, pointer: &str, path: &Path) -> f64 {
    facts
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| {
            fail(&format!(
                "{} must have a number at {pointer}",
                path.display()
            ))
        })
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&bytes(path))
        .unwrap_or_else(|error| fail(&format!("{} must be JSON: {error}", path.display())))
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| fail(&format!("cannot read {}: {error}", path.display())))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| fail(&format!("cargo must set {name}")))
}

/// Leaves a file alone that already has these bytes, so that it does not look newer than it is.
fn write(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return;
    }
    if let Err(error) = fs::write(path, bytes) {
        fail(&format!("cannot write {}: {error}", path.display()));
    }
}

fn fail(message: &str) -> ! {
    println!("cargo::error={message}");
    std::process::exit(1)
}
