//! The curve of accuracy against cost over all networks.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::publish::PublishError;
use super::{Card, plots};
use crate::files::{at_path, write_atomically};
use thimble::network::NetworkName;

/// A network on the curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// The network's name.
    pub name: String,
    /// Trained values, biases included.
    pub parameters: u64,
    /// Multiply-accumulates per image.
    pub macs: u64,
    /// Accuracy of the shipped weights on the validation images, 0 to 1.
    pub validation_accuracy: f64,
    /// Accuracy of the shipped weights on the test images, 0 to 1.
    pub test_accuracy: f64,
    /// Microseconds per image in the browser's CPU package, one image at a time on one thread; `None` where it was not
    /// measured.
    pub us_per_image: Option<f64>,
}

/// Collects the curve from the model cards in `model` and the inference times in the JSON file `times`, by rising cost.
/// Writes it into the card of `network` and as NAME-curve.svg beside it.
///
/// # Errors
/// [`PublishError`] where a file cannot be read or written, or `network` has no card.
pub fn write_curve(
    network: NetworkName,
    model: &Path,
    times: &Path,
) -> Result<Vec<CurvePoint>, PublishError> {
    let times: Value = read(times)?;
    let mut curve = Vec::new();
    for name in NetworkName::ALL {
        let path = model.join(format!("{name}.json"));
        if !path.is_file() {
            continue;
        }
        let card: Card = read(&path)?;
        let micros = times.pointer(&format!("/networks/{name}/us_per_image"));
        curve.push(CurvePoint {
            name: card.name,
            parameters: card.parameters,
            macs: card.macs,
            validation_accuracy: card.validation.accuracy,
            test_accuracy: card.test.accuracy,
            us_per_image: micros.and_then(Value::as_f64),
        });
    }
    curve.sort_by_key(|point| point.macs);
    let path = model.join(format!("{network}.json"));
    let card = Card {
        curve: curve.clone(),
        ..read(&path)?
    };
    let text = serde_json::to_string_pretty(&card).map_err(|error| unreadable(&path, &error))?;
    write_atomically(&path, (text + "\n").as_bytes())?;
    let path = model.join(format!("{network}-curve.svg"));
    let svg = plots::accuracy_by_cost(&curve).map_err(|reason| PublishError::Plot {
        path: path.clone(),
        reason,
    })?;
    write_atomically(&path, svg.as_bytes())?;
    Ok(curve)
}

pub(super) fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, PublishError> {
    let text = at_path(path, fs::read_to_string(path))?;
    serde_json::from_str(&text).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, reason: &serde_json::Error) -> PublishError {
    PublishError::Unreadable {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
