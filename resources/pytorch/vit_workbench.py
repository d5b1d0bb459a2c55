# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of ViT Workbench in PyTorch: loads what `vit-cli export RUN --format safetensors` wrote.

    from vit_workbench import load_model
    model, about = load_model("model.safetensors")
    logits = model(images)   # [B, C, H, W], (H, W) = about["image_size"]: pixels of 0-1, (pixel - about["mean"]) / about["std"]

Needs torch and safetensors; timm_model() needs timm, which calls the same weights by the same names.
"""
import json
from functools import partial

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional


ACTIVATIONS = {"gelu": functional.gelu, "gelu-tanh": lambda x: functional.gelu(x, approximate="tanh"),
               "quick-gelu": lambda x: x * torch.sigmoid(1.702 * x), "silu": functional.silu}


def size_of(model):
    """Height and width of a configuration's "model" object; without a width of its own it is square."""
    return model["image_size"], model.get("image_width", 0) or model["image_size"]


def grid_of(model):
    """Rows and columns of patches."""
    return tuple(side // model["patch_size"] for side in size_of(model))


def places(grid, others):
    """Which row of a table of preferences it is from a token to another one; -1: none. The first of `others`, the tokens
    before the grid's, is the class token."""
    rows, columns = grid
    row, column = torch.arange(rows).repeat_interleave(columns), torch.arange(columns).repeat(rows)
    last = (2 * rows - 1) * (2 * columns - 1) + 3
    all = torch.full((others + rows * columns,) * 2, -1)
    all[others:, others:] = ((row[:, None] - row + rows - 1) * (2 * columns - 1) + column[:, None] - column + columns - 1)
    if others:
        all[0, others:], all[others:, 0], all[0, 0] = last - 3, last - 2, last - 1
    return all


def turned(heads, angles):
    """Queries or keys [B, H, N, K] with those of the last tokens, the patches, turned by their places' angles."""
    others = heads.shape[2] - len(angles)
    patches = heads[:, :, others:]
    first, second = patches.chunk(2, -1)
    patches = patches * angles.cos() + torch.cat([-second, first], -1) * angles.sin()
    return torch.cat([heads[:, :, :others], patches], 2)


class RmsNorm(nn.Module):
    """As timm's RmsNorm: no mean is taken out, and nothing is added."""

    def __init__(self, dim, eps, **_):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def norm_of(model):
    """What a configuration's "model" object calls its norm: a function of the width."""
    kind = {"layer": nn.LayerNorm, "rms": RmsNorm}[model.get("norm", "layer")]
    return partial(kind, eps=model["norm_epsilon"])


class Attention(nn.Module):
    def __init__(self, dim, heads, key_dim, norm, qkv_bias=True, qk_norm=False, local=False, angles=None, grid=None, others=0,
                 found_norm=False):
        super().__init__()
        self.relative = grid is not None
        if self.relative:
            rows, columns = grid
            ways = (2 * rows - 1) * (2 * columns - 1) + 3
            self.relative_position_bias_table = nn.Parameter(torch.zeros(ways, heads))
            self.register_buffer("places", places(grid, others), persistent=False)
        self.register_buffer("angles", angles, persistent=False)
        self.heads, self.key_dim = heads, key_dim
        self.qkv = nn.Linear(dim, 3 * heads * key_dim, qkv_bias)
        self.q_norm = norm(key_dim) if qk_norm else nn.Identity()
        self.k_norm = norm(key_dim) if qk_norm else nn.Identity()
        self.scale = nn.Parameter(torch.full((heads,), key_dim ** -0.5)) if local else None
        self.norm = norm(heads * key_dim) if found_norm else nn.Identity()
        self.proj = nn.Linear(heads * key_dim, dim)

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, self.heads, self.key_dim).permute(2, 0, 3, 1, 4)
        q, k = self.q_norm(q), self.k_norm(k)
        if self.angles is not None:
            q, k = turned(q, self.angles), turned(k, self.angles)
        mask = None
        if self.relative:
            known = self.places.ge(0)[..., None]
            mask = (self.relative_position_bias_table[self.places.clamp_min(0)] * known).permute(2, 0, 1)
        if self.scale is not None:  # no token attends to itself, and each head chooses as sharply as it has learned
            q = q * (self.scale * self.key_dim ** 0.5).view(-1, 1, 1)
            itself = torch.full((tokens,), -1e30, dtype=q.dtype, device=q.device).diag()
            mask = itself if mask is None else mask + itself
        mixed = functional.scaled_dot_product_attention(q, k, v, mask)
        return self.proj(self.norm(mixed.transpose(1, 2).reshape(batch, tokens, -1)))


