"""Inference in PyTorch natively, for the tables that `cargo xtask bench` makes of the browser.

Not part of the project's set-up. In an environment that has torch, safetensors and numpy:

    cargo build --release --features train
    python docs/pytorch-bench.py target/release/thimble > docs/bench-pytorch.json

The weights are those of `thimble export`. On one thread and on all cores, in 32-bit floats, eagerly
and (with --compile, which wants a C++ compiler) through torch.compile, each with the usual layout
and channels-last: all take turns, and of the layouts of each way the faster counts and is named. Where
Intel's extension is installed (its last release, 2.8, wants an environment of its own with that
PyTorch), it is one more way.
"""

import argparse
import datetime
import gzip
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

import numpy
import torch
from safetensors.torch import load_file
from torch import nn

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


def exported(thimble, network):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weights.safetensors")
        subprocess.run([thimble, "export", "--network", network, "--out", path], check=True)
        return load_file(path)


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


def micros(module, pictures):
    """Microseconds a picture over one turn; each result is there before the next call."""
    started, calls = time.perf_counter(), 0
    while time.perf_counter() - started < TURN_SECONDS:
        module(pictures)
        calls += 1
    return (time.perf_counter() - started) * 1e6 / (calls * len(pictures))


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def fastest(found):
    """Of each engine the layout with the lowest median, and its values."""
    best = {}
    for (engine, layout), values in found.items():
        if engine not in best or statistics.median(values) < statistics.median(best[engine][1]):
            best[engine] = layout, values
    return [(engine, layout, values) for engine, (layout, values) in best.items()]


def idx(name, header):
    folder = pathlib.Path(os.environ.get("THIMBLE_DATA", "/usr/share/datasets/fashion-mnist"))
    plain = folder / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return torch.from_numpy(numpy.frombuffer(data, dtype=numpy.uint8, offset=header).copy())


def run_test_set(module, layout, pictures, labels):
    """Seconds from grey bytes to labels, and the share that is right."""
    started, right = time.perf_counter(), 0
    for part, expected in zip(pictures.split(TEST_BATCH), labels.split(TEST_BATCH)):
        values = (part.float() / 255).to(memory_format=layout)
        right += int((module(values).argmax(1) == expected).sum())
    return time.perf_counter() - started, right / len(labels)


def machine():
    """As the bench in the browser writes it."""
    for line in open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else []:
        if line.startswith("model name"):
            return f"{line.split(': ')[1].strip()} ({os.cpu_count()} cores)"
    return f"{platform.machine()} ({os.cpu_count()} cores)"


@torch.inference_mode()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("thimble", help="the command line's program")
    parser.add_argument("--compile", action="store_true", help="try torch.compile too")
    arguments = parser.parse_args()
    pictures = idx("t10k-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    labels = idx("t10k-labels-idx1-ubyte", 8)
    rows, tests = [], []
    for network in NETWORKS:
        ways = list(settings(network, exported(arguments.thimble, network), arguments.compile))
        for threads in sorted({1, os.cpu_count()}):
            torch.set_num_threads(threads)
            for batch in BATCHES:
                found = {way[:2]: [] for way in ways}
                for round in range(ROUNDS + 1):
                    for engine, name, layout, module in ways:
                        values = (pictures[:batch].float() / 255).to(memory_format=layout)
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
                    seconds, accuracies[engine, name] = run_test_set(module, layout, pictures, labels)
                    found[engine, name].append(seconds)
            for engine, name, values in fastest(found):
                tests.append({"engine": engine, "network": network, "workers": threads, "setting": name,
                              "seconds": statistics.median(values), "min": min(values), "max": max(values),
                              "accuracy": accuracies[engine, name]})
    print(json.dumps({
        "machine": machine(),
        "date": datetime.date.today().isoformat(),
        "pytorch": torch.__version__,
        "rounds": ROUNDS,
        "rows": rows,
        "test_set": tests,
    }, indent=2))


main()
