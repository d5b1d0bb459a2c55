# SPDX-License-Identifier: GPL-3.0-or-later
"""What the peers' scripts share: their arguments, the clock, and the one JSON line that they print."""

import argparse
import json
import math
import resource
import time
from pathlib import Path

from shapes import SHAPES, shape_named

WARM_UP = 3  # steps that do not count: vit-cli bench leaves out as many


def parse_arguments(description, variants):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shape", required=True, choices=[shape.name for shape in SHAPES])
    parser.add_argument("--variant", required=True, choices=variants)
    parser.add_argument("--mode", required=True, choices=["train", "predict"])
    parser.add_argument("--precision", required=True, choices=["fp32", "bf16"])
    parser.add_argument("--threads", required=True, type=int)
    parser.add_argument("--batch", required=True, type=int)
    parser.add_argument("--steps", required=True, type=int)
    arguments = parser.parse_args()
    arguments.shape = shape_named(arguments.shape)
    return arguments


def reset_peak_memory():
    """The peak then starts from what is resident: imports and compilation are not the step's. Linux only."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass  # the peak since the process began, which is never less


def peak_memory_bytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(arguments, parameters, versions, step):
    """`step` does one step to its end, no part of it still in flight, and returns a number that shows its health."""
    for _ in range(WARM_UP):
        step()
    reset_peak_memory()
    times = []
    for _ in range(arguments.steps):
        begin = time.perf_counter()
        value = step()
        times.append(time.perf_counter() - begin)
    middle = sorted(times)[len(times) // 2]
    result = {
        "images_per_second": arguments.batch / middle,
        "step_ms": middle * 1000,
        "parameters": parameters,
        "peak_memory_bytes": peak_memory_bytes(),
        "value": value if math.isfinite(value) else None,
        "versions": versions,
    }
    print(json.dumps(result))
