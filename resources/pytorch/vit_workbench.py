# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of ViT Workbench in PyTorch: loads what `vit-cli export RUN --format safetensors` wrote.

    from vit_workbench import load_model
    model, about = load_model("model.safetensors")
    logits = model(images)   # [B, C, S, S], S = about["image_size"]: pixels of 0-1, (pixel - about["mean"]) / about["std"]

Needs torch and safetensors; timm_model() needs timm, which calls the same weights by the same names.
"""
import json

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    def __init__(self, dim, heads, key_dim, qkv_bias=True, qk_norm=False, epsilon=1e-6):
        super().__init__()
        self.heads, self.key_dim = heads, key_dim
        self.qkv = nn.Linear(dim, 3 * heads * key_dim, qkv_bias)
        self.q_norm = nn.LayerNorm(key_dim, epsilon) if qk_norm else nn.Identity()
        self.k_norm = nn.LayerNorm(key_dim, epsilon) if qk_norm else nn.Identity()
        self.proj = nn.Linear(heads * key_dim, dim)

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, self.key_dim).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(self.q_norm(q), self.k_norm(k), v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, -1))


class Mlp(nn.Module):
    """fc1, fc2, ...: GELU follows each, the last one by choice; fc1 may be followed by dw, a 3x3 convolution of each unit
    by itself over a grid of side x side tokens, where tokens before the grid's pass as they are."""

    def __init__(self, dim, units, last_gelu=True, side=0):
        super().__init__()
        self.last_gelu, self.layers, self.side = last_gelu, len(units), side
        for i, (inputs, outputs) in enumerate(zip([dim, *units], units)):
            self.add_module(f"fc{i + 1}", nn.Linear(inputs, outputs))
        if side:
            self.dw = nn.Conv2d(units[0], units[0], 3, padding=1, groups=units[0])

    def forward(self, x):
        for i in range(1, self.layers + 1):
            x = getattr(self, f"fc{i}")(x)
            if i == 1 and self.side:
                others = x.shape[1] - self.side ** 2
                grid = x[:, others:].transpose(1, 2).unflatten(2, (self.side, self.side))
                x = torch.cat([x[:, :others], self.dw(grid).flatten(2).transpose(1, 2)], 1)
            if self.last_gelu or i < self.layers:
                x = functional.gelu(x)
        return x


