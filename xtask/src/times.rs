//! What steps took, as JSON in the target folder: documents quote figures from there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::repo::Repo;

/// Where a time of set-up belongs.
#[derive(Clone, Copy)]
pub enum List {
    /// Made from nothing, as on a first run: these are summed up.
    Steps,
    /// Made again, with much of it compiled before.
    Rebuilds,
}

/// Writes `<target>/test-times.json`: the steps of one run of a scope, and the whole of it.
pub fn of_tests(
    repo: &Repo,
    scope: &str,
    steps: &[(String, Duration)],
    whole: Duration,
) -> Result<()> {
    let steps: Vec<Value> = steps.iter().map(|(name, time)| step(name, *time)).collect();
    write(
        &repo.target.join("test-times.json"),
        &json!({ "scope": scope, "steps": steps, "seconds": seconds(whole) }),
    )
}

/// Notes a time in `<target>/setup-times.json`, which gathers them over several runs.
pub fn of_setup(repo: &Repo, list: List, name: &str, time: Duration) -> Result<()> {
    let file = repo.target.join("setup-times.json");
    let known = fs::read(&file)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default();
    write(&file, &with(&known, list, name, time))
}

/// A gathering with one more time, which takes the place of one of the same name in its list.
fn with(known: &Value, list: List, name: &str, time: Duration) -> Value {
    let of = |key: &str| known[key].as_array().cloned().unwrap_or_default();
    let (mut steps, mut rebuilds) = (of("steps"), of("rebuilds"));
    let changed = match list {
        List::Steps => &mut steps,
        List::Rebuilds => &mut rebuilds,
    };
    match changed.iter_mut().find(|old| old["name"] == name) {
        Some(old) => *old = step(name, time),
        None => changed.push(step(name, time)),
    }
    let sum: f64 = steps.iter().filter_map(|one| one["seconds"].as_f64()).sum();
    json!({ "steps": steps, "rebuilds": rebuilds, "seconds": tenths(sum) })
}

fn step(name: &str, time: Duration) -> Value {
    json!({ "name": name, "seconds": seconds(time) })
}

fn seconds(time: Duration) -> f64 {
    tenths(time.as_secs_f64())
}

fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

fn write(file: &Path, value: &Value) -> Result<()> {
    let text = format!("{value:#}\n");
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("{} could not be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(folder: &Path) -> Repo {
        Repo {
            root: folder.to_path_buf(),
            target: folder.to_path_buf(),
        }
    }

    fn read(file: &Path) -> Result<Value> {
        Ok(serde_json::from_slice(&fs::read(file)?)?)
    }

    #[test]
    fn the_steps_of_a_test() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let steps = [
            ("format".to_owned(), Duration::from_millis(1_234)),
            ("a \"quoted\" name".to_owned(), Duration::from_secs(60)),
        ];
        let repo = in_folder(folder.path());
        of_tests(&repo, "all", &steps, Duration::from_millis(61_500))?;
        let expected = json!({
            "scope": "all",
            "steps": [
                { "name": "format", "seconds": 1.2 },
                { "name": "a \"quoted\" name", "seconds": 60.0 },
            ],
            "seconds": 61.5,
        });
        assert_eq!(read(&folder.path().join("test-times.json"))?, expected);
        Ok(())
    }

    #[test]
    fn times_of_set_up_are_gathered_by_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let repo = in_folder(folder.path());
        let file = folder.path().join("setup-times.json");
        // Broken off while it was written: begun anew.
        fs::write(&file, "{\"steps\": [")?;
        for (list, name, seconds) in [
            (List::Steps, "trunk", 90),
            (List::Steps, "cpu package", 200),
            (List::Rebuilds, "cpu package", 30),
            (List::Steps, "trunk", 95),
        ] {
            of_setup(&repo, list, name, Duration::from_secs(seconds))?;
        }
        let expected = json!({
            "steps": [
                { "name": "trunk", "seconds": 95.0 },
                { "name": "cpu package", "seconds": 200.0 },
            ],
            "rebuilds": [{ "name": "cpu package", "seconds": 30.0 }],
            "seconds": 295.0,
        });
        assert_eq!(read(&file)?, expected);
        Ok(())
    }
}
