# SPDX-License-Identifier: GPL-3.0-or-later
"""The published model in full (21.76 million parameters) against Keras, on real CIFAR-100 images.

  cmake --build --preset release --target vit-cli parity_dump_step
  python compare_full.py --build build/release --data FOLDER_OF_CIFAR_100_BINARIES --work DIR [--images 16]

The weights are Keras's own initial ones, or those of a .weights.h5 file (--weights). They go through vit-cli import; then
both sides compute logits, loss and gradients of one batch, with dropout 0, in single precision. Keras in double precision
says which of the two is nearer to the truth. Differences are relative to the reference's largest value.
"""

import argparse
import os
import subprocess
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

from example import Sizes, build, classifier
from golden_model import loss_and_gradients
from golden_file import read_tensors, write_golden
from layout import gradients_of, use_precision
from train_with_keras import read_cifar100


def trunk(sizes, dtype):
    use_precision(dtype)
    inputs = keras.layers.Input(shape=(sizes.image_size, sizes.image_size, 3))
    return keras.Model(inputs, {"logits": classifier(keras, inputs, sizes)})


def evaluate(model, sizes, prepared, labels):
    logits = np.asarray(model(prepared, training=False)["logits"])
    loss, gradients = loss_and_gradients(model, prepared, labels)
    named = gradients_of(model, sizes, model.trainable_variables, gradients)
    return {"logits": logits, "loss": np.asarray(loss), **{f"gradients/{k}": v for k, v in named.items()}}


def difference(a, b):
    return float(np.abs(a.astype("float64") - b).max() / np.abs(b).max())


def print_table(ours, single, double):
    kinds = {"logits": ["logits"], "loss": ["loss"]}
    for name in double:
        if name.startswith("gradients/"):
            parts = name.removeprefix("gradients/").split(".")
            kinds.setdefault("gradient, " + ".".join(parts[2:] if parts[0] == "blocks" else parts), []).append(name)
    print(f"{'':34}{'ours - Keras':>14}{'ours - double':>15}{'Keras - double':>16}")
    for kind, names in kinds.items():
        columns = [max(difference(a[n], b[n]) for n in names)
                   for a, b in ((ours, single), (ours, double), (single, double))]
        print(f"{kind:34}{columns[0]:14.1e}{columns[1]:15.1e}{columns[2]:16.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--weights", type=Path, help="a .weights.h5 of the full model")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    keras.utils.set_random_seed(1)
    sizes = Sizes(dropout=False)
    whole, augmentation = build(keras, sizes)
    images, labels = (a[:args.images] for a in read_cifar100(args.data / "test.bin"))
    augmentation.layers[0].adapt(read_cifar100(args.data / "train.bin")[0])
    if args.weights:
        whole.load_weights(args.weights)
    whole.save_weights(args.work / "full.weights.h5")
    parameters = sum(int(np.prod(v.shape)) for v in whole.trainable_variables)
    print(f"{parameters:,} trainable parameters, {args.images} images")

    run, batch, out = args.work / "run", args.work / "batch.safetensors", args.work / "ours.safetensors"
    subprocess.run([args.build / "bin/vit-cli", "import", "keras", args.work / "full.weights.h5", "--out", run,
                    "--set", "model.attention_dropout=0", "--set", "model.mlp_dropout=0", "--set", "head.dropout=0"],
                   check=True)
    write_golden(batch, {"images": images, "labels": labels}, "A batch for parity_dump_step.")
    subprocess.run([args.build / "bin/parity_dump_step", run, batch, out], check=True)
    ours = read_tensors(out)

    prepared = np.asarray(augmentation(images.astype("float32"), training=False))
    print(f"prepared images: {difference(ours['prepared'].transpose(0, 2, 3, 1), prepared):.1e}")
    results = {}
    for dtype in ("float32", "float64"):
        model = trunk(sizes, dtype)
        for target, source in zip(model.trainable_variables, whole.trainable_variables, strict=True):
            target.assign(np.asarray(source))
        results[dtype] = evaluate(model, sizes, prepared.astype(dtype), labels)
    print_table(ours, results["float32"], results["float64"])


if __name__ == "__main__":
    main()
