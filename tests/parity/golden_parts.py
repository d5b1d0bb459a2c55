# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of the parts that the example has not: the loss and every gradient, by timm and PyTorch in double precision.

  python3 -m venv VENV && VENV/bin/pip install -r tests/export/requirements.txt
  VENV/bin/python tests/parity/golden_parts.py [NAME ...]
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
from timm.layers import RmsNorm, build_sincos2d_pos_embed
from timm.models.eva import Eva
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from torch import nn
from torch.nn import functional

from golden_file import write_golden

CLASSES = 7


def filled(model, seed):
    """The model in double precision with weights that hide no mistake, each as exact in single precision."""
    generator = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        scale = 0.4 / max(weight[0].numel(), 1) ** 0.5 if weight.ndim > 1 else 0.3
        values = torch.randn(weight.shape, generator=generator, dtype=torch.float64) * scale
        weight.data = (values + (1 if weight.ndim == 1 else 0)).float().double()
    return model.double()


def of_timm(config):
    """timm's own blocks with normalised queries and keys and a layer scale."""
    model = config["model"]
    return VisionTransformer(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"], qk_norm=True, init_values=model["layer_scale"],
        norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]), class_token=True, global_pool="token")


def of_waves(config):
    """timm's model with its fixed positions, and without a bias of queries, keys and values."""
    model = config["model"]
    whole = VisionTransformer(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"], qkv_bias=False,
        norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]), class_token=True, global_pool="token")
    side = model["image_size"] // model["patch_size"]
    grid = build_sincos2d_pos_embed([side, side], model["projection_dim"])
    del whole.pos_embed
    whole.register_buffer("pos_embed", torch.cat([torch.zeros(1, model["projection_dim"]), grid])[None])
    return whole


def of_rms(config):
    """timm's blocks with its own RMSNorm, of queries and keys too, and before the first block."""
    model = config["model"]
    return VisionTransformer(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"], qk_norm=True,
        norm_layer=partial(RmsNorm, eps=model["norm_epsilon"]), class_token=True, global_pool="token")


def of_norms_after(config):
    """timm's blocks with residual post-norm."""
    model = config["model"]
    return VisionTransformer(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"], qk_norm=True, block_fn=ResPostBlock,
        norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]), class_token=True, global_pool="token")


class ShiftedPatches(nn.Module):
    """The image and its four copies, each drawn anew from its definition: pixel (y, x) of a copy is the image's pixel half a
    patch away, or zero; normalised with PyTorch's own norm."""

    def __init__(self, dim, patch, epsilon):
        super().__init__()
        self.patch = patch
        self.norm = nn.LayerNorm(15 * patch * patch, epsilon)
        self.proj = nn.Conv2d(15, dim, patch, patch)

    def forward(self, images):
        half, side = self.patch // 2, images.shape[-1]
        copies = [images]
        for down, right in ((half, half), (half, -half), (-half, half), (-half, -half)):
            copy = torch.zeros_like(images)
            for y in range(side):
                for x in range(side):
                    if 0 <= y + down < side and 0 <= x + right < side:
                        copy[:, :, y, x] = images[:, :, y + down, x + right]
            copies.append(copy)
        rows = torch.cat(copies, 1).permute(0, 2, 3, 1)
        patches = [rows[:, y:y + self.patch, x:x + self.patch].flatten(1)
                   for y in range(0, side, self.patch) for x in range(0, side, self.patch)]
        weight = self.proj.weight.permute(0, 2, 3, 1).flatten(1)
        return functional.linear(self.norm(torch.stack(patches, 1)), weight, self.proj.bias)


class LocalAttention(nn.Module):
    """A number a head instead of one over the root of the width, and minus infinity on the diagonal."""

    def __init__(self, dim, heads, width):
        super().__init__()
        self.heads, self.width = heads, width
        self.scale = nn.Parameter(torch.ones(heads))
        self.qkv, self.proj = nn.Linear(dim, 3 * heads * width), nn.Linear(heads * width, dim)

    def forward(self, x, **_):
        q, k, v = self.qkv(x).unflatten(2, (3, self.heads, self.width)).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) * self.scale[:, None, None]
        itself = torch.eye(x.shape[1], dtype=torch.bool)
        shares = scores.masked_fill(itself, float("-inf")).softmax(-1)
        return self.proj((shares @ v).transpose(1, 2).flatten(2))


