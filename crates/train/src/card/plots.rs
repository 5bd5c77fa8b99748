//! The plots of model cards, as SVG.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::label_placement::{Covered, place_label};
use super::{Card, CurvePoint};
use crate::evaluate::Reliability;
use crate::garment::KindScores;
use thimble::labels::{CLASSES, LABELS};

/// The SVG, or the error of the plotter.
type Svg = Result<String, String>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

const FONT: &str = "sans-serif";
const TRAINING: RGBColor = RGBColor(0x8a, 0x6d, 0x3b);
const VALIDATION: RGBColor = RGBColor(0x1f, 0x4e, 0x79);

/// Loss and accuracy over the epochs, training and validation.
pub(super) fn curves(card: &Card) -> Svg {
    render((900, 380), |root| {
        let (left, right) = root.split_horizontally(450);
        let curve = &card.epochs;
        let of = |value: fn(&crate::training::EpochScores) -> f64| -> Vec<(f64, f64)> {
            curve
                .iter()
                .map(|scores| (scores.epoch as f64, value(scores)))
                .collect()
        };
        lines(
            &left,
            "loss per image",
            [of(|s| s.train_loss), of(|s| s.validation_loss)],
        )?;
        lines(
            &right,
            "accuracy, %",
            [
                of(|s| s.train_accuracy * 100.0),
                of(|s| s.validation_accuracy * 100.0),
            ],
        )
    })
}

/// Test images by true and predicted class.
pub(super) fn confusion(card: &Card) -> Svg {
    let title = format!(
        "{}: true class (rows) by predicted class (columns), test set",
        card.name
    );
    matrix(&title, &card.confusion)
}

/// Photos of a kind by true and predicted class.
pub(super) fn photo_confusion(kind: &str, scores: &KindScores) -> Svg {
    let title =
        format!("{kind} photos: true class (rows) by predicted class (columns), cross-validated");
    matrix(&title, &scores.confusion)
}

fn matrix(title: &str, confusion: &[[u32; CLASSES]; CLASSES]) -> Svg {
    render((760, 700), |root| {
        const LEFT: i32 = 110;
        const TOP: i32 = 60;
        const CELL: i32 = 60;
        let dark = &BLACK;
        let label = |anchor: HPos| {
            (FONT, 13)
                .into_font()
                .color(dark)
                .pos(Pos::new(anchor, VPos::Center))
        };
        let heading = (FONT, 15)
            .into_font()
            .color(dark)
            .pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(title, (10, 16), heading))
            .map_err(to_message)?;
        for (row, counts) in confusion.iter().enumerate() {
            let y = TOP + row as i32 * CELL;
            let place = (LEFT - 8, y + CELL / 2);
            root.draw(&Text::new(LABELS[row], place, label(HPos::Right)))
                .map_err(to_message)?;
            let column_place = (LEFT + row as i32 * CELL + CELL / 2, TOP - 14);
            let small = (FONT, 10)
                .into_font()
                .color(dark)
                .pos(Pos::new(HPos::Center, VPos::Center));
            root.draw(&Text::new(LABELS[row], column_place, small))
                .map_err(to_message)?;
            let total = counts.iter().sum::<u32>().max(1);
            for (column, &count) in counts.iter().enumerate() {
                let x = LEFT + column as i32 * CELL;
                let share = (f64::from(count) / f64::from(total)).sqrt();
                let tone = |full: u8| (255.0 - share * (255.0 - f64::from(full))) as u8;
                let fill = RGBColor(tone(VALIDATION.0), tone(VALIDATION.1), tone(VALIDATION.2));
                let cell = [(x, y), (x + CELL - 2, y + CELL - 2)];
                root.draw(&Rectangle::new(cell, fill.filled()))
                    .map_err(to_message)?;
                let ink = if share > 0.6 { &WHITE } else { &BLACK };
                let style = (FONT, 14)
                    .into_font()
                    .color(ink)
                    .pos(Pos::new(HPos::Center, VPos::Center));
                let place = (x + CELL / 2, y + CELL / 2);
                root.draw(&Text::new(count.to_string(), place, style))
                    .map_err(to_message)?;
            }
        }
        Ok(())
    })
}

/// Accuracy by confidence on the test images: a reliability diagram.
pub(super) fn reliability(card: &Card) -> Svg {
    let title = format!("{}: accuracy by confidence, test set", card.name);
    by_confidence(&title, &card.reliability)
}

/// Accuracy by confidence on photos of a kind: a reliability diagram.
pub(super) fn photo_reliability(kind: &str, scores: &KindScores) -> Svg {
    let title = format!("{kind} photos: accuracy by confidence, cross-validated");
    by_confidence(&title, &scores.reliability)
}

