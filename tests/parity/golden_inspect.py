# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of the analyses: what PyTorch in eager mode and double precision, NumPy and Captum make of a picture.

  VENV/bin/python tests/parity/golden_inspect.py

The networks are those of model_*.safetensors. Written plainly, without the engine's ways: tokens that are dropped are cut
out of the tensors, not masked; heads and patches are taken away one by one.
"""

from pathlib import Path

import numpy as np
import torch
from captum.attr import FeatureAblation, IntegratedGradients

from golden_file import read_about, read_tensors, write_golden

MODELS = ("flatten", "gap", "class_token", "odd")
MEAN, DEVIATION = (100.0, 110.0, 120.0), (50.0, 60.0, 70.0)
STEPS = 16


class Network:
    """The example's transformer with the weights of a golden file."""

    def __init__(self, path):
        about, tensors = read_about(path), read_tensors(path)
        self.config, self.classes = about["config"], about["classes"]
        self.w = {name[len("weights/"):]: torch.tensor(value, dtype=torch.float64)
                  for name, value in tensors.items() if name.startswith("weights/")}
        self.model, self.head = self.config["model"], self.config["head"]
        self.side = self.model["image_size"] // self.model["patch_size"]
        self.class_token = self.head["type"] == "class-token"
        self.first = int(self.class_token)

    def dense(self, name, x):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def norm(self, name, x):
        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"],
                                              self.model["norm_epsilon"])

    def patches(self, images):
        """[B, C, S, S] -> [B, P, p * p * C], elements in the order row, column, channel."""
        p, batch = self.model["patch_size"], images.shape[0]
        cut = images.reshape(batch, 3, self.side, p, self.side, p)
        return cut.permute(0, 2, 4, 3, 5, 1).reshape(batch, self.side ** 2, p * p * 3)

    def tokens(self, images):
        x = self.dense("patch_embed.proj", self.patches(images))
        if self.class_token:
            x = torch.cat([self.w["cls_token"].expand(len(x), 1, -1), x], 1)
        return x + self.w["pos_embed"]

    def block(self, i, x, off=()):
        heads, key = self.model["heads"], self.model["key_dim"]
        name = f"blocks.{i}."
        qkv = self.dense(name + "attn.qkv", self.norm(name + "norm1", x))
        q, k, v = qkv.reshape(*x.shape[:2], 3, heads, key).permute(2, 0, 3, 1, 4)
        attention = torch.softmax(q @ k.transpose(-1, -2) / key ** 0.5, -1)
        mixed = attention @ v
        if off:
            mixed = torch.stack([torch.zeros_like(mixed[:, h]) if h in off else mixed[:, h] for h in range(heads)], 1)
        x = x + self.dense(name + "attn.proj", mixed.transpose(1, 2).reshape(*x.shape[:2], heads * key))
        y = self.norm(name + "norm2", x)
        for j in range(len(self.model["mlp_units"])):
            y = torch.nn.functional.gelu(self.dense(f"{name}mlp.fc{j + 1}", y))
        return attention, x + y

    def answer(self, tokens):
        return self.answer_normed(self.norm("norm", tokens))

    def answer_normed(self, z):
        kind = self.head["type"]
        return self.classify(z.flatten(1) if kind == "flatten" else z[:, 0] if self.class_token else z.mean(1))

    def classify(self, x):
        for j in range(len(self.head["units"])):
            x = torch.nn.functional.gelu(self.dense(f"head.{j}", x))
        return self.dense(f"head.{len(self.head['units'])}", x)

    def run(self, tokens, off=(), skip=()):
        """Attention of each block, tokens before and after each."""
        attention, all_tokens = [], [tokens]
        for i in range(self.model["layers"]):
            weights, after = self.block(i, all_tokens[-1], [h for layer, h in off if layer == i])
            attention.append(weights)
            all_tokens.append(all_tokens[-1] if i in skip else after)
        return attention, all_tokens

    def logits(self, images, **changes):
        return self.answer(self.run(self.tokens(images), **changes)[1][-1])


