#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what an option of training costs: the same training without it and with it, in turn.

  python3 tests/benchmarks/in_turn.py --without "--set run.patience=0" --with "--set run.patience=5 --probe CAT.jpg"
  python3 tests/benchmarks/in_turn.py --data-home HOME --common "--preset cifar-compact --set data.train_limit=9000" …

What stands in --common, --without and --with are arguments of `vit-cli train`. The time is that from the first step to
the end of the last epoch: steps, validation and whatever is kept, but not the start and the final test. Each round
trains both, the one or the other first by turns; a round's two times give one ratio. The machine should do nothing
else.
Says at the end whether both came to the same weights, bit for bit.
"""

import argparse
import json
import os
import shlex
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def train(arguments, words, folder):
    """Seconds from the first step to the end of the last epoch, and how many images they trained on."""
    environment = dict(os.environ)
    if arguments.data_home:
        environment["XDG_DATA_HOME"] = str(arguments.data_home.resolve())
    command = [arguments.vit_cli, "train", "--json", "--run-dir", folder, *shlex.split(arguments.common), *words]
    process = subprocess.Popen([str(word) for word in command], env=environment, stdout=subprocess.PIPE, text=True)
    images = epochs = 0
    begin = end = time.monotonic()
    for line in process.stdout:
        now, event = time.monotonic(), json.loads(line)
        if event["event"] == "run_started":
            images = event["train_images"]
        elif event["event"] == "step" and event["step"] == 1:
            begin = now
        elif event["event"] == "phase_changed" and event["what"].startswith("Testing"):
            continue
        elif event["event"] not in ("run_finished", "run_failed"):
            end = now
            epochs += event["event"] == "epoch"
    if process.wait() != 0 or epochs == 0:
        sys.exit(f"in_turn: vit-cli train ended with code {process.returncode} after {epochs} epochs")
    return end - begin, images * epochs


def weights(folder):
    """The numbers of a safetensors file, without its header."""
    content = (folder / "best.safetensors").read_bytes()
    return content[8 + struct.unpack("<Q", content[:8])[0]:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--common", default="--preset first-steps --set run.epochs=3", metavar="WORDS",
                        help="of both trainings; default: %(default)s")
    parser.add_argument("--without", default="", metavar="WORDS", help="of the first, e.g. '--set KEY=VALUE'")
    parser.add_argument("--with", dest="having", required=True, metavar="WORDS", help="of the second")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s; one more warms up")
    parser.add_argument("--data-home", type=Path, help="XDG_DATA_HOME of who added the data set; default: your own")
    parser.add_argument("--vit-cli", type=Path, default=ROOT / "build/release/bin/vit-cli")
    arguments = parser.parse_args()

    contenders = {"without": shlex.split(arguments.without), "with": shlex.split(arguments.having)}
    seconds = {name: [] for name in contenders}
    same = True
    for turn in range(arguments.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="in-turn-") as scratch:
            for name in sorted(contenders, reverse=turn % 2 == 0):
                took, images = train(arguments, contenders[name], Path(scratch) / name)
                if turn > 0:
                    seconds[name].append(took)
            same = same and weights(Path(scratch) / "without") == weights(Path(scratch) / "with")
        if turn > 0:
            print(f"round {turn}: without {seconds['without'][-1]:.2f} s, with {seconds['with'][-1]:.2f} s", flush=True)
    ratios = [more / less - 1 for less, more in zip(seconds["without"], seconds["with"])]
    for name, times in seconds.items():
        print(f"{name:8} median {statistics.median(times):.2f} s (least {min(times):.2f}, most {max(times):.2f}), "
              f"{images / statistics.median(times):.0f} images/s")
    print(f"costs: median {statistics.median(ratios):+.2%} of the time ({min(ratios):+.2%} to {max(ratios):+.2%})")
    print("the weights are the same, bit for bit" if same else "the weights differ")


if __name__ == "__main__":
    main()