fn by_confidence(title: &str, bins: &[Reliability]) -> Svg {
    render((460, 460), |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .caption(title, (FONT, 15))
            .x_label_area_size(34)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)
            .map_err(to_message)?;
        chart
            .configure_mesh()
            .x_desc("confidence (area: images)")
            .y_desc("accuracy")
            .light_line_style(WHITE)
            .draw()
            .map_err(to_message)?;
        let even = LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.4));
        chart.draw_series(even).map_err(to_message)?;
        let bins = bins.iter().filter(|bin| bin.images > 0);
        let points: Vec<_> = bins
            .map(|bin| ((bin.confidence, bin.accuracy), f64::from(bin.images).sqrt()))
            .collect();
        let line = points.iter().map(|(point, _)| *point);
        let line = LineSeries::new(line, VALIDATION.stroke_width(2));
        chart.draw_series(line).map_err(to_message)?;
        let circles = points.iter().map(|(point, root)| {
            Circle::new(
                *point,
                2 + (root / 8.0) as i32,
                VALIDATION.mix(0.5).filled(),
            )
        });
        chart.draw_series(circles).map_err(to_message)?;
        Ok(())
    })
}

/// Test accuracy of each network by its multiply-accumulates.
pub(super) fn accuracy_by_cost(curve: &[CurvePoint]) -> Svg {
    let points = curve.iter().map(|point| {
        let place = (point.macs as f64 / 1e6, point.test_accuracy * 100.0);
        (place, point.name.clone())
    });
    let largest = curve.iter().map(|point| point.macs).max().unwrap_or(1);
    named_points(
        "test accuracy by cost",
        ["million multiply-accumulates per image", "accuracy, %"],
        0.0..largest as f64 / 1e6 * 1.05,
        &points.collect::<Vec<_>>(),
    )
}

fn named_points(
    title: &str,
    [across, up]: [&str; 2],
    range: std::ops::Range<f64>,
    points: &[((f64, f64), String)],
) -> Svg {
    render((640, 420), |root| {
        let heights = || points.iter().map(|((_, height), _)| *height);
        let lowest = heights().fold(100.0, f64::min);
        let highest = heights().fold(0.0, f64::max);
        let room = ((highest - lowest) * 0.1).max(0.1);
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .caption(title, (FONT, 15))
            .x_label_area_size(34)
            .y_label_area_size(48)
            .build_cartesian_2d(range, lowest - room..highest + room)
            .map_err(to_message)?;
        chart
            .configure_mesh()
            .x_desc(across)
            .y_desc(up)
            .light_line_style(WHITE)
            .draw()
            .map_err(to_message)?;
        let (across, _) = chart.plotting_area().get_pixel_range();
        let pixels = points.iter().map(|(place, _)| chart.backend_coord(place));
        let mut taken: Vec<Covered> = pixels.map(|(x, y)| [x - 4, y - 4, x + 4, y + 4]).collect();
        // From the top, so that of two close points the upper one has its label above it.
        let mut highest_first: Vec<_> = points.iter().collect();
        highest_first.sort_by(|((_, one), _), ((_, other), _)| other.total_cmp(one));
        for (place, name) in highest_first {
            let placement = place_label(chart.backend_coord(place), name, &across, &taken);
            taken.push(placement.covered);
            let label = (FONT, 12).into_font().color(&BLACK).pos(placement.anchor);
            let point = EmptyElement::at(*place)
                + Circle::new((0, 0), 4, VALIDATION.filled())
                + Text::new(name.clone(), placement.offset, label);
            chart.draw_series([point]).map_err(to_message)?;
        }
        Ok(())
    })
}

fn render(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<(), String>) -> Svg {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE).map_err(to_message)?;
        draw(&root)?;
        root.present().map_err(to_message)?;
    }
    Ok(svg)
}

/// Two curves over the epochs.
fn lines(
    area: &Area<'_>,
    what: &str,
    [training, validation]: [Vec<(f64, f64)>; 2],
) -> Result<(), String> {
    let epochs = training.len().max(2) as f64;
    let values = || training.iter().chain(&validation).map(|(_, value)| *value);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let room = ((high - low) * 0.05).max(1e-6);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(what, (FONT, 15))
        .x_label_area_size(34)
        .y_label_area_size(48)
        .build_cartesian_2d(1.0..epochs, low - room..high + room)
        .map_err(to_message)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .light_line_style(WHITE)
        .draw()
        .map_err(to_message)?;
    for (name, points, colour) in [
        ("training", training, TRAINING),
        ("validation", validation, VALIDATION),
    ] {
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))
            .map_err(to_message)?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()
        .map_err(to_message)
}

fn to_message(error: impl std::fmt::Display) -> String {
    error.to_string()
}
