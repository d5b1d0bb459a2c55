#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward passes of pretrained sizes (ViT-S/16 and ViT-B/16 at 224) beside timm in eager PyTorch, in turn.

  python3 tests/benchmarks/pretrained.py --python VENV/bin/python    # a Python with torch and timm; let nothing else run

Prints images per second, the ratio, and the time from one photo to its five classes.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = {"vit_small_patch16_224": (384, 6, 32), "vit_base_patch16_224": (768, 12, 16)}  # width, heads, batch

PEER = """
import json, sys, time, timm, torch
name, batch, precision, steps = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
model = timm.create_model(name).eval()
images, one = torch.randn(batch, 3, 224, 224), torch.randn(1, 3, 224, 224)
def run(x):
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        return model(x)
def timed(x, count):
    for _ in range(2):
        run(x)
    begin = time.perf_counter()
    for _ in range(count):
        run(x)
    return (time.perf_counter() - begin) / count
seconds, photo = timed(images, steps), timed(one, 2 * steps)
print(json.dumps({"images_per_second": batch / seconds, "photo_ms": 1000 * photo}))
"""


def ours(cli, width, heads, batch, precision, steps):
    settings = {"model.image_size": 224, "model.patch_size": 16, "model.projection_dim": width, "model.heads": heads,
                "model.key_dim": 64, "model.mlp_units": f"{4 * width},{width}", "model.layers": 12,
                "model.attention_dropout": 0, "model.mlp_dropout": 0, "model.mlp_last_gelu": "false",
                "head.type": "class-token", "head.units": "", "head.dropout": 0}
    command = [cli, "bench", "--mode", "predict", "--preset", "keras-example", "--classes", "1000", "--batch", str(batch),
               "--precision", precision, "--steps", str(steps), "--json"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"vit-cli bench ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vit-cli", default=ROOT / "build/release/bin/vit-cli")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    for name, (width, heads, batch) in MODELS.items():
        for precision in ("fp32", "bf16"):
            mine, theirs = [], []
            for _ in range(options.rounds):
                mine.append(ours(str(options.vit_cli), width, heads, batch, precision, options.steps))
                peer = [options.python, "-c", PEER, name, str(batch), precision, str(options.steps)]
                theirs.append(json.loads(subprocess.run(peer, capture_output=True, text=True, check=True).stdout.splitlines()[-1]))
            speed = statistics.median(r["images_per_second"] for r in mine)
            peer_speed = statistics.median(r["images_per_second"] for r in theirs)
            print(f"{name} {precision}: {speed:.1f} images/s, timm {peer_speed:.1f}: {speed / peer_speed:.2f} times; "
                  f"one photo {statistics.median(r['photo_ms'] for r in mine):.0f} ms, timm's forward pass alone "
                  f"{statistics.median(r['photo_ms'] for r in theirs):.0f} ms", flush=True)


main()
