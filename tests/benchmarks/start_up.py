#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures how long the window takes to appear: from the start of the process until its first picture is on the screen.

  pip install python-xlib==0.33
  python3 tests/benchmarks/start_up.py build/release/bin/vit-workbench     # starts a screen of its own (Xvfb)
  python3 tests/benchmarks/start_up.py OLD NEW --rounds 10                 # in turn, for a before and after

Each start has fresh settings and an empty folder of runs unless --keep-home is given. The first round warms the page
cache and is not counted.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from Xlib import X, display

SIZE = (1600, 1000)
POLL_SECONDS = 0.002
TIMEOUT_SECONDS = 30


def start_screen():
    """An Xvfb on a free number, and that number."""
    read, write = os.pipe()
    screen = f"{SIZE[0]}x{SIZE[1]}x24"
    options = ["-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        return server, f":{answer.readline().strip()}"


def shows_something(window):
    """Whether more than one colour is in a strip that crosses the window's tool bar and pages."""
    size = window.get_geometry()
    strip = window.get_image(size.width // 4, 0, 1, min(size.height, 400), X.ZPixmap, 0xFFFFFFFF).data
    return len({strip[i:i + 3] for i in range(0, len(strip), 4)}) > 1


def main_window(root):
    for child in root.query_tree().children:
        if child.get_attributes().map_state == X.IsViewable and child.get_geometry().width > 400:
            return child
    return None


def seconds_to_first_picture(program, screen, home):
    screen_connection = display.Display(screen)
    root = screen_connection.screen().root
    environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    for variable, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
        environment[variable] = str(home / folder)
    begin = time.monotonic()
    process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.monotonic() - begin < TIMEOUT_SECONDS:
            window = main_window(root)
            if window and shows_something(window):
                return time.monotonic() - begin
            if process.poll() is not None:
                sys.exit(f"start_up: {program} ended with code {process.returncode} before its window appeared")
            time.sleep(POLL_SECONDS)
        sys.exit(f"start_up: {program} showed nothing in {TIMEOUT_SECONDS} s")
    finally:
        process.kill()
        process.wait()
        screen_connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep-home", type=Path, help="a folder with config, data and cache to start with")
    arguments = parser.parse_args()
    server, screen = start_screen()
    measured = {program: [] for program in arguments.programs}
    try:
        for number in range(arguments.rounds + 1):
            for program in arguments.programs:
                with tempfile.TemporaryDirectory() as scratch:
                    home = Path(scratch) / "home"
                    if arguments.keep_home:
                        shutil.copytree(arguments.keep_home, home)
                    seconds = seconds_to_first_picture(program, screen, home)
                if number > 0:
                    measured[program].append(seconds)
    finally:
        server.terminate()
    for program, times in measured.items():
        print(f"{program}: median {statistics.median(times):.3f} s, least {min(times):.3f}, most {max(times):.3f} "
              f"({len(times)} starts)")


if __name__ == "__main__":
    main()
