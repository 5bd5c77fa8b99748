"""Steps of training in PyTorch beside `bench --training`, taking turns in one run.

    target/bench/python/bin/python bench/pytorch/training.py PROGRAM > bench/results/training.json

PROGRAM is the command line's, whose `bench --training` is timed; node bench/native/run.mjs makes the environment.

The networks, the batches and the optimizer (Adam) are those that the command times, in 32-bit
floats on all cores; PyTorch runs both with its usual layout and channels-last, and the faster of
the two counts.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

sys.path.append(str(pathlib.Path(__file__).parent.parent))
from common import processor, spread  # noqa: E402

ROUNDS = 5
STEPS = {"paper": 150, "thimble": 15}
WARM_UP = 3


class Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        )
        self.classifier = nn.Sequential(nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, inputs):
        return self.classifier(self.features(inputs))


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x, residual=None):
        x = self.norm(self.conv(x))
        return torch.relu(x if residual is None else x + residual)


class Residual(nn.Module):
    """What the recipe says of widths and blocks; its head is a weighted sum and a dense layer."""

    def __init__(self, stages):
        super().__init__()
        self.stages = nn.ModuleList()
        inputs = 1
        for index, (width, blocks) in enumerate(zip(stages["widths"], stages["blocks"])):
            entry = Unit(inputs, width, 1 if index == 0 else 2)
            inner = [Unit(width, width, 1) for _ in range(2 * blocks)]
            self.stages.append(nn.ModuleList([entry, *inner]))
            inputs = width
        self.weights = nn.Parameter(torch.full((inputs, 7, 7), 1 / 49))
        self.output = nn.Linear(inputs, 10)

    def forward(self, x):
        for entry, *inner in self.stages:
            x = entry(x)
            for first, second in zip(inner[::2], inner[1::2]):
                x = second(first(x), x)
        return self.output((x * self.weights).sum((2, 3)))


def micros(network, batch, steps, layout):
    """The median microseconds an input of whole steps."""
    network = network.to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    loss = nn.CrossEntropyLoss()
    inputs = torch.rand(batch, 1, 28, 28).to(memory_format=layout)
    labels = torch.arange(batch) % 10
    times = []
    for _ in range(WARM_UP + steps):
        started = time.perf_counter()
        optimizer.zero_grad()
        loss(network(inputs), labels).backward()
        optimizer.step()
        times.append(time.perf_counter() - started)
    return statistics.median(times[WARM_UP:]) * 1e6 / batch


def main():
    program = sys.argv[1]
    torch.set_num_threads(os.cpu_count())
    layouts = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    found = {}
    for _ in range(ROUNDS):
        output = subprocess.run(
            [program, "bench", "--training", "--json"], check=True, capture_output=True, text=True
        ).stdout
        report = json.loads(output)
        for row in report["rows"]:
            name, batch = row["network"], row["batch"]
            entry = found.setdefault(name, {"batch": batch, "thimble": [], "pytorch": {}})
            entry["thimble"].append(row["us_per_image"]["median"])
            for label, layout in layouts.items():
                network = Paper() if name == "paper" else Residual(row["stages"])
                measured = micros(network, batch, STEPS[name], layout)
                entry["pytorch"].setdefault(label, []).append(measured)
    rows = []
    for name, entry in found.items():
        ours = statistics.median(entry["thimble"])
        layout, theirs = min(entry["pytorch"].items(), key=lambda item: statistics.median(item[1]))
        rows.append({
            "network": name,
            "batch": entry["batch"],
            "thimble": spread(entry["thimble"]),
            "pytorch": spread(theirs),
            "pytorch_layout": layout,
            "ratio": statistics.median(theirs) / ours,
        })
    print(json.dumps({
        "processor": processor(),
        "threads": report["threads"],
        "burn": report["burn"],
        "pytorch": torch.__version__,
        "rounds": ROUNDS,
        "rows": rows,
    }, indent=2))


if __name__ == "__main__":
    main()
