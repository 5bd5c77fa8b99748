use proptest::prelude::*;

use super::*;

/// A photo of one grey with dark rectangles `[x, y, width, height]`.
fn photo(size: [usize; 2], rectangles: &[[usize; 4]]) -> Vec<u8> {
    let is_dark = |x: usize, y: usize| {
        rectangles.iter().any(|&[left, top, width, height]| {
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        })
    };
    let pixel = |index: usize| match is_dark(index % size[0], index / size[0]) {
        true => [40, 50, 90, 255],
        false => [200, 198, 190, 255],
    };
    (0..size[0] * size[1]).flat_map(pixel).collect()
}

fn downscaled(rgba: &[u8], [width, height]: [usize; 2]) -> Downscaled {
    let mut downscaler = Downscaler::new(width, height).unwrap();
    downscaler.push(rgba).unwrap();
    downscaler.finish().unwrap()
}

fn framed(rotated_box: RotatedBox) -> PhotoEdit {
    PhotoEdit {
        region: Region::Box(rotated_box),
        ..PhotoEdit::default()
    }
}

fn segmentation(prepared: &PreparedPhoto) -> &Segmentation {
    prepared.segmentation.as_ref().unwrap()
}

/// The smallest and the largest coordinates of an outline.
fn extent(outline: &[Vec<[f32; 2]>]) -> [[f32; 2]; 2] {
    let points = outline.iter().flatten();
    points.fold([[f32::MAX; 2], [f32::MIN; 2]], |[low, high], point| {
        [
            [0, 1].map(|axis| low[axis].min(point[axis])),
            [0, 1].map(|axis| high[axis].max(point[axis])),
        ]
    })
}

#[test]
fn an_outline_goes_around_the_garment_in_the_photos_pixels() {
    let size = [600, 400];
    let prepared = prepare(&photo(size, &[[200, 100, 150, 240]]), size[0], size[1]).unwrap();
    let outline = prepared.outline();
    assert_eq!(outline.len(), 1);
    let [low, high] = extent(&outline);
    for (found, expected) in low
        .into_iter()
        .chain(high)
        .zip([200.0, 100.0, 350.0, 340.0])
    {
        assert!((found - expected).abs() < 5.0, "{low:?} to {high:?}");
    }
    assert_eq!(prepared.rotated_box.bounds(0.0).crop(size), prepared.crop);
}

#[test]
fn of_two_garments_the_one_in_the_box_is_seen() {
    let size = [600, 400];
    let rgba = photo(size, &[[60, 100, 120, 200], [380, 60, 160, 280]]);
    let photo = downscaled(&rgba, size);
    let rotated_box = RotatedBox {
        cx: 120.0,
        cy: 200.0,
        width: 160.0,
        height: 240.0,
        angle: 0.0,
    };
    let prepared = prepare_downscaled(&photo, &framed(rotated_box)).unwrap();
    assert_eq!(
        (
            prepared.rotated_box,
            segmentation(&prepared).quality.components
        ),
        (rotated_box, 1)
    );
    let [low, high] = extent(&prepared.outline());
    assert!(low[0] > 50.0 && high[0] < 190.0, "{low:?} to {high:?}");
    assert!(low[1] > 90.0 && high[1] < 310.0, "{low:?} to {high:?}");
}

#[test]
fn the_boxs_longer_side_is_the_pictures() {
    let size = [400, 400];
    let photo = downscaled(&photo(size, &[[150, 100, 100, 200]]), size);
    let rotated_box = RotatedBox {
        cx: 200.0,
        cy: 200.0,
        width: 100.0,
        height: 200.0,
        angle: 0.0,
    };
    let rows_lit = |rotated_box: RotatedBox| {
        let prepared = prepare_downscaled(&photo, &framed(rotated_box)).unwrap();
        let column = (0..INPUT_SIDE).map(|y| prepared.input[y * INPUT_SIDE + INPUT_SIDE / 2]);
        column.filter(|&grey| grey > 40).count()
    };
    assert!(rows_lit(rotated_box) >= 27, "{}", rows_lit(rotated_box));
    let twice = RotatedBox {
        height: 400.0,
        ..rotated_box
    };
    assert!((13..=15).contains(&rows_lit(twice)), "{}", rows_lit(twice));
}

