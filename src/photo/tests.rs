use proptest::prelude::*;

use super::*;

/// A photo of one colour with a rectangle of another.
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

#[test]
fn a_dark_garment_on_white_is_trimmed_centred_and_negated() {
    let crop = Crop {
        x: 20,
        y: 10,
        width: 40,
        height: 80,
    };
    let rgba = rectangle([120, 100], WHITE, crop, BLACK);
    let prepared = prepare(&rgba, 120, 100).unwrap();
    assert_eq!(prepared.crop, crop);
    assert!(prepared.inverted);
    for (index, &grey) in prepared.picture.iter().enumerate() {
        let inside = (7..21).contains(&(index % SIDE));
        assert_eq!(grey, if inside { 255 } else { 0 }, "pixel {index}");
    }
}

#[test]
fn a_light_garment_on_black_is_not_negated() {
    let crop = Crop {
        x: 5,
        y: 30,
        width: 60,
        height: 30,
    };
    let rgba = rectangle([70, 90], BLACK, crop, [200, 200, 200, 255]);
    let prepared = prepare(&rgba, 70, 90).unwrap();
    assert_eq!(prepared.crop, crop);
    assert!(!prepared.inverted);
    assert_eq!(prepared.picture[14 * SIDE + 14], 200);
    assert_eq!(prepared.picture[0], 0);
}

#[test]
fn transparency_shows_white() {
    let crop = Crop {
        x: 2,
        y: 2,
        width: 6,
        height: 6,
    };
    let over_nothing = rectangle([10, 10], [9, 9, 9, 0], crop, BLACK);
    let over_white = rectangle([10, 10], WHITE, crop, BLACK);
    assert_eq!(prepare(&over_nothing, 10, 10), prepare(&over_white, 10, 10));
}

#[test]
fn the_data_sets_own_pictures_are_taken_as_they_are() {
    let mut picture = [0_u8; PIXELS];
    for (index, pixel) in picture.iter_mut().enumerate() {
        let (x, y) = (index % SIDE, index / SIDE);
        if (3..25).contains(&x) && (1..27).contains(&y) {
            *pixel = (x * 7 + y) as u8;
        }
    }
    let rgba: Vec<u8> = picture
        .iter()
        .flat_map(|&grey| [grey, grey, grey, 255])
        .collect();
    assert_eq!(prepare(&rgba, SIDE, SIDE).unwrap().picture, picture);
}

#[test]
fn wrong_sizes_are_named() {
    for (bytes, width, height, code, words) in [
        (0, 0, 7, "photo-size", "no pixels (0 x 7)"),
        (
            16,
            2,
            1,
            "photo-size",
            "16 bytes were given for 2 x 1 RGBA pixels, which take 8",
        ),
        (4, 50_001, 1000, "photo-size", "50001 x 1000"),
        (4, usize::MAX, 2, "photo-size", "at most 50 megapixels"),
        (16, 2, 2, "photo-too-small", "2 x 2 pixels, too small"),
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
    fn any_photo_gives_a_picture_and_a_crop_inside_it(
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
    fn a_flat_photo_is_black_and_whole(
        width in MIN_SIDE..300, height in MIN_SIDE..300, grey in any::<[u8; 3]>()
    ) {
        let rgba = [grey[0], grey[1], grey[2], 255].repeat(width * height);
        let prepared = prepare(&rgba, width, height).unwrap();
        let whole = Crop { x: 0, y: 0, width: width as u32, height: height as u32 };
        prop_assert_eq!(prepared.crop, whole);
        prop_assert!(prepared.picture.iter().all(|&value| value <= 1), "{:?}", prepared.picture);
    }
}

#[test]
fn the_page_has_the_same_limits() {
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
