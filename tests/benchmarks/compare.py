#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures vit-cli beside PyTorch, torch.compile and Keras on TensorFlow and JAX: training steps and inference.

  cmake --build --preset release --target vit-cli
  python3 tests/benchmarks/compare.py                     # everything: let nothing else run
  python3 tests/benchmarks/compare.py --quick             # one round of a few steps: does everything run?
  python3 tests/benchmarks/compare.py --only published --only vit --only torch-eager

The peers are installed from requirements.txt into the user's cache. The result is comparison.md (tables) and
comparison.json (every single measurement) in --out; both are written anew after each measurement, and --resume goes on
from there. Needs Python 3.11 and a C++ compiler (for torch.compile), and nothing else. Linux.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import report
from contenders import CONTENDERS, Failed, complaint, measure
from environment import PEERS, cache_folder, machine, process_environment, processors, python_with
from shapes import SHAPES

ROOT = Path(__file__).resolve().parents[2]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vit-cli", type=Path, default=ROOT / "build/release/bin/vit-cli")
    parser.add_argument("--out", type=Path, default=ROOT / "build/benchmarks", help="default: build/benchmarks")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where the peers are installed")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--steps", type=int, default=5, help="steps measured in one process; default: 5")
    parser.add_argument("--batch", type=int, default=0, help="for all shapes; default: each one's own")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="default: one for each processor")
    parser.add_argument("--modes", nargs="+", choices=report.MODES, default=list(report.MODES))
    parser.add_argument("--timeout", type=int, default=1200, help="seconds for one process; default: 1200")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a shape, or contenders by the beginning of their names (vit stands for both of ours); "
                             "may be given several times. --list shows the names")
    parser.add_argument("--resume", action="store_true",
                        help="keep what --out holds of the same machine, settings and version, and measure the rest")
    parser.add_argument("--quick", action="store_true", help="one round, two steps, batch 8")
    parser.add_argument("--list", action="store_true", help="shows the names of shapes and contenders")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.steps, arguments.batch = 1, 2, arguments.batch or 8
    if arguments.rounds < 1 or arguments.steps < 1 or arguments.batch < 0 or arguments.threads < 1:
        parser.error("--rounds, --steps, --batch and --threads are positive numbers")
    return parser, arguments


def select(parser, only):
    """The shapes and the contenders that are named; all of a kind of which none is."""
    shapes = [shape for shape in SHAPES if shape.name in only]
    names = [name for name in only if name not in {shape.name for shape in SHAPES}]
    for name in names:
        if not any(contender.name.startswith(name) for contender in CONTENDERS):
            parser.error(f"--only {name}: neither a shape nor a contender; --list shows them")
    contenders = [contender for contender in CONTENDERS if any(contender.name.startswith(name) for name in names)]
    return shapes or SHAPES, contenders if names else CONTENDERS


def our_version(vit_cli):
    try:
        text = subprocess.run([vit_cli, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as fault:
        sys.exit(f"compare: {vit_cli} cannot be run ({fault}). Build it: "
                 "cmake --build --preset release --target vit-cli")
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return text.removeprefix("vit-cli ") + (f" (commit {commit.stdout.strip()})" if commit.returncode == 0 else "")


def write(run, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("comparison.json", json.dumps(run, indent=1)), ("comparison.md", report.markdown(run))):
        part = folder / (name + ".part")
        part.write_text(text)
        part.replace(folder / name)


def continued(run, folder):
    """`run` with the measurements that `folder` holds; ends the program where they were made in another way."""
    try:
        earlier = json.loads((folder / "comparison.json").read_text())
    except FileNotFoundError:
        return run
    different = [key for key in ("machine", "settings") if earlier[key] != run[key]]
    if earlier["versions"]["ViT Workbench"] != run["versions"]["ViT Workbench"]:
        different.append("version")
    if different:
        sys.exit(f"compare: {folder}/comparison.json has another {' and '.join(different)}: measure without --resume, "
                 "or into another folder with --out.")
    return {**earlier, "failures": {}}


def measure_one(run, settings, shape, mode, contender, round_number):
    """Adds to `run` what comes out. Ends the program where the work is not the same: no ratio would mean anything."""
    name = f"{shape.name}, {mode}, {contender.name}"
    if name in run["failures"]:
        return "failed before"
    try:
        result = measure(contender, shape, mode, settings)
    except Failed as fault:
        run["failures"][name] = str(fault)
        return f"FAILED: {fault}"
    if problem := complaint(contender, shape, mode, result):
        sys.exit(f"compare: {name}: {contender.title} {problem}.")
    run["versions"].update(result.pop("versions", {}))
    run["records"].append({"shape": shape.name, "mode": mode, "contender": contender.name, "round": round_number,
                           "result": result})
    memory = result["peak_memory_bytes"] / 1e9
    return f"{result['images_per_second']:8.1f} images/s {memory:6.2f} GB"


def main():
    parser, arguments = parse_arguments()
    shapes, contenders = select(parser, arguments.only)
    if arguments.list:
        print("shapes:", *(shape.name for shape in SHAPES))
        print("contenders:", *(contender.name for contender in CONTENDERS))
        return
    version = our_version(arguments.vit_cli)
    settings = SimpleNamespace(
        vit_cli=arguments.vit_cli, threads=arguments.threads, batch=arguments.batch, steps=arguments.steps,
        timeout=arguments.timeout, processors=processors(arguments.threads),
        environment=process_environment(arguments.threads, arguments.cache),
        python=python_with(PEERS, arguments.cache, " (about 3 GB, some minutes)") if any(not contender.is_ours for contender in contenders) else None,
    )
    run = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "settings": {key: getattr(arguments, key) for key in ("rounds", "steps", "batch", "threads")},
        "versions": {"ViT Workbench": version},
        "failures": {},
        "records": [],
    }
    if arguments.resume:
        run = continued(run, arguments.out)
    measured = {(record["shape"], record["mode"], record["round"], record["contender"]) for record in run["records"]}
    # Round by round, so that a slow quarter of an hour of the machine falls on all alike.
    work = [(shape, mode, number, contender) for shape in shapes for mode in arguments.modes
            for number in range(1, arguments.rounds + 1) for contender in contenders
            if (shape.name, mode, number, contender.name) not in measured]
    for done, (shape, mode, number, contender) in enumerate(work, 1):
        begin = time.monotonic()
        outcome = measure_one(run, settings, shape, mode, contender, number)
        write(run, arguments.out)
        print(f"{done:4}/{len(work)} {shape.name:10}{mode:8}round {number}  {contender.name:27}{outcome}  "
              f"({time.monotonic() - begin:.0f} s)", file=sys.stderr, flush=True)
    print(report.markdown(run))
    print(f"Written to {arguments.out}/comparison.md and comparison.json", file=sys.stderr)
    if run["failures"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
