#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the includes against the table of rooms below, and prints the rooms with their lines.

A room is a folder. Each row names a room and the rooms it may include from; a row must stand below the rows it names, so
that all arrows run one way. A folder without a row belongs to the nearest one above it.
"""
import os
import re
import subprocess
import sys

# room: what it is for | the rooms it may include from, "core/…" or "ui/…" left out
ROOMS = """
core/base                  errors, random numbers as functions, parallel loops |
core/io                    files and formats | base
core/config                hyperparameters, the schema, presets | base io
core/events                what a run tells | base config io
core/evaluation            what a model's answers to a whole split amount to | base events io
core/data/images           pictures | base io
core/codec                 the way to OpenCV's codecs | data/images
core/data                  labelled images, and what a model must know of them | base config data/images
core/data/sources          formats of data sets | base config data data/images io
core/data/store            data sets kept on this computer | base config data data/images data/sources io
core/figure                maps and plots as pictures, fit to print | base io data/images
core/device                what can train here | base config
core/ranks                 processes that train together | base
core/input                 from stored images to batches | base config data data/images ranks
core/kernels               an encoder block on the CPU, free of tensors | base
core/model/parts           a file for each part of the network | base config kernels
core/model/fused           the parts by the CPU's kernels | base config device kernels model/parts
core/model                 the network | base config data data/images device events input io ranks model/parts model/fused
core/import                weights of other programs | base config data data/images io
core/train/optimizers      updates | base config io model
core/train/schedules       learning rates | config
core/train/objectives      losses |
core/train/gradients       what happens to gradients before the update | ranks
core/train/checkpoints     what a run is resumed from | base config events io model ranks train/optimizers
core/train                 the training loop | base config data device evaluation events input kernels model model/fused ranks train/optimizers train/schedules train/objectives train/gradients train/checkpoints
core/check                 the program's test of itself on a user's computer | base config data data/images device events input io model ranks train train/checkpoints train/objectives train/optimizers
core/runs                  the store of runs | base config data data/images evaluation events io
core/inspect               questions to a model | base config data data/images device evaluation events model runs
core/lenses                analyses as numbers, tables and figures | base config data/images events figure inspect io
core/session               the worker, and a run from request to result | base config data data/images data/store device events import inspect io model ranks runs train train/checkpoints train/optimizers
core/finetune              ways from a trained model to a classifier of one's own photos | base config data data/images data/sources data/store evaluation events import inspect io model runs session
core/jobs                  trainings that outlive who asked for them, and runs on their way | base config data/images data/store device events io ranks runs session
core/sweeps                many runs by a plan | base config events io runs session
core/export                formats of other programs | base config data data/images evaluation events figure io runs
ui/look                    theme, icons, how numbers are written | base
ui/widgets                 small parts that any page may use | core ui/look
ui/plot                    curves | core ui/look
ui/bridge                  between the window and the worker | core ui/look ui/widgets
ui/lens                    maps over pictures, and grids of them | core ui/look ui/widgets
ui/form                    the Experiment form | core ui/bridge ui/look
ui/pages/data              browsing a data set | core ui/bridge ui/look ui/widgets
ui/pages/train             curves, layers, progress and log of a run | core ui/bridge ui/lens ui/look ui/plot ui/widgets
ui/pages/inspect           a picture seen through lenses, and its predictions | core ui/bridge ui/lens ui/look ui/plot ui/widgets ui/pages/data
ui/pages/evaluate          how good a model is, and the images behind it | core ui/bridge ui/look ui/widgets ui/pages/data
ui/pages/photos            a classifier of one's own photos | core ui/bridge ui/look ui/plot ui/widgets ui/pages/data ui/pages/evaluate
ui/pages/runs              the list of runs, and their comparison | core ui/bridge ui/form ui/look ui/plot ui/widgets ui/pages/train
ui/pages/sweeps            plans of many runs | core ui/bridge ui/look ui/widgets
ui/shell                   puts the window together | core ui
app/cli                    the commands | core
app                        the programs | core ui
"""
# From the window and the programs: all of core but what stands behind its border.
HIDDEN = ["core/kernels", "core/model", "core/codec"]


def table():
    rooms = {}
    for line in ROOMS.strip().splitlines():
        head, _, allowed = line.partition("|")
        room, purpose = (head.split(None, 1) + [""])[:2]
        names = [name if name.startswith(("core", "ui")) else "core/" + name for name in allowed.split()]
        for name in names:
            if name not in rooms and name not in ("core", "ui"):
                sys.exit(f"check_rooms.py: {name} must stand above {room}: arrows run one way")
        rooms[room] = (purpose.strip(), names)
    return rooms


def room_of(folder, rooms):
    while folder and folder not in rooms:
        folder = os.path.dirname(folder)
    return folder


def allows(names, target):
    if target in names:
        return True
    if "core" in names and target.startswith("core/"):
        return not any(target == hidden or target.startswith(hidden + "/") for hidden in HIDDEN)
    return "ui" in names and target.startswith("ui/")


def main():
    rooms = table()
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "core", "ui", "app"],
                            check=True, capture_output=True, text=True).stdout.split()
    lines = dict.fromkeys(rooms, 0)
    faults = []
    for path in listed:
        if not path.endswith((".h", ".cpp")) or not os.path.exists(path):
            continue
        room = room_of(os.path.dirname(path), rooms)
        if not room:
            faults.append(f"{path}: its folder has no row in the table")
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read().splitlines()
        lines[room] += len(text)
        for number, line in enumerate(text, 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found or found[1] == "published_curves.h":  # generated
                continue
            target = room_of(os.path.dirname(found[1]), rooms)
            if not os.path.exists(found[1]):
                faults.append(f'{path}:{number}: "{found[1]}" is not a path from the root of the repository')
            elif target != room and not allows(rooms[room][1], target):
                faults.append(f"{path}:{number}: {room} may not include from {target}")
    for room, (purpose, _) in rooms.items():
        print(f"{room:<24}{lines[room]:>7}  {purpose}")
    for fault in faults:
        print("error:", fault, file=sys.stderr)
    return 1 if faults else 0


sys.exit(main())
