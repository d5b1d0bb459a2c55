# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports what train_with_keras.py saved with vit-cli and compares the predictions of its 100 test images.

  python compare_predictions.py --cli build/release/bin/vit-cli --keras DIR --out RUN_FOLDER

Needs NumPy only. Prints how many of the top-5 lists agree and the largest difference of any probability; exits with 1
when a list differs.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", type=Path, required=True)
    parser.add_argument("--keras", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    subprocess.run([args.cli, "import", "keras", args.keras / "example.weights.h5", "--out", args.out], check=True)
    theirs = np.array(json.loads((args.keras / "predictions.json").read_text())["probabilities"])
    images = sorted((args.keras / "images").glob("*.png"))
    command = [args.cli, "predict", *images, "--run", args.out, "--top", str(theirs.shape[1]), "--json"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines()]

    agreeing, largest = 0, 0.0
    for line, expected in zip(lines, theirs, strict=True):
        ours = np.zeros_like(expected)
        for entry in line["top"]:
            ours[entry["index"]] = entry["probability"]
        largest = max(largest, float(np.abs(ours - expected).max()))
        order = [entry["index"] for entry in line["top"][:5]]
        agreeing += order == np.argsort(-expected, kind="stable")[:5].tolist()
    print(f"top-5 lists that agree: {agreeing} of {len(lines)}")
    print(f"largest difference of a probability: {largest:.2e}")
    sys.exit(0 if agreeing == len(lines) else 1)


if __name__ == "__main__":
    main()
