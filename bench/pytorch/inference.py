"""Inference in PyTorch natively, for the tables that stand beside the browser's.

    node bench/native/run.mjs PROGRAM       # makes target/bench/python and target/bench/models
    target/bench/python/bin/python bench/pytorch/inference.py > bench/results/pytorch.json

The weights are the exported ones, NAME.safetensors in target/bench/models (--models DIR). On one thread and on all cores, in 32-bit floats, eagerly
and (with --compile, which wants a C++ compiler) through torch.compile, each with the usual layout
and channels-last: all take turns, and of the layouts of each way the faster counts and is named. Where
Intel's extension is installed (its last release, 2.8, wants an environment of its own with that
PyTorch), it is one more way.
"""

import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import statistics
import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from common import processor, spread, test_inputs, test_labels  # noqa: E402

MODELS = pathlib.Path(__file__).parent.parent.parent / "target/bench/models"
NETWORKS = ["paper", "thimble"]
BATCHES = [1, 16, 64, 256]
ROUNDS = 7
TURN_SECONDS = 0.1
TEST_BATCH = 64
TEST_ROUNDS = 3


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, 1)


class Paper(nn.Module):
    def __init__(self, tensors):
        super().__init__()
        self.conv1, self.conv2 = conv(1, 16), conv(16, 32)
        self.hidden, self.output = nn.Linear(1568, 128), nn.Linear(128, 10)
        self.load_state_dict(tensors)

    def forward(self, x):
        for layer in (self.conv1, self.conv2):
            x = nn.functional.max_pool2d(torch.relu(layer(x)), 2)
        return self.output(torch.relu(self.hidden(x.flatten(1))))


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width)

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + x)


class Stage(nn.Module):
    def __init__(self, inputs, width, stride, blocks):
        super().__init__()
        self.entry = conv(inputs, width, stride)
        self.blocks = nn.Sequential(*[Block(width) for _ in range(blocks)])

    def forward(self, x):
        return self.blocks(torch.relu(self.entry(x)))


class WeightedSum(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))

    def forward(self, x):
        return (x * self.weight).sum((2, 3))


class Residual(nn.Module):
    """Stages, blocks and widths are read off the tensors."""

    def __init__(self, tensors):
        super().__init__()
        stages = []
        while (entry := tensors.get(f"stages.{len(stages)}.entry.weight")) is not None:
            width, inputs = entry.shape[:2]
            start = f"stages.{len(stages)}.blocks."
            blocks = sum(name.startswith(start) and name.endswith("first.weight") for name in tensors)
            stages.append(Stage(inputs, width, 2 if stages else 1, blocks))
        self.stages = nn.Sequential(*stages)
        outputs, inputs = tensors["output.weight"].shape
        if "head.weight" in tensors:
            self.head = WeightedSum(tensors["head.weight"].shape)
        else:
            self.head = nn.Flatten() if inputs > width else nn.AdaptiveAvgPool2d(1)
        self.output = nn.Linear(inputs, outputs)
        self.load_state_dict(tensors)

    def forward(self, x):
        return self.output(self.head(self.stages(x)).flatten(1))


def settings(network, tensors, compiles):
    """Every way to run the network that is here, in each layout: the engine that it counts as, the layout and its
    name, and what runs it."""
    for name, layout in [("contiguous", torch.contiguous_format), ("channels-last", torch.channels_last)]:
        def make():
            module = Paper(tensors) if network == "paper" else Residual(tensors)
            return module.eval().to(memory_format=layout)

        yield "pytorch", name, layout, make()
        if compiles:
            yield "pytorch-compiled", name, layout, torch.compile(make(), dynamic=False)
        if importlib.util.find_spec("intel_extension_for_pytorch"):
            import intel_extension_for_pytorch as ipex

            yield "pytorch-intel-extension", name, layout, ipex.optimize(make())


def micros(module, inputs):
    """Microseconds an input over one turn; each result is there before the next call."""
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < TURN_SECONDS:
        module(inputs)
        calls += 1
    return (time.perf_counter() - started) * 1e6 / (calls * len(inputs))


def fastest(found):
    """Of each engine the layout with the lowest median, and its values."""
    best = {}
    for (engine, layout), values in found.items():
        if engine not in best or statistics.median(values) < statistics.median(best[engine][1]):
            best[engine] = layout, values
    return [(engine, layout, values) for engine, (layout, values) in best.items()]


def run_test_set(module, layout, inputs, labels):
    """Seconds from grey bytes to labels, and the share that is right."""
    started, right = time.perf_counter(), 0
    for part, expected in zip(inputs.split(TEST_BATCH), labels.split(TEST_BATCH)):
        values = (part.float() / 255).to(memory_format=layout)
        right += int((module(values).argmax(1) == expected).sum())
    return time.perf_counter() - started, right / len(labels)


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, default=MODELS, help="folder of NAME.safetensors")
    parser.add_argument("--compile", action="store_true", help="try torch.compile too")
    arguments = parser.parse_args()
    inputs = torch.from_numpy(test_inputs().copy())
    labels = torch.from_numpy(test_labels().copy())
    rows, tests = [], []
    for network in NETWORKS:
        ways = list(settings(network, load_file(arguments.models / f"{network}.safetensors"), arguments.compile))
        for threads in sorted({1, os.cpu_count()}):
            torch.set_num_threads(threads)
            for batch in BATCHES:
                found = {way[:2]: [] for way in ways}
                for round in range(ROUNDS + 1):
                    for engine, name, layout, module in ways:
                        values = (inputs[:batch].float() / 255).to(memory_format=layout)
                        taken = micros(module, values)
                        # The first round only warms up.
                        if round:
                            found[engine, name].append(taken)
                for engine, name, values in fastest(found):
                    rows.append({"engine": engine, "network": network, "threads": threads, "batch": batch,
                                 "setting": name, "us_per_image": spread(values)})
            found, accuracies = {way[:2]: [] for way in ways}, {}
            for _ in range(TEST_ROUNDS):
                for engine, name, layout, module in ways:
                    seconds, accuracies[engine, name] = run_test_set(module, layout, inputs, labels)
                    found[engine, name].append(seconds)
            for engine, name, values in fastest(found):
                tests.append({"engine": engine, "network": network, "workers": threads, "setting": name,
                              "seconds": statistics.median(values), "min": min(values), "max": max(values),
                              "accuracy": accuracies[engine, name]})
    print(json.dumps({
        "processor": processor(),
        "date": datetime.date.today().isoformat(),
        "pytorch": torch.__version__,
        "rounds": ROUNDS,
        "rows": rows,
        "test_set": tests,
    }, indent=2))


if __name__ == "__main__":
    main()
