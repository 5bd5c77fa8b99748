//! Which of the two convolutions, direct or Winograd's, a step of training runs.

use super::accumulate::accumulate;
use super::batch::Plan;
use super::conv3x3::{Conv3x3, with_scratch};
use super::layout::inner_rows;
use super::packing::pack;
use super::simd::convolve;
use super::winograd::{self, Finish, winograd_weights};

impl Conv3x3 {
    /// The convolution of the output's gradient that makes the input's.
    fn turned(&self) -> Self {
        Self {
            inputs: self.outputs,
            outputs: self.inputs,
            ..*self
        }
    }
}

/// The forward pass of one step, a few pictures at a time.
pub(super) enum Forward {
    Direct { plan: Plan, packed: Vec<f32> },
    Winograd { weights: Vec<f32> },
}

impl Forward {
    /// For up to `pictures` pictures at a time, with weights `[outputs, 9 * inputs]`.
    pub(super) fn new(conv: &Conv3x3, pictures: usize, weights: &[f32]) -> Self {
        let packed = pack(weights, conv.outputs);
        if conv.has_winograd() {
            let weights = winograd_weights(&packed, conv.inputs, conv.outputs);
            Self::Winograd { weights }
        } else {
            let plan = conv.forward_plan(pictures);
            Self::Direct { plan, packed }
        }
    }

    /// Convolves whole pictures.
    pub(super) fn run(&self, conv: &Conv3x3, input: &[f32], output: &mut [f32]) {
        match self {
            Self::Direct { plan, packed } => with_scratch(|scratch| {
                let walk = plan.walk(input.len() / conv.input_values());
                let input = scratch.input.fill(input, conv.input());
                convolve(&walk, input, packed, output);
            }),
            Self::Winograd { weights } => {
                winograd::convolve(conv, input, weights, Finish::Nothing, output);
            }
        }
    }
}

/// The backward pass of one step, a few pictures at a time.
pub(super) enum Backward {
    Direct {
        /// Windows of the input and places of the output's gradient.
        plan: Plan,
        /// That make the input's gradient, where it is asked for.
        passes: Vec<(Plan, Vec<f32>)>,
    },
    Winograd {
        /// Of the convolution that makes the input's gradient, where it is asked for.
        weights: Option<Vec<f32>>,
    },
}

impl Backward {
    /// For up to `pictures` pictures at a time, with weights `[outputs, 9 * inputs]`.
    pub(super) fn new(conv: &Conv3x3, pictures: usize, weights: &[f32], wants_input: bool) -> Self {
        if conv.has_winograd() {
            // The gradient goes back through the kernel turned around.
            let passes = wants_input.then(|| conv.input_passes(0, weights));
            let weights = passes.into_iter().flatten().next();
            let weights =
                weights.map(|(_, packed)| winograd_weights(&packed, conv.outputs, conv.inputs));
            return Self::Winograd { weights };
        }
        Self::Direct {
            plan: conv.weight_plan(pictures),
            passes: match wants_input {
                true => conv.input_passes(pictures, weights),
                false => Vec::new(),
            },
        }
    }

    /// Gives the gradient of the packed weights, and writes that of the input where it was asked
    /// for. `fill` writes the gradient of the output, a row of pixels at a time; what it returns
    /// comes back too.
    pub(super) fn run<R>(
        &self,
        conv: &Conv3x3,
        input: &[f32],
        fill: impl FnOnce(&mut dyn Iterator<Item = &mut [f32]>) -> R,
        input_gradient: &mut [f32],
    ) -> (Vec<f32>, R) {
        let pictures = input.len() / conv.input_values();
        let mut sums = vec![0.0; conv.outputs * conv.inputs * 9];
        let filled = with_scratch(|scratch| match self {
            Self::Direct { plan, passes } => {
                let gradient = scratch.gradient.room(pictures, conv.output());
                let filled = fill(&mut inner_rows(gradient, conv.output()));
                for (plan, packed) in passes {
                    convolve(&plan.walk(pictures), gradient, packed, input_gradient);
                }
                let input = scratch.input.fill(input, conv.input());
                accumulate(&plan.walk(pictures), input, gradient, &mut sums);
                filled
            }
            Self::Winograd { weights } => {
                let [_, width, channels] = conv.output();
                scratch
                    .convolved
                    .resize(pictures * conv.output_values(), 0.0);
                let gradient = &mut scratch.convolved;
                let filled = fill(&mut gradient.chunks_exact_mut(width * channels));
                if let Some(weights) = weights {
                    let turned = conv.turned();
                    winograd::convolve(&turned, gradient, weights, Finish::Nothing, input_gradient);
                }
                winograd::weight_gradient(conv, input, gradient, &mut sums);
                filled
            }
        });
        (sums, filled)
    }
}
