//! The card's pictures, as SVG.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::beside::{Covered, beside};
use super::{Card, CurvePoint};
use crate::evaluate::{PhotoScores, Reliability};
use thimble::labels::{CLASSES, LABELS};

type Drawn = Result<String, String>;
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

const FONT: &str = "sans-serif";
const TRAINING: RGBColor = RGBColor(0x8a, 0x6d, 0x3b);
const VALIDATION: RGBColor = RGBColor(0x1f, 0x4e, 0x79);

/// Loss and accuracy over the epochs, training and validation.
pub(super) fn curves(card: &Card) -> Drawn {
    drawn((900, 380), |root| {
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
            "cross-entropy per picture",
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

/// Test pictures by true and predicted class.
pub(super) fn confusion(card: &Card) -> Drawn {
    let title = format!(
        "{}: true class (rows) by predicted class (columns), test set",
        card.name
    );
    matrix(&title, &card.confusion)
}

/// Photos by true and predicted class.
pub(super) fn photo_confusion(scores: &PhotoScores) -> Drawn {
    matrix(
        "photos: true class (rows) by predicted class (columns), cross-validated",
        &scores.confusion,
    )
}

fn matrix(title: &str, confusion: &[[u32; CLASSES]; CLASSES]) -> Drawn {
    drawn((760, 700), |root| {
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
            .map_err(said)?;
        for (row, counts) in confusion.iter().enumerate() {
            let y = TOP + row as i32 * CELL;
            let place = (LEFT - 8, y + CELL / 2);
            root.draw(&Text::new(LABELS[row], place, label(HPos::Right)))
                .map_err(said)?;
            let column_place = (LEFT + row as i32 * CELL + CELL / 2, TOP - 14);
            let small = (FONT, 10)
                .into_font()
                .color(dark)
                .pos(Pos::new(HPos::Center, VPos::Center));
            root.draw(&Text::new(LABELS[row], column_place, small))
                .map_err(said)?;
            let total = counts.iter().sum::<u32>().max(1);
            for (column, &count) in counts.iter().enumerate() {
                let x = LEFT + column as i32 * CELL;
                let share = (f64::from(count) / f64::from(total)).sqrt();
                let tone = |full: u8| (255.0 - share * (255.0 - f64::from(full))) as u8;
                let fill = RGBColor(tone(VALIDATION.0), tone(VALIDATION.1), tone(VALIDATION.2));
                let cell = [(x, y), (x + CELL - 2, y + CELL - 2)];
                root.draw(&Rectangle::new(cell, fill.filled()))
                    .map_err(said)?;
                let ink = if share > 0.6 { &WHITE } else { &BLACK };
                let style = (FONT, 14)
                    .into_font()
                    .color(ink)
                    .pos(Pos::new(HPos::Center, VPos::Center));
                let place = (x + CELL / 2, y + CELL / 2);
                root.draw(&Text::new(count.to_string(), place, style))
                    .map_err(said)?;
            }
        }
        Ok(())
    })
}

/// How often the network is right on test pictures, by how sure it says it is.
pub(super) fn reliability(card: &Card) -> Drawn {
    let title = format!("{}: accuracy by confidence, test set", card.name);
    by_confidence(&title, &card.reliability)
}

/// How often the network is right on photos, by how sure it says it is.
pub(super) fn photo_reliability(scores: &PhotoScores) -> Drawn {
    let title = "photos: accuracy by confidence, cross-validated";
    by_confidence(title, &scores.reliability)
}

fn by_confidence(title: &str, bins: &[Reliability]) -> Drawn {
    drawn((460, 460), |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(12)
            .caption(title, (FONT, 15))
            .x_label_area_size(34)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)
            .map_err(said)?;
        chart
            .configure_mesh()
            .x_desc("confidence (area: pictures)")
            .y_desc("accuracy")
            .light_line_style(WHITE)
            .draw()
            .map_err(said)?;
        let even = LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.4));
        chart.draw_series(even).map_err(said)?;
        let bins = bins.iter().filter(|bin| bin.images > 0);
        let points: Vec<_> = bins
            .map(|bin| ((bin.confidence, bin.accuracy), f64::from(bin.images).sqrt()))
            .collect();
        let line = points.iter().map(|(point, _)| *point);
        let line = LineSeries::new(line, VALIDATION.stroke_width(2));
        chart.draw_series(line).map_err(said)?;
        let circles = points.iter().map(|(point, root)| {
            Circle::new(
                *point,
                2 + (root / 8.0) as i32,
                VALIDATION.mix(0.5).filled(),
            )
        });
        chart.draw_series(circles).map_err(said)?;
        Ok(())
    })
}