def of_small(config):
    """What was made for small data sets, in timm's VisionTransformer: shifted patches and local attention."""
    model = config["model"]
    whole = VisionTransformer(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"],
        norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]), class_token=True, global_pool="token")
    whole.patch_embed = ShiftedPatches(model["projection_dim"], model["patch_size"], model["norm_epsilon"])
    for block in whole.blocks:
        block.attn = LocalAttention(model["projection_dim"], model["heads"], model["key_dim"])
    return whole


def of_eva(config):
    """timm's Eva: learned and rotary positions, norms within attention and a gated MLP; no biases, which its keys lack."""
    model = config["model"]
    return Eva(
        img_size=model["image_size"], patch_size=model["patch_size"], num_classes=CLASSES,
        embed_dim=model["projection_dim"], depth=model["layers"], num_heads=model["heads"],
        mlp_ratio=model["mlp_units"][0] / model["projection_dim"], qkv_bias=False, swiglu_mlp=True, scale_mlp=True,
        scale_attn_inner=True, use_rot_pos_emb=True, ref_feat_shape=(16, 16), global_pool="token",
        norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]))


def from_eva(model, named):
    """What is called by Eva's names by those of timm's VisionTransformer, pairs that are turned half a head apart."""
    width, named = model["key_dim"], dict(named)
    order = torch.cat([torch.arange(0, width, 2), torch.arange(1, width, 2)])
    for name in list(named):
        if name.endswith("attn.qkv.weight"):
            heads = named[name].detach().clone().unflatten(0, (3, model["heads"], width))
            heads[:2] = heads[:2, :, order]
            named[name] = heads.flatten(0, 2)
        elif ".fc1_g." in name:
            other = named.pop(name.replace("_g.", "_x."))
            named[name.replace("_g.", ".")] = torch.cat([named.pop(name), other])
    return named


class Mlp(nn.Module):
    def __init__(self, dim, hidden, side):
        super().__init__()
        self.side = side
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
        self.dw = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden)

    def forward(self, x):
        x = self.fc1(x)
        first, patches = x[:, :1], x[:, 1:]
        grid = patches.transpose(1, 2).unflatten(2, (self.side, self.side))
        return self.fc2(functional.gelu(torch.cat([first, self.dw(grid).flatten(2).transpose(1, 2)], 1)))


