# SPDX-License-Identifier: GPL-3.0-or-later
"""The published example's program (image classification with a Vision Transformer) with its sizes as parameters.

The same functions build it in Keras 3 and in Keras 2 (tf_keras): pass the module.
"""

from dataclasses import dataclass, field


@dataclass
class Sizes:
    """The example's own values; names as in its program."""

    native_size: int = 32
    image_size: int = 72
    patch_size: int = 6
    projection_dim: int = 64
    num_heads: int = 4
    key_dim: int = 64
    transformer_units: list = field(default_factory=lambda: [128, 64])
    transformer_layers: int = 8
    mlp_head_units: list = field(default_factory=lambda: [2048, 1024])
    num_classes: int = 100
    head: str = "flatten"  # or "gap", "class-token"
    dropout: bool = True

    @property
    def patches(self):
        return (self.image_size // self.patch_size) ** 2

    def rate(self, value):
        return value if self.dropout else 0.0


def custom_layers(keras):
    """The example's two own layers, and one that puts a class token in front (the example has none)."""
    import tensorflow as tf

    layers = keras.layers

    class Patches(layers.Layer):
        def __init__(self, patch_size, **kwargs):
            super().__init__(**kwargs)
            self.patch_size = patch_size

        def call(self, images):
            size = [1, self.patch_size, self.patch_size, 1]
            patches = tf.image.extract_patches(images, sizes=size, strides=size, rates=[1, 1, 1, 1], padding="VALID")
            return tf.reshape(patches, [tf.shape(images)[0], patches.shape[1] * patches.shape[2], patches.shape[3]])

    class PatchEncoder(layers.Layer):
        def __init__(self, num_patches, projection_dim, **kwargs):
            super().__init__(**kwargs)
            self.num_patches = num_patches
            self.projection = layers.Dense(units=projection_dim)
            self.position_embedding = layers.Embedding(input_dim=num_patches, output_dim=projection_dim)

        def call(self, patch):
            positions = tf.range(start=0, limit=self.num_patches, delta=1)
            return self.projection(patch) + self.position_embedding(positions)

    class ClassTokenEncoder(layers.Layer):
        def __init__(self, num_patches, projection_dim, **kwargs):
            super().__init__(**kwargs)
            self.num_tokens = num_patches + 1
            self.projection = layers.Dense(units=projection_dim)
            self.position_embedding = layers.Embedding(input_dim=self.num_tokens, output_dim=projection_dim)
            self.token = self.add_weight(shape=(projection_dim,), initializer="zeros", name="token")

        def call(self, patch):
            projected = self.projection(patch)
            token = tf.broadcast_to(tf.convert_to_tensor(self.token)[None, None, :], tf.shape(projected[:, :1]))
            positions = tf.range(start=0, limit=self.num_tokens, delta=1)
            return tf.concat([token, projected], axis=1) + self.position_embedding(positions)

    return Patches, PatchEncoder, ClassTokenEncoder


def data_augmentation(keras, sizes):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Normalization(),
            layers.Resizing(sizes.image_size, sizes.image_size),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(factor=0.02),
            layers.RandomZoom(height_factor=0.2, width_factor=0.2),
        ],
        name="data_augmentation",
    )


def mlp(keras, x, hidden_units, dropout_rate):
    import tensorflow as tf

    for units in hidden_units:
        x = keras.layers.Dense(units, activation=tf.nn.gelu)(x)
        x = keras.layers.Dropout(dropout_rate)(x)
    return x


def classifier(keras, images, sizes, taps=None):
    """From the resized images to the logits. `taps` is filled with every intermediate, by stage name."""
    layers = keras.layers
    taps = {} if taps is None else taps
    patches_layer, encoder, token_encoder = custom_layers(keras)

    taps["patches"] = patches_layer(sizes.patch_size)(images)
    encode = token_encoder if sizes.head == "class-token" else encoder
    x = taps["encoding"] = encode(sizes.patches, sizes.projection_dim)(taps["patches"])
    for i in range(sizes.transformer_layers):
        x1 = layers.LayerNormalization(epsilon=1e-6)(x)
        attention = layers.MultiHeadAttention(
            num_heads=sizes.num_heads, key_dim=sizes.key_dim, dropout=sizes.rate(0.1)
        )
        output, taps[f"blocks.{i}.attention_weights"] = attention(x1, x1, return_attention_scores=True)
        x2 = taps[f"blocks.{i}.attention"] = layers.Add()([output, x])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        x3 = mlp(keras, x3, sizes.transformer_units, sizes.rate(0.1))
        x = taps[f"blocks.{i}.mlp"] = layers.Add()([x3, x2])
    x = taps["norm"] = layers.LayerNormalization(epsilon=1e-6)(x)

    if sizes.head == "flatten":
        x = layers.Flatten()(x)
    elif sizes.head == "gap":
        x = layers.GlobalAveragePooling1D()(x)
    else:
        x = x[:, 0]
    taps["head_input"] = x
    x = layers.Dropout(sizes.rate(0.5))(x)
    x = mlp(keras, x, sizes.mlp_head_units, sizes.rate(0.5))
    taps["logits"] = layers.Dense(sizes.num_classes)(x)
    return taps["logits"]


def build(keras, sizes):
    """The whole program's model, from the raw images (0–255) to the logits; and its data_augmentation."""
    inputs = keras.layers.Input(shape=(sizes.native_size, sizes.native_size, 3))
    augmentation = data_augmentation(keras, sizes)
    return keras.Model(inputs, classifier(keras, augmentation(inputs), sizes)), augmentation