class Mlp(nn.Module):
    """fc1, fc2, ...: the activation follows each, the last one by choice; a gated fc1 is twice as wide; fc1 may be followed
    by dw, a 3x3 convolution of each unit by itself over a grid of tokens, where tokens before the grid's pass as
    they are; a norm may stand before fc2."""

    def __init__(self, dim, units, last_gelu=True, grid=None, activation="gelu", gated=False, norm=None):
        super().__init__()
        self.activation, self.gated = ACTIVATIONS[activation], gated
        self.last_gelu, self.layers, self.grid = last_gelu, len(units), grid
        for i, (inputs, outputs) in enumerate(zip([dim, *units], units)):
            self.add_module(f"fc{i + 1}", nn.Linear(inputs, 2 * outputs if gated and i == 0 else outputs))
        if grid:
            self.dw = nn.Conv2d(units[0], units[0], 3, padding=1, groups=units[0])
        self.norm = norm(units[0]) if norm else nn.Identity()

    def forward(self, x):
        for i in range(1, self.layers + 1):
            x = getattr(self, f"fc{i}")(x)
            if i == 1 and self.grid:
                others = x.shape[1] - self.grid[0] * self.grid[1]
                grid = x[:, others:].transpose(1, 2).unflatten(2, self.grid)
                x = torch.cat([x[:, :others], self.dw(grid).flatten(2).transpose(1, 2)], 1)
            if i == 1 and self.gated:
                first, second = x.chunk(2, -1)
                x = self.activation(first) * second
            elif self.last_gelu or i < self.layers:
                x = self.activation(x)
            if i == 1:
                x = self.norm(x)
        return x


class LayerScale(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * self.gamma


class Block(nn.Module):
    def __init__(self, model, others):
        super().__init__()
        dim, norm = model["projection_dim"], norm_of(model)
        self.norm1 = norm(dim)
        scales = model.get("layer_scale", 0) > 0
        self.attn = Attention(dim, model["heads"], model["key_dim"], norm, model.get("qkv_bias", True),
                              model.get("qk_norm", False), model.get("local_attention", False),
                              angles(grid_of(model), model["key_dim"], model["positions"])
                              if model.get("positions") in ("rotary", "learned-rotary") else None,
                              grid_of(model) if model.get("positions") == "relative" else None,
                              others, model.get("attention_norm", False))
        self.ls1 = LayerScale(dim) if scales else nn.Identity()
        self.norm2 = norm(dim)
        self.mlp = Mlp(dim, model["mlp_units"], model.get("mlp_last_gelu", True),
                       grid_of(model) if model.get("mlp_depthwise", False) else None,
                       model.get("activation", "gelu"), model.get("mlp_gated", False),
                       norm if model.get("mlp_norm", False) else None)
        self.ls2 = LayerScale(dim) if scales else nn.Identity()
        self.norms_after = model.get("norm_place") == "after"

    def forward(self, x):
        if self.norms_after:
            x = x + self.ls1(self.norm1(self.attn(x)))
            return x + self.ls2(self.norm2(self.mlp(x)))
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


class ShiftedPatchEmbedding(nn.Module):
    """Of the images and of four copies, moved by half a patch up and left, up and right, down and left, down and right; the
    patches, in the order row, column, channel, are normalised before they are projected."""

    def __init__(self, channels, dim, patch, norm):
        super().__init__()
        self.patch = patch
        self.norm, self.proj = norm(5 * channels * patch ** 2), nn.Conv2d(5 * channels, dim, patch, patch)

    def forward(self, images):
        moved, (height, width) = self.patch // 2, images.shape[-2:]
        wide = functional.pad(images, 4 * [moved])
        places = [(y, x) for y in (2 * moved, 0) for x in (2 * moved, 0)]
        images = torch.cat([images, *(wide[:, :, y:y + height, x:x + width] for y, x in places)], 1)
        patches = functional.unfold(images, self.patch, stride=self.patch).transpose(1, 2)  # channel, row, column
        patches = patches.unflatten(2, (-1, self.patch ** 2)).transpose(2, 3).flatten(2)
        return functional.linear(self.norm(patches), self.proj.weight.permute(0, 2, 3, 1).flatten(1), self.proj.bias)


def waves(grid, dim, others):
    """Fixed positions [1, others + rows * columns, dim]: sines of row and column, then cosines; zeros for the others."""
    numbers = [torch.arange(side, dtype=torch.float64) for side in grid]
    places = torch.stack(torch.meshgrid(*numbers, indexing="ij"), -1).view(-1, 2, 1)
    angles = (places * 10000 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))).flatten(1)
    fixed = torch.cat([angles.sin(), angles.cos()], 1).float()
    return torch.cat([torch.zeros(int(others), dim), fixed])[None]


