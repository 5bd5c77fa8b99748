//! Oklab colours and luma.

use libm::{cbrtf, powf};

use super::Plane;

/// A colour in Oklab (Ottosson, 2020): lightness, 0 to 1, and the axes green to red and blue to yellow, about
/// -0.3 to 0.3. Distances between colours are close to perceived differences.
pub(super) type Colour = [f32; 3];

/// Converts sRGB planes (red, green and blue, 0 to 255) to Oklab, row by row.
pub(super) fn oklab([red, green, blue]: &[Plane; 3]) -> Vec<Colour> {
    let linear: Vec<f32> = (0..=LEVELS)
        .map(|level| linear(level as f32 / LEVELS as f32))
        .collect();
    let to_linear = |value: f32| linear[(value * (LEVELS as f32 / 255.0) + 0.5) as usize];
    let channels = red.values.iter().zip(&green.values).zip(&blue.values);
    channels
        .map(|((&r, &g), &b)| oklab_of_linear([to_linear(r), to_linear(g), to_linear(b)]))
        .collect()
}

/// Steps in the lookup table of the sRGB transfer function: four for each grey level.
const LEVELS: usize = 1020;

/// Decodes an sRGB value to linear light (IEC 61966-2-1), both 0 to 1.
fn linear(value: f32) -> f32 {
    if value <= 0.04045 {
        value / 12.92
    } else {
        powf((value + 0.055) / 1.055, 2.4)
    }
}

/// Converts linear sRGB, 0 to 1, to Oklab.
fn oklab_of_linear([r, g, b]: [f32; 3]) -> Colour {
    let l = cbrtf(0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b);
    let m = cbrtf(0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b);
    let s = cbrtf(0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b);
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// Returns the squared Euclidean distance between two colours.
pub(super) fn squared_distance(a: Colour, b: Colour) -> f32 {
    let [l, m, n] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    l * l + m * m + n * n
}

/// Computes luma, 0 to 255, with the weights of ITU-R BT.601, which most image tools use for grey.
pub(super) fn luma([red, green, blue]: &[Plane; 3]) -> Plane {
    let values = red.values.iter().zip(&green.values).zip(&blue.values);
    Plane {
        width: red.width,
        height: red.height,
        values: values
            .map(|((&r, &g), &b)| 0.299 * r + 0.587 * g + 0.114 * b)
            .collect(),
    }
}
