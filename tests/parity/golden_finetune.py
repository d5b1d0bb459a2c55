# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden file of k nearest neighbours and of the linear probe, by scikit-learn.

Needs numpy and scikit-learn alone; by itself: python tests/parity/golden_finetune.py
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from golden_file import write_golden

KS = (1, 3, 5, 9)
STRENGTHS = (0.01, 1.0, 10.0)


def drawn(classes, count, width, seed):
    """Rows around a centre for each class, whose features differ in scale; one of them is the same everywhere."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    centres = random.normal(size=(classes, width)) * 0.8
    rows = (centres[labels] + random.normal(size=(count, width))) * np.geomspace(0.1, 10, width) + 3
    rows[:, 0] = 0.25
    return rows.astype("float32"), labels


def of_classes(classes, tensors):
    train, labels = drawn(classes, 60, 8, classes)
    test, test_labels = drawn(classes, 20, 8, classes + 100)
    prefix = f"{classes}."
    tensors |= {prefix + "train": train, prefix + "labels": labels, prefix + "test": test,
                prefix + "test_labels": test_labels}
    for k in KS:
        model = KNeighborsClassifier(k, metric="cosine").fit(train, labels)
        tensors[f"{prefix}neighbours.{k}"] = model.predict(test)
        left_out = [KNeighborsClassifier(k, metric="cosine").fit(np.delete(train, i, 0), np.delete(labels, i))
                    .predict(train[i:i + 1])[0] == labels[i] for i in range(len(train))]
        tensors[f"{prefix}left_one_out.{k}"] = np.float64(np.mean(left_out))
    exact = train.astype("float64")
    scaler = StandardScaler().fit(exact)
    for c in STRENGTHS:
        model = LogisticRegression(C=c, tol=1e-10, max_iter=100_000).fit(scaler.transform(exact), labels)
        weight, bias = model.coef_, model.intercept_
        if classes == 2:  # one vector, of which each class has half
            weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
        weight = weight / scaler.scale_
        tensors[f"{prefix}probe.{c:g}.weight"] = weight
        tensors[f"{prefix}probe.{c:g}.bias"] = bias - weight @ scaler.mean_
        tensors[f"{prefix}probe.{c:g}.probabilities"] = model.predict_proba(scaler.transform(test.astype("float64")))


def write(folder):
    tensors = {}
    for classes in (2, 4):
        of_classes(classes, tensors)
    write_golden(folder / "finetune.safetensors", tensors,
                 "KNeighborsClassifier(k, metric=cosine), and StandardScaler before LogisticRegression(C), by scikit-learn")


if __name__ == "__main__":
    write(Path(__file__).parent / "golden")
