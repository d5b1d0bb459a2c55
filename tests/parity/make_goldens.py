# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/parity/golden: what Keras itself computes, for the parity tests to compare with.

  python3 -m venv VENV && VENV/bin/pip install -r tests/parity/requirements.txt
  VENV/bin/python tests/parity/make_goldens.py

Images are [N, height, width, channels]. Weights have the engine's names and layouts (layout.py). The transformer is
evaluated by Keras in double precision and rounded once, so that a difference is the engine's own rounding; what is
done to the images, and the predictions beside the weight files, are in single precision, as the example's program.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import golden_evaluation
import golden_finetune
import golden_inputs
import golden_inspect
import golden_metrics
import golden_model
import golden_optimizer
import golden_weight_files

if __name__ == "__main__":
    folder = Path(__file__).parent / "golden"
    folder.mkdir(exist_ok=True)
    for part in (golden_inputs, golden_model, golden_optimizer, golden_metrics, golden_weight_files,
                 golden_evaluation, golden_finetune):
        part.write(folder)
    for model in golden_inspect.MODELS:
        golden_inspect.write(folder, model)
    for file in sorted(folder.iterdir()):
        print(f"{file.stat().st_size:>9,}  {file.name}")
    print(f"{sum(f.stat().st_size for f in folder.iterdir()):>9,}  in all")
