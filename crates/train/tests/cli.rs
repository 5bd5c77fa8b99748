//! The command line from end to end, with correct and incorrect input.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn thimble_train(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thimble-train"))
        .args(arguments)
        .env_remove("THIMBLE_DATA")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Asserts the exit code, and words in standard error.
fn fails(arguments: &[&str], code: i32, words: &[&str]) {
    let output = thimble_train(arguments);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    for word in words {
        assert!(
            error.contains(word),
            "{arguments:?}: the error must contain {word:?}, got {error}"
        );
    }
    assert!(!error.contains("panicked"), "{arguments:?}: {error}");
    let causes = error.matches("(os error").count();
    assert!(
        causes <= 1,
        "{arguments:?}: the error must name its cause once, got {error}"
    );
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A dark shape like trousers on white, as PNG.
fn trousers(file: &Path) {
    let photo = image::RgbImage::from_fn(200, 256, |x, y| {
        let legs = (60..95).contains(&x) || (105..140).contains(&x);
        let hips = (60..140).contains(&x) && y < 90;
        let dark = (30..240).contains(&y) && (legs || hips);
        image::Rgb(if dark { [60, 70, 110] } else { [250; 3] })
    });
    photo.save(file).unwrap();
}

#[test]
fn training_writes_weights_card_and_plots() {
    let folder = tempfile::tempdir().unwrap();
    common::write_data(folder.path(), 240, 40);
    let data = path(folder.path());
    let runs = folder.path().join("runs");
    let model = folder.path().join("model");
    let arguments = [
        "train",
        "--recipe",
        "paper",
        "--epochs",
        "2",
        "--seed",
        "3",
        "--seed",
        "4",
        "--data",
        data,
        "--out",
        path(&runs),
        "--model",
        path(&model),
        "--threads",
        "1",
    ];
    let output = thimble_train(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("not the files of the current Fashion-MNIST"));
    assert!(
        text(&output.stderr).contains("epoch   2/2"),
        "{}",
        text(&output.stderr)
    );

    let card: Value =
        serde_json::from_str(&fs::read_to_string(model.join("paper.json")).unwrap()).unwrap();
    assert_eq!(card["name"], "paper");
    assert_eq!(card["parameters"], 206_922);
    assert_eq!(card["seeds"].as_array().unwrap().len(), 2);
    assert_eq!(card["epochs"].as_array().unwrap().len(), 2);
    assert_eq!(card["classes"][9]["name"], "Ankle boot");
    let sum: u64 = card["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()))
        .sum();
    assert_eq!(sum, 40);
    let accuracy = card["test"]["accuracy"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&accuracy));
    let bytes = fs::metadata(model.join("paper.bpk")).unwrap().len();
    assert_eq!(card["storage"]["bytes"], bytes);
    let share = card["int8"]["labels_unchanged"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&share), "{share}");
    assert!(card["int8"]["test_accuracy"].is_number());
    let quantize = ["quantize", "--keep-weights", "--data", data, "--model"];
    let output = thimble_train(&[&quantize[..], &[path(&model)]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("paper in int8: "));
    let again = fs::read_to_string(model.join("paper.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), card);
    let edited = folder.path().join("edited");
    fs::create_dir_all(&edited).unwrap();
    fs::copy(model.join("paper.bpk"), edited.join("paper.bpk")).unwrap();
    let stages = r#"{"residual": {"widths": [10, 10, 10], "blocks": [0, 0, 0], "head": "mean"}}"#;
    let mut wrong: Value = card.clone();
    wrong["recipe"]["architecture"] = serde_json::from_str(stages).unwrap();
    fs::write(edited.join("paper.json"), wrong.to_string()).unwrap();
    fails(&[&quantize[..], &[path(&edited)]].concat(), 1, &["10"]);
    // At least a byte per parameter.
    assert!(bytes > 206_922, "{bytes}");
    for plot in [
        "paper-curves.svg",
        "paper-confusion.svg",
        "paper-reliability.svg",
    ] {
        assert!(
            fs::read_to_string(model.join(plot))
                .unwrap()
                .contains("<svg"),
            "{plot}"
        );
    }
    // A changed recipe is only published into a given folder.
    let unnamed: Vec<&str> = arguments
        .iter()
        .copied()
        .filter(|word| !["--model", path(&model)].contains(word))
        .collect();
    let output = thimble_train(&[&unnamed[..], &["--resume"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("Nothing was published"),
        "{}",
        text(&output.stdout)
    );
    // All epochs are done: resuming trains nothing and writes the same.
    let before = fs::read(model.join("paper.bpk")).unwrap();
    let output = thimble_train(&[&arguments[..], &["--resume"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(before, fs::read(model.join("paper.bpk")).unwrap());
}

/// Although the dashboard reads the terminal's keys, Ctrl-C must stop the run.
#[test]
#[cfg(unix)]
fn ctrl_c_stops_a_run_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    common::write_data(folder.path(), 6_000, 40);
    let state = folder.path().join("runs");
    let command = format!(
        "{} train --recipe paper --epochs 500 --threads 1 --data {data} --out {data}/runs --model {data}/model",
        env!("CARGO_BIN_EXE_thimble-train"),
        data = path(folder.path()),
    );
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    let has_state = || {
        let runs = fs::read_dir(&state).into_iter().flatten().flatten();
        runs.map(|run| run.path().join("checkpoint/state.json"))
            .any(|file| file.exists())
    };
    while !has_state() {
        assert!(
            Instant::now() < deadline,
            "no checkpoint within two minutes"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    terminal.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    let status = loop {
        if let Some(status) = terminal.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            terminal.kill().unwrap();
            panic!("Ctrl-C did not stop the run");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(130));
}

#[test]
fn damaged_data_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = path(folder.path()).to_owned();
    fails(
        &["evaluate", "--data", &data],
        1,
        &[
            "neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte.gz",
            "dataset-fashion-mnist",
            "--data DIR",
        ],
    );
    fails(
        &["evaluate", "--data", "/nowhere"],
        1,
        &[
            "not found in /nowhere",
            "apt-get install dataset-fashion-mnist",
            "THIMBLE_DATA",
            "github.com/zalandoresearch",
        ],
    );
    common::write_data(folder.path(), 10, 10);
    let labels = folder.path().join("t10k-labels-idx1-ubyte");
    let mut bytes = fs::read(&labels).unwrap();
    bytes[4..8].copy_from_slice(&9_u32.to_be_bytes());
    fs::write(&labels, &bytes[..17]).unwrap();
    fails(
        &["evaluate", "--data", &data],
        1,
        &["got 10 images and 9 labels"],
    );
    bytes.truncate(12);
    fs::write(&labels, &bytes).unwrap();
    fails(
        &["evaluate", "--data", &data],
        1,
        &[
            "t10k-labels-idx1-ubyte",
            "must have 9 bytes after the header, got 4",
        ],
    );
    let zipped = folder.path().join("t10k-labels-idx1-ubyte.gz");
    fs::rename(&labels, &zipped).unwrap();
    fails(
        &["evaluate", "--data", &data],
        1,
        &["t10k-labels-idx1-ubyte.gz"],
    );
}

#[test]
fn photos_in_no_fold_are_evaluated_by_the_shipped_network() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    let mut labels = "image,sender,source_label,target,borderline\n".to_owned();
    for (name, sender, target, borderline) in [
        ("one", 1, "Trouser", 0),
        ("two", 2, "Trouser", 0),
        ("three", 2, "none", 0),
        ("four", 3, "Bag", 1),
    ] {
        trousers(&images.join(format!("{name}.jpg")));
        labels += &format!("{name},{sender},Pants,{target},{borderline}\n");
    }
    fs::write(folder.path().join("labels.csv"), &labels).unwrap();
    let output = thimble_train(&["evaluate", "--photos", path(folder.path()), "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let scores: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&scores["n"], &scores["n_none"]),
        (&Value::from(2), &Value::from(1))
    );
    assert_eq!(scores["per_class"][0]["name"], "Trouser");
    for key in [
        "right",
        "macro",
        "confident_right",
        "confident_share",
        "none_confident",
        "ece",
    ] {
        assert!(scores[key].is_number(), "{key}: {}", scores[key]);
    }

    fs::write(
        folder.path().join("labels.csv"),
        labels.replace("Bag", "Sock"),
    )
    .unwrap();
    fails(
        &["evaluate", "--photos", path(folder.path())],
        1,
        &[
            "labels.csv, line 5",
            "must be a class or \"none\", got \"Sock\"",
        ],
    );
}

#[test]
fn cross_validations_refuse_what_is_not_there() {
    let folders = ["--worn", "worn", "--photos", "photos"];
    let with = |command, more: &[&'static str]| [&[command], &folders[..], more].concat();
    for command in ["segment", "crops", "garments"] {
        let wrong_fold = with(command, &["--fold", "5"]);
        fails(&wrong_fold, 1, &["--fold must be 0 to 4, got 5"]);
        let wrong_key = with(command, &["--set", "stepz=1"]);
        fails(&wrong_key, 1, &["unknown key `stepz`"]);
    }
    let wrong_side = with("segment", &["--set", "levels.side=100"]);
    fails(&wrong_side, 1, &["the side must be a multiple of 16"]);
    fails(&with("segment", &[]), 1, &["worn/labels.csv"]);
    for command in ["crops", "garments"] {
        fails(
            &with(command, &[]),
            1,
            &["runs/segmentation has no segmentation network"],
        );
    }
    let other_backbone = with("crops", &["--set", "network=silk"]);
    fails(&other_backbone, 1, &["`network` cannot be set"]);
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    fails(&[], 2, &["Usage"]);
    fails(&["fly"], 2, &["fly"]);
    fails(
        &["train", "--recipe", "silk"],
        2,
        &["unknown network", "paper, paper-plus"],
    );
    fails(
        &["train", "--recipe", "paper", "--epochs", "0"],
        2,
        &["--epochs"],
    );
    fails(&["evaluate", "--threads", "0"], 2, &["--threads"]);
    fails(
        &["quantize", "--network", "paper", "--photos", "."],
        2,
        &["--photos"],
    );
    fails(
        &["quantize", "--model", "/nowhere"],
        1,
        &["no model card in /nowhere"],
    );
    fails(
        &["evaluate", "--photos", "/nowhere"],
        1,
        &["labels.csv with the columns", "/nowhere/labels.csv"],
    );
    fails(
        &["train", "--recipe", "paper", "--device", "toaster"],
        2,
        &["toaster", "vulkan"],
    );
    #[cfg(not(feature = "cuda"))]
    fails(
        &["train", "--recipe", "paper", "--device", "cuda"],
        1,
        &["this build has no cuda", "--features cuda"],
    );
    fails(
        &["train", "--recipe", "paper", "--set", "wings=2"],
        1,
        &["unknown key `wings`", "learning_rate, "],
    );
    fails(
        &["ship-photos", "--worn", "worn", "--photos", "photos"],
        1,
        &["runs/garments", "at least two folds, got 0"],
    );
    for command in [
        "train",
        "segment",
        "crops",
        "garments",
        "ship-photos",
        "evaluate",
        "quantize",
        "score-teachers",
        "curve",
        "export",
        "golden",
        "bench",
    ] {
        let output = thimble_train(&[command, "--help"]);
        assert!(output.status.success());
        let help = text(&output.stdout);
        let example = format!("thimble-train {command}");
        assert!(
            help.contains("Example") && help.contains(&example),
            "{help}"
        );
    }
}

/// As in `thimble-train bench | head`.
#[test]
#[cfg(unix)]
fn closed_standard_output_ends_the_program_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path();
    fs::create_dir(photos.join("images")).unwrap();
    trousers(&photos.join("images/one.jpg"));
    let labels = "image,sender,target,borderline\none,1,Trouser,0\n";
    fs::write(photos.join("labels.csv"), labels).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_thimble-train"))
        .args(["evaluate", "--photos", path(photos)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(program.stdout.take());
    let output = program.wait_with_output().unwrap();
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert!(
        !error.contains("panicked") && !error.contains("error"),
        "{error}"
    );
}
