#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long the window is held up while it trains on all cores (vit-workbench --stall-report).

  python3 tests/benchmarks/stalls.py build/release/bin/vit-workbench FOLDER     # fused kernels beside plain libtorch
  python3 tests/benchmarks/stalls.py NEW FOLDER --before OLD --seconds 60

FOLDER is where the data sets lie (XDG_DATA_HOME/vit-workbench/data of who added CIFAR-100). On a screen of its own
(Xvfb) the window is started with the published example, Train is pressed by its key, and after some time Stop and Quit.
Needs Xvfb (apt-get install xvfb); python-xlib is installed into an environment in the user's cache.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import WINDOW, run_with

TIMEOUT_SECONDS = 60


def write_settings(home, vit_cli, kernels):
    """The experiment as the window would remember it."""
    described = subprocess.run([vit_cli, "config", "--preset", "keras-example"], capture_output=True, text=True,
                               check=True)
    config = json.loads(described.stdout)
    if kernels:
        config["run"]["kernels"] = kernels
    text = json.dumps(config).replace("\\", "\\\\").replace('"', '\\"')
    folder = home / "config" / "vit-workbench"
    folder.mkdir(parents=True)
    (folder / "vit-workbench.ini").write_text(f'[experiment]\nconfig="{text}"\npreset=keras-example\n')


def wait_for(condition, process, what):
    begin = time.monotonic()
    while not condition():
        if process.poll() is not None:
            sys.exit(f"stalls: the window ended with code {process.returncode} before {what}")
        if time.monotonic() - begin > TIMEOUT_SECONDS:
            process.kill()
            sys.exit(f"stalls: no {what} in {TIMEOUT_SECONDS} s")
        time.sleep(0.05)


def stalls_of(program, kernels, screen, arguments):
    with tempfile.TemporaryDirectory(prefix="stalls-") as scratch:
        home = Path(scratch)
        write_settings(home, program.parent / "vit-cli", kernels)
        report = home / "stalls.json"
        process = subprocess.Popen([program, "--data-folder", arguments.data, "--stall-report", report],
                                   env=screen.environment(home), stderr=subprocess.DEVNULL)
        wait_for(screen.shows_window, process, "window")
        screen.focus_window()
        time.sleep(1)
        screen.press("Control_L", "Return")
        time.sleep(arguments.seconds)
        screen.press("Control_L", "period")
        time.sleep(5)
        screen.press("Control_L", "q")
        wait_for(lambda: process.poll() is not None or report.exists(), process, "report")
        process.wait(TIMEOUT_SECONDS)
        return json.loads(report.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="vit-workbench, with vit-cli beside it")
    parser.add_argument("data", type=Path, help="the folder of the data sets")
    parser.add_argument("--before", type=Path, help="an older vit-workbench, instead of plain kernels")
    parser.add_argument("--seconds", type=float, default=60, help="of training; default: 60")
    arguments = parser.parse_args()
    contenders = [("now", arguments.program, "")]
    if arguments.before:
        contenders.insert(0, ("before", arguments.before, ""))
    else:
        contenders.insert(0, ("plain kernels", arguments.program, "plain"))
    run_with(WINDOW)
    from screen import Screen

    with Screen() as screen:
        for name, program, kernels in contenders:
            stalls = stalls_of(program.resolve(), kernels, screen, arguments)
            print(f"{name}: {stalls['intervals']} intervals of {stalls['interval_ms']} ms; held up beyond: "
                  f"p50 {stalls['p50_ms']:.2f} ms, p99 {stalls['p99_ms']:.2f}, most {stalls['max_ms']:.1f}")


if __name__ == "__main__":
    main()
