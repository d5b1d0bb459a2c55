# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that are measured: one description from which every contender builds the same architecture.

Each is pre-norm: x + attention(norm(x)), then x + mlp(norm(x)), with GELU and dropout after every dense layer of the
MLP; then a norm, the head's input, and the head's hidden layers with GELU and dropout. All dense layers have a bias.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    name: str
    title: str
    image: int
    patch: int
    width: int
    heads: int
    head_dim: int
    mlp: tuple  # the last one is the width
    layers: int
    head: str  # what the head is given: "flatten" (all tokens), "gap" (their mean) or "class-token"
    head_units: tuple
    classes: int
    attention_dropout: float
    mlp_dropout: float
    head_dropout: float
    batch: int

    @property
    def side(self):
        return self.image // self.patch

    @property
    def tokens(self):
        return self.side**2 + (self.head == "class-token")

    @property
    def patch_elements(self):
        return self.patch**2 * 3

    @property
    def features(self):
        return self.width * (self.tokens if self.head == "flatten" else 1)

    @property
    def parameters(self):
        """What every contender's own count is held against."""

        def dense(*widths):
            return sum((a + 1) * b for a, b in zip(widths, widths[1:]))

        inner = self.heads * self.head_dim
        norm = 2 * self.width
        block = 2 * norm + dense(self.width, 3 * inner) + dense(inner, self.width) + dense(self.width, *self.mlp)
        encoding = dense(self.patch_elements, self.width) + self.tokens * self.width
        token = self.width if self.head == "class-token" else 0
        return encoding + token + self.layers * block + norm + dense(self.features, *self.head_units, self.classes)

    def settings(self):
        """The same as hyperparameters of vit-cli."""

        def numbers(values):
            return ",".join(map(str, values))

        return {
            "model.image_size": self.image,
            "model.patch_size": self.patch,
            "model.projection_dim": self.width,
            "model.heads": self.heads,
            "model.key_dim": self.head_dim,
            "model.mlp_units": numbers(self.mlp),
            "model.layers": self.layers,
            "model.attention_dropout": self.attention_dropout,
            "model.mlp_dropout": self.mlp_dropout,
            "head.type": self.head,
            "head.units": numbers(self.head_units),
            "head.dropout": self.head_dropout,
        }


# Dropout is as such models are usually trained: the published one drops everywhere, a small one for CIFAR in its MLPs,
# the others nowhere, so that PyTorch's fused attention can run in three of the four. Batches hold a step to
# some seconds.
SHAPES = [
    Shape("published", "The published Keras example", 72, 6, 64, 4, 64, (128, 64), 8, "flatten", (2048, 1024), 100,
          0.1, 0.1, 0.5, batch=128),
    Shape("cifar", "A small ViT for CIFAR", 32, 4, 192, 6, 32, (384, 192), 9, "gap", (), 100, 0.0, 0.1, 0.1, batch=128),
    Shape("vit-ti", "ViT-Ti/16 at 224 × 224", 224, 16, 192, 3, 64, (768, 192), 12, "class-token", (), 1000,
          0.0, 0.0, 0.0, batch=32),
    Shape("vit-s", "ViT-S/16 at 224 × 224", 224, 16, 384, 6, 64, (1536, 384), 12, "class-token", (), 1000,
          0.0, 0.0, 0.0, batch=16),
]


def shape_named(name):
    return next(shape for shape in SHAPES if shape.name == name)