#[test]
fn a_turned_box_shows_its_garment_upright() {
    let size = [400, 400];
    let lying = downscaled(&photo(size, &[[100, 160, 200, 80]]), size);
    let rotated_box = RotatedBox {
        cx: 200.0,
        cy: 200.0,
        width: 110.0,
        height: 220.0,
        angle: 90.0,
    };
    let input = prepare_downscaled(&lying, &framed(rotated_box))
        .unwrap()
        .input;
    let lit = |x: usize, y: usize| input[y * INPUT_SIDE + x] > 40;
    assert!(lit(14, 3) && lit(14, 24), "it does not stand");
    assert!(!lit(3, 14) && !lit(24, 14), "it lies");
}

#[test]
fn a_turned_photo_is_a_photo_that_was_turned() {
    let size = [90, 60];
    let rgba = photo(size, &[[20, 10, 30, 40], [50, 10, 20, 10]]);
    // A quarter clockwise takes (x, y) to (height - 1 - y, x).
    let mut turned = vec![0; rgba.len()];
    for y in 0..size[1] {
        for x in 0..size[0] {
            let to = x * size[1] + size[1] - 1 - y;
            turned[to * 4..][..4].copy_from_slice(&rgba[(y * size[0] + x) * 4..][..4]);
        }
    }
    let edit = PhotoEdit {
        quarter_turns: 5,
        ..PhotoEdit::default()
    };
    assert_eq!(
        prepare_downscaled(&downscaled(&rgba, size), &edit),
        prepare(&turned, size[1], size[0])
    );
}

#[test]
fn the_whole_picture_is_the_box_and_light_stays_light_where_that_is_wanted() {
    let size = [300, 200];
    let photo = downscaled(&photo(size, &[[100, 50, 100, 100]]), size);
    let edit = PhotoEdit {
        region: Region::Whole,
        invert: Some(false),
        ..PhotoEdit::default()
    };
    let prepared = prepare_downscaled(&photo, &edit).unwrap();
    assert_eq!(prepared.rotated_box, RotatedBox::whole(size));
    let whole = Crop {
        x: 0,
        y: 0,
        width: 300,
        height: 200,
    };
    assert_eq!((prepared.crop, prepared.inverted), (whole, false));
    let negated = PhotoEdit {
        invert: Some(true),
        ..edit
    };
    let other = prepare_downscaled(&photo, &negated).unwrap();
    assert!(other.inverted);
    assert_ne!(prepared.tta_inputs(), other.tta_inputs());
    assert_eq!(prepared.tta_inputs()[..INPUT_VALUES], prepared.input);
}

#[test]
fn a_box_with_nothing_in_it_says_so_and_shows_what_is_there() {
    let size = [300, 200];
    let photo = downscaled(&photo(size, &[]), size);
    let rotated_box = RotatedBox {
        width: 100.0,
        ..RotatedBox::whole(size)
    };
    let prepared = prepare_downscaled(&photo, &framed(rotated_box)).unwrap();
    let issue = segmentation(&prepared).quality.issue();
    assert_eq!(issue, Some(PhotoIssue::NothingFound));
    assert!(prepared.outline().is_empty());
    assert!(prepared.input.iter().any(|&grey| grey > 0));
}

#[test]
fn a_picture_of_the_data_set_can_be_turned_and_negated() {
    let mut rgba = [0, 0, 0, 255].repeat(INPUT_VALUES);
    rgba[(3 * INPUT_SIDE + 20) * 4..][..3].copy_from_slice(&[200; 3]);
    let input = downscaled(&rgba, [INPUT_SIDE, INPUT_SIDE]);
    let edit = PhotoEdit {
        quarter_turns: 1,
        invert: Some(true),
        ..PhotoEdit::default()
    };
    let prepared = prepare_downscaled(&input, &edit).unwrap();
    assert!(prepared.segmentation.is_none() && prepared.inverted);
    assert_eq!(prepared.input[20 * INPUT_SIDE + 24], 55);
    assert_eq!(prepared.input[0], 255);
}

