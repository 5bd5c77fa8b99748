"""Times the project's native kernels beside other engines, taking turns; bench/native/run.mjs runs it.

Every engine gets the same inputs of the test set as ready 32-bit floats and gives ten logits an input. First their
logits are compared with ONNX Runtime's. Then all take turns of 0.1 s: a round that only warms up, and seven whose
median counts. `thimble bench` is a program of its own that repeats its turns, of which its median counts as one.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
from ai_edge_litert.interpreter import Interpreter  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "pytorch")]
from common import processor, spread, test_inputs  # noqa: E402
from inference import settings  # noqa: E402

NETWORKS = ["paper", "thimble"]
# Those that `thimble bench` measures.
BATCHES = [1, 64]
ROUNDS = 7
TURN_SECONDS = 0.1
REST_SECONDS = 0.02
# As in the browser: the greatest difference of a logit, and of an engine in int8 the share of equal labels.
TOLERANCE = 1e-3
LABELS = 0.99


class Engine:
    """One engine with one network at one batch size. `run` returns its logits."""

    int8 = False

    def __init__(self, name, threads, batch, run):
        self.name, self.threads, self.batch, self.run = name, threads, batch, run

    def logits(self):
        return numpy.asarray(self.run()).reshape(-1)

    def micros(self):
        """Microseconds an input over one turn; each result is there before the next call."""
        started, calls = time.perf_counter(), 0
        while time.perf_counter() - started < TURN_SECONDS:
            self.run()
            calls += 1
        return (time.perf_counter() - started) * 1e6 / (calls * self.batch)

    def close(self):
        pass


def onnx_runtime(models, network, threads, batch, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name("batch", batch)
    session = onnxruntime.InferenceSession(models / f"{network}.onnx", options, providers=["CPUExecutionProvider"])
    return Engine("onnxruntime", threads, batch, lambda: session.run(None, {"inputs": inputs})[0])


def litert(models, network, threads, batch, inputs, int8):
    """XNNPACK is the interpreter's default on the CPU."""
    name = f"{network}-int8-{batch}" if int8 else f"{network}-{batch}"
    interpreter = Interpreter(str(models / f"{name}.tflite"), num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs.reshape(batch, 28, 28, 1))
    output = interpreter.get_output_details()[0]["index"]

    def run():
        interpreter.invoke()
        return interpreter.get_tensor(output)

    engine = Engine("litert-int8" if int8 else "litert", threads, batch, run)
    engine.int8 = int8
    return engine


def pytorch(models, network, threads, batch, inputs):
    """Both memory layouts take turns, and the faster counts."""
    tensor = torch.from_numpy(inputs)
    for engine, layout_name, layout, module in settings(network, load_file(models / f"{network}.safetensors"), False):
        values = tensor.to(memory_format=layout)

        def run(module=module, values=values):
            torch.set_num_threads(threads)
            with torch.inference_mode():
                return module(values)

        found = Engine(engine, threads, batch, run)
        found.setting = layout_name
        yield found


class RustPeer(Engine):
    """rten or tract: a program that answers line by line."""

    def __init__(self, program, name, model, threads, batch, inputs):
        super().__init__(name, threads, batch, None)
        given = [program, name, model, str(batch), str(threads), inputs]
        self.child = subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.child.stdin.write(f"{line}\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended with {self.child.wait()}")
        return answer

    def logits(self):
        return numpy.array([float(value) for value in self.ask("logits").split()], numpy.float32)

    def micros(self):
        return float(self.ask(f"time {TURN_SECONDS}"))

    def close(self):
        self.child.stdin.close()
        self.child.wait()


class Thimble(Engine):
    """The project's command line, which times all batch sizes in one run: the next asks take the rest of it."""

    runs = {}

    def __init__(self, program, network, threads, batch):
        super().__init__("thimble", threads, batch, None)
        self.given = (program, network, threads)

    def micros(self):
        found = self.runs.setdefault(self.given, {})
        if self.batch not in found:
            program, network, threads = self.given
            given = [program, "bench", "--network", network, "--threads", str(threads), "--json"]
            report = json.loads(subprocess.run(given, check=True, capture_output=True, text=True).stdout)
            rows = [row for row in report["rows"] if row["engine"] == "thimble" and row["network"] == network]
            found.update((row["batch"], row["us_per_image"]["median"]) for row in rows)
        return found.pop(self.batch)


