# SPDX-License-Identifier: GPL-3.0-or-later
"""From a Keras model of example.py to the engine's tensor names and layouts."""

import re

import keras
import numpy as np


def use_precision(dtype):
    """The type of Keras's variables and computations from here on, "float32" or "float64"."""
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def layers_of(model, kind):
    """All layers of a class, in the order in which the model uses them."""
    return [layer for layer in model.layers if type(layer).__name__ == kind]


def parameters(model, sizes):
    """The engine's tensor name -> how to compute it from Keras variables, and these."""
    d, heads_width = sizes.projection_dim, sizes.num_heads * sizes.key_dim

    def plain(a):
        return a

    def transposed(a):  # Keras [in, out] -> [out, in]
        return a.T

    def stacked(*kernels):  # 3 x [D, heads, keyDim] -> [3 * heads * keyDim, D]
        return np.concatenate([k.reshape(d, heads_width).T for k in kernels])

    def stacked_bias(*biases):
        return np.concatenate([b.reshape(heads_width) for b in biases])

    def output(kernel):  # [heads, keyDim, D] -> [D, heads * keyDim]
        return kernel.reshape(heads_width, d).T

    found = {}
    encoder = layers_of(model, "ClassTokenEncoder" if sizes.head == "class-token" else "PatchEncoder")[0]
    found["patch_embed.proj.weight"] = transposed, [encoder.projection.kernel]
    found["patch_embed.proj.bias"] = plain, [encoder.projection.bias]
    found["pos_embed"] = plain, [encoder.position_embedding.embeddings]
    if sizes.head == "class-token":
        found["cls_token"] = plain, [encoder.token]

    norms, denses = layers_of(model, "LayerNormalization"), layers_of(model, "Dense")
    for i, attention in enumerate(layers_of(model, "MultiHeadAttention")):
        qkv = [attention._query_dense, attention._key_dense, attention._value_dense]
        found[f"blocks.{i}.attn.qkv.weight"] = stacked, [layer.kernel for layer in qkv]
        found[f"blocks.{i}.attn.qkv.bias"] = stacked_bias, [layer.bias for layer in qkv]
        found[f"blocks.{i}.attn.proj.weight"] = output, [attention._output_dense.kernel]
        found[f"blocks.{i}.attn.proj.bias"] = plain, [attention._output_dense.bias]
        for j in range(2):
            norm = norms.pop(0)
            found[f"blocks.{i}.norm{j + 1}.weight"] = plain, [norm.gamma]
            found[f"blocks.{i}.norm{j + 1}.bias"] = plain, [norm.beta]
        for j in range(len(sizes.transformer_units)):
            dense = denses.pop(0)
            found[f"blocks.{i}.mlp.fc{j + 1}.weight"] = transposed, [dense.kernel]
            found[f"blocks.{i}.mlp.fc{j + 1}.bias"] = plain, [dense.bias]
    (norm,) = norms
    found["norm.weight"] = plain, [norm.gamma]
    found["norm.bias"] = plain, [norm.beta]
    for j, dense in enumerate(denses):
        found[f"head.{j}.weight"] = transposed, [dense.kernel]
        found[f"head.{j}.bias"] = plain, [dense.bias]
    return found


def weights_of(model, sizes):
    return {name: convert(*(np.asarray(v) for v in variables))
            for name, (convert, variables) in parameters(model, sizes).items()}


def gradients_of(model, sizes, trainable, gradients):
    """`gradients` in the order of `trainable` (Keras variables)."""
    by_variable = {id(v): np.asarray(g) for v, g in zip(trainable, gradients)}
    return {name: convert(*(by_variable[id(v)] for v in variables))
            for name, (convert, variables) in parameters(model, sizes).items()}


def fill(model, seed):
    """Gives every trainable variable values that let a mix-up show: no bias is zero, no scale is one."""
    random = np.random.RandomState(seed)
    for variable in model.trainable_variables:
        shape = tuple(variable.shape)
        name = variable.path.split("/")[-1] if hasattr(variable, "path") else variable.name.split("/")[-1]
        if re.match("gamma", name):
            value = 1 + 0.2 * random.standard_normal(shape)
        elif len(shape) == 1 or re.match("bias", name):
            value = 0.1 * random.standard_normal(shape)
        else:
            value = random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]) ** 0.9)
        variable.assign(value.astype("float32"))


def config_of(sizes):
    """The engine's configuration keys of a model (dropouts 0 where the sizes say so)."""
    return {
        "model": {
            "image_size": sizes.image_size, "patch_size": sizes.patch_size, "projection_dim": sizes.projection_dim,
            "heads": sizes.num_heads, "key_dim": sizes.key_dim, "mlp_units": sizes.transformer_units,
            "layers": sizes.transformer_layers, "attention_dropout": sizes.rate(0.1), "mlp_dropout": sizes.rate(0.1),
            "norm_epsilon": 1e-6,
        },
        "head": {"type": sizes.head, "units": sizes.mlp_head_units, "dropout": sizes.rate(0.5)},
    }