#[test]
fn what_is_no_reduced_photo_is_refused() {
    let refused = |size, downscaled, values: &[f32]| {
        Downscaled::from_values(size, downscaled, values).map_err(|error| error.code())
    };
    let values = vec![7.0; 3 * 20];
    assert!(refused([40, 50], [4, 5], &values).is_ok());
    assert_eq!(refused([40, 50], [5, 5], &values), Err("photo-downscaled"));
    assert_eq!(refused([40, 50], [0, 5], &[]), Err("photo-downscaled"));
    assert_eq!(
        refused([40, 50], [257, 1], &[1.0; 3 * 257]),
        Err("photo-downscaled")
    );
    assert_eq!(
        refused([40, 50], [1, 1], &[1.0, f32::NAN, 1.0]),
        Err("photo-downscaled")
    );
    assert_eq!(refused([0, 50], [4, 5], &values), Err("photo-size"));
    assert_eq!(
        refused([90_000, 90_000], [4, 5], &values),
        Err("photo-size")
    );
}

fn any_photo() -> impl Strategy<Value = ([usize; 2], Vec<u8>)> {
    (MIN_SIDE..60, MIN_SIDE..400).prop_flat_map(|(width, height)| {
        let bytes = proptest::collection::vec(any::<u8>(), width * height * 4);
        (Just([width, height]), bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_adjusted_is_nothing_changed((size, mut rgba) in any_photo()) {
        rgba[3] = 255;
        let found = prepare_downscaled(&downscaled(&rgba, size), &PhotoEdit::default());
        prop_assert_eq!(found, prepare(&rgba, size[0], size[1]));
    }

    #[test]
    fn any_box_on_a_photo_gives_a_picture_and_an_outline_on_the_photo(
        (size, mut rgba) in any_photo(),
        middle in [0.0_f32..=1.0, 0.0..=1.0],
        sides in [0.0_f32..=1.0, 0.0..=1.0],
        angle in -1000.0_f32..1000.0,
        quarter_turns in any::<u8>(),
        invert in any::<Option<bool>>(),
    ) {
        rgba[3] = 255;
        let photo = downscaled(&rgba, size);
        let turned = photo.turned(quarter_turns).size();
        let [width, height] = turned.map(|side| side as f32);
        let longest = 4.0 * width.max(height);
        let rotated_box = RotatedBox {
            cx: middle[0] * width,
            cy: middle[1] * height,
            width: sides[0].mul_add(longest - 1.0, 1.0),
            height: sides[1].powi(4).mul_add(longest - 1.0, 1.0),
            angle,
        };
        let edit = PhotoEdit { quarter_turns, region: Region::Box(rotated_box), invert };
        let prepared = prepare_downscaled(&photo, &edit).unwrap();
        prop_assert_eq!(prepared.rotated_box, rotated_box);
        let crop = prepared.crop;
        prop_assert!(crop.width >= 1 && crop.height >= 1);
        prop_assert!((crop.x + crop.width) as usize <= turned[0]);
        prop_assert!((crop.y + crop.height) as usize <= turned[1]);
        for &[x, y] in prepared.outline().iter().flatten() {
            prop_assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x}, {y}");
        }
        prop_assert!(segmentation(&prepared).quality.certainty.is_finite());
    }

    #[test]
    fn any_numbers_for_a_box_are_a_box_or_refused(numbers in any::<[f32; 5]>()) {
        let size = [40, 30];
        let photo = downscaled(&photo(size, &[[10, 5, 20, 20]]), size);
        let [cx, cy, width, height, angle] = numbers;
        let rotated_box = RotatedBox { cx, cy, width, height, angle };
        match prepare_downscaled(&photo, &framed(rotated_box)) {
            Ok(prepared) => prop_assert_eq!(prepared.rotated_box, rotated_box),
            Err(error) => prop_assert_eq!(error.code(), "photo-box"),
        }
    }
}