def rollout(attention, fuse, discard):
    """Of [L, H, N, N]."""
    size = attention.shape[-1]
    flow = np.eye(size)
    for layer in attention:
        fused = {"mean": np.mean, "max": np.max, "min": np.min}[fuse](layer, axis=0).copy()
        count = int(discard * fused.size)
        if count:
            flat = fused.reshape(-1)
            flat[np.argpartition(flat, count - 1)[:count]] = 0
        mixed = fused + np.eye(size)
        flow = (mixed / mixed.sum(1, keepdims=True)) @ flow
    return flow


def relevance(net, image, c):
    tokens = net.tokens(image)
    attention, all_tokens = net.run(tokens)
    normed = net.norm("norm", all_tokens[-1])
    slopes = torch.autograd.grad(net.answer_normed(normed)[0, c], [*attention, normed])
    raising = [(slope * weights).clamp(min=0)[0].mean(0).detach().numpy() for slope, weights in zip(slopes, attention)]
    flow = np.eye(len(raising[0]))
    for step in raising:
        flow = flow + step @ flow
    last = raising[-1]
    if net.class_token:
        return flow[0, 1:], last[0, 1:]
    given = (slopes[-1] * normed)[0].sum(1).clamp(min=0).detach().numpy()
    given = given / given.sum()
    rest = flow - np.eye(len(flow))
    sums = rest.sum(1, keepdims=True)
    rest = np.divide(rest, sums, out=np.zeros_like(rest), where=sums > 0)
    return given + given @ rest, last.mean(0)


def legrad(net, image, c):
    attention, all_tokens = net.run(net.tokens(image))
    total = 0
    for weights, after in zip(attention, all_tokens[1:]):
        z = net.norm("norm", after)
        logit = (net.classify(z.flatten(1)) if net.head["type"] == "flatten" else net.classify(z.mean(1)))[0, c]
        slope = torch.autograd.grad(logit, weights, retain_graph=True)[0]
        total = total + slope.clamp(min=0)[0].mean((0, 1))[net.first:].detach().numpy()
    return total / len(attention)


def per_patch(net, image, attribution):
    return net.patches(attribution)[0].sum(1).detach().numpy()


def removed_probability(net, image, c, gone):
    """The class's probability without these patches."""
    with torch.no_grad():
        if net.head["type"] == "flatten":
            mask = torch.zeros(net.side ** 2, dtype=torch.bool)
            mask[list(gone)] = True
            p = net.model["patch_size"]
            pixels = mask.reshape(net.side, 1, net.side, 1).expand(-1, p, -1, p).reshape(net.side * p, net.side * p)
            changed = torch.where(pixels, image.mean((2, 3), keepdim=True), image)
            return torch.softmax(net.logits(changed), 1)[0, c].item()
        left = [i for i in range(net.first + net.side ** 2) if i - net.first not in gone]
        if not left:
            return torch.softmax(net.classify(torch.zeros(1, net.model["projection_dim"], dtype=torch.float64)),
                                 1)[0, c].item()
        return torch.softmax(net.answer(net.run(net.tokens(image)[:, left])[1][-1]), 1)[0, c].item()