def angles(grid, width, positions):
    """Those by which queries and keys are turned: [rows * columns, width]."""
    numbers = [(torch.arange(side, dtype=torch.float64), side) for side in grid]
    if positions == "learned-rotary":  # as on a grid of 16 x 16
        reach, base = [places / side * 16 for places, side in numbers], 10000
    else:
        reach, base = [2 * torch.pi * ((places + 0.5) / side * 2 - 1) for places, side in numbers], 100
    places = torch.stack(torch.meshgrid(*reach, indexing="ij"), -1).view(-1, 2, 1)
    quarters = places * base ** (-torch.arange(width // 4, dtype=torch.float64) / (width // 4))
    return quarters.flatten(1).repeat(1, 2).float()


class AttentionPooling(nn.Module):
    def __init__(self, dim, heads, units, activation, norm):
        super().__init__()
        self.heads = heads
        self.latent = nn.Parameter(torch.zeros(1, 1, dim))
        self.q, self.kv, self.proj = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)
        self.norm = norm(dim)
        self.mlp = Mlp(dim, [units, dim], False, None, activation)

    def forward(self, x):
        batch, tokens, dim = x.shape
        q = self.q(self.latent).view(1, 1, self.heads, -1).transpose(1, 2).expand(batch, -1, -1, -1)
        k, v = self.kv(x).view(batch, tokens, 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = self.proj(functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, dim))
        return x + self.mlp(self.norm(x))


class VisionTransformer(nn.Module):
    """Any model of ViT Workbench, from the "model" and "head" objects of its configuration."""

    def __init__(self, model, head, channels, classes):
        super().__init__()
        dim, (rows, columns) = model["projection_dim"], grid_of(model)
        patches = rows * columns
        self.head_type = head["type"]
        class_token = self.head_type in ("class-token", "class-token-gap", "prefix-tokens")
        registers = model.get("registers", 0)
        self.prefix = class_token + registers
        widths, pools = model.get("stem_widths", []), model.get("stem_pools", [])
        self.stem = Stem(channels, widths, pools, model["norm_epsilon"]) if widths else nn.Identity()
        norm = norm_of(model)
        cut = (widths[-1] if widths else channels, dim, model["patch_size"] >> len(pools))
        shifted = model.get("shifted_patches", False)
        self.patch_embed = ShiftedPatchEmbedding(*cut, norm) if shifted else PatchEmbedding(*cut)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim)) if class_token else None
        self.reg_token = nn.Parameter(torch.zeros(1, registers, dim)) if registers else None
        positions = model.get("positions", "learned")
        learned = positions in ("learned", "learned-rotary")
        self.unplaced = 0 if model.get("register_positions") or not learned else registers
        if learned:
            self.pos_embed = nn.Parameter(torch.zeros(1, patches + self.prefix - self.unplaced, dim))
        else:
            fixed = waves((rows, columns), dim, self.prefix) if positions == "sine-cosine" else torch.zeros(())
            self.register_buffer("pos_embed", fixed, persistent=False)
        self.norm_pre = norm(dim) if model.get("pre_norm") else nn.Identity()
        self.blocks = nn.ModuleList(Block(model, self.prefix) for _ in range(model["layers"]))
        self.norm = norm(dim)
        if self.head_type == "attention":
            self.attn_pool = AttentionPooling(dim, model["heads"], model["mlp_units"][0], model.get("activation", "gelu"),
                                              norm)
        features = dim * {"flatten": patches, "class-token-gap": 2, "prefix-tokens": self.prefix}.get(self.head_type, 1)
        widths = [features, *head["units"], classes]
        self.head = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, images):
        x = self.patch_embed(self.stem(images))
        for own in (self.reg_token, self.cls_token):
            if own is not None:
                x = torch.cat([own.expand(len(x), -1, -1), x], 1)
        positions = self.pos_embed
        if self.unplaced:
            before = self.prefix - self.unplaced
            zeros = positions.new_zeros(1, self.unplaced, positions.shape[2])
            positions = torch.cat([positions[:, :before], zeros, positions[:, before:]], 1)
        x = self.norm_pre(x + positions)
        for block in self.blocks:
            x = block(x)
        x = self.pool(x)
        for layer in self.head[:-1]:
            x = functional.gelu(layer(x))
        return self.head[-1](x)

    def pool(self, x):
        if self.head_type == "gap-norm":
            return self.norm(x[:, self.prefix:].mean(1))
        x = self.norm(x)
        if self.head_type == "attention":
            return self.attn_pool(x)
        if self.head_type == "prefix-tokens":
            return x[:, :self.prefix].flatten(1)
        if self.head_type == "class-token":
            return x[:, 0]
        patches = x[:, self.prefix:]
        if self.head_type == "flatten":
            return patches.flatten(1)
        return patches.mean(1) if self.head_type == "gap" else torch.cat([x[:, 0], patches.mean(1)], 1)


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
        own = {"head.weight": "head.0.weight", "head.bias": "head.0.bias", "fc_norm.weight": "norm.weight",
               "fc_norm.bias": "norm.bias"}
        state = {own.get(name, name): value for name, value in state.items()}
        state.setdefault("patch_embed.proj.bias", model.patch_embed.proj.bias.detach() * 0)  # timm's pre-norm models have none
        if model.unplaced and model.cls_token is not None:  # the class token's position is in the token
            state["pos_embed"] = torch.cat([torch.zeros_like(state["pos_embed"][:, :1]), state["pos_embed"]], 1)
    model.load_state_dict(state)
    return model.eval(), about


