# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what vit-cli exports against the programs that it is for: TensorBoard, onnxruntime, PyTorch, timm.

    check_exports.py --cli build/release/bin/vit-cli    # trains small models of every kind and checks each
    check_exports.py --cli … --cifar FOLDER             # besides, two models of CIFAR-100, on 100 of its test images
    check_exports.py --cli … --cifar FOLDER --run RUN   # only a trained run, on these images

FOLDER holds CIFAR-100's train.bin and test.bin. Under ctest the variables VIT_CIFAR100 and VIT_EXPORT_RUN say the same.
Ends with 77 where a package is missing, which ctest reports as skipped.
"""
import argparse
import base64
import csv
import html
import io
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
TOLERANCE = 1e-4
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "resources" / "pytorch"))

try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2

    import vit_workbench
except ImportError as missing:
    print(f"skipped: {missing} (tests/export/requirements.txt lists what is needed)")
    sys.exit(SKIPPED)

COMMON = ["run.epochs=2", "data.train_limit=256", "run.tensorboard=true"]
KINDS = {  # every head, with and without what timm can hold, with and without a resize
    "flatten": ("testing", ["head.units=32, 16"]),
    "average": ("first-steps", ["model.image_size=40", "model.layers=2"]),
    "class-token": ("first-steps", ["head.type=class-token", "model.layers=2"]),
    "odd": ("first-steps", ["model.heads=3", "model.key_dim=10", "model.mlp_units=48, 32, 64", "model.layers=2",
                            "head.type=class-token", "head.units=24", "model.norm_epsilon=0.001"]),
    "parts": ("first-steps", ["model.layers=2", "model.qk_norm=true", "model.layer_scale=0.1", "model.drop_path=0.1",
                              "model.mlp_last_gelu=false"]),
    "stem": ("first-steps", ["model.layers=2", "model.stem_widths=16, 24", "model.stem_pools=2", "model.qk_norm=true",
                             "model.positions=sine-cosine", "model.qkv_bias=false", "model.mlp_depthwise=true",
                             "model.layer_scale=0.1", "head.type=class-token"]),
    "registers": ("first-steps", ["model.layers=2", "model.registers=2", "model.activation=gelu-tanh", "model.pre_norm=true",
                                  "model.mlp_last_gelu=false", "model.layer_scale=0.3", "head.type=class-token"]),
    "gated": ("first-steps", ["model.layers=2", "model.registers=1", "model.register_positions=true", "model.mlp_gated=true",
                              "model.activation=silu", "model.mlp_last_gelu=false", "head.type=gap-norm"]),
    "local": ("first-steps", ["model.layers=2", "model.shifted_patches=true", "model.local_attention=true",
                              "model.norm=rms", "model.positions=relative", "head.type=class-token"]),
    "mean-square": ("first-steps", ["model.layers=2", "model.norm=rms", "model.qk_norm=true", "model.pre_norm=true",
                                    "model.mlp_last_gelu=false", "head.type=gap-norm"]),
    "pooled": ("first-steps", ["model.layers=2", "head.type=attention", "model.mlp_last_gelu=false"]),
    "rotary": ("first-steps", ["model.layers=2", "model.positions=rotary", "model.activation=quick-gelu", "model.registers=2",
                               "head.type=class-token-gap"]),
    "relative": ("first-steps", ["model.layers=2", "model.positions=relative", "model.registers=2", "head.type=class-token"]),
    "learned-rotary": ("first-steps", ["model.layers=2", "model.positions=learned-rotary", "model.attention_norm=true",
                                       "model.mlp_norm=true", "model.mlp_gated=true", "model.activation=silu",
                                       "model.registers=2", "model.mlp_last_gelu=false", "head.type=class-token"]),
    "norms-after": ("first-steps", ["model.layers=2", "model.norm_place=after", "model.registers=1", "model.mlp_gated=true",
                                    "model.mlp_last_gelu=false", "head.type=class-token"]),
    "norms-after-scaled": ("first-steps", ["model.layers=2", "model.norm_place=after", "model.norm=rms",
                                           "model.layer_scale=0.3", "model.qk_norm=true"]),
    "oblong": ("first-steps", ["model.image_width=48", "model.layers=2", "model.mlp_last_gelu=false"]),
    "oblong-stem": ("first-steps", ["model.image_size=24", "model.image_width=40", "model.layers=2", "model.stem_widths=16, 24",
                                    "model.stem_pools=2", "model.positions=sine-cosine", "model.mlp_depthwise=true",
                                    "head.type=class-token"]),
    "oblong-local": ("first-steps", ["model.image_width=16", "model.layers=2", "model.shifted_patches=true",
                                     "model.local_attention=true", "model.positions=relative", "head.type=class-token"]),
    "oblong-rotary": ("first-steps", ["model.image_width=20", "model.layers=2", "model.positions=rotary",
                                      "model.registers=2"]),
    "prefix": ("first-steps", ["model.layers=2", "model.registers=2", "model.register_positions=true",
                               "head.type=prefix-tokens"]),
}
# What the window offers for CIFAR-100, trained for a few steps: timm can hold the second.
CIFAR_KINDS = {
    "published": ("keras-example", ["run.batch_size=64", "data.validation_share=0.01"]),
    "compact": ("cifar-compact", ["run.batch_size=64", "data.validation_share=0.01", "schedule.warmup_epochs=0"]),
}


class Cli:
    def __init__(self, program, home):
        self.program = program
        self.environment = {**os.environ, **({"XDG_DATA_HOME": str(home)} if home else {})}

    def __call__(self, *arguments):
        command = [self.program, *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"vit-cli {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}")
        return done.stdout


def check(holds, what):
    if not holds:
        raise SystemExit(f"FAILED: {what}")


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def same(value, expected):
    return math.isclose(value, np.float32(expected), rel_tol=1e-6) or (math.isnan(value) and expected is None)


def check_probe(events, run):
    """What was said of the pinned pictures, and the pictures themselves."""
    probes = lines(run / "probe.jsonl")
    expected = {}
    for probe in probes:
        first = probe["prediction"]["top"][0]
        tag = pathlib.Path(probe.get("image") or "probe").stem
        expected.setdefault(f"{tag}/{first['name']}", []).append((probe["prediction"]["epoch"], first["probability"]))
    read = {tag for tag in events.Tags()["scalars"] if tag.startswith("probe")}
    check(read == set(expected), f"TensorBoard has {read} of the probes, not {set(expected)}")
    kept = sorted(path.stem for path in run.glob("probe*.png"))  # none of before pictures were kept
    check(sorted(events.Tags()["images"]) == kept, f"TensorBoard has the pictures {events.Tags()['images']}")
    for name in kept:
        picture = events.Images(name)
        check(len(picture) == 1 and picture[0].step == 1, "the picture, once")
        check(picture[0].encoded_image_string == (run / f"{name}.png").read_bytes(), "the picture's file")
        with Image.open(io.BytesIO(picture[0].encoded_image_string)) as image:
            check(image.size == (picture[0].width, picture[0].height), "the picture's size")
    return expected, f"{len(kept)} pinned pictures and {len(probes)} predictions"


def check_tensorboard(folder, run):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    tags = events.Tags()["scalars"]
    steps, epochs = lines(run / "steps.jsonl"), lines(run / "epochs.jsonl")
    expected = {f"{key}/step": [(s["step"], s[key]) for s in steps]
                for key in ("loss", "accuracy", "top5_accuracy", "learning_rate", "images_per_second")}
    for part in ("train", "validation"):
        for key in ("loss", "accuracy", "top5_accuracy"):
            expected[f"{key}/{part}"] = [(e["epoch"], e[part][key]) for e in epochs]
    result = json.loads((run / "result.json").read_text())
    if result["tested"]:
        expected["accuracy/test"] = [(result["best_epoch"], result["test"]["accuracy"])]
    probe, about_probe = check_probe(events, run) if (run / "probe.jsonl").exists() else ({}, "no probe")
    expected |= probe
    for tag, points in expected.items():
        check(tag in tags, f"TensorBoard has no {tag} in {folder}")
        read = [(s.step, s.value) for s in events.Scalars(tag)]
        check([s for s, _ in read] == [s for s, _ in points], f"steps of {tag}")
        check(all(same(v, e) for (_, v), (_, e) in zip(read, points)), f"values of {tag}")
    content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    hyperparameters = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
    config = json.loads((run / "config.json").read_text())
    check(hyperparameters["optimizer.learning_rate"].number_value == config["optimizer"]["learning_rate"], "a number")
    check(hyperparameters["head.type"].string_value == config["head"]["type"], "a text")
    flip = config["augmentation"]["horizontal_flip"]
    check(hyperparameters["augmentation.horizontal_flip"].bool_value == flip, "a flag")
    values = sum(map(len, expected.values()))
    return (f"TensorBoard: {len(tags)} tags ({', '.join(sorted(tags))}), {values} values, "
            f"{len(hyperparameters)} hyperparameters, {about_probe}")


def check_csv(path, run):
    epochs = lines(run / "epochs.jsonl")
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    check(len(rows) == len(epochs), "epochs in the table")
    for row, epoch in zip(rows, epochs):
        check(float(row["validation_accuracy"]) == epoch["validation"]["accuracy"], "a cell of the table")
        check(float(row["train_loss"]) == epoch["train"]["loss"], "a cell of the table")
    return f"CSV: {len(rows)} epochs"


def pictures(folder, pixels):
    paths = []
    for i, picture in enumerate(pixels):
        paths.append(folder / f"{i:03}.png")
        Image.fromarray(picture).save(paths[-1])
    return paths


def engine_log_probabilities(cli, run, paths, classes):
    answers = cli("predict", *paths, "--run", run, "--top", classes, "--json").splitlines()
    table = np.empty((len(paths), classes))
    for row, answer in zip(table, answers):
        for entry in json.loads(answer)["top"]:
            row[entry["index"]] = math.log(entry["probability"])
    return table


def log_softmax(logits):
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def prepared(pixels, about):
    mean, std = (torch.tensor(about[key]).view(1, -1, 1, 1) for key in ("mean", "std"))
    images = (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - mean) / std
    return torch.nn.functional.interpolate(images, size=about["image_size"], mode="bilinear", antialias=False)


def check_model(cli, run, folder, pixels):
    onnx.checker.check_model(str(folder / "model.onnx"), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    about = session.get_modelmeta().custom_metadata_map
    classes = len(json.loads(about["class_names"]))
    feed = pixels.transpose(0, 3, 1, 2).astype(np.float32)
    logits, probabilities = session.run(["logits", "probabilities"], {"pixels": feed})
    alone = session.run(["logits"], {"pixels": feed[:1]})[0]
    check(np.abs(alone - logits[:1]).max() < TOLERANCE, "one image alone")
    check(np.abs(np.log(probabilities) - log_softmax(logits)).max() < TOLERANCE, "probabilities")

    engine = engine_log_probabilities(cli, run, pictures(folder, pixels), classes)
    of_onnx = np.abs(engine - log_softmax(logits)).max()
    check(of_onnx < TOLERANCE, f"onnxruntime differs by {of_onnx} from the engine")
    top = (np.argsort(-engine, 1)[:, :5] == np.argsort(-logits, 1)[:, :5]).all(1)
    # Two classes within the rounding of each other may change places.
    check(top.mean() >= 0.99, f"the top 5 of {(~top).sum()} images differ")

    model, about = vit_workbench.load_model(folder / "model.safetensors")
    images = prepared(pixels, about)
    with torch.no_grad():
        of_torch = np.abs(model(images).numpy() - logits).max()
        check(of_torch < TOLERANCE, f"PyTorch differs by {of_torch} from onnxruntime")
        report = (f"largest difference of logits: onnxruntime {of_onnx:.1e}, PyTorch {of_torch:.1e}; "
                  f"same top 5: {top.sum()} of {len(top)}")
        if about["names"] == "timm":
            of_timm = np.abs(vit_workbench.timm_model(folder / "model.safetensors")[0](images).numpy() - logits).max()
            check(of_timm < TOLERANCE, f"timm differs by {of_timm} from onnxruntime")
            report += f"; timm {of_timm:.1e}"
    return report


def check_report(path, run):
    page = path.read_text()
    embedded = re.findall(r'src="data:image/png;base64,([^"]*)"', page)
    if not (run / "probe.jsonl").exists():
        check(not embedded, "a picture where there was none")
        return "report: no probe"
    probes = lines(run / "probe.jsonl")
    pictures = [base64.b64decode(text) for text in embedded]
    for path in run.glob("probe*.png"):
        check(path.read_bytes() in pictures, f"the report's {path.name}")
    mapped = {probe.get("image") for probe in probes if "map" in probe}
    check(len(pictures) == len(mapped) + len(list(run.glob("probe*.png"))), "a strip of maps for each picture")
    last = probes[-1]["prediction"]["top"]
    for entry in last:
        check(f"<th>{html.escape(entry['name'])}</th>" in page, f"{entry['name']} in the report")
    return f"report: {len(pictures)} pictures and {len(last)} bars"


def check_run(cli, run, folder, pixels):
    folder.mkdir()
    for kind, out in (("tensorboard", "board"), ("csv", "epochs.csv"), ("safetensors", "model.safetensors"),
                      ("onnx", "model.onnx"), ("report", "report.html")):
        cli("export", run, "--format", kind, "--out", folder / out)
    print(f"{run.name}: {check_tensorboard(folder / 'board', run)}; {check_csv(folder / 'epochs.csv', run)}; "
          f"{check_report(folder / 'report.html', run)}")
    if (run / "tensorboard").is_dir():
        print(f"    written as it went on: {check_tensorboard(run / 'tensorboard', run)}")
    print(f"    {check_model(cli, run, folder, pixels)}")


def cifar_pixels(folder, count):
    records = np.fromfile(folder / "test.bin", np.uint8, count * 3074).reshape(count, 3074)
    return np.ascontiguousarray(records[:, 2:].reshape(count, 3, 32, 32).transpose(0, 2, 3, 1))


def train(cli, run, preset, settings, pictures):
    cli("train", "--preset", preset, "--run-dir", run, *[part for picture in pictures for part in ("--probe", picture)],
        *[part for setting in COMMON + settings for part in ("--set", setting)])


def check_every_kind(cli, home, cifar):
    picture, square = home / "picture.png", home / "square.png"
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (300, 400, 3), np.uint8)).save(picture)
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)).save(square)
    for name, (preset, settings) in KINDS.items():
        run = home / name
        train(cli, run, preset, settings, [picture, square])
        native = json.loads((run / "environment.json").read_text())["native_height"]
        pixels = np.random.default_rng(1).integers(0, 256, (20, native, native, 3), np.uint8)
        check_run(cli, run, home / (name + "-export"), pixels)
    if not cifar:
        print("without CIFAR-100: VIT_CIFAR100 names no folder")
        return
    pixels = cifar_pixels(cifar, 100)
    Image.fromarray(pixels[0]).save(picture)
    cli("data", "add", "cifar-100", "--from", cifar)
    for name, (preset, settings) in CIFAR_KINDS.items():
        train(cli, home / name, preset, settings, [picture])
        check_run(cli, home / name, home / (name + "-export"), pixels)


def named_folder(variable):
    return pathlib.Path(os.environ[variable]) if os.environ.get(variable) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--run", type=pathlib.Path, default=named_folder("VIT_EXPORT_RUN"))
    parser.add_argument("--cifar", type=pathlib.Path, default=named_folder("VIT_CIFAR100"))
    options = parser.parse_args()
    if options.run and not options.cifar:
        parser.error("a run is checked on images of CIFAR-100: say where they are with --cifar or VIT_CIFAR100")
    with tempfile.TemporaryDirectory() as temporary:
        home = pathlib.Path(temporary)
        if options.run:
            check_run(Cli(options.cli, None), options.run, home / "export", cifar_pixels(options.cifar, 100))
        else:
            check_every_kind(Cli(options.cli, home / "data"), home, options.cifar)


main()