class LayerScale(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    def __init__(self, model):
        super().__init__()
        dim, epsilon = model["projection_dim"], model["norm_epsilon"]
        self.norm1 = nn.LayerNorm(dim, epsilon)
        scales = model.get("layer_scale", 0) > 0
        self.attn = Attention(dim, model["heads"], model["key_dim"], model.get("qkv_bias", True),
                              model.get("qk_norm", False), epsilon)
        self.ls1 = LayerScale(dim) if scales else nn.Identity()
        self.norm2 = nn.LayerNorm(dim, epsilon)
        self.mlp = Mlp(dim, model["mlp_units"], model.get("mlp_last_gelu", True),
                       model["image_size"] // model["patch_size"] if model.get("mlp_depthwise", False) else 0)
        self.ls2 = LayerScale(dim) if scales else nn.Identity()

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class Stem(nn.Module):
    """conv1, norm1, conv2, ...: 3x3 convolutions, max pooling after those whose numbers are in `pools`, a norm over the
    channels of each pixel, GELU."""

    def __init__(self, channels, widths, pools, epsilon):
        super().__init__()
        self.count, self.pools = len(widths), pools
        for i, (inputs, outputs) in enumerate(zip([channels, *widths], widths)):
            self.add_module(f"conv{i + 1}", nn.Conv2d(inputs, outputs, 3, padding=1))
            self.add_module(f"norm{i + 1}", nn.LayerNorm(outputs, epsilon))

    def forward(self, x):
        for i in range(1, self.count + 1):
            x = getattr(self, f"conv{i}")(x)
            if i in self.pools:
                x = functional.max_pool2d(x, 2)
            x = functional.gelu(getattr(self, f"norm{i}")(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        return x


class PatchEmbedding(nn.Module):
    def __init__(self, channels, dim, patch):
        super().__init__()
        self.proj = nn.Conv2d(channels, dim, patch, patch)

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


def waves(side, dim, others):
    """Fixed positions [1, others + side * side, dim]: sines of row and column, then cosines; zeros for the others."""
    places = torch.stack(torch.meshgrid(*2 * [torch.arange(side, dtype=torch.float64)], indexing="ij"), -1).view(-1, 2, 1)
    angles = (places * 10000 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))).flatten(1)
    grid = torch.cat([angles.sin(), angles.cos()], 1).float()
    return torch.cat([torch.zeros(int(others), dim), grid])[None]


class VisionTransformer(nn.Module):
    """Any model of ViT Workbench, from the "model" and "head" objects of its configuration."""

    def __init__(self, model, head, channels, classes):
        super().__init__()
        dim, patches = model["projection_dim"], (model["image_size"] // model["patch_size"]) ** 2
        self.head_type = head["type"]
        class_token = self.head_type == "class-token"
        widths, pools = model.get("stem_widths", []), model.get("stem_pools", [])
        self.stem = Stem(channels, widths, pools, model["norm_epsilon"]) if widths else nn.Identity()
        self.patch_embed = PatchEmbedding(widths[-1] if widths else channels, dim, model["patch_size"] >> len(pools))
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim)) if class_token else None
        positions = model.get("positions", "learned")
        if positions == "learned":
            self.pos_embed = nn.Parameter(torch.zeros(1, patches + class_token, dim))
        else:
            fixed = waves(round(patches ** 0.5), dim, class_token) if positions == "sine-cosine" else torch.zeros(())
            self.register_buffer("pos_embed", fixed, persistent=False)
        self.blocks = nn.ModuleList(Block(model) for _ in range(model["layers"]))
        self.norm = nn.LayerNorm(dim, model["norm_epsilon"])
        features = patches * dim if self.head_type == "flatten" else dim
        widths = [features, *head["units"], classes]
        self.head = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, images):
        x = self.patch_embed(self.stem(images))
        if self.cls_token is not None:
            x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1)
        x = x + self.pos_embed
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        if self.head_type == "flatten":
            x = x.flatten(1)
        else:
            x = x[:, 0] if self.head_type == "class-token" else x.mean(1)
        for layer in self.head[:-1]:
            x = functional.gelu(layer(x))
        return self.head[-1](x)


def read(path):
    """The state dict and the metadata, the latter's lists and objects decoded."""
    with safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}
        about = dict(file.metadata())
    for key in ("class_names", "mean", "std", "native_size", "image_size", "config"):
        about[key] = json.loads(about[key])
    return state, about


def load_model(path):
    state, about = read(path)
    config = about["config"]
    model = VisionTransformer(config["model"], config["head"], len(about["mean"]), len(about["class_names"]))
    if about["names"] == "timm":
        state = {name.replace("head.", "head.0.") if name.startswith("head.") else name: value
                 for name, value in state.items()}
    model.load_state_dict(state)
    return model.eval(), about


class TimmMlp(Mlp):
    """timm's Mlp with our GELU after its second layer."""

    def __init__(self, in_features, hidden_features, **_):
        super().__init__(in_features, [hidden_features, in_features])


def timm_model(path):
    """timm's own VisionTransformer with these weights, for a file whose metadata says names = timm."""
    from functools import partial

    from timm.models.vision_transformer import VisionTransformer as TimmVisionTransformer

    state, about = read(path)
    if about["names"] != "timm":
        raise ValueError("timm's VisionTransformer cannot hold this model: use load_model().")
    config = about["config"]["model"]
    class_token = about["config"]["head"]["type"] == "class-token"
    model = TimmVisionTransformer(
        img_size=config["image_size"], patch_size=config["patch_size"], in_chans=len(about["mean"]),
        num_classes=len(about["class_names"]), embed_dim=config["projection_dim"], depth=config["layers"],
        num_heads=config["heads"], mlp_ratio=config["mlp_units"][0] / config["projection_dim"],
        global_pool="token" if class_token else "avg", class_token=class_token, fc_norm=False,
        qkv_bias=config.get("qkv_bias", True), qk_norm=config.get("qk_norm", False), init_values=config.get("layer_scale", 0) or None,
        norm_layer=partial(nn.LayerNorm, eps=config["norm_epsilon"]),
        **({"mlp_layer": TimmMlp} if config.get("mlp_last_gelu", True) else {}))
    model.load_state_dict(state)
    return model.eval(), about
