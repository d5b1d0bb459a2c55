# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of the transformer: every intermediate, the loss, every gradient, and a few steps of training."""

import keras
import numpy as np
import tensorflow as tf

from example import Sizes, classifier
from golden_file import write_golden
from layout import config_of, fill, gradients_of, use_precision, weights_of

SMALL = dict(native_size=12, image_size=18, projection_dim=16, num_heads=2, key_dim=16, transformer_units=[32, 16],
             transformer_layers=2, mlp_head_units=[24, 12], num_classes=10, dropout=False)
# Nothing here is a multiple of a vector's width; three MLP layers; no hidden layer in the head.
ODD = dict(native_size=12, image_size=20, patch_size=4, projection_dim=12, num_heads=3, key_dim=5,
           transformer_units=[21, 7, 12], transformer_layers=3, mlp_head_units=[], num_classes=7, dropout=False)

CLASS_TOKEN_NOTE = (" The example has no class token: the token in front and its position are this project's own layer "
                    "in double precision (example.py, ClassTokenEncoder); all else is Keras.")


def model_of(sizes, seed):
    """Keras's model in double precision, with every intermediate as an output."""
    use_precision("float64")
    inputs = keras.layers.Input(shape=(sizes.image_size, sizes.image_size, 3))
    taps = {}
    classifier(keras, inputs, sizes, taps)
    model = keras.Model(inputs, taps)
    fill(model, seed)
    assert all(v.dtype == "float64" for v in model.trainable_variables)
    return model


def loss_and_gradients(model, images, labels):
    """The loss, and the gradients in the order of the model's trainable variables."""
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_of(labels, model(images, training=True)["logits"])
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    return loss, [tf.convert_to_tensor(g) for g in gradients]  # an embedding's is sparse


def five_steps(model, sizes, images, labels, optimizer, decay):
    """The losses before each of five steps, and the weights after them."""
    losses = []
    for _ in range(5):
        loss, gradients = loss_and_gradients(model, images, labels)
        losses.append(float(loss))
        for variable in model.trainable_variables:
            variable.assign(variable * (1 - decay))
        optimizer.apply(gradients, model.trainable_variables)
    return np.array(losses), weights_of(model, sizes)


def write_model(folder, name, sizes, seed, note=""):
    model = model_of(sizes, seed)
    random = np.random.RandomState(seed + 100)
    images = random.standard_normal((4, sizes.image_size, sizes.image_size, 3)).astype("float32")
    labels = random.randint(0, sizes.num_classes, 4).astype("int64")

    tensors = {"images": images, "labels": labels}
    tensors |= {f"weights/{k}": v.astype("float32") for k, v in weights_of(model, sizes).items()}
    stages = model(images.astype("float64"), training=False)
    tensors |= {f"stages/{k}": np.asarray(v, "float32") for k, v in stages.items()}
    loss, gradients = loss_and_gradients(model, images, labels)
    tensors["loss"] = np.array(float(loss))
    trainable = model.trainable_variables
    tensors |= {f"gradients/{k}": v.astype("float32")
                for k, v in gradients_of(model, sizes, trainable, gradients).items()}

    start = [np.asarray(v) for v in trainable]
    for convention, decay, optimizer in (
        ("decoupled", 1e-4, keras.optimizers.Adam(1e-3)),
        ("keras", 0.0, keras.optimizers.AdamW(1e-3, weight_decay=1e-4)),
    ):
        for variable, value in zip(trainable, start):
            variable.assign(value)
        losses, weights = five_steps(model, sizes, images, labels, optimizer, decay)
        tensors[f"training/{convention}/losses"] = losses
        tensors |= {f"training/{convention}/{k}": v.astype("float32") for k, v in weights.items()
                    if k in ("patch_embed.proj.weight", "pos_embed", "norm.weight", "head.0.bias")}
    write_golden(
        folder / f"model_{name}.safetensors", tensors,
        "The example's transformer, evaluated by Keras 3 in double precision, dropout 0. stages: evaluation mode; "
        "attention and mlp with their residual, attention_weights [B, heads, N, N]. training: five steps on this "
        "batch, learning rate 0.001, weight decay 0.0001; `decoupled` decays every variable by hand before Keras's "
        "Adam, as TensorFlow Addons does." + note,
        config=config_of(sizes), classes=sizes.num_classes)


def write_initialisers(folder):
    """Limits of Keras's uniform initial values.

    Keras up to 3.14 (so the example's, 2.4 to 2.6) takes MultiHeadAttention's kernels for convolution kernels:
    [D, heads, keyDim] has fans heads*D and keyDim*D. Keras 3.15 counts D and heads*keyDim. In the published model the
    limit of query, key and value is 0.0371 by the first and 0.1369 by the second. The output kernel [heads, keyDim, D]
    has fans keyDim*heads and D*heads (0.1083), and in 3.15 heads*keyDim and D (0.1369).
    """
    import tf_keras

    def limit(initializer, shape):
        # The largest of many values approaches the limit; it is computed from the fans and checked against them.
        return float(np.abs(np.asarray(initializer(shape))).max())

    tensors = {}
    for prefix, s in (("published", Sizes()), ("small", Sizes(**SMALL)), ("odd", Sizes(**ODD))):
        glorot2 = tf_keras.initializers.GlorotUniform(seed=1)
        in_kernel, out_kernel = (s.projection_dim, s.num_heads, s.key_dim), (s.num_heads, s.key_dim, s.projection_dim)
        shapes = {"attn.qkv.weight": in_kernel, "attn.proj.weight": out_kernel,
                  "patch_embed.proj.weight": (s.patch_size**2 * 3, s.projection_dim)}
        width = s.projection_dim
        for i, units in enumerate(s.transformer_units):
            shapes[f"mlp.fc{i + 1}.weight"] = (width, units)
            width = units
        width = s.patches * s.projection_dim
        for i, units in enumerate([*s.mlp_head_units, s.num_classes]):
            shapes[f"head.{i}.weight"] = (width, units)
            width = units
        for name, shape in shapes.items():
            fan_in, fan_out = tf_keras.src.initializers.initializers._compute_fans(shape)
            computed = (6 / (fan_in + fan_out)) ** 0.5
            np.testing.assert_allclose(limit(glorot2, shape), computed, rtol=0.02)
            tensors[f"{prefix}/{name}"] = np.array(computed)
        use_precision("float32")
        attention = keras.layers.MultiHeadAttention(s.num_heads, s.key_dim)
        attention.build((1, 4, s.projection_dim), (1, 4, s.projection_dim))
        for name, layer in (("attn.qkv.weight", attention._query_dense), ("attn.proj.weight", attention._output_dense)):
            computed = (6 / (s.projection_dim + s.num_heads * s.key_dim)) ** 0.5
            np.testing.assert_allclose(np.abs(layer.kernel).max(), computed, rtol=0.05)
            tensors[f"{prefix}/keras-3.15/{name}"] = np.array(computed)
        tensors[f"{prefix}/pos_embed"] = np.array(0.05)
    write_golden(folder / "initialisers.safetensors", tensors,
                 "Limits of the uniform initial values in Keras 2 (and 3 up to 3.14); keras-3.15: where that differs.")


def write(folder):
    write_model(folder, "flatten", Sizes(**SMALL), 1)
    write_model(folder, "gap", Sizes(**SMALL | {"head": "gap"}), 2)
    write_model(folder, "class_token", Sizes(**SMALL | {"head": "class-token"}), 3, CLASS_TOKEN_NOTE)
    write_model(folder, "odd", Sizes(**ODD), 4)
    write_initialisers(folder)