def engines(arguments, network, inputs, inputs_file):
    for threads in sorted({1, os.cpu_count()}):
        for batch in BATCHES:
            part = numpy.ascontiguousarray(inputs[:batch], numpy.float32) / numpy.float32(255)
            yield Thimble(arguments.thimble, network, threads, batch)
            yield onnx_runtime(arguments.models, network, threads, batch, part)
            yield litert(arguments.models, network, threads, batch, part, False)
            yield litert(arguments.models, network, threads, batch, part, True)
            for name in ("rten", "tract"):
                model = str(arguments.models / f"{network}.onnx")
                yield RustPeer(arguments.peers, name, model, threads, batch, inputs_file)
            yield from pytorch(arguments.models, network, threads, batch, part)


def compare(found):
    """Returns the largest difference of each engine's logits from ONNX Runtime's; raises where one is too large."""
    expected = {engine.batch: engine.logits() for engine in found if engine.name == "onnxruntime"}
    differences = {}
    for engine in found:
        # The command line tells no logits: the project's tests compare them with golden ones.
        if isinstance(engine, Thimble):
            continue
        logits, right = engine.logits(), expected[engine.batch]
        difference = float(numpy.abs(logits - right).max())
        same = float((logits.reshape(-1, 10).argmax(1) == right.reshape(-1, 10).argmax(1)).mean())
        if not (same >= LABELS if engine.int8 else difference <= TOLERANCE):
            raise RuntimeError(f"{engine.name} differs from ONNX Runtime by {difference}, with {same} of its labels")
        differences[engine] = difference
    return differences


def measure(found, rounds):
    """Returns the values of each engine, all taking turns."""
    values = {engine: [] for engine in found}
    for round in range(rounds + 1):
        for engine in found:
            time.sleep(REST_SECONDS)
            taken = engine.micros()
            # The first round only warms up.
            if round:
                values[engine].append(taken)
    return values


def rows(network, values, differences):
    """Of each engine the faster setting."""
    best = {}
    for engine, taken in values.items():
        key = (engine.name, engine.threads, engine.batch)
        row = {"engine": engine.name, "network": network, "threads": engine.threads, "batch": engine.batch,
               "us_per_image": spread(taken), "logits_difference": differences.get(engine)}
        if hasattr(engine, "setting"):
            row["setting"] = engine.setting
        if key not in best or row["us_per_image"]["median"] < best[key]["us_per_image"]["median"]:
            best[key] = row
    return list(best.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, required=True, help="folder of .onnx, .tflite and .safetensors")
    parser.add_argument("--peers", required=True, help="the program native-peers")
    parser.add_argument("--thimble", required=True, help="the program whose `bench` times the project's kernels")
    parser.add_argument("--check", action="store_true", help="compare logits and run each engine once")
    arguments = parser.parse_args()
    torch.set_num_interop_threads(1)
    inputs = test_inputs()
    found_rows = []
    load = os.getloadavg()[0]
    with tempfile.NamedTemporaryFile() as file:
        file.write(inputs[: max(BATCHES)].tobytes())
        file.flush()
        for network in NETWORKS:
            found = list(engines(arguments, network, inputs, file.name))
            differences = compare(found)
            values = measure(found, 1 if arguments.check else ROUNDS)
            for engine in found:
                engine.close()
            found_rows += rows(network, values, differences)
            for row in found_rows[-len(values):]:
                if row["network"] == network:
                    print(f"{network}, batch {row['batch']}, {row['threads']} threads: {row['engine']}: "
                          f"{row['us_per_image']['median']:.1f} µs an input", file=sys.stderr)
    versions = {name: importlib.metadata.version(name) for name in ("ai-edge-litert", "onnxruntime", "torch")}
    print(json.dumps({
        "processor": processor(),
        "load_before": load,
        "date": datetime.date.today().isoformat(),
        "versions": versions,
        "rounds": ROUNDS,
        "rows": found_rows,
    }, indent=2))


if __name__ == "__main__":
    main()
