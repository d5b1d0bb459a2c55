#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long the window takes to appear: from the start of the process until its first picture is on the screen.

  python3 tests/benchmarks/start_up.py build/release/bin/vit-workbench     # starts a screen of its own (Xvfb)
  python3 tests/benchmarks/start_up.py OLD NEW --rounds 10                 # in turn, for a before and after

Each start has fresh settings and an empty folder of runs unless --keep-home is given. The first round warms the page
cache and is not counted. Needs Xvfb (apt-get install xvfb); python-xlib is installed into an environment in the user's
cache.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import WINDOW, run_with

POLL_SECONDS = 0.002
TIMEOUT_SECONDS = 30


def seconds_to_first_picture(program, screen, home):
    begin = time.monotonic()
    process = subprocess.Popen([program], env=screen.environment(home), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - begin < TIMEOUT_SECONDS:
            if screen.shows_window():
                return time.monotonic() - begin
            if process.poll() is not None:
                sys.exit(f"start_up: {program} ended with code {process.returncode} before its window appeared")
            time.sleep(POLL_SECONDS)
        sys.exit(f"start_up: {program} showed nothing in {TIMEOUT_SECONDS} s")
    finally:
        process.kill()
        process.wait()
        while screen.shows_window():  # it goes when the screen notices, and must not be taken for the next
            time.sleep(POLL_SECONDS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep-home", type=Path, help="a folder with config, data and cache to start with")
    arguments = parser.parse_args()
    run_with(WINDOW)
    from screen import Screen

    measured = {program: [] for program in arguments.programs}
    with Screen() as screen:
        for number in range(arguments.rounds + 1):
            for program in arguments.programs:
                with tempfile.TemporaryDirectory() as scratch:
                    home = Path(scratch) / "home"
                    if arguments.keep_home:
                        shutil.copytree(arguments.keep_home, home)
                    seconds = seconds_to_first_picture(program, screen, home)
                if number > 0:
                    measured[program].append(seconds)
    for program, times in measured.items():
        print(f"{program}: median {statistics.median(times):.3f} s, least {min(times):.3f}, most {max(times):.3f} "
              f"({len(times)} starts)")


if __name__ == "__main__":
    main()
