# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, as Markdown tables."""

import statistics

from contenders import CONTENDERS
from shapes import SHAPES

MODES = ("train", "predict")
WORDS = {"train": "training", "predict": "inference"}


def medians(records):
    """(shape, contender, mode) -> medians over the rounds of what was measured."""
    groups = {}
    for record in records:
        groups.setdefault((record["shape"], record["contender"], record["mode"]), []).append(record["result"])
    keys = ("images_per_second", "peak_memory_bytes", "photo_ms")
    return {
        group: {key: statistics.median(result[key] for result in results) for key in keys if key in results[0]}
        for group, results in groups.items()
    }


def speed(values, shape, contender, mode):
    found = values.get((shape.name, contender.name, mode))
    return found["images_per_second"] if found else None


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def counted(count, what):
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def cells(values, shape, contender, mode):
    own = values.get((shape.name, contender.name, mode))
    if own is None:
        return ["–"] * 3
    eager = values.get((shape.name, f"torch-eager-{contender.precision}", mode))
    ratio = f"{own['images_per_second'] / eager['images_per_second']:.2f}" if eager else "–"
    return [number(own["images_per_second"]), ratio, f"{own['peak_memory_bytes'] / 1e9:.2f}"]


def table(values, shape):
    lines = [
        "| | precision | training, images/s | × eager | GB | inference, images/s | × eager | GB |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for contender in CONTENDERS:
        if any((shape.name, contender.name, mode) in values for mode in MODES):
            row = [contender.title, contender.precision]
            for mode in MODES:
                row += cells(values, shape, contender, mode)
            lines.append("| " + " | ".join(row) + " |")
    return lines


def against_the_best(values, shape):
    """Ours over the fastest peer: in fp32 of those in fp32, in bf16 of all."""
    lines = []
    for ours in (contender for contender in CONTENDERS if contender.is_ours):
        for mode in MODES:
            own = speed(values, shape, ours, mode)
            peers = [(speed(values, shape, peer, mode), peer) for peer in CONTENDERS
                     if not peer.is_ours and ours.precision in ("bf16", peer.precision)]
            peers = [(rate, peer) for rate, peer in peers if rate]
            if own and peers:
                rate, best = max(peers, key=lambda pair: pair[0])
                lines.append(f"{WORDS[mode]} in {ours.precision} {own / rate:.2f} × the fastest peer "
                             f"({best.title}, {best.precision})")
    return ["ViT Workbench: " + "; ".join(lines) + "."] if lines else []


def photo(values, shape):
    own = values.get((shape.name, "vit-fp32", "predict"))
    if own is None:
        return []
    return [f"One photo of 640 × 480, decoded, to its five most probable classes: {own['photo_ms']:.1f} ms."]


def header(run):
    machine, settings = run["machine"], run["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return [
        f"Measured on {run['date']}: {machine['processor']} ({', '.join(machine['instruction_sets'])}), "
        f"{settings['threads']} of {machine['processors']} processors, {machine['memory_gb']:.0f} GB, "
        f"{machine['system']}, Linux {machine['kernel']}.",
        f"{versions}.",
        "",
        f"Medians over {counted(settings['rounds'], 'round')}, in which the contenders take turns, each in "
        f"a process of its own, of the median of {counted(settings['steps'], 'step')}, warm-up excluded. "
        "Training: forward, backward and AdamW on images that are ready, without augmentation; inference: the forward "
        "pass of a batch. × eager: over PyTorch eager in the same precision. GB: the highest resident memory during "
        "the steps. bf16 is autocast or mixed precision with fp32 weights in training; in "
        "inference PyTorch's weights are bf16. glibc's allocator is tuned alike for all.",
    ]


def markdown(run):
    lines = header(run)
    values = medians(run["records"])
    for shape in SHAPES:
        if not any(group[0] == shape.name for group in values):
            continue
        batch = run["settings"]["batch"] or shape.batch
        lines += ["", f"### {shape.title}: {shape.parameters:,} parameters, {shape.tokens} tokens, batch {batch}", ""]
        lines += table(values, shape)
        for paragraph in (against_the_best(values, shape), photo(values, shape)):
            lines += ["", *paragraph] if paragraph else []
    if run["failures"]:
        lines += ["", "Could not be measured:", ""]
        lines += [f"- {name}: {reason}" for name, reason in sorted(run["failures"].items())]
    return "\n".join(lines) + "\n"
