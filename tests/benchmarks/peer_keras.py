# SPDX-License-Identifier: GPL-3.0-or-later
"""A shape in Keras on TensorFlow or JAX: its training step or its forward pass, timed.

Built of Keras's own layers, as its users have them, and run by train_on_batch and predict_on_batch, so that a step ends
when its result is there. Patches are cut by reshaping, which costs less than the extraction of patches.
"""

import os
import sys

# The backend is chosen before Keras is imported.
BACKEND = "jax" if any(word.startswith("jax") for word in sys.argv) else "tensorflow"
os.environ["KERAS_BACKEND"] = BACKEND
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if BACKEND == "jax":
    sys.modules["tensorflow"] = None  # Keras would import it for what it might need, and count its memory as JAX's

import keras
import numpy as np
from keras import layers, ops

from measuring import measure, parse_arguments


class Encoding(layers.Layer):
    """Puts the class token in front, if there is one, and adds the learned positions."""

    def __init__(self, tokens, has_token):
        super().__init__()
        self.tokens, self.has_token = tokens, has_token

    def build(self, input_shape):
        width = input_shape[-1]
        self.positions = self.add_weight(shape=(self.tokens, width), initializer="uniform", name="positions")
        if self.has_token:
            self.token = self.add_weight(shape=(1, 1, width), initializer="zeros", name="token")

    def call(self, patches):
        if self.has_token:
            token = ops.broadcast_to(self.token, (ops.shape(patches)[0], 1, patches.shape[-1]))
            patches = ops.concatenate((token, patches), axis=1)
        return patches + self.positions


def dropout(x, rate):
    return layers.Dropout(rate)(x) if rate > 0 else x


def dense_gelu_dropout(x, widths, rate):
    for width in widths:
        x = dropout(layers.Dense(width, activation="gelu")(x), rate)
    return x


def norm(x):
    return layers.LayerNormalization(epsilon=1e-6)(x)


def vision_transformer(shape):
    side, patch = shape.side, shape.patch
    images = layers.Input((shape.image, shape.image, 3))
    x = layers.Reshape((side, patch, side, patch, 3))(images)
    x = layers.Reshape((side * side, shape.patch_elements))(layers.Permute((1, 3, 2, 4, 5))(x))
    x = Encoding(shape.tokens, shape.head == "class-token")(layers.Dense(shape.width)(x))
    for _ in range(shape.layers):
        y = norm(x)
        y = layers.MultiHeadAttention(shape.heads, shape.head_dim, dropout=shape.attention_dropout)(y, y)
        x = layers.Add()([x, y])
        x = layers.Add()([x, dense_gelu_dropout(norm(x), shape.mlp, shape.mlp_dropout)])
    x = norm(x)
    if shape.head == "flatten":
        x = layers.Flatten()(x)
    else:
        x = layers.GlobalAveragePooling1D()(x) if shape.head == "gap" else x[:, 0]
    x = dense_gelu_dropout(dropout(x, shape.head_dropout), shape.head_units, shape.head_dropout)
    return keras.Model(images, layers.Dense(shape.classes)(x))


def use_threads(threads):
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    # JAX takes as many as there are processors for the process, which the program that starts it limits.


def versions():
    import importlib.metadata

    library = {"jax": "JAX", "tensorflow": "TensorFlow"}[BACKEND]
    return {"Keras": keras.__version__, library: importlib.metadata.version(BACKEND)}


def main():
    arguments = parse_arguments(__doc__, ["tensorflow", "tensorflow-xla", "jax"])
    use_threads(arguments.threads)
    if arguments.precision == "bf16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    keras.utils.set_random_seed(1)
    shape = arguments.shape
    model = vision_transformer(shape)
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=arguments.variant != "tensorflow",
    )
    generator = np.random.default_rng(1)
    images = ops.convert_to_tensor(generator.standard_normal((arguments.batch, shape.image, shape.image, 3), "float32"))
    labels = ops.convert_to_tensor(generator.integers(0, shape.classes, (arguments.batch,), "int32"))
    if arguments.mode == "train":
        step = lambda: float(np.ravel(model.train_on_batch(images, labels))[0])
    else:
        step = lambda: float(np.mean(model.predict_on_batch(images)))
    measure(arguments, model.count_params(), versions(), step)


if __name__ == "__main__":
    main()
