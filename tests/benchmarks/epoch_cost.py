#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what an epoch costs beyond its bare steps: batches, validation, events and checkpoint included.

  python3 tests/benchmarks/epoch_cost.py FOLDER                          # of the official binary version of CIFAR-100
  python3 tests/benchmarks/epoch_cost.py FOLDER --epochs 3 --precision bf16

Trains a preset with `vit-cli train` from checkpoint to checkpoint, between two runs of `vit-cli bench`, whose steps
are the bare ones: data in place, no validation. The machine should do nothing else. The first epoch holds what happens
once, such as memory fetched for the first time, and is listed apart.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bare_rate(arguments):
    """Images per second of training steps alone."""
    command = [arguments.vit_cli, "bench", "--json", "--preset", arguments.preset, "--classes", "100", "--batch",
               arguments.batch, "--precision", arguments.precision, "--steps", arguments.steps]
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if finished.returncode != 0:
        sys.exit(f"epoch_cost: {finished.stderr.strip()}")
    return json.loads(finished.stdout)["images_per_second"]


def train(arguments, home):
    """The run's events, each with the second at which it arrived."""
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    added = subprocess.run([str(arguments.vit_cli), "data", "add", "cifar-100", "--from", str(arguments.data)],
                           env=environment, capture_output=True, text=True)
    if added.returncode != 0:
        sys.exit(f"epoch_cost: {added.stderr.strip()}")
    command = [arguments.vit_cli, "train", "--json", "--preset", arguments.preset, "--run-dir", home / "run",
               "--set", f"run.epochs={arguments.epochs}", "--set", f"run.batch_size={arguments.batch}",
               "--set", f"run.precision={arguments.precision}"]
    for assignment in arguments.set:
        command += ["--set", assignment]
    process = subprocess.Popen([str(word) for word in command], env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        yield time.monotonic(), json.loads(line)
    if process.wait() != 0:
        sys.exit(f"epoch_cost: vit-cli train ended with code {process.returncode}")


def epochs_of(events):
    """For each epoch its images and the seconds of its steps, its validation and its checkpoint."""
    epochs = []
    images = begin = stepped = validated = saved = 0
    for now, event in events:
        kind = event["event"]
        if kind == "run_started":
            images, begin = event["train_images"], now
        elif kind == "step":
            if validated:
                epochs.append((stepped - begin, validated - stepped, saved - validated))
                begin, validated = saved, 0
            stepped = now
        elif kind == "epoch":
            validated = now
        elif kind == "checkpoint_saved":
            saved = now
        elif kind == "phase_changed" and validated and event["what"].startswith("Testing"):
            epochs.append((stepped - begin, validated - stepped, saved - validated))
            validated = 0
    return images, epochs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with train.bin and test.bin, or their archive")
    parser.add_argument("--vit-cli", type=Path, default=ROOT / "build/release/bin/vit-cli")
    parser.add_argument("--preset", default="keras-example")
    parser.add_argument("--epochs", type=int, default=3, help="default: 3")
    parser.add_argument("--batch", type=int, default=256, help="default: 256")
    parser.add_argument("--precision", default="auto", help="fp32, bf16 or auto")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="of the run, e.g. data.train_limit=11250 for a quarter of an epoch")
    parser.add_argument("--steps", type=int, default=20, help="bare steps on each side; default: 20")
    arguments = parser.parse_args()

    rates = [bare_rate(arguments)]
    with tempfile.TemporaryDirectory(prefix="epoch-cost-") as home:
        images, epochs = epochs_of(train(arguments, Path(home)))
    rates.append(bare_rate(arguments))
    bare = images / statistics.mean(rates)
    print(f"bare steps: {rates[0]:.1f} images/s before, {rates[1]:.1f} after: {bare:.1f} s for {images:,} images")
    print("epoch   steps  validation  checkpoint    all   beyond bare steps")
    for number, parts in enumerate(epochs, 1):
        whole = sum(parts)
        print(f"{number:5} {parts[0]:7.1f} {parts[1]:11.1f} {parts[2]:11.1f} {whole:6.1f}   {whole / bare - 1:+.1%}")


if __name__ == "__main__":
    main()
