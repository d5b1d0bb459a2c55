# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden file of the metrics: accuracy and top-5 with ties, running averages of fit(), the validation split."""

import keras
import numpy as np
from keras.src.trainers.data_adapters.array_slicing import train_validation_split

from golden_file import write_golden
from layout import use_precision


def with_ties(tensors):
    """Keras counts a label that shares the fifth place as among the top 5, however many share it; for accuracy, the
    first class of the largest value is the prediction."""
    logits = np.array([
        [9, 8, 7, 6, 5, 4, 3, 2],  # no tie
        [5, 5, 5, 5, 5, 5, 5, 5],  # all the same
        [9, 8, 7, 6, 5, 5, 5, 1],  # three share the fifth place
        [9, 9, 9, 1, 1, 1, 1, 0],  # the first place is shared, the fourth to seventh too
        [1, 2, 3, 4, 4, 4, 4, 4],  # five lead
        [-1, -1, -2, -2, -3, -3, -4, -4],
    ], "float32")
    rows = [(row, label) for row in logits for label in range(8)]
    x, y = np.array([r for r, _ in rows]), np.array([label for _, label in rows])
    tensors["ties/logits"], tensors["ties/labels"] = x, y.astype("int64")
    tensors["ties/top5"] = np.asarray(keras.metrics.sparse_top_k_categorical_accuracy(y, x, k=5)).astype("uint8")
    tensors["ties/correct"] = np.asarray(keras.metrics.sparse_categorical_accuracy(y, x)).astype("uint8")


def running_averages(tensors):
    """fit() over batches of 4, 4 and 3: what its history holds. A linear model that does not learn gives the logits."""
    random = np.random.RandomState(5)
    logits = random.standard_normal((11, 8)).astype("float32") * 2
    labels = random.randint(0, 8, 11).astype("int64")
    model = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(8, use_bias=False, dtype="float32")])
    model.layers[0].kernel.assign(np.eye(8))
    model.compile(
        optimizer=keras.optimizers.SGD(0.0), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
                 keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5")])
    history = model.fit(logits, labels, batch_size=4, shuffle=False, verbose=0).history
    tensors["running/logits"], tensors["running/labels"] = logits, labels
    for name in ("loss", "accuracy", "top5"):
        tensors[f"running/{name}"] = np.array(history[name][0])


def validation_split(tensors):
    """How many images train_validation_split keeps for training; the rest, the last ones, validate."""
    cases = [(50000, 0.1), (60000, 0.1), (1234, 0.1), (10, 0.1), (57, 0.1), (101, 0.25), (1000, 0.15), (990, 0.3)]
    for count, share in cases:
        (train,), (validation,) = train_validation_split((np.arange(count),), share)
        assert train[0] == 0 and validation[-1] == count - 1 and validation[0] == train[-1] + 1
        tensors[f"split/{count}/{share}"] = np.array(len(train), "int64")


def write(folder):
    use_precision("float32")
    tensors = {}
    with_ties(tensors)
    running_averages(tensors)
    validation_split(tensors)
    write_golden(folder / "metrics.safetensors", tensors,
                 "Keras's own functions. running: fit() in batches of 4, 4 and 3.", batch_size=4)
