//! Recipes as JSON: unknown keys are errors that list the known ones, and single values can be changed by key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A recipe that is stored as JSON and whose values `--set KEY=VALUE` changes.
pub trait RecipeJson: Serialize + DeserializeOwned {
    /// The key of the recipe's name, which cannot be set.
    const NAME: &'static str;
    /// Dotted paths of earlier versions, which are still read.
    const OLD_KEYS: &'static [&'static str];

    /// A recipe that has every optional key.
    fn complete() -> Self;
}

/// A key that no recipe has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown key `{key}`: the keys are {}", known.join(", "))]
pub struct UnknownKey {
    /// The dotted path of the key.
    pub key: String,
    /// The dotted paths of its known siblings.
    pub known: Vec<String>,
}

/// Why a recipe could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// There is no such key.
    #[error(transparent)]
    Unknown(#[from] UnknownKey),
    /// The key is the recipe's name.
    #[error("`{0}` cannot be set: it is the name of the recipe")]
    Name(String),
    /// The value is of the wrong kind.
    #[error("cannot set `{key}` to {value}: {reason}")]
    Value {
        /// The dotted path.
        key: String,
        /// The value.
        value: Value,
        /// What is wrong with it.
        reason: String,
    },
    /// The recipe cannot be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Checks that `found`, the JSON of a recipe of type `R`, has no unknown keys at any depth.
///
/// # Errors
/// [`UnknownKey`] names the first one.
pub(crate) fn check_keys<R: RecipeJson>(found: &Value) -> Result<(), UnknownKey> {
    let known = serde_json::to_value(R::complete()).unwrap_or_default();
    check_object(found, &known, "", R::OLD_KEYS)
}

fn check_object(
    found: &Value,
    known: &Value,
    prefix: &str,
    old_keys: &[&str],
) -> Result<(), UnknownKey> {
    let (Value::Object(found), Value::Object(known)) = (found, known) else {
        return Ok(());
    };
    for (key, value) in found {
        let path = format!("{prefix}{key}");
        match known.get(key) {
            Some(known) => check_object(value, known, &format!("{path}."), old_keys)?,
            None if old_keys.contains(&path.as_str()) => {}
            None => {
                let known = known.keys().map(|key| format!("{prefix}{key}"));
                let mut known: Vec<String> = known.collect();
                known.sort();
                return Err(UnknownKey { key: path, known });
            }
        }
    }
    Ok(())
}

/// Returns `recipe` with the value at the dotted path `key` replaced.
///
/// # Errors
/// [`SetError`] where the key is unknown or the value does not fit it.
pub fn set<R: RecipeJson>(recipe: &R, key: &str, value: &Value) -> Result<R, SetError> {
    if key == R::NAME {
        return Err(SetError::Name(key.to_owned()));
    }
    let nested = key.rsplit('.').fold(value.clone(), |inner, name| {
        Value::from_iter([(name.to_owned(), inner)])
    });
    let known = serde_json::to_value(R::complete())?;
    check_object(&nested, &known, "", &[])?;
    let mut json = serde_json::to_value(recipe)?;
    let mut place = &mut json;
    for name in key.split('.') {
        // Indexing inserts a missing key into an object, and makes an object of null.
        if !(place.is_object() || place.is_null()) {
            *place = Value::Null;
        }
        place = &mut place[name];
    }
    *place = value.clone();
    serde_json::from_value(json).map_err(|error| SetError::Value {
        key: key.to_owned(),
        value: value.clone(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use thimble::network::NetworkName;

    use super::*;
    use crate::garment::GarmentRecipe;
    use crate::training::{OptimizerKind, Recipe};

    #[test]
    fn values_are_set_by_dotted_path() {
        let recipe = Recipe::of(NetworkName::ThimbleTeacher2);
        let recipe = set(&recipe, "optimizer", &json!("sgd")).unwrap();
        let recipe = set(&recipe, "augmentation.shift", &json!(4)).unwrap();
        // Left out of the recipe's JSON, where it is 0.
        let recipe = set(&recipe, "teacher.tta_views", &json!(3)).unwrap();
        assert_eq!(recipe.optimization.optimizer, OptimizerKind::Sgd);
        assert_eq!(recipe.augmentation.shift, 4);
        assert_eq!(recipe.teacher.as_ref().unwrap().tta_views, 3);
        let recipe = set(&recipe, "teacher", &Value::Null).unwrap();
        assert_eq!(recipe.teacher, None);
        let garments = GarmentRecipe::default();
        assert_eq!(set(&garments, "steps", &json!(7)).unwrap().steps, 7);
    }

    #[test]
    fn unknown_keys_that_are_set_are_named_beside_the_known_ones() {
        let recipe = Recipe::of(NetworkName::Paper);
        let garments = GarmentRecipe::default();
        let one = json!(1);
        for (error, words) in [
            (
                set(&recipe, "epoch", &one).unwrap_err(),
                [
                    "unknown key `epoch`",
                    "epochs, label_smoothing, learning_rate",
                ],
            ),
            (
                set(&recipe, "teacher.looks", &one).unwrap_err(),
                [
                    "unknown key `teacher.looks`",
                    "teacher.share, teacher.temperature",
                ],
            ),
            (
                set(&recipe, "teacher", &json!({"nets": []})).unwrap_err(),
                ["unknown key `teacher.nets`", "teacher.networks"],
            ),
            (
                set(&garments, "teacher", &json!("x")).unwrap_err(),
                ["unknown key `teacher`", "flat, jitter, learning_rate"],
            ),
            (
                set(&recipe, "name", &json!("x")).unwrap_err(),
                ["`name` cannot be set", "name of the recipe"],
            ),
            (
                set(&garments, "stages", &json!("paper")).unwrap_err(),
                ["`stages` cannot be set", "name of the recipe"],
            ),
            (
                set(&recipe, "epochs", &json!("many")).unwrap_err(),
                ["cannot set `epochs` to \"many\"", "invalid type"],
            ),
        ] {
            for word in words {
                assert!(error.to_string().contains(word), "{word}: {error}");
            }
        }
    }

    #[test]
    fn unknown_keys_in_files_are_errors() {
        let mut recipe = serde_json::to_value(Recipe::of(NetworkName::Thimble)).unwrap();
        assert!(serde_json::from_value::<Recipe>(recipe.clone()).is_ok());
        recipe["teacher"]["shares"] = json!(0.5);
        let error = serde_json::from_value::<Recipe>(recipe).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("unknown key `teacher.shares`"), "{error}");
        assert!(error.contains("teacher.share,"), "{error}");

        let mut recipe = serde_json::to_value(GarmentRecipe::default()).unwrap();
        assert!(serde_json::from_value::<GarmentRecipe>(recipe.clone()).is_ok());
        recipe["schedule"] = json!("cosine");
        let error = serde_json::from_value::<GarmentRecipe>(recipe).unwrap_err();
        assert!(
            error.to_string().contains("unknown key `schedule`"),
            "{error}"
        );
    }

    #[test]
    fn keys_of_earlier_versions_are_read() {
        let mut recipe = serde_json::to_value(Recipe::of(NetworkName::Thimble)).unwrap();
        for (object, old, new) in [
            ("teacher", "looks", "tta_views"),
            ("teacher", "rounds", "cached_variants"),
            ("augmentation", "erase", "random_erasing"),
        ] {
            let object = recipe[object].as_object_mut().unwrap();
            let value = object.remove(new).unwrap();
            object.insert(old.to_owned(), value);
        }
        let read: Recipe = serde_json::from_value(recipe).unwrap();
        assert_eq!(read, Recipe::of(NetworkName::Thimble));
    }
}
