# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden files' format: a safetensors file with what is said about it."""

import json
from pathlib import Path

import numpy as np


def write_golden(path, tensors, about, **extra):
    """A safetensors file with one metadata entry, "golden": a JSON object. The same content gives the same bytes."""
    codes = {"float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8"}
    header, blobs, offset = {"__metadata__": {"golden": json.dumps({"about": about, **extra})}}, [], 0
    for name in sorted(tensors, key=lambda n: (-np.asarray(tensors[n]).dtype.itemsize, n)):
        array = np.ascontiguousarray(tensors[name]).reshape(np.shape(tensors[name]))
        blob = array.tobytes()
        header[name] = {"dtype": codes[str(array.dtype)], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def read_tensors(path):
    """Every array of a safetensors file, by name."""
    types = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U8": "u1"}
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    return {name: np.frombuffer(content[start:][slice(*entry["data_offsets"])], types[entry["dtype"]])
            .reshape(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}


def read_about(path):
    """What the file says about itself."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return json.loads(header["__metadata__"]["golden"])
