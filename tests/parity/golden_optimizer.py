# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden file of AdamW: five steps on given gradients, in three conventions, with and without decay-free tensors."""

import keras
import numpy as np
import torch

from golden_file import write_golden
from layout import use_precision

LEARNING_RATE, BETA1, BETA2, EPSILON = 0.01, 0.9, 0.999, 1e-7
DECAY = {"decoupled": 0.002, "keras": 0.2, "pytorch": 0.2}
SHAPES = {
    "patch_embed.proj.weight": (4, 3), "patch_embed.proj.bias": (4,), "pos_embed": (5, 4), "cls_token": (4,),
    "blocks.0.norm1.weight": (4,), "blocks.0.norm1.bias": (4,), "blocks.0.attn.qkv.weight": (6, 4),
    "blocks.0.attn.qkv.bias": (6,), "head.0.weight": (3, 4), "head.0.bias": (3,),
}


def decayed(name):
    """Whether a tensor is decayed when biases, norms and embeddings are not."""
    return name.endswith(".weight") and "norm" not in name


def tensorflow_addons(start, gradients, decays):
    """The formulas of TensorFlow Addons' DecoupledWeightDecayExtension and TensorFlow's Adam, in double precision."""
    result = {}
    for name, w in start.items():
        w, m, v = w.copy(), np.zeros_like(w), np.zeros_like(w)
        for t, step in enumerate(gradients, 1):
            g = step[name]
            if decays(name):
                w -= DECAY["decoupled"] * w
            m += (g - m) * (1 - BETA1)
            v += (g * g - v) * (1 - BETA2)
            w -= LEARNING_RATE * np.sqrt(1 - BETA2**t) / (1 - BETA1**t) * m / (np.sqrt(v) + EPSILON)
        result[name] = w
    return result


def keras_itself(start, gradients, decays):
    variables = {name: keras.Variable(w, dtype="float64", name=name.replace(".", "_")) for name, w in start.items()}
    optimizer = keras.optimizers.AdamW(LEARNING_RATE, weight_decay=DECAY["keras"], beta_1=BETA1, beta_2=BETA2,
                                       epsilon=EPSILON)
    optimizer.exclude_from_weight_decay(var_list=[v for n, v in variables.items() if not decays(n)])
    optimizer.build(list(variables.values()))
    for step in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(step[n]) for n in variables], list(variables.values()))
    return {name: np.asarray(v) for name, v in variables.items()}


def torch_itself(start, gradients, decays):
    parameters = {name: torch.nn.Parameter(torch.tensor(w)) for name, w in start.items()}
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in parameters.items() if decays(n)]},
         {"params": [p for n, p in parameters.items() if not decays(n)], "weight_decay": 0.0}],
        lr=LEARNING_RATE, betas=(BETA1, BETA2), eps=EPSILON, weight_decay=DECAY["pytorch"])
    for step in gradients:
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(step[name])
        optimizer.step()
    return {name: p.detach().numpy() for name, p in parameters.items()}


def write(folder):
    use_precision("float64")
    random = np.random.RandomState(7)
    single = lambda shape, scale: (scale * random.standard_normal(shape)).astype("float32").astype("float64")
    start = {name: single(shape, 0.5) for name, shape in SHAPES.items()}
    gradients = [{name: single(shape, 0.3) for name, shape in SHAPES.items()} for _ in range(5)]
    for step in gradients:  # small ones tell where epsilon is added, zeros that nothing else moves
        step["head.0.weight"][0] *= 1e-6
        step["head.0.weight"][1] = 0

    tensors = {f"start/{n}": w.astype("float32") for n, w in start.items()}
    for i, step in enumerate(gradients):
        tensors |= {f"gradients/{i}/{n}": g.astype("float32") for n, g in step.items()}
    for convention, run in (("decoupled", tensorflow_addons), ("keras", keras_itself), ("pytorch", torch_itself)):
        for which, decays in (("all", lambda name: True), ("some", decayed)):
            after = run(start, gradients, decays)
            tensors |= {f"{convention}/{which}/{n}": w.astype("float32") for n, w in after.items()}
    write_golden(
        folder / "optimizer.safetensors", tensors,
        "Weights after five steps. decoupled: TensorFlow Addons' AdamW, computed in NumPy by its published formulas "
        "(Addons no longer installs). keras: keras.optimizers.AdamW. pytorch: torch.optim.AdamW. all in double "
        "precision. some: biases, norms, embeddings and the class token are not decayed.",
        learning_rate=LEARNING_RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON, weight_decay=DECAY)
