# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen of its own (Xvfb) for a measurement, and what is looked for and pressed on it. Needs python-xlib."""

import os
import subprocess
import sys

from Xlib import XK, X, display, error
from Xlib.ext import xtest

SIZE = (1600, 1000)


class Screen:
    """An Xvfb on a free number; ends with its `with`."""

    def __init__(self):
        read, write = os.pipe()
        options = ["-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-noreset"]
        try:
            self._server = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            sys.exit("Xvfb is needed, a screen without a monitor: apt-get install xvfb")
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            sys.exit("Xvfb could not start; to see why: Xvfb -displayfd 1")
        self._name = f":{number}"
        self._connection = display.Display(self._name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()
        self._server.terminate()

    def environment(self, home):
        """A user's, with settings, data and cache under `home`."""
        environment = {**os.environ, "DISPLAY": self._name, "QT_QPA_PLATFORM": "xcb"}
        for variable, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
            environment[variable] = str(home / folder)
        return environment

    def shows_window(self):
        """Whether the main window is there and more than one colour is in a strip across its tool bar and pages."""
        try:
            window = self._main_window()
            if window is None:
                return False
            size = window.get_geometry()
            strip = window.get_image(size.width // 4, 0, 1, min(size.height, 400), X.ZPixmap, 0xFFFFFFFF).data
        except (error.BadWindow, error.BadDrawable):
            return False  # it went meanwhile
        return len({strip[i:i + 3] for i in range(0, len(strip), 4)}) > 1

    def focus_window(self):
        self._main_window().set_input_focus(X.RevertToParent, X.CurrentTime)

    def press(self, *names):
        """Keys held together, as a hand would press them."""
        codes = [self._connection.keysym_to_keycode(XK.string_to_keysym(name)) for name in names]
        for code in codes:
            xtest.fake_input(self._connection, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._connection, X.KeyRelease, code)
        self._connection.sync()

    def _main_window(self):
        for child in self._connection.screen().root.query_tree().children:
            if child.get_attributes().map_state == X.IsViewable and child.get_geometry().width > 400:
                return child
        return None
