# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen of its own (Xvfb) for a measurement, and what is looked for on it. Needs python-xlib."""

import os
import subprocess

from Xlib import X

SIZE = (1600, 1000)


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


def environment_for(screen, home):
    """A user's, with settings, data and cache under `home`."""
    environment = {**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    for variable, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
        environment[variable] = str(home / folder)
    return environment
