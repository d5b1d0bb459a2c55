# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of what happens to an image before the model: normalisation, resize, flip, rotation, zoom, patches."""

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from tf_keras.src.layers.preprocessing import image_preprocessing as keras2

from example import custom_layers
from golden_file import write_golden
from layout import use_precision


def drawn_images(count, size, seed=0):
    """uint8 images with what a resize or rotation could get wrong: slopes, sharp edges, fine texture, all values."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:size, 0:size] / (size - 1.0)
    images = []
    for _ in range(count):
        a, b, c = random.uniform(-1, 1, (3, 3))
        image = 128 + 60 * (a * x[..., None] + b * y[..., None] + c)
        cx, cy, r = random.uniform(0.25, 0.75, 3)
        image[(x - cx) ** 2 + (y - cy) ** 2 < (r / 2) ** 2] = random.uniform(0, 255, 3)
        image[random.randint(size), :] = 255
        image[:, random.randint(size)] = 0
        image += random.uniform(-20, 20, image.shape)
        images.append(np.clip(np.round(image), 0, 255))
    return np.array(images, "uint8")


def normalisation(folder):
    images = drawn_images(8, 32)
    layer = keras.layers.Normalization()
    layer.adapt(images)
    write_golden(
        folder / "normalisation.safetensors",
        {"images": images, "mean": np.asarray(layer.adapt_mean), "variance": np.asarray(layer.adapt_variance),
         "normalised": np.asarray(layer(images[:2].astype("float32")))},
        "keras.layers.Normalization adapted on `images`; `normalised` are the first two of them.")


def resize(folder):
    tensors = {}
    for before, after in ((32, 72), (32, 48), (28, 32), (32, 20), (18, 18), (12, 18)):
        image = drawn_images(1, before, seed=before)
        resized = keras.layers.Resizing(after, after)(image.astype("float32"))
        tensors[f"{before}_to_{after}/input"] = image
        tensors[f"{before}_to_{after}/output"] = np.asarray(resized)
    write_golden(folder / "resize.safetensors", tensors,
                 "keras.layers.Resizing: bilinear, half-pixel centres, no antialias (also when it shrinks).")


class Fixed:
    """Stands in for a layer's random numbers: gives the values asked for, in order."""

    def __init__(self, *values):
        self.values = list(values)

    def __call__(self, **_):
        return tf.constant(self.values.pop(0), "float32")


def rotated(images, turns):
    """Keras's RandomRotation with these turns (share of a full one), one for each image; its matrices too."""
    layer = keras.layers.RandomRotation(0.5)
    original = layer.backend.random.uniform
    layer.backend.random.uniform = Fixed(np.array(turns) * 360.0)
    try:
        transformation = layer.get_random_transformation(images, training=True)
    finally:
        layer.backend.random.uniform = original
    matrices = np.asarray(transformation["rotation_matrix"])
    size = images.shape[1]
    of_keras2 = keras2.get_rotation_matrix(tf.constant(np.array(turns) * 2 * np.pi, "float32"), size, size)
    np.testing.assert_allclose(matrices, of_keras2, atol=1e-5)
    return np.asarray(layer.transform_images(images, transformation)), matrices


def zoomed(images, heights, widths):
    """Keras's RandomZoom with these factors (1 + the drawn share), one for each image; its matrices too."""
    layer = keras.layers.RandomZoom(0.9, 0.9)
    original = layer.backend.random.uniform
    layer.backend.random.uniform = Fixed(np.array(heights)[:, None], np.array(widths)[:, None])
    try:
        transformation = layer.get_random_transformation(images, training=True)
    finally:
        layer.backend.random.uniform = original
    zooms = np.stack([widths, heights], 1).astype("float32")
    size = images.shape[1]
    matrices = np.asarray(layer._get_zoom_matrix(tf.constant(zooms), size, size))
    np.testing.assert_allclose(matrices, keras2.get_zoom_matrix(tf.constant(zooms), size, size), atol=1e-5)
    return np.asarray(layer.transform_images(images, transformation)), matrices


def transforms(folder):
    tensors = {}
    image = drawn_images(1, 24, seed=3).astype("float32")
    tensors["image"] = image
    tensors["flip/output"] = np.asarray(keras.ops.flip(image, axis=2))

    turns = [0.0, 0.02, -0.02, 0.011, 0.125, -0.25, 0.5]
    tensors["rotation/turns"] = np.array(turns, "float32")
    tensors["rotation/output"], tensors["rotation/matrices"] = rotated(np.repeat(image, len(turns), 0), turns)

    # The last two look far beyond the border, where the reflection is reflected again.
    heights, widths = [1.0, 1.2, 0.8, 1.2, 0.8, 0.93, 1.9, 1.0], [1.0, 1.2, 0.8, 0.8, 1.2, 1.1, 1.9, 1.5]
    tensors["zoom/heights"], tensors["zoom/widths"] = np.array(heights, "float32"), np.array(widths, "float32")
    tensors["zoom/output"], tensors["zoom/matrices"] = zoomed(np.repeat(image, len(heights), 0), heights, widths)

    # The example's chain, each step resampling the one before: resize, flip, rotate, zoom.
    images = drawn_images(3, 32, seed=4)
    tensors["chain/images"] = images
    x = np.asarray(keras.layers.Resizing(48, 48)(images.astype("float32")))
    flips = np.array([1, 0, 1], "uint8")
    x = np.where(flips[:, None, None, None] == 1, x[:, :, ::-1], x)
    turns, heights, widths = [0.017, -0.02, 0.004], [0.85, 1.2, 1.07], [1.15, 1.2, 0.81]
    x, _ = rotated(x, turns)
    x, _ = zoomed(x, heights, widths)
    tensors |= {"chain/flips": flips, "chain/turns": np.array(turns, "float32"),
                "chain/heights": np.array(heights, "float32"), "chain/widths": np.array(widths, "float32"),
                "chain/output": x}
    write_golden(
        folder / "transforms.safetensors", tensors,
        "keras.layers.RandomRotation and RandomZoom (reflect, bilinear) for given numbers. turns: share of a full "
        "turn. heights, widths: 1 + what is drawn; above 1 zooms out. matrices: the eight numbers that TensorFlow's "
        "projective transform takes, from output to input position; asserted to equal those of Keras 2.")


def patches(folder):
    tensors = {}
    for size, patch in ((18, 6), (12, 4), (12, 3)):
        images = np.arange(2 * size * size * 3, dtype="float32").reshape(2, size, size, 3)
        layer = custom_layers(tf_keras)[0](patch)
        tensors[f"{size}_{patch}/images"] = images
        tensors[f"{size}_{patch}/patches"] = np.asarray(layer(images))
        by_keras3 = keras.ops.image.extract_patches(images, patch, padding="valid")
        assert np.array_equal(tensors[f"{size}_{patch}/patches"], np.reshape(by_keras3, (2, -1, patch * patch * 3)))
    write_golden(folder / "patches.safetensors", tensors, "tf.image.extract_patches: patches row by row; elements row, "
                 "column, channel. Every element has a value of its own.")


def write(folder):
    use_precision("float32")
    normalisation(folder)
    resize(folder)
    transforms(folder)
    patches(folder)
