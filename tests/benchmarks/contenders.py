# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is measured, and how one measurement of one of them is made: always in a process of its own."""

import json
import math
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measuring import WARM_UP

HERE = Path(__file__).parent


class Failed(Exception):
    """A contender that could not be measured, and why."""


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    precision: str  # "fp32" or "bf16"
    script: str = ""  # none: vit-cli
    variant: str = ""

    @property
    def is_ours(self):
        return not self.script


CONTENDERS = [
    Contender("vit-fp32", "**ViT Workbench**", "fp32"),
    Contender("torch-eager-fp32", "PyTorch eager", "fp32", "peer_torch.py", "eager"),
    Contender("torch-compile-fp32", "PyTorch, torch.compile", "fp32", "peer_torch.py", "compile"),
    Contender("keras-tensorflow-fp32", "Keras on TensorFlow", "fp32", "peer_keras.py", "tensorflow"),
    Contender("keras-tensorflow-xla-fp32", "Keras on TensorFlow, XLA", "fp32", "peer_keras.py", "tensorflow-xla"),
    Contender("keras-jax-fp32", "Keras on JAX", "fp32", "peer_keras.py", "jax"),
    Contender("vit-bf16", "**ViT Workbench**", "bf16"),
    Contender("torch-eager-bf16", "PyTorch eager, autocast", "bf16", "peer_torch.py", "eager"),
    Contender("torch-compile-bf16", "PyTorch, torch.compile, autocast", "bf16", "peer_torch.py", "compile"),
    Contender("keras-tensorflow-bf16", "Keras on TensorFlow, mixed", "bf16", "peer_keras.py", "tensorflow"),
    Contender("keras-tensorflow-xla-bf16", "Keras on TensorFlow, XLA, mixed", "bf16", "peer_keras.py",
              "tensorflow-xla"),
    Contender("keras-jax-bf16", "Keras on JAX, mixed", "bf16", "peer_keras.py", "jax"),
]


def our_command(vit_cli, contender, shape, mode, settings):
    command = [vit_cli, "bench", "--json", "--mode", mode]
    command += ["--preset", "keras-example", "--classes", shape.classes]
    command += ["--device", "cpu", "--threads", settings.threads, "--precision", contender.precision]
    command += ["--batch", settings.batch or shape.batch, "--steps", settings.steps]
    for key, value in shape.settings().items():
        command += ["--set", f"{key}={value}"]
    return command


def peer_command(python, contender, shape, mode, settings):
    command = [python, HERE / contender.script, "--variant", contender.variant, "--precision", contender.precision]
    command += ["--shape", shape.name, "--mode", mode, "--threads", settings.threads]
    return command + ["--batch", settings.batch or shape.batch, "--steps", settings.steps]


def measure(contender, shape, mode, settings):
    """One process's result as a dictionary. Raises Failed."""
    if contender.is_ours:
        command = our_command(settings.vit_cli, contender, shape, mode, settings)
    else:
        command = peer_command(settings.python, contender, shape, mode, settings)
    try:
        finished = subprocess.run(
            [str(word) for word in command],
            env=settings.environment,
            preexec_fn=lambda: os.sched_setaffinity(0, settings.processors),
            capture_output=True,
            text=True,
            timeout=settings.timeout,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"not done after {settings.timeout} s") from None
    if finished.returncode != 0:
        lines = finished.stderr.strip().splitlines()
        reason = lines[-1] if lines else "no message"
        raise Failed(f"exit code {finished.returncode}: {reason}"[:300])
    result = json.loads(finished.stdout.strip().splitlines()[-1])
    if contender.is_ours and mode == "train":
        result["value"] = result["loss"]
    return result


def complaint(contender, shape, mode, result):
    """What shows that a contender did not do the same work as the others; nothing if all is well."""
    if result["parameters"] != shape.parameters:
        return f"has {result['parameters']:,} parameters, not {shape.parameters:,}: it is another model"
    value = result.get("value", 0.0)
    if value is None or not math.isfinite(value):
        return "computes numbers that are not finite"
    # Fresh weights and labels drawn by chance: near ln(classes), far below what a step gone wrong gives.
    if mode == "train" and value > 4 * math.log(shape.classes):
        return f"has a loss of {value:.3g} after {WARM_UP} steps and those measured: it does not train"
    return None