class TimmMlp(Mlp):
    """timm's Mlp with our activation after its second layer, and our gate."""

    def __init__(self, in_features, hidden_features, last_gelu, activation, gated, **_):
        super().__init__(in_features, [hidden_features, in_features], last_gelu, None, activation, gated)


class TimmActivation(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.own = ACTIVATIONS[name]

    def forward(self, x):
        return self.own(x)


def timm_model(path):
    """timm's own VisionTransformer with these weights, for a file whose metadata says names = timm."""
    from timm.models.vision_transformer import Block as TimmBlock, ResPostBlock, VisionTransformer as TimmVisionTransformer

    state, about = read(path)
    if about["names"] != "timm":
        raise ValueError("timm's VisionTransformer cannot hold this model: use load_model().")
    config = about["config"]["model"]
    head = about["config"]["head"]["type"]
    activation, gated = config.get("activation", "gelu"), config.get("mlp_gated", False)
    own_mlp = config.get("mlp_last_gelu", True) or gated
    registers = config.get("registers", 0)
    model = TimmVisionTransformer(
        img_size=size_of(config), patch_size=config["patch_size"], in_chans=len(about["mean"]),
        num_classes=len(about["class_names"]), embed_dim=config["projection_dim"], depth=config["layers"],
        num_heads=config["heads"], mlp_ratio=config["mlp_units"][0] / config["projection_dim"],
        global_pool={"class-token": "token", "attention": "map"}.get(head, "avg"), class_token=head == "class-token",
        reg_tokens=registers, no_embed_class=registers > 0 and not config.get("register_positions", False),
        pre_norm=config.get("pre_norm", False), fc_norm=head == "gap-norm",
        qkv_bias=config.get("qkv_bias", True), qk_norm=config.get("qk_norm", False),
        init_values=config.get("layer_scale", 0) or None, act_layer=partial(TimmActivation, activation),
        norm_layer=norm_of(config), block_fn=ResPostBlock if config.get("norm_place") == "after" else TimmBlock,
        **({"mlp_layer": partial(TimmMlp, last_gelu=config.get("mlp_last_gelu", True), activation=activation,
                                 gated=gated)} if own_mlp else {}))
    model.load_state_dict(state)
    return model.eval(), about
