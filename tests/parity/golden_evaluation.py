# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden file of the evaluation in depth: confusion and class scores by scikit-learn, calibration by its definition.

Needs numpy, scipy and scikit-learn alone; by itself: python tests/parity/golden_evaluation.py
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

BINS = 15
HOTTEST = 20


def split_mix(seed, count):
    """The first numbers of SplitMix64 (Steele, Lea, Flood 2014)."""
    z = np.uint64(seed) + np.arange(1, count + 1, dtype="uint64") * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def below(random, count):
    return ((random >> np.uint64(32)) * np.asarray(count, "uint64") >> np.uint64(32)).astype(int)


def shuffled(count, seed):
    order = list(range(count))
    for i, place in zip(range(count, 1, -1), below(split_mix(seed, max(count - 1, 0)), np.arange(count, 1, -1))):
        order[i - 1], order[place] = order[place], order[i - 1]
    return order


def interval(hits, resamples=1000, seed=1):
    drawn = below(split_mix(seed, resamples * len(hits)), len(hits)).reshape(resamples, len(hits))
    return np.percentile(hits[drawn].mean(axis=1), [2.5, 97.5]).tolist()


def described(groups, confidence, right, edges=None):
    """A bin for each group of images; those without images are left out."""
    bins = []
    for i, group in enumerate(groups):
        if len(group) == 0:
            continue
        low, high = edges[i] if edges else (confidence[group].min(), confidence[group].max())
        bins.append({"low": low, "high": high, "images": len(group), "confidence": confidence[group].mean(),
                     "accuracy": right[group].mean()})
    return bins


def equal_width(confidence, right):
    edges = [(i / BINS, (i + 1) / BINS) for i in range(BINS)]  # (low, high]
    groups = [np.flatnonzero((confidence > low) & (confidence <= high)) for low, high in edges]
    return described(groups, confidence, right, edges)


def equal_count(confidence, right):
    return described(np.array_split(np.argsort(confidence, kind="stable"), BINS), confidence, right)


def calibration_error(bins):
    images = sum(each["images"] for each in bins)
    return sum(each["images"] * abs(each["accuracy"] - each["confidence"]) for each in bins) / images


def fitted_temperature(logits, labels):
    rows = np.arange(len(labels))

    def slope(log_temperature):  # of the cross-entropy by the inverse temperature
        mean = (softmax(logits / np.exp(log_temperature), axis=1) * logits).sum(axis=1)
        return (mean - logits[rows, labels]).sum()

    end = np.log(HOTTEST)
    if slope(0) == 0:
        return 1.0
    if slope(end) >= 0:
        return float(HOTTEST)
    if slope(-end) <= 0:
        return 1 / HOTTEST
    return float(np.exp(brentq(slope, -end, end, xtol=1e-14)))