def faithfulness(net, image, c, relevance_map):
    order = list(np.argsort(-relevance_map, kind="stable"))
    count = len(order)
    curves = [[removed_probability(net, image, c, set(way[:count * k // STEPS])) for k in range(STEPS + 1)]
              for way in (order, order[::-1])]
    most, least = [(sum(curve) - curve[0] / 2 - curve[-1] / 2) / STEPS for curve in curves]
    return np.array(curves), least - most


def head_figures(net, attention):
    """[L, H, 3]: distance, entropy, share of the class token."""
    p, side, first = net.model["patch_size"], net.side, net.first
    places = np.array([(r, c) for r in range(side) for c in range(side)])
    apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1)) * p
    rows = np.zeros((*attention.shape[:2], 3))
    for index in np.ndindex(*attention.shape[:2]):
        weights = attention[index]
        patches = weights[first:, first:]
        patches = patches / patches.sum(1, keepdims=True)
        rows[index] = ((patches * apart).sum(1).mean(), -(weights * np.log(weights)).sum(1).mean(),
                       weights[first:, 0].mean() if first else 0)
    return rows


def write(folder, name):
    net = Network(folder / f"model_{name}.safetensors")
    size = net.model["image_size"]
    photo = np.random.RandomState(7).randint(0, 256, (size, size, 3)).astype("uint8")
    photo[:size // 2] //= 3  # not the same everywhere
    scale = torch.tensor(DEVIATION, dtype=torch.float64), torch.tensor(MEAN, dtype=torch.float64)
    image = ((torch.tensor(photo, dtype=torch.float64) - scale[1]) / scale[0]).permute(2, 0, 1)[None]
    found, side = {"photo": photo}, net.side
    attention_list, tokens = net.run(net.tokens(image))
    attention = torch.stack(attention_list)[:, 0].numpy()
    found["logits"] = net.logits(image)[0].numpy()
    c = int(found["logits"].argsort()[-2])  # not the answer itself
    found["attention"] = attention
    found["heads"] = head_figures(net, attention)
    found["rollout/mean"] = rollout(attention, "mean", 0)
    found["rollout/max"] = rollout(attention, "max", 0.3)
    found["rollout/min"] = rollout(attention, "min", 0)
    for parameter in net.w.values():
        parameter.requires_grad_(True)
    maps = dict(zip(("relevance", "attention-gradient"), relevance(net, image, c)))
    maps["legrad"] = legrad(net, image, c)
    for parameter in net.w.values():
        parameter.requires_grad_(False)
    gradients = IntegratedGradients(net.logits)
    maps["gradients"] = per_patch(
        net, image, gradients.attribute(image, torch.zeros_like(image), target=c, n_steps=50, method="gausslegendre"))
    cells = torch.arange(side ** 2).reshape(side, 1, side, 1)
    p = net.model["patch_size"]
    cells = cells.expand(-1, p, -1, p).reshape(1, 1, size, size).expand(1, 3, -1, -1)
    baseline = image.mean((2, 3), keepdim=True).expand_as(image)
    ablated = FeatureAblation(net.logits).attribute(image, baseline, target=c, feature_mask=cells)
    maps["occlusion"] = ablated[0, 0, ::p, ::p].flatten().numpy()
    flow = found["rollout/mean"]
    maps["rollout"] = flow[0, 1:] if net.class_token else flow.mean(0)
    for key, value in maps.items():
        found[f"maps/{key}"] = value.reshape(side, side)
    found["faithfulness/curves"], gain = faithfulness(net, image, c, maps["relevance"])
    found["faithfulness/gain"] = np.array(gain)
    found["lens/logits"] = torch.cat([net.answer(t) for t in tokens]).numpy()
    if net.head["type"] != "flatten":
        answers = torch.stack([torch.softmax(net.classify(net.norm("norm", t)[0, net.first:]), 1) for t in tokens])
        found["lens/patch_probability"] = answers.max(-1).values.reshape(-1, side, side).numpy()
        found["lens/patch_class"] = answers.max(-1).indices.numpy()
    plain = net.logits(image)[0]
    grid = [(layer, h) for layer in range(net.model["layers"]) for h in range(net.model["heads"])]
    without = torch.stack([net.logits(image, off=[one])[0] for one in grid])
    shape = (net.model["layers"], net.model["heads"])
    found["heads/logit"] = (without - plain)[:, c].reshape(shape).numpy()
    found["heads/probability"] = (torch.softmax(without, 1) - torch.softmax(plain, 0))[:, c].reshape(shape).numpy()
    found["without/blocks"] = torch.softmax(net.logits(image, skip=[1])[0], 0).numpy()
    found["norms"] = tokens[-1][0, net.first:].norm(dim=1).reshape(side, side).numpy()
    positions = net.w["pos_embed"][net.first:].numpy()
    units = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    found["positions"] = units @ units.T
    write_golden(folder / f"inspect_{name}.safetensors", {k: v if v.dtype in ("uint8", "int64") else v.astype("float32")
                                                          for k, v in found.items()},
                 "Analyses of one picture by PyTorch, NumPy and Captum in double precision, on the network of "
                 f"model_{name}; of class `class`.", **{"class": c, "mean": MEAN, "deviation": DEVIATION})


if __name__ == "__main__":
    for model in MODELS:
        write(Path(__file__).parent / "golden", model)
