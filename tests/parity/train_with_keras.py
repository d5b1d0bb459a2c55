# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a model a little with the example's program in Keras 3 on CIFAR-100, for the importer to open.

  python train_with_keras.py --data FOLDER_OF_CIFAR_100_BINARIES --out DIR [--epochs 2] [--images 20000] [sizes]

Writes DIR/example.weights.h5, and of the first 100 test images DIR/images/000.png … and DIR/predictions.json (Keras's
probabilities of all classes). compare_predictions.py compares them with what vit-cli says of the imported model.
"""

import argparse
import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from example import Sizes, build


def read_cifar100(file):
    """The binary layout: coarse label, fine label, then 32x32 planes of red, green, blue."""
    records = np.fromfile(file, "uint8").reshape(-1, 2 + 3072)
    images = records[:, 2:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), records[:, 1].astype("int64")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--images", type=int, default=20000, help="train on the first so many")
    parser.add_argument("--image-size", type=int, default=48)
    parser.add_argument("--projection-dim", type=int, default=64)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--head-units", type=int, nargs="*", default=[512, 256])
    return parser.parse_args()


def main():
    args = arguments()
    keras.utils.set_random_seed(1)
    x_train, y_train = read_cifar100(args.data / "train.bin")
    x_test, y_test = read_cifar100(args.data / "test.bin")
    dim = args.projection_dim
    sizes = Sizes(image_size=args.image_size, projection_dim=dim, key_dim=dim, transformer_units=[2 * dim, dim],
                  transformer_layers=args.layers, mlp_head_units=args.head_units)
    model, augmentation = build(keras, sizes)
    augmentation.layers[0].adapt(x_train)
    model.compile(
        # The example's decay of 0.0001 a step, in Keras 3's convention (times the learning rate).
        optimizer=keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.1),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
                 keras.metrics.SparseTopKCategoricalAccuracy(5, name="top-5-accuracy")],
    )
    model.fit(x_train[:args.images], y_train[:args.images], batch_size=256, epochs=args.epochs, validation_split=0.1,
              verbose=2)
    (args.out / "images").mkdir(parents=True, exist_ok=True)
    model.save_weights(args.out / "example.weights.h5")
    probabilities = np.asarray(keras.ops.softmax(model.predict(x_test[:100].astype("float32"), verbose=0)))
    for i, image in enumerate(x_test[:100]):
        (args.out / "images" / f"{i:03}.png").write_bytes(tf.io.encode_png(image).numpy())
    result = {"labels": y_test[:100].tolist(), "probabilities": probabilities.astype(float).tolist()}
    (args.out / "predictions.json").write_text(json.dumps(result))
    accuracy = float(np.mean(probabilities.argmax(1) == y_test[:100]))
    print(f"{model.count_params():,} parameters; {accuracy:.0%} of 100 test images right; written to {args.out}")


if __name__ == "__main__":
    main()
