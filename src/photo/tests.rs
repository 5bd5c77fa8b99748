use proptest::prelude::*;

use super::*;

/// Draws a rectangle on a plain photo of `[width, height]` pixels.
fn rectangle(size: [usize; 2], ground: [u8; 4], crop: Crop, colour: [u8; 4]) -> Vec<u8> {
    let mut rgba = ground.repeat(size[0] * size[1]);
    for y in crop.y..crop.y + crop.height {
        for x in crop.x..crop.x + crop.width {
            let start = (y as usize * size[0] + x as usize) * 4;
            rgba[start..start + 4].copy_from_slice(&colour);
        }
    }
    rgba
}

const WHITE: [u8; 4] = [255; 4];
const BLACK: [u8; 4] = [0, 0, 0, 255];

const CROP: Crop = Crop {
    x: 20,
    y: 10,
    width: 40,
    height: 80,
};

fn segmentation(prepared: &PreparedPhoto) -> &Segmentation {
    prepared.segmentation.as_ref().unwrap()
}

#[test]
fn garment_of_any_colour_becomes_light_and_centred_on_black() {
    for (ground, colour) in [
        (WHITE, BLACK),
        (BLACK, WHITE),
        ([200, 190, 180, 255], [40, 60, 120, 255]),
        ([90, 120, 90, 255], [180, 60, 70, 255]),
    ] {
        let rgba = rectangle([120, 100], ground, CROP, colour);
        let prepared = prepare(&rgba, 120, 100).unwrap();
        assert_eq!(prepared.crop, CROP);
        assert_eq!(segmentation(&prepared).quality.components, 1);
        for (index, &grey) in prepared.input.iter().enumerate() {
            let (x, y) = (index % INPUT_SIDE, index / INPUT_SIDE);
            match (x, y) {
                (8..20, 1..27) => assert!(grey > 60, "{grey} at {x}, {y}"),
                (..6 | 22.., _) => assert!(grey < 20, "{grey} at {x}, {y}"),
                _ => {}
            }
        }
    }
}

#[test]
fn dark_parts_become_light() {
    let mut rgba = rectangle([120, 100], [90, 160, 90, 255], CROP, [30, 30, 60, 255]);
    for y in 50..90 {
        for x in 20..60 {
            rgba[(y * 120 + x) * 4..][..3].copy_from_slice(&[220, 210, 230]);
        }
    }
    let prepared = prepare(&rgba, 120, 100).unwrap();
    let row = |y: usize| u32::from(prepared.input[y * INPUT_SIDE + INPUT_SIDE / 2]);
    assert!(prepared.inverted);
    assert!(row(4) > row(22) + 80, "{} and {}", row(4), row(22));
}

/// Draws a floor of wooden boards with noise that depends on the pixel.
fn wooden_floor(size: [usize; 2]) -> Vec<u8> {
    let noise = |x: usize, y: usize| (x * 7919 + y * 104_729 + x * y * 31) % 23;
    let pixel = |index: usize| {
        let (x, y) = (index % size[0], index / size[0]);
        let seam = if x % 48 < 2 { 40 } else { 0 };
        let tone = 140 + noise(x, y) - seam + y / 16;
        [tone as u8, (tone * 3 / 4) as u8, (tone / 2) as u8, 255]
    };
    (0..size[0] * size[1]).flat_map(pixel).collect()
}

