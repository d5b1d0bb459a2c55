#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the model that comes with the program from a trained and tested run: its best weights in half precision.

    vit-cli train --preset laptop-hour --run-dir RUN     # see README.md here
    resources/model/make.py RUN
"""
import array
import json
import pathlib
import struct
import sys

run, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent

content = (run / "best.safetensors").read_bytes()
size = int.from_bytes(content[:8], "little")
header, data = json.loads(content[8:8 + size]), content[8 + size:]
blobs, offset = [], 0
for name, entry in header.items():
    if name == "__metadata__":
        continue
    assert entry["dtype"] == "F32", name
    numbers = array.array("f", data[slice(*entry["data_offsets"])])
    blobs.append(struct.pack(f"<{len(numbers)}e", *numbers))
    entry.update(dtype="F16", data_offsets=[offset, offset + len(blobs[-1])])
    offset += len(blobs[-1])
header["__metadata__"].pop("crc32c", None)  # of the other numbers
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
(here / "best.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + b"".join(blobs))

(here / "config.json").write_text((run / "config.json").read_text())
result = json.loads((run / "result.json").read_text())
result.update(run_folder="", run_name="model")
environment = json.loads((run / "environment.json").read_text())
environment.pop("system", None)
for name, value in (("result", result), ("environment", environment)):
    (here / f"{name}.json").write_text(json.dumps(value, indent=2) + "\n")
name = f"CIFAR-100, came with the program, {100 * result['test']['accuracy']:.1f} % on its test images"
(here / "about.json").write_text(json.dumps({"name": name}, indent=2) + "\n")
print(f"{name}: {sum(f.stat().st_size for f in here.iterdir()):,} bytes")
