//! The progress of a run: burn's dashboard on a terminal, otherwise a line per epoch.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::train::Interrupter;
use burn::train::metric::{
    MetricAttributes, MetricDefinition, MetricEntry, MetricId, NumericAttributes, NumericEntry,
    SerializedEntry,
};
use burn::train::renderer::tui::TuiMetricsRendererWrapper;
use burn::train::renderer::{MetricState, MetricsRenderer};

use super::EpochScores;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressKind {
    /// burn's dashboard where standard output is a terminal, otherwise lines.
    Automatic,
    /// A line per epoch on standard error.
    Lines,
    /// Not at all.
    Silent,
}

/// A part of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Steps over the training images.
    Training,
    /// Scores on the validation images.
    Validation,
}

/// Shows the progress of a run, and stops it on request.
pub struct Progress {
    renderer: Option<Box<dyn MetricsRenderer>>,
    lines: bool,
    interrupter: Interrupter,
    started: Instant,
    first_epoch: usize,
    epochs: usize,
    seen: usize,
}

const LOSS: &str = "Loss";
const ACCURACY: &str = "Accuracy";

impl Progress {
    /// Progress over `epochs` epochs, the first `done` of them from before a resumption. The dashboard stops the run
    /// through `interrupter`.
    pub fn new(
        kind: ProgressKind,
        label: &str,
        epochs: usize,
        done: usize,
        interrupter: Interrupter,
    ) -> Self {
        let dashboard = kind == ProgressKind::Automatic && std::io::stdout().is_terminal();
        let mut renderer: Option<Box<dyn MetricsRenderer>> = dashboard.then(|| {
            let wrapper = TuiMetricsRendererWrapper::new(interrupter.clone(), None);
            Box::new(wrapper) as Box<dyn MetricsRenderer>
        });
        if let Some(renderer) = &mut renderer {
            renderer.register_metric(definition(LOSS, None, false));
            renderer.register_metric(definition(ACCURACY, Some("%"), true));
            renderer.start(epochs, done, None, Some(label));
        }
        let lines = !dashboard && kind != ProgressKind::Silent;
        if lines {
            eprintln!("{label}: {epochs} epochs, {done} done");
        }
        Self {
            renderer,
            lines,
            interrupter,
            started: Instant::now(),
            first_epoch: done,
            epochs,
            seen: 0,
        }
    }

    /// Whether the run should stop.
    pub fn should_stop(&self) -> bool {
        self.interrupter.should_stop()
    }

    /// Begins a part of an epoch, over `images` images.
    pub fn begin(&mut self, part: Part, images: usize) {
        self.seen = 0;
        if let Some(renderer) = &mut self.renderer {
            let name = if part == Part::Training {
                "train"
            } else {
                "valid"
            };
            renderer.start_split(name, images);
        }
    }

    /// Lets Ctrl-C interrupt the program. burn's dashboard, which starts in a thread of its own, otherwise reads it as
    /// a key.
    #[cfg(unix)]
    fn let_ctrl_c_through(&self) {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

        let stdin = std::io::stdin();
        if self.renderer.is_none() || !stdin.is_terminal() {
            return;
        }
        if let Ok(mut modes) = tcgetattr(&stdin)
            && !modes.local_modes.contains(LocalModes::ISIG)
        {
            modes.local_modes.insert(LocalModes::ISIG);
            // Where this fails, `q` still stops the run.
            let _ = tcsetattr(&stdin, OptionalActions::Now, &modes);
        }
    }

    #[cfg(not(unix))]
    fn let_ctrl_c_through(&self) {}

    /// Adds `images` to those done; `loss` and `accuracy` (0 to 1) are the means so far.
    pub fn step(&mut self, part: Part, images: usize, loss: f64, accuracy: f64) {
        self.seen += images;
        self.let_ctrl_c_through();
        let Some(renderer) = &mut self.renderer else {
            return;
        };
        for (name, value) in [(LOSS, loss), (ACCURACY, accuracy * 100.0)] {
            let state = MetricState::Numeric(
                MetricEntry::new(
                    MetricId::new(Arc::new(name.to_owned())),
                    SerializedEntry::new(format!("{value:.4}"), value.to_string()),
                ),
                Some(NumericEntry::Value(value)),
            );
            match part {
                Part::Training => renderer.update_train(state),
                Part::Validation => renderer.update_valid(state),
            }
        }
        renderer.update_split(self.seen);
    }

    /// Ends a part of an epoch.
    pub fn end(&mut self) {
        if let Some(renderer) = &mut self.renderer {
            renderer.end_split();
        }
    }

    /// Ends an epoch.
    pub fn epoch(&mut self, scores: &EpochScores) {
        if let Some(renderer) = &mut self.renderer {
            renderer.update_epoch(scores.epoch - 1);
        }
        if self.lines {
            eprintln!(
                "epoch {:>3}/{}  train loss {:.4} accuracy {:.2} %  \
                 validation loss {:.4} accuracy {:.2} %  {} left",
                scores.epoch,
                self.epochs,
                scores.train_loss,
                scores.train_accuracy * 100.0,
                scores.validation_loss,
                scores.validation_accuracy * 100.0,
                minutes(self.time_left(scores.epoch)),
            );
        }
    }

    fn time_left(&self, epoch: usize) -> Duration {
        let done = (epoch - self.first_epoch).max(1) as f64;
        self.started
            .elapsed()
            .mul_f64(self.epochs.saturating_sub(epoch) as f64 / done)
    }
}

/// Formats a duration as minutes and seconds.
fn minutes(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn definition(name: &str, unit: Option<&str>, higher_is_better: bool) -> MetricDefinition {
    MetricDefinition {
        metric_id: MetricId::new(Arc::new(name.to_owned())),
        name: Arc::new(name.to_owned()),
        description: None,
        attributes: MetricAttributes::Numeric(NumericAttributes {
            unit: unit.map(str::to_owned),
            higher_is_better,
        }),
    }
}