#[test]
fn garment_on_a_wooden_floor_is_segmented() {
    let size = [384, 512];
    let mut rgba = wooden_floor(size);
    let is_garment = |x: usize, y: usize| {
        let body = (104..280).contains(&x) && (96..416).contains(&y);
        body || ((72..312).contains(&x) && (96..136).contains(&y))
    };
    for y in 0..size[1] {
        for x in 0..size[0] {
            if is_garment(x, y) {
                rgba[(y * size[0] + x) * 4..][..3].copy_from_slice(&[60, 70, (x % 64) as u8 + 90]);
            }
        }
    }
    let prepared = prepare(&rgba, size[0], size[1]).unwrap();
    let foreground = &segmentation(&prepared).foreground;
    let (mut intersection, mut union) = (0, 0);
    for y in 0..foreground.height {
        for x in 0..foreground.width {
            let expected = is_garment(x * 4 + 2, y * 4 + 2);
            let is_found = foreground.values[y * foreground.width + x] >= 0.5;
            intersection += usize::from(expected && is_found);
            union += usize::from(expected || is_found);
        }
    }
    assert!(intersection * 100 > union * 95, "{intersection} of {union}");
    assert_eq!(segmentation(&prepared).quality.issue(), None);
}

#[test]
fn strips_give_the_same_as_the_whole_photo() {
    let size = [700, 333];
    let rgba = wooden_floor(size);
    let mut whole = Downscaler::new(size[0], size[1]).unwrap();
    whole.push(&rgba).unwrap();
    let mut strips = Downscaler::new(size[0], size[1]).unwrap();
    for strip in rgba.chunks(size[0] * 4 * 50) {
        strips.push(strip).unwrap();
    }
    assert!(strips.push(&rgba[..size[0] * 4]).is_err());
    assert_eq!(whole.finish(), strips.finish());
    let mut short = Downscaler::new(size[0], size[1]).unwrap();
    short.push(&rgba[..size[0] * 4]).unwrap();
    assert!(matches!(short.finish(), Err(PhotoError::Length { .. })));
}

#[test]
fn downscaling_averages_areas() {
    let size = [600, 450];
    let rgba = wooden_floor(size);
    let mut downscaler = Downscaler::new(size[0], size[1]).unwrap();
    downscaler.push(&rgba).unwrap();
    let [red, _, _] = downscaler.finish().unwrap().planes;
    assert_eq!((red.width, red.height), (256, 192));
    let step = 600.0 / 256.0;
    for (x, y) in [(0, 0), (17, 90), (255, 191)] {
        let (mut sum, mut area) = (0.0, 0.0);
        for v in 0..size[1] {
            for u in 0..size[0] {
                let overlap = |pixel: usize, out: usize| {
                    let from = (out as f64 * step).max(pixel as f64);
                    ((out + 1) as f64 * step).min((pixel + 1) as f64) - from
                };
                let share = overlap(u, x).max(0.0) * overlap(v, y).max(0.0);
                sum += share * f64::from(rgba[(v * size[0] + u) * 4]);
                area += share;
            }
        }
        let found = f64::from(red.values[y * 256 + x]);
        assert!(
            (found - sum / area).abs() < 0.3,
            "{found}, not {}",
            sum / area
        );
    }
}

#[test]
fn transparent_pixels_are_white() {
    let crop = Crop {
        x: 2,
        y: 2,
        width: 6,
        height: 6,
    };
    let transparent = rectangle([10, 10], [9, 9, 9, 0], crop, BLACK);
    let white = rectangle([10, 10], WHITE, crop, BLACK);
    assert_eq!(prepare(&transparent, 10, 10), prepare(&white, 10, 10));
}

#[test]
fn fashion_mnist_images_become_the_input_unchanged() {
    let mut input = [0_u8; INPUT_VALUES];
    for (index, pixel) in input.iter_mut().enumerate() {
        let (x, y) = (index % INPUT_SIDE, index / INPUT_SIDE);
        if (3..25).contains(&x) && (1..27).contains(&y) {
            *pixel = (x * 7 + y) as u8;
        }
    }
    let rgba: Vec<u8> = input
        .iter()
        .flat_map(|&grey| [grey, grey, grey, 255])
        .collect();
    assert_eq!(prepare(&rgba, INPUT_SIDE, INPUT_SIDE).unwrap().input, input);
}