/// Test accuracy of each network by its multiply-accumulates.
pub(super) fn accuracy_by_cost(curve: &[CurvePoint]) -> Drawn {
    let points = curve.iter().map(|point| {
        let place = (point.macs as f64 / 1e6, point.test_accuracy * 100.0);
        (place, point.name.clone())
    });
    let largest = curve.iter().map(|point| point.macs).max().unwrap_or(1);
    named_points(
        "test accuracy by cost",
        ["million multiply-accumulates an image", "accuracy, %"],
        0.0..largest as f64 / 1e6 * 1.05,
        &points.collect::<Vec<_>>(),
    )
}

/// Photos that are right by Fashion-MNIST's validation pictures that are, both in per cent.
pub(super) fn photos_by_fashion(points: &[((f64, f64), String)]) -> Drawn {
    let of_fashion = || points.iter().map(|((fashion, _), _)| *fashion);
    let low = of_fashion().fold(100.0, f64::min);
    let high = of_fashion().fold(0.0, f64::max);
    let room = (high - low).max(1.0);
    named_points(
        "fine-tuned on photos: what is right of them, and of Fashion-MNIST",
        ["Fashion-MNIST, validation, %", "photos, %"],
        low - 0.1 * room..high + 0.1 * room,
        points,
    )
}

fn named_points(
    title: &str,
    [across, up]: [&str; 2],
    range: std::ops::Range<f64>,
    points: &[((f64, f64), String)],
) -> Drawn {
    drawn((640, 420), |root| {
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
            .map_err(said)?;
        chart
            .configure_mesh()
            .x_desc(across)
            .y_desc(up)
            .light_line_style(WHITE)
            .draw()
            .map_err(said)?;
        let (across, _) = chart.plotting_area().get_pixel_range();
        let pixels = points.iter().map(|(place, _)| chart.backend_coord(place));
        let mut taken: Vec<Covered> = pixels.map(|(x, y)| [x - 4, y - 4, x + 4, y + 4]).collect();
        // The highest first, so that of two near each other it has its name above it.
        let mut highest_first: Vec<_> = points.iter().collect();
        highest_first.sort_by(|((_, one), _), ((_, other), _)| other.total_cmp(one));
        for (place, name) in highest_first {
            let beside = beside(chart.backend_coord(place), name, &across, &taken);
            taken.push(beside.covered);
            let label = (FONT, 12).into_font().color(&BLACK).pos(beside.anchor);
            let point = EmptyElement::at(*place)
                + Circle::new((0, 0), 4, VALIDATION.filled())
                + Text::new(name.clone(), beside.offset, label);
            chart.draw_series([point]).map_err(said)?;
        }
        Ok(())
    })
}

fn drawn(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<(), String>) -> Drawn {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE).map_err(said)?;
        draw(&root)?;
        root.present().map_err(said)?;
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
        .map_err(said)?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .light_line_style(WHITE)
        .draw()
        .map_err(said)?;
    for (name, points, colour) in [
        ("training", training, TRAINING),
        ("validation", validation, VALIDATION),
    ] {
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))
            .map_err(said)?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()
        .map_err(said)
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
