# SPDX-License-Identifier: GPL-3.0-or-later
"""A shape in PyTorch, eager or compiled: its training step or its forward pass, timed.

Settings are the ones that make PyTorch fastest: its fused attention wherever nothing is dropped from the weights (with
dropout the CPU has none, and the same function takes the plain way), one product for query, key and value, the fused
AdamW, gradients set to none, dropout layers left out where their rate is 0.
"""

import contextlib

import torch
import torch.nn.functional as F
from torch import nn
from torch._inductor import config as inductor

from measuring import measure, parse_arguments


def dropout(rate):
    return [nn.Dropout(rate)] if rate > 0 else []


def dense_gelu_dropout(widths, rate):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.GELU(), *dropout(rate)]
    return layers


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads, self.head_dim, self.rate = shape.heads, shape.head_dim, shape.attention_dropout
        inner = shape.heads * shape.head_dim
        self.qkv = nn.Linear(shape.width, 3 * inner)
        self.out = nn.Linear(inner, shape.width)

    def forward(self, tokens):
        batch, count, _ = tokens.shape
        qkv = self.qkv(tokens).view(batch, count, 3, self.heads, self.head_dim)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        rate = self.rate if self.training else 0.0
        mixed = F.scaled_dot_product_attention(query, key, value, dropout_p=rate)
        return self.out(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.attention = nn.Sequential(nn.LayerNorm(shape.width, eps=1e-6), Attention(shape))
        self.mlp = nn.Sequential(
            nn.LayerNorm(shape.width, eps=1e-6), *dense_gelu_dropout((shape.width, *shape.mlp), shape.mlp_dropout)
        )

    def forward(self, tokens):
        tokens = tokens + self.attention(tokens)
        return tokens + self.mlp(tokens)


class VisionTransformer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.projection = nn.Linear(shape.patch_elements, shape.width)
        self.positions = nn.Parameter(torch.empty(shape.tokens, shape.width).uniform_(-0.05, 0.05))
        self.token = nn.Parameter(torch.zeros(1, 1, shape.width)) if shape.head == "class-token" else None
        self.blocks = nn.Sequential(*(Block(shape) for _ in range(shape.layers)))
        self.norm = nn.LayerNorm(shape.width, eps=1e-6)
        widths = (shape.features, *shape.head_units)
        self.head = nn.Sequential(
            *dropout(shape.head_dropout),
            *dense_gelu_dropout(widths, shape.head_dropout),
            nn.Linear(widths[-1], shape.classes),
        )

    def forward(self, images):
        side, patch = self.shape.side, self.shape.patch
        patches = images.unflatten(3, (side, patch)).unflatten(2, (side, patch)).permute(0, 2, 4, 3, 5, 1)
        tokens = self.projection(patches.reshape(images.shape[0], side * side, -1))
        if self.token is not None:
            tokens = torch.cat((self.token.to(tokens.dtype).expand(tokens.shape[0], -1, -1), tokens), dim=1)
        tokens = self.norm(self.blocks(tokens + self.positions))
        if self.shape.head == "flatten":
            return self.head(tokens.flatten(1))
        return self.head(tokens.mean(1) if self.shape.head == "gap" else tokens[:, 0])


def training_step(model, images, labels, arguments):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4, fused=True)
    forward = torch.compile(model) if arguments.variant == "compile" else model
    bfloat16 = arguments.precision == "bf16"

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext():
            logits = forward(images)
        loss = F.cross_entropy(logits.float(), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def prediction_step(model, images, arguments):
    model.eval()
    if arguments.precision == "bf16":  # the weights once and for all: autocast would cast them at each step
        model, images = model.to(torch.bfloat16), images.to(torch.bfloat16)
    forward = model
    if arguments.variant == "compile":
        inductor.freezing = True  # weights become constants, packed for the products
        forward = torch.compile(model)

    def step():
        with torch.no_grad():
            return forward(images).float().mean().item()

    return step


def main():
    arguments = parse_arguments(__doc__, ["eager", "compile"])
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    shape = arguments.shape
    model = VisionTransformer(shape)
    images = torch.randn(arguments.batch, 3, shape.image, shape.image)
    labels = torch.randint(shape.classes, (arguments.batch,))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if arguments.mode == "train":
        step = training_step(model, images, labels, arguments)
    else:
        step = prediction_step(model, images, arguments)
    measure(arguments, parameters, {"PyTorch": torch.__version__}, step)


if __name__ == "__main__":
    main()