class Stem(nn.Module):
    def __init__(self, widths, pools, epsilon):
        super().__init__()
        self.pools, self.epsilon = pools, epsilon
        for i, (inputs, outputs) in enumerate(zip([3, *widths], widths)):
            setattr(self, f"conv{i + 1}", nn.Conv2d(inputs, outputs, 3, padding=1))
            setattr(self, f"norm{i + 1}", nn.LayerNorm(outputs, epsilon))

    def forward(self, x):
        for i in range(1, len(list(self.children())) // 2 + 1):
            x = getattr(self, f"conv{i}")(x)
            if i in self.pools:
                x = functional.max_pool2d(x, 2)
            x = functional.gelu(getattr(self, f"norm{i}")(x.movedim(1, 3))).movedim(3, 1)
        return x


def of_stem(config):
    """timm's VisionTransformer behind a stem, the MLPs of its blocks with a convolution."""
    model = config["model"]
    pixels = 2 ** len(model["stem_pools"])
    whole = VisionTransformer(
        img_size=model["image_size"] // pixels, patch_size=model["patch_size"] // pixels,
        in_chans=model["stem_widths"][-1], num_classes=CLASSES, embed_dim=model["projection_dim"],
        depth=model["layers"], num_heads=model["heads"], norm_layer=partial(nn.LayerNorm, eps=model["norm_epsilon"]),
        class_token=True, global_pool="token")
    side = model["image_size"] // model["patch_size"]
    for block in whole.blocks:
        block.mlp = Mlp(model["projection_dim"], model["mlp_units"][0], side)
    stem = Stem(model["stem_widths"], model["stem_pools"], model["norm_epsilon"])
    return nn.ModuleDict({"stem": stem, "rest": whole})


def ours(name, value):
    """A weight or gradient by our name and in our layout: kernels [outputs, rows * columns * channels]."""
    name = name.removeprefix("rest.")
    if name.startswith("head."):
        name = name.replace("head.", "head.0.")
    if name in ("cls_token", "pos_embed"):
        value = value.squeeze(0).squeeze(0) if name == "cls_token" else value.squeeze(0)
    if name.endswith("mlp.dw.weight"):
        value = value.squeeze(1).permute(1, 2, 0)
    elif value.ndim == 4:
        value = value.permute(0, 2, 3, 1).flatten(1)
    return name, value.detach().contiguous().float().numpy()


def write(folder, name, config, make, seed):
    model = filled(make(config), seed)
    generator = torch.Generator().manual_seed(seed + 100)
    size = config["model"]["image_size"]
    images = torch.randn((3, 3, size, size), generator=generator).double()
    labels = torch.randint(0, CLASSES, (3,), generator=generator)
    logits = model["rest"](model["stem"](images)) if isinstance(model, nn.ModuleDict) else model(images)
    loss = functional.cross_entropy(logits, labels)
    loss.backward()
    tensors = {"images": images.permute(0, 2, 3, 1).float().numpy(), "labels": labels.numpy(),
               "logits": logits.detach().float().numpy(), "loss": np.float32(loss.item())}
    parameters = dict(model.named_parameters())
    for kind, named in (("weights", parameters), ("gradients", {key: weight.grad for key, weight in parameters.items()})):
        for key, value in (from_eva(config["model"], named) if isinstance(model, Eva) else named).items():
            own, array = ours(key, value)
            tensors[f"{kind}/{own}"] = array
    write_golden(folder / f"{name}.safetensors", tensors, "Computed by timm and PyTorch in double precision.",
                 config=config, classes=CLASSES)


COMMON = {"attention_dropout": 0, "mlp_dropout": 0, "norm_epsilon": 1e-6, "mlp_last_gelu": False}
HEAD = {"type": "class-token", "units": [], "dropout": 0}
PARTS = {
    "parts_timm": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 24, "heads": 2,
                              "key_dim": 12, "mlp_units": [48, 24], "layers": 2, "qk_norm": True, "layer_scale": 0.5},
                    "head": HEAD}, of_timm, 1),
    "parts_waves": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 16, "heads": 2,
                               "key_dim": 8, "mlp_units": [32, 16], "layers": 2, "positions": "sine-cosine",
                               "qkv_bias": False},
                     "head": HEAD}, of_waves, 3),
    "parts_stem": ({"model": {**COMMON, "image_size": 16, "patch_size": 4, "projection_dim": 24, "heads": 3,
                              "key_dim": 8, "mlp_units": [40, 24], "layers": 2, "stem_widths": [10, 12],
                              "stem_pools": [2], "mlp_depthwise": True},
                    "head": HEAD}, of_stem, 2),
    "parts_rms": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 24, "heads": 2,
                             "key_dim": 12, "mlp_units": [48, 24], "layers": 2, "qk_norm": True, "norm": "rms"},
                   "head": HEAD}, of_rms, 4),
    "parts_small": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 24, "heads": 3,
                               "key_dim": 8, "mlp_units": [40, 24], "layers": 2, "shifted_patches": True,
                               "local_attention": True},
                     "head": HEAD}, of_small, 5),
    "parts_eva": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 24, "heads": 3,
                             "key_dim": 8, "mlp_units": [40, 24], "layers": 2, "positions": "learned-rotary",
                             "qkv_bias": False, "attention_norm": True, "mlp_norm": True, "mlp_gated": True,
                             "activation": "silu"},
                   "head": HEAD}, of_eva, 6),
    "parts_after": ({"model": {**COMMON, "image_size": 12, "patch_size": 4, "projection_dim": 24, "heads": 2,
                               "key_dim": 12, "mlp_units": [48, 24], "layers": 2, "qk_norm": True, "norm_place": "after"},
                     "head": HEAD}, of_norms_after, 7),
}

if __name__ == "__main__":
    for name, (config, make, seed) in PARTS.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        write(Path(__file__).parent / "golden", name, config, make, seed)
