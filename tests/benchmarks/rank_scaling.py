#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the model of docs/scaling.md against two ranks with a network of a known rate between them.

  sudo python3 tests/benchmarks/rank_scaling.py --rates 1000 200 100

Each rank runs in a network namespace of its own, with one thread and an equal share of the processor; a token bucket limits
what each sends. Needs root, iproute2 and the kernel's veth, bridge and tbf. Prints for each rate the measured time of a step,
and the predicted one: that of a single rank on half of the batch, and the gradients' bytes over the rate. The machine should
do nothing else.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 3  # steps that warm up


def sh(command):
    subprocess.run(shlex.split(command), check=True)


class Network:
    """Two namespaces with a wire between them that carries so many megabits a second each way; none: as it is."""

    def __init__(self, megabits):
        self.megabits = megabits

    def __enter__(self):
        self.__exit__()
        for rank in (0, 1):
            sh(f"ip netns add vit-rank{rank}")
        sh("ip link add vit-wire0 netns vit-rank0 type veth peer name vit-wire1 netns vit-rank1")
        for rank in (0, 1):
            inside = f"ip netns exec vit-rank{rank}"
            sh(f"{inside} ip addr add 10.77.0.{rank + 1}/24 dev vit-wire{rank}")
            sh(f"{inside} ip link set vit-wire{rank} up")
            sh(f"{inside} ip link set lo up")
            if self.megabits:
                sh(f"{inside} tc qdisc add dev vit-wire{rank} root tbf rate {self.megabits}mbit burst 256kbit latency 50ms")
        return self

    def __exit__(self, *_):
        for rank in (0, 1):
            subprocess.run(["ip", "netns", "del", f"vit-rank{rank}"], stderr=subprocess.DEVNULL)

    def command(self, rank):
        return ["ip", "netns", "exec", f"vit-rank{rank}"]

    def environment(self, rank):
        return {"RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1",
                "MASTER_ADDR": "10.77.0.1", "MASTER_PORT": "29555", "GLOO_SOCKET_IFNAME": f"vit-wire{rank}"}


def step_seconds(arguments, folder, batch, network=None):
    """The median time of a step, and the number of the model's parameters."""
    training = [arguments.vit_cli, "train", "--json", "--max-steps", str(arguments.steps), "--run-dir", folder,
                *shlex.split(arguments.common), "--set", f"run.batch_size={batch}", "--set", "run.threads=1",
                "--set", "run.layer_statistics_steps=0"]
    ranks = (0, 1) if network else (0,)
    processes = []
    for rank in ranks:
        processes.append(subprocess.Popen(
            [str(word) for word in (network.command(rank) if network else []) + training],
            env={**os.environ, **(network.environment(rank) if network else {})}, stdout=subprocess.PIPE, text=True))
    parameters, times = 0, []
    for line in processes[0].stdout:
        event = json.loads(line)
        if event["event"] == "run_started":
            parameters = event["parameters"]
        elif event["event"] == "step":
            times.append(event["elapsed_seconds"])
    for rank, process in zip(ranks, processes):
        if process.wait() != 0:
            sys.exit(f"rank_scaling: rank {rank} ended with code {process.returncode}")
    return statistics.median(b - a for a, b in zip(times[SKIPPED:], times[SKIPPED + 1:])), parameters


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--common", default="--preset cifar-compact --set data.name=synthetic-shapes", metavar="WORDS",
                        help="arguments of vit-cli train; default: %(default)s")
    parser.add_argument("--batch", type=int, default=128, help="of all ranks; default: %(default)s")
    parser.add_argument("--rates", type=int, nargs="*", default=[1000, 200, 100], help="megabits a second")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--vit-cli", type=Path, default=ROOT / "build/release/bin/vit-cli")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rank-scaling-") as scratch:
        folder = Path(scratch)
        alone, parameters = step_seconds(arguments, folder / "alone", arguments.batch)
        half, _ = step_seconds(arguments, folder / "half", arguments.batch // 2)
        megabytes = 4 * parameters / 1e6
        print(f"{parameters:,} parameters: {megabytes:.1f} MB of gradients a step; one rank {alone * 1e3:.0f} ms for the "
              f"batch, {half * 1e3:.0f} ms for half of it\n")
        print("rate (Mbit/s)  measured (ms)  predicted (ms)  speed-up of 2 ranks")
        for rate in [0, *arguments.rates]:
            with Network(rate) as network:
                measured, _ = step_seconds(arguments, folder / f"rate-{rate}", arguments.batch, network)
            # Each of two ranks sends, and receives, as many bytes as the gradients have.
            predicted = half + (megabytes * 8 / rate if rate else 0)
            name = str(rate) if rate else "as it is"
            print(f"{name:>13}  {measured * 1e3:13.0f}  {predicted * 1e3:14.0f}  {alone / measured:19.2f}", flush=True)


if __name__ == "__main__":
    main()
