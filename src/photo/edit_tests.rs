use proptest::prelude::*;

use super::*;

/// Draws dark rectangles `[x, y, width, height]` on a light photo of `[width, height]` pixels.
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

fn edit_with_box(rotated_box: RotatedBox) -> PhotoEdit {
    PhotoEdit {
        region: Region::Box(rotated_box),
        ..PhotoEdit::default()
    }
}

fn segmentation(prepared: &PreparedPhoto) -> &Segmentation {
    prepared.segmentation.as_ref().unwrap()
}

/// Returns the smallest and the largest coordinates of an outline.
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
fn outline_surrounds_the_garment_in_pixels_of_the_photo() {
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
fn box_selects_one_of_two_garments() {
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
    let prepared = prepare_downscaled(&photo, &edit_with_box(rotated_box)).unwrap();
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
fn longer_side_of_the_box_becomes_the_side_of_the_input() {
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
        let prepared = prepare_downscaled(&photo, &edit_with_box(rotated_box)).unwrap();
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
fn rotated_box_shows_its_garment_upright() {
    let size = [400, 400];
    let photo = downscaled(&photo(size, &[[100, 160, 200, 80]]), size);
    let rotated_box = RotatedBox {
        cx: 200.0,
        cy: 200.0,
        width: 110.0,
        height: 220.0,
        angle: 90.0,
    };
    let input = prepare_downscaled(&photo, &edit_with_box(rotated_box))
        .unwrap()
        .input;
    let lit = |x: usize, y: usize| input[y * INPUT_SIDE + x] > 40;
    assert!(lit(14, 3) && lit(14, 24), "the garment must be upright");
    assert!(
        !lit(3, 14) && !lit(24, 14),
        "the garment must not lie on its side"
    );
}

#[test]
fn quarter_turns_equal_a_photo_rotated_beforehand() {
    let size = [90, 60];
    let rgba = photo(size, &[[20, 10, 30, 40], [50, 10, 20, 10]]);
    // A quarter turn clockwise moves (x, y) to (height - 1 - y, x).
    let mut rotated = vec![0; rgba.len()];
    for y in 0..size[1] {
        for x in 0..size[0] {
            let to = x * size[1] + size[1] - 1 - y;
            rotated[to * 4..][..4].copy_from_slice(&rgba[(y * size[0] + x) * 4..][..4]);
        }
    }
    let edit = PhotoEdit {
        quarter_turns: 5,
        ..PhotoEdit::default()
    };
    assert_eq!(
        prepare_downscaled(&downscaled(&rgba, size), &edit),
        prepare(&rotated, size[1], size[0])
    );
}

#[test]
fn whole_region_is_a_box_around_the_photo_and_invert_is_applied() {
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
    let inverted = PhotoEdit {
        invert: Some(true),
        ..edit
    };
    let other = prepare_downscaled(&photo, &inverted).unwrap();
    assert!(other.inverted);
    assert_ne!(prepared.input, other.input);
}

#[test]
fn empty_box_reports_nothing_found_and_shows_its_content() {
    let size = [300, 200];
    let photo = downscaled(&photo(size, &[]), size);
    let rotated_box = RotatedBox {
        width: 100.0,
        ..RotatedBox::whole(size)
    };
    let prepared = prepare_downscaled(&photo, &edit_with_box(rotated_box)).unwrap();
    let issue = segmentation(&prepared).quality.issue();
    assert_eq!(issue, Some(PhotoIssue::NothingFound));
    assert!(prepared.outline().is_empty());
    assert!(prepared.input.iter().any(|&grey| grey > 0));
}

#[test]
fn fashion_mnist_image_can_be_rotated_and_inverted() {
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
fn invalid_downscaled_photos_are_rejected() {
    let load = |size, downscaled, values: &[f32]| {
        Downscaled::from_values(size, downscaled, values).map_err(|error| error.code())
    };
    let values = vec![7.0; 3 * 20];
    assert!(load([40, 50], [4, 5], &values).is_ok());
    assert_eq!(load([40, 50], [5, 5], &values), Err("photo-downscaled"));
    assert_eq!(load([40, 50], [0, 5], &[]), Err("photo-downscaled"));
    assert_eq!(
        load([40, 50], [257, 1], &[1.0; 3 * 257]),
        Err("photo-downscaled")
    );
    assert_eq!(
        load([40, 50], [1, 1], &[1.0, f32::NAN, 1.0]),
        Err("photo-downscaled")
    );
    assert_eq!(load([0, 50], [4, 5], &values), Err("photo-size"));
    assert_eq!(load([90_000, 90_000], [4, 5], &values), Err("photo-size"));
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
    fn default_edit_changes_nothing((size, mut rgba) in any_photo()) {
        rgba[3] = 255;
        let found = prepare_downscaled(&downscaled(&rgba, size), &PhotoEdit::default());
        prop_assert_eq!(found, prepare(&rgba, size[0], size[1]));
    }

    #[test]
    fn any_valid_box_gives_an_input_and_an_outline_on_the_photo(
        (size, mut rgba) in any_photo(),
        centre in [0.0_f32..=1.0, 0.0..=1.0],
        sides in [0.0_f32..=1.0, 0.0..=1.0],
        angle in -1000.0_f32..1000.0,
        quarter_turns in any::<u8>(),
        invert in any::<Option<bool>>(),
    ) {
        rgba[3] = 255;
        let photo = downscaled(&rgba, size);
        let rotated_size = photo.rotated(quarter_turns).size();
        let [width, height] = rotated_size.map(|side| side as f32);
        let longest = 4.0 * width.max(height);
        let rotated_box = RotatedBox {
            cx: centre[0] * width,
            cy: centre[1] * height,
            width: sides[0].mul_add(longest - 1.0, 1.0),
            height: sides[1].powi(4).mul_add(longest - 1.0, 1.0),
            angle,
        };
        let edit = PhotoEdit { quarter_turns, region: Region::Box(rotated_box), invert };
        let prepared = prepare_downscaled(&photo, &edit).unwrap();
        prop_assert_eq!(prepared.rotated_box, rotated_box);
        let crop = prepared.crop;
        prop_assert!(crop.width >= 1 && crop.height >= 1);
        prop_assert!((crop.x + crop.width) as usize <= rotated_size[0]);
        prop_assert!((crop.y + crop.height) as usize <= rotated_size[1]);
        for &[x, y] in prepared.outline().iter().flatten() {
            prop_assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x}, {y}");
        }
        prop_assert!(segmentation(&prepared).quality.certainty.is_finite());
    }

    #[test]
    fn any_numbers_form_a_valid_box_or_are_rejected(numbers in any::<[f32; 5]>()) {
        let size = [40, 30];
        let photo = downscaled(&photo(size, &[[10, 5, 20, 20]]), size);
        let [cx, cy, width, height, angle] = numbers;
        let rotated_box = RotatedBox { cx, cy, width, height, angle };
        match prepare_downscaled(&photo, &edit_with_box(rotated_box)) {
            Ok(prepared) => prop_assert_eq!(prepared.rotated_box, rotated_box),
            Err(error) => prop_assert_eq!(error.code(), "photo-box"),
        }
    }
}
