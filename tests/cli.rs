//! The command line from end to end, with right and with wrong input.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn thimble(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thimble"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Asserts on the exit code and on words in what was printed as an error.
fn fails(arguments: &[&str], code: i32, words: &[&str]) {
    let output = thimble(arguments);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    for word in words {
        assert!(
            error.contains(word),
            "{arguments:?} does not say {word:?}: {error}"
        );
    }
    assert!(!error.contains("panicked"), "{arguments:?}: {error}");
    let causes = error.matches("(os error").count();
    assert!(causes <= 1, "{arguments:?} says its cause twice: {error}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A photo of trousers.
fn trousers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples/photo-trousers.jpg")
}

#[test]
fn a_photo_without_clothes_has_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plain.png");
    let plain = image::RgbImage::from_pixel(90, 60, image::Rgb([180, 180, 170]));
    plain.save(&file).unwrap();
    let output = thimble(&["classify", "--all", path(&file)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("plain.png: nothing found\n"));
    let output = thimble(&["classify", "--json", path(&file)]);
    let entries: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(entries[0]["label"], Value::Null);
    assert_eq!(entries[0]["issue"], "nothing-found");
    assert!(entries[0]["garments"].as_array().unwrap().is_empty());
}

#[test]
fn a_photo_is_classified_as_text_and_as_json() {
    let file = trousers();
    let output = thimble(&["classify", path(&file)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("photo-trousers.jpg: Trouser "),
        "{}",
        text(&output.stdout)
    );

    let output = thimble(&["classify", "--json", path(&file)]);
    let entries: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(entries[0]["label"], "Trouser");
    let garments = entries[0]["garments"].as_array().unwrap();
    assert_eq!(garments.len(), 1);
    assert_eq!(garments[0]["label"], "Trouser");
    assert_eq!(garments[0]["inverted"], false);
    let sum: f64 = garments[0]["probabilities"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_f64)
        .sum();
    assert!((sum - 1.0).abs() < 1e-5, "{sum}");
}

#[test]
fn bad_files_are_named_and_the_others_classified() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.png");
    image::open(trousers()).unwrap().save(&good).unwrap();
    let bytes = fs::read(&good).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        path(&file).to_owned()
    };
    let empty = file("empty.png", b"");
    let words = file("words.jpg", b"these are words, not a picture");
    let cut = file("cut.png", &bytes[..bytes.len() / 2]);
    fails(&["classify", &empty], 1, &["empty.png: the file is empty"]);
    fails(
        &["classify", &words],
        1,
        &["words.jpg: this is not an image"],
    );
    fails(&["classify", &cut], 1, &["cut.png", "truncated or damaged"]);
    let photo = folder.path().join("photo.jpg");
    image::open(&good)
        .unwrap()
        .into_rgb8()
        .save(&photo)
        .unwrap();
    let bytes = fs::read(&photo).unwrap();
    let cut_jpeg = file("cut.jpg", &bytes[..bytes.len() / 2]);
    fails(
        &["classify", &cut_jpeg],
        1,
        &["cut.jpg", "truncated or damaged"],
    );
    fails(
        &["classify", "/nowhere.png"],
        1,
        &["/nowhere.png: the file cannot be read"],
    );
    let clear = folder.path().join("clear.png");
    image::RgbaImage::new(9, 9).save(&clear).unwrap();
    fails(&["classify", path(&clear)], 1, &["fully transparent"]);

    let output = thimble(&["classify", &empty, path(&good), &cut]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("good.png: Trouser"));
    let output = thimble(&["classify", "--json", &empty, path(&good)]);
    let entries: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(entries[0]["error"].as_str().unwrap().contains("empty"));
    assert_eq!(entries[1]["label"], "Trouser");
}

#[test]
fn info_lists_every_network() {
    let output = thimble(&["info"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["thimble", "paper", "thimble-medium"] {
        assert!(text(&output.stdout).contains(name), "{name}");
    }
    let output = thimble(&["info", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let networks = report["networks"].as_array().unwrap();
    let paper = networks.iter().find(|network| network["name"] == "paper");
    assert_eq!(paper.unwrap()["parameters"], 206_922);
}

#[test]
fn output_that_no_one_reads_ends_the_program_quietly() {
    let file = trousers();
    for arguments in [
        &["info"][..],
        &["info", "--json"],
        &["classify", path(&file)],
        &["classify", "--json", path(&file)],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thimble"));
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command.args(arguments).stdout(writer).output().unwrap();
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    fails(&[], 2, &["Usage"]);
    fails(&["fly"], 2, &["fly"]);
    fails(&["classify"], 2, &["FILE"]);
    fails(
        &["classify", "--network", "silk", "photo.jpg"],
        2,
        &["unknown network", "paper, paper-plus"],
    );
    fails(&["bench", "--threads", "0"], 2, &["--threads"]);
    for command in ["classify", "info", "bench"] {
        let output = thimble(&[command, "--help"]);
        assert!(output.status.success());
        assert!(text(&output.stdout).contains("Example"), "{command}");
    }
}