#[test]
fn invalid_photos_are_rejected_with_code_and_message() {
    for (bytes, width, height, code, words) in [
        (0, 0, 7, "photo-size", "no pixels (0 x 7)"),
        (
            16,
            2,
            1,
            "photo-size",
            "2 x 1 RGBA pixels must have 8 bytes, got 16",
        ),
        (4, 50_001, 1000, "photo-size", "50001 x 1000"),
        (4, usize::MAX, 2, "photo-size", "at most 50 megapixels"),
        (16, 2, 2, "photo-too-small", "at least 8 pixels, got 2 x 2"),
        (256, 8, 8, "photo-transparent", "fully transparent"),
    ] {
        let error = prepare(&vec![0; bytes], width, height).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(words), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_photo_gives_an_input_and_a_crop_on_the_photo(
        (width, height, rgba) in (MIN_SIDE..80, MIN_SIDE..400).prop_flat_map(|(width, height)| {
            let bytes = proptest::collection::vec(any::<u8>(), width * height * 4);
            (Just(width), Just(height), bytes)
        })
    ) {
        match prepare(&rgba, width, height) {
            Ok(prepared) => {
                let crop = prepared.crop;
                prop_assert!(crop.width >= 1 && crop.height >= 1);
                prop_assert!((crop.x + crop.width) as usize <= width);
                prop_assert!((crop.y + crop.height) as usize <= height);
            }
            Err(error) => prop_assert_eq!(error, PhotoError::Transparent),
        }
    }

    #[test]
    fn rows_pushed_together_equal_rows_pushed_singly(
        width in MIN_SIDE..700, height in 300_usize..2500, seed in any::<u32>(), holes in any::<bool>()
    ) {
        let noise = |index: usize| (index as u32 ^ seed).wrapping_mul(2_654_435_761) >> 24;
        let pixel = |index: usize| {
            let hole = holes && index.is_multiple_of(60_013);
            let opacity = if hole { 90 } else { 255 };
            [noise(3 * index) as u8, noise(3 * index + 1) as u8, noise(3 * index + 2) as u8, opacity]
        };
        let rgba: Vec<u8> = (0..width * height).flat_map(pixel).collect();
        let mut together = Downscaler::new(width, height).unwrap();
        together.push(&rgba).unwrap();
        let mut single = Downscaler::new(width, height).unwrap();
        for row in rgba.chunks_exact(width * 4) {
            single.push(row).unwrap();
        }
        prop_assert!(together.finish() == single.finish());
    }

    #[test]
    fn plain_photo_gives_a_black_input_and_a_crop_of_all(
        width in MIN_SIDE..300, height in MIN_SIDE..300, grey in any::<[u8; 3]>()
    ) {
        let rgba = [grey[0], grey[1], grey[2], 255].repeat(width * height);
        let prepared = prepare(&rgba, width, height).unwrap();
        let whole = Crop { x: 0, y: 0, width: width as u32, height: height as u32 };
        prop_assert_eq!(prepared.crop, whole);
        // A black photo of 28x28 pixels counts as a Fashion-MNIST image.
        if let Some(segmentation) = &prepared.segmentation {
            prop_assert_eq!(segmentation.quality.issue(), Some(PhotoIssue::NothingFound));
            prop_assert!(prepared.input.iter().all(|&value| value <= 1));
        }
    }
}

#[test]
fn limits_equal_those_of_the_page() {
    let script = include_str!("../../www/shared/limits.js");
    let limit = |name: &str| -> f64 {
        let line = script.lines().find(|line| line.contains(name)).unwrap();
        let value = line.split('=').nth(1).unwrap().trim().trim_end_matches(';');
        value
            .split('*')
            .map(|factor| factor.trim().replace('_', "").parse::<f64>().unwrap())
            .product()
    };
    assert_eq!(limit("MAX_PIXELS"), MAX_PIXELS as f64);
    assert_eq!(limit("MAX_BYTES"), MAX_BYTES as f64);
    assert_eq!(limit("MIN_SIDE"), MIN_SIDE as f64);
}