def temperature_preview(logits, labels, predicted):
    order = shuffled(len(labels), 1)
    half, other = order[:len(order) // 2], order[len(order) // 2:]
    temperature = fitted_temperature(logits[half], labels[half])
    right = predicted[other] == labels[other]

    def told(divisor):
        confidence = softmax(logits[other] / divisor, axis=1).max(axis=1)
        loss = -log_softmax(logits[other] / divisor, axis=1)[np.arange(len(other)), labels[other]].mean()
        return calibration_error(equal_width(confidence, right)), loss

    (ece_before, loss_before), (ece_after, loss_after) = told(1), told(temperature)
    return {"value": temperature, "fitted_on": len(half), "reported_on": len(other), "accuracy": right.mean(),
            "ece_before": ece_before, "ece_after": ece_after, "loss_before": loss_before, "loss_after": loss_after}


def expected(logits, labels):
    classes = logits.shape[1]
    rows = np.arange(len(labels))
    predicted = logits.argmax(axis=1)  # the lowest index of a tie
    confidence = softmax(logits, axis=1)[rows, predicted]
    right = predicted == labels
    among_five = (logits > logits[rows, labels][:, None]).sum(axis=1) < 5
    every = list(range(classes))
    scores = precision_recall_fscore_support(labels, predicted, labels=every, zero_division=0)
    mean = precision_recall_fscore_support(labels, predicted, labels=every, average="macro", zero_division=0)
    width, count = equal_width(confidence, right), equal_count(confidence, right)
    errors = [i for i in np.argsort(-confidence, kind="stable") if not right[i]]
    hits = [i for i in np.argsort(confidence, kind="stable") if right[i]]
    result = {
        "predicted": predicted, "confidence": confidence,
        "loss": -log_softmax(logits, axis=1)[rows, labels], "among_five": among_five,
        "top": [np.argsort(-row, kind="stable")[:5] for row in logits],
        "accuracy": accuracy_score(labels, predicted), "top5_accuracy": among_five.mean(),
        "accuracy_interval": interval(right), "top5_accuracy_interval": interval(among_five),
        "confusion": confusion_matrix(labels, predicted, labels=every),
        "precision": scores[0], "recall": scores[1], "f1": scores[2], "support": scores[3],
        "macro_precision": mean[0], "macro_recall": mean[1], "macro_f1": mean[2],
        "equal_width": width, "ece": calibration_error(width),
        "equal_count": count, "adaptive_ece": calibration_error(count),
        "confident_errors": errors, "uncertain_hits": hits,
    }
    if len(labels) > 1:
        result["temperature"] = temperature_preview(logits, labels, predicted)
    return result


def made_up(seed, images, classes, labels=None, sharpness=2.0, hint=2.0):
    """Logits in steps of 1/16, so that they are exact in single precision and short in the file."""
    random = np.random.RandomState(seed)
    labels = random.choice(labels if labels is not None else classes, images)
    logits = sharpness * random.standard_normal((images, classes))
    logits[np.arange(images), labels] += hint
    return np.round(logits * 16) / 16, labels


def cases():
    yield "ordinary", *made_up(1, 53, 7)
    yield "many images", *made_up(2, 150, 12, sharpness=3.0, hint=4.0)
    logits, labels = made_up(3, 40, 6, labels=[0, 1, 3, 4])
    logits[:, 4] -= 100  # class 2 never occurs, class 4 is never predicted, class 5 is neither
    logits[:, 5] -= 100
    yield "classes that never occur", logits, labels
    logits, labels = made_up(4, 48, 8)  # ties within an image, none between the confidences of two
    yield "ties", np.round(logits / 3) * (1 + np.arange(48)[:, None] / 16), labels
    flat = np.full((12, 6), -2000.0)  # confidences on the edges of bins: 1, 1/3 and 1/5
    flat[0:4, 2] = 0
    flat[4:8, 1:4] = 0
    flat[8:12, 0:5] = 0
    yield "edges of bins", flat, np.array([2, 2, 2, 1, 1, 2, 3, 0, 0, 4, 5, 0])
    yield "one class", made_up(5, 5, 1)[0], np.zeros(5, int)
    yield "two classes", *made_up(6, 31, 2)
    yield "one image", *made_up(7, 1, 4)
    logits, labels = made_up(8, 20, 4)
    logits[np.arange(20), labels] = logits.max() + 1
    yield "all right", logits, labels
    logits, labels = made_up(9, 20, 4)
    logits[np.arange(20), labels] = logits.min() - 1
    yield "all wrong", logits, labels
    yield "nothing told apart", np.zeros((18, 3)), np.arange(18) % 3


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))


def write(folder):
    about = ("What scikit-learn and NumPy make of logits. Confusion and class scores: sklearn.metrics over all "
             "classes, zero_division=0; calibration error: 15 bins, (low, high] or of equal count; the rest by definition.")
    content = {"about": about, "cases": [
        {"name": name, "classes": logits.shape[1], "logits": logits, "labels": labels,
         "expected": expected(logits, labels)} for name, logits, labels in cases()]}
    text = json.dumps(content, default=plain, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n"
    (folder / "evaluation.json").write_text(text)


if __name__ == "__main__":
    write(Path(__file__).parent / "golden")
