"""Writes the networks as LiteRT models (.tflite): 32-bit floats and int8, one file for each batch size.

    python bench/models/to_tflite.py --weights DIR --out DIR --network NAME... --batch N...

DIR of --weights holds NAME.safetensors as `export` writes them. Run by bench/models/make.mjs in an environment of its
own, with what bench/models/requirements.txt names. int8 is LiteRT's post-training quantization: weights for each
channel, activations by the ranges that training images give; inputs and logits stay floats.
"""

import argparse
import gzip
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

# Training images that give the ranges of the activations.
CALIBRATION_IMAGES = 1024
# Rows and columns of every network's last feature map.
LAST_SIDE = 7


def network(tensors):
    """Returns the network as a function of NHWC inputs."""
    return paper(tensors) if "conv1.weight" in tensors else residual(tensors)


def paper(tensors):
    conv1, conv2 = conv(tensors, "conv1"), conv(tensors, "conv2")
    hidden, output = dense(tensors, "hidden"), dense(tensors, "output")

    def forward(x):
        for layer in (conv1, conv2):
            x = tf.nn.max_pool2d(tf.nn.relu(layer(x)), 2, 2, "VALID")
        return output(tf.nn.relu(hidden(flat(x))))

    return forward


def residual(tensors):
    """Stages and blocks are read off the tensors' names."""
    stages = []
    while f"stages.{len(stages)}.entry.weight" in tensors:
        name = f"stages.{len(stages)}"
        blocks = []
        while f"{name}.blocks.{len(blocks)}.first.weight" in tensors:
            block = f"{name}.blocks.{len(blocks)}"
            blocks.append((conv(tensors, f"{block}.first"), conv(tensors, f"{block}.second")))
        stages.append((conv(tensors, f"{name}.entry", stride=2 if stages else 1), blocks))
    output = head(tensors)

    def forward(x):
        for entry, blocks in stages:
            x = tf.nn.relu(entry(x))
            for first, second in blocks:
                x = tf.nn.relu(second(tf.nn.relu(first(x))) + x)
        return output(flat(x))

    return forward


def conv(tensors, name, stride=1):
    """A 3x3 convolution with one pixel of zeros around its input."""
    filters = tf.constant(tensors[f"{name}.weight"].transpose(2, 3, 1, 0))
    bias = tf.constant(tensors[f"{name}.bias"])
    # With stride 2, SAME would pad the right and bottom edges only.
    padding = "SAME" if stride == 1 else [[0, 0], [1, 1], [1, 1], [0, 0]]
    return lambda x: tf.nn.bias_add(tf.nn.conv2d(x, filters, stride, padding), bias)


def dense(tensors, name, weights=None):
    """A dense layer. Where it reads a feature map, its inputs are reordered from channels-first to NHWC."""
    weights = tensors[f"{name}.weight"] if weights is None else weights
    outputs, inputs = weights.shape
    channels, rest = divmod(inputs, LAST_SIDE * LAST_SIDE)
    if rest == 0:
        by_pixel = weights.reshape(outputs, channels, LAST_SIDE, LAST_SIDE)
        weights = by_pixel.transpose(0, 2, 3, 1).reshape(outputs, inputs)
    matrix = tf.constant(numpy.ascontiguousarray(weights.T))
    bias = tf.constant(tensors[f"{name}.bias"])
    return lambda x: tf.nn.bias_add(tf.matmul(x, matrix), bias)


def head(tensors):
    """The mean or weighted sum over the pixels and the dense layer behind it as one dense layer, as layers.mjs has it."""
    weights = tensors["output.weight"]
    outputs, inputs = weights.shape
    sums = tensors.get("head.weight")
    if sums is None and inputs > channels_of_last_stage(tensors):
        return dense(tensors, "output")
    if sums is None:
        sums = numpy.full((inputs, LAST_SIDE, LAST_SIDE), 1 / LAST_SIDE**2, numpy.float32)
    return dense(tensors, "output", (weights[:, :, None, None] * sums[None]).reshape(outputs, -1))


def channels_of_last_stage(tensors):
    last = max(name for name in tensors if name.startswith("stages.") and name.endswith(".entry.bias"))
    return len(tensors[last])


def flat(x):
    return tf.reshape(x, [x.shape[0], -1])


def training_images():
    folder = pathlib.Path(os.environ.get("THIMBLE_DATA", "/usr/share/datasets/fashion-mnist"))
    plain = folder / "train-images-idx3-ubyte"
    data = plain.read_bytes() if plain.exists() else gzip.decompress(pathlib.Path(f"{plain}.gz").read_bytes())
    pixels = numpy.frombuffer(data, numpy.uint8, CALIBRATION_IMAGES * 784, 16)
    return pixels.reshape(-1, 28, 28, 1).astype(numpy.float32) / 255


def convert(forward, batch, images=None):
    """Returns a model for one batch size; int8 where there are images to calibrate with."""
    signature = tf.TensorSpec([batch, 28, 28, 1], tf.float32, name="inputs")
    function = tf.function(forward, input_signature=[signature], autograph=False).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], tf.Module())
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        parts = [images[at : at + batch] for at in range(0, len(images) - batch + 1, batch)]
        converter.representative_dataset = lambda: ([part] for part in parts)
    return converter.convert()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--network", nargs="+", required=True)
    parser.add_argument("--batch", nargs="+", type=int, required=True)
    arguments = parser.parse_args()
    images = training_images()
    for name in arguments.network:
        forward = network(load_file(arguments.weights / f"{name}.safetensors"))
        for batch in arguments.batch:
            (arguments.out / f"{name}-{batch}.tflite").write_bytes(convert(forward, batch))
            (arguments.out / f"{name}-int8-{batch}.tflite").write_bytes(convert(forward, batch, images))


if __name__ == "__main__":
    main()
