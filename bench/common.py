"""What the bench's Python scripts share: the processor, the test set, and medians with their spread."""

import gzip
import os
import pathlib
import platform
import statistics

import numpy


def processor():
    """The processor that figures are taken on, as processor.mjs describes it."""
    text = pathlib.Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    flags = fields["flags"].split() if "flags" in fields else None
    return {
        "name": fields.get("model name", platform.machine()),
        "cores": os.cpu_count(),
        "avx512": None if flags is None else "avx512f" in flags,
        "vnni": None if flags is None else any(flag in flags for flag in ("avx512_vnni", "avx_vnni")),
    }


def idx(name, header):
    """Returns the bytes of one of Fashion-MNIST's files behind its header."""
    folder = pathlib.Path(os.environ.get("THIMBLE_DATA", "/usr/share/datasets/fashion-mnist"))
    plain = folder / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes())
    return numpy.frombuffer(data, dtype=numpy.uint8, offset=header)


def test_inputs():
    """Returns the test set's inputs, `[10000, 1, 28, 28]` grey bytes."""
    return idx("t10k-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)


def test_labels():
    """Returns the test set's labels, `[10000]`."""
    return idx("t10k-labels-idx1-ubyte", 8)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}
