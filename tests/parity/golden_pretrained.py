# SPDX-License-Identifier: GPL-3.0-or-later
"""Small models of every family that can be imported, saved by their own libraries, and what these compute with them.

  python3 -m venv VENV && VENV/bin/pip install -r tests/parity/pretrained-requirements.txt
  VENV/bin/python tests/parity/golden_pretrained.py [NAME ...]

For each model golden/pretrained/NAME holds its files as a person would have them, "after" the same model after one step of
AdamW, and golden/pretrained_NAME.safetensors the tokens after each block and the logits (of a model without a head the
features) of 64 pictures, in double precision. golden/pretrained_photos, golden/pretrained_positions and
golden/pretrained_oblong are what Pillow, torchvision and timm make of a photo and of positions.
"""

import copy
import json
import shutil
import sys
from functools import partial
from pathlib import Path

import numpy as np
import open_clip
import timm
import torch
import torchvision
import transformers
from open_clip.model import CLIP, CustomTextCLIP, convert_weights_to_lp
from PIL import Image
from safetensors.torch import save_file
from timm.data import create_transform
from timm.layers import GELUTanh, QuickGELU, SwiGLUPacked, resample_abs_pos_embed, resample_patch_embed
from timm.models.beit import Beit
from timm.models.deit import VisionTransformerDistilled
from timm.models.eva import Eva
from timm.models.vision_transformer import ResPostBlock, VisionTransformer
from torch import nn
from torch.nn import functional

from golden_file import write_golden

FOLDER = Path(__file__).parent / "golden"
SIZE, PATCH, DIM, HEADS, DEPTH, CLASSES, PICTURES = 16, 4, 16, 2, 2, 7, 64
WIDE = (SIZE, 28)  # height and width of pictures that are not square
STEP = {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-3, "weight_decay": 0.05}
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def bytes_of(*shape):
    """The same in the test: a linear congruence's highest bytes."""
    index = np.arange(np.prod(shape), dtype=np.uint64)
    return (((index * 2654435761 + 12345) % 2**32) >> 24).astype(np.uint8).reshape(shape)


def pictures(mean, std, size):
    pixels = torch.from_numpy(bytes_of(PICTURES, *size, 3)).double() / 255
    return ((pixels - torch.tensor(mean)) / torch.tensor(std)).permute(0, 3, 1, 2)


def filled(model, seed):
    """Weights that hide no mistake."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        scale = 1 / max(weight[0].numel(), 1) ** 0.5 if weight.ndim > 1 else 0.3
        weight.data = torch.randn(weight.shape, generator=generator) * scale + (1 if weight.ndim == 1 else 0)
    return model.eval()


def layers_of(model):
    lists = [m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) == DEPTH]
    lists += [m for m in model.modules() if isinstance(m, nn.Sequential) and len(m) == DEPTH]
    return [m for m in lists if sum(p.numel() for p in m.parameters()) > 1000][0]


class Case:
    """A model, how it answers and how it is saved."""

    def __init__(self, name, model, answer, save, classes=CLASSES, mean=(0.5,) * 3, std=(0.5,) * 3, rounded=None,
                 size=(SIZE, SIZE), **about):
        self.name, self.model, self.answer, self.save, self.about = name, filled(model, 7 + len(name)), answer, save, about
        self.classes, self.mean, self.std, self.size = classes, list(mean), list(std), size
        if rounded:
            for weight in self.model.parameters():
                weight.data = weight.data.to(rounded).float()

    def write(self):
        folder = FOLDER / "pretrained" / self.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.save(self.model, folder)
        model = self.model.double()
        tokens, hooks = [], []
        keep = lambda module, inputs, output: tokens.append(output[0] if isinstance(output, tuple) else output)
        for layer in layers_of(model):
            hooks.append(layer.register_forward_hook(keep))
        images = pictures(self.mean, self.std, self.size)
        answer = self.answer(model, images)
        for hook in hooks:
            hook.remove()
        golden = {f"tokens/{i}": t[:2].detach().float().numpy() for i, t in enumerate(tokens)}
        golden["answer"] = answer.detach().float().numpy()
        optimizer = torch.optim.AdamW(model.parameters(), **STEP)
        labels = torch.arange(PICTURES) % answer.shape[1]
        functional.cross_entropy(answer, labels).backward()
        optimizer.step()
        self.save(model.float(), folder / "after")
        write_golden(FOLDER / f"pretrained_{self.name}.safetensors", golden, f"{self.name}, by its own library",
                     mean=self.mean, std=self.std, head=self.classes > 0, **self.about)


def of_timm(model, folder, config=None, cast=None, **files):
    folder.mkdir(exist_ok=True)
    state = {k: v.contiguous().to(cast) if cast else v.contiguous() for k, v in model.state_dict().items()}
    save_file(state, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def timm_config(pool="token", size=(SIZE, SIZE), **model_args):
    return {"architecture": "vit_test", "num_classes": CLASSES, "global_pool": pool,
            "model_args": {"num_heads": HEADS, **model_args},
            "pretrained_cfg": {"input_size": [3, *size], "interpolation": "bicubic", "crop_pct": 0.9,
                               "crop_mode": "center", "mean": [0.5] * 3, "std": [0.5] * 3}}


def timm_case(name, pool="token", config=None, cls=VisionTransformer, save=None, head=True, cast=None, size=(SIZE, SIZE),
              **options):
    epsilon = options.pop("epsilon", 1e-6)
    model = cls(img_size=size, patch_size=PATCH, embed_dim=DIM, depth=DEPTH, num_heads=HEADS, mlp_ratio=2, global_pool=pool,
                num_classes=CLASSES if head else 0, norm_layer=partial(nn.LayerNorm, eps=epsilon), **options)
    save = save or partial(of_timm, config=config or timm_config(pool), cast=cast)
    return Case(name, model, lambda m, x: m(x), save, CLASSES if head else 0, rounded=cast, size=size)


def eva_case(name, config, pool="avg", size=(SIZE, SIZE), **options):
    model = Eva(img_size=size, patch_size=PATCH, embed_dim=DIM, depth=DEPTH, num_heads=HEADS, mlp_ratio=2, global_pool=pool,
                num_classes=CLASSES, **options)
    return Case(name, model, lambda m, x: m(x), partial(of_timm, config=config), size=size)


def facebook_dinov2(model, folder):
    """Under the names of the published .pth files, within a training checkpoint."""
    folder.mkdir(exist_ok=True)
    names = {"reg_token": "register_tokens", "mlp.fc1.": "mlp.w12.", "mlp.fc2.": "mlp.w3."}
    state = {}
    for key, value in model.state_dict().items():
        for old, new in names.items():
            key = key.replace(old, new)
        state["module.backbone." + key] = value
    torch.save({"teacher": state, "epoch": 3, "args": transformers.ViTConfig()}, folder / "weights.pth")


def torchvision_file(model, folder):
    folder.mkdir(exist_ok=True)
    torch.save(model.state_dict(), folder / "vit.pth")


def hugging_face(model, folder, photos, **options):
    model.save_pretrained(folder, **options)
    (folder / "preprocessor_config.json").write_text(json.dumps(photos, indent=2) + "\n")


def photos(mean=(0.5,) * 3, std=(0.5,) * 3, **own):
    return {"image_mean": list(mean), "image_std": list(std), "resample": 2, "size": {"height": SIZE, "width": SIZE}, **own}


def hf_case(name, cls, config, answer, head=True, own=None, std=(0.5,) * 3, mean=(0.5,) * 3, **options):
    return Case(name, cls(config), answer, partial(hugging_face, photos=own or photos(mean, std), **options),
                CLASSES if head else 0, mean=mean, std=std)


def clip_features(model, images):
    """What OpenCLIP's vision tower gives to its projection."""
    if hasattr(model.visual, "trunk"):
        trunk = model.visual.trunk
        return trunk.forward_head(trunk.forward_features(images), pre_logits=True)
    return model.visual._pool(model.visual.transformer(model.visual._embeds(images)))[0]


def open_clip_files(model, folder, config):
    folder.mkdir(exist_ok=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")


def as_openai(model):
    """A copy in half precision where OpenAI has it, with the numbers that its models keep beside their weights."""
    model = copy.deepcopy(model)
    convert_weights_to_lp(model, torch.float16)
    for name, number in (("input_resolution", SIZE), ("context_length", 5), ("vocab_size", 9)):
        model.__dict__.pop(name, None)  # OpenCLIP's own, which is no tensor
        model.register_buffer(name, torch.tensor(number))
    return model


def openai_state_dict(model, folder):
    folder.mkdir(exist_ok=True)
    torch.save(as_openai(model).state_dict(), folder / "clip.pt")


def openai_vision(model, folder):
    folder.mkdir(exist_ok=True)
    torch.save(as_openai(model).visual.state_dict(), folder / "vision.pt")


def openai_script(model, folder):
    """The archive of a TorchScript module, as OpenAI's own downloads are."""
    folder.mkdir(exist_ok=True)
    own = as_openai(model).float()
    example = torch.zeros(1, 3, SIZE, SIZE), torch.zeros(1, 5, dtype=torch.long)
    script = torch.jit.trace(own, example, check_trace=False)
    for weight in script.parameters():
        weight.data = weight.data.half()
    torch.jit.save(script, folder / "clip.pt")


def clip_case(name, cls=CLIP, save=None, quick=False, rounded=None, photos=None, **vision):
    """OpenCLIP's model with a small text tower beside."""
    tower = dict(image_size=SIZE, layers=DEPTH, width=DIM, head_width=DIM // HEADS, patch_size=PATCH, mlp_ratio=2, **vision)
    text = dict(context_length=5, vocab_size=9, width=8, heads=1, layers=1)
    model = cls(4, tower, text, quick_gelu=quick)
    model.output_dict = False
    photos = photos or {"mean": open_clip.OPENAI_DATASET_MEAN, "std": open_clip.OPENAI_DATASET_STD}
    config = {"model_cfg": {"embed_dim": 4, "quick_gelu": quick, "vision_cfg": tower, "text_cfg": text},
              "preprocess_cfg": photos}
    return Case(name, model, clip_features, save or partial(open_clip_files, config=config), 0, mean=photos["mean"],
                std=photos["std"], rounded=rounded)


def trunk_case(name):
    """OpenCLIP around one of timm's models, which would else be too large for a file of a test."""
    small = lambda *_, **options: VisionTransformer(
        img_size=SIZE, patch_size=PATCH, embed_dim=DIM, depth=DEPTH, num_heads=HEADS, mlp_ratio=2, class_token=False,
        act_layer=GELUTanh, num_classes=options["num_classes"], global_pool=options["global_pool"])
    own, timm.create_model = timm.create_model, small
    try:
        return clip_case(name, CustomTextCLIP, timm_model_name="vit_test_siglip", timm_pool="map", timm_proj="none",
                         photos={"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"})
    finally:
        timm.create_model = own


def cases():
    t = transformers
    sizes = dict(hidden_size=DIM, num_hidden_layers=DEPTH, num_attention_heads=HEADS, image_size=SIZE, patch_size=PATCH)
    wide = dict(sizes, intermediate_size=2 * DIM)
    dino = dict(sizes, mlp_ratio=2)
    labels = dict(num_labels=CLASSES)
    logits = lambda m, x: m(x).logits
    pooled = lambda m, x: m(x).pooler_output
    first = lambda m, x: m(x).last_hidden_state[:, 0]
    text = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, vocab_size=9,
                bos_token_id=0, eos_token_id=1, pad_token_id=2)
    seven = {"id2label": {str(i): f"kind {i}" for i in range(CLASSES)}}
    yield timm_case("timm_vit")
    # As timm saves a model made with img_size, and as one whose pretrained weights were for such pictures.
    yield timm_case("timm_oblong", size=WIDE, config=timm_config(img_size=WIDE))
    yield timm_case("timm_oblong_registers", size=WIDE[::-1], reg_tokens=3, config=timm_config(size=WIDE[::-1]))
    yield timm_case("timm_bf16", cast=torch.bfloat16)
    yield timm_case("timm_fp16", cast=torch.float16)
    yield timm_case("timm_average", "avg", class_token=False)
    yield timm_case("timm_mae_tuned", "avg", fc_norm=True)
    yield timm_case("timm_average_no_norm_after", "avg", fc_norm=False)
    yield timm_case("timm_registers", reg_tokens=3, no_embed_class=True, init_values=0.3)
    yield timm_case("timm_placed_registers", reg_tokens=3)
    yield timm_case("timm_registers_average", "avg", reg_tokens=1, no_embed_class=True, class_token=False)
    yield timm_case("timm_siglip", "map", timm_config("map", act_layer="gelu_tanh"), class_token=False, act_layer=GELUTanh)
    yield timm_case("timm_clip", config={**timm_config(act_layer="quick_gelu"), "architecture": "vit_test_clip_quickgelu"},
                    pre_norm=True, act_layer=QuickGELU, epsilon=1e-6)
    yield timm_case("timm_qk_norm", qk_norm=True, pre_norm=True, qkv_bias=False)
    yield timm_case("timm_gated", mlp_layer=SwiGLUPacked, act_layer=nn.SiLU, config=timm_config(act_layer="silu"))
    yield timm_case("timm_distilled", cls=VisionTransformerDistilled)
    yield timm_case("facebook_dinov2", head=False, reg_tokens=2, init_values=0.3, mlp_layer=SwiGLUPacked, act_layer=nn.SiLU,
                    no_embed_class=True, save=facebook_dinov2)
    for name, size in (("timm_beit", (SIZE, SIZE)), ("timm_beit_oblong", WIDE)):
        beit = Beit(img_size=size, patch_size=PATCH, embed_dim=DIM, depth=DEPTH, num_heads=HEADS, mlp_ratio=2, init_values=0.3,
                    num_classes=CLASSES, use_abs_pos_emb=False, use_rel_pos_bias=True,
                    norm_layer=partial(nn.LayerNorm, eps=1e-6))
        yield Case(name, beit, lambda m, x: m(x), partial(of_timm, config=timm_config("avg", size)), size=size)
    yield eva_case("timm_eva", {**timm_config("avg"), "architecture": "eva_test"})
    turned = dict(swiglu_mlp=True, use_rot_pos_emb=True, ref_feat_shape=(16, 16))
    yield eva_case("timm_eva02", {**timm_config("avg"), "architecture": "eva02_test"}, **turned)
    yield eva_case("timm_eva02_oblong", {**timm_config("avg", WIDE), "architecture": "eva02_test"}, size=WIDE, **turned)
    yield eva_case("timm_eva02_norms", timm_config("token", use_rot_pos_emb=True, ref_feat_shape=[16, 16]), "token",
                   qkv_fused=False, scale_mlp=True, scale_attn_inner=True, **turned)
    yield timm_case("timm_norms_after", "avg", {**timm_config("avg"), "architecture": "vit_test_patch4_rpn_16"},
                    class_token=False, qkv_bias=False, block_fn=ResPostBlock)
    yield eva_case("timm_eva02_enormous", {**timm_config("token"), "architecture": "eva02_enormous_test"}, "token",
                   use_post_norm=True)
    yield clip_case("open_clip")
    yield clip_case("open_clip_quick", CustomTextCLIP, quick=True, ls_init_value=0.3)
    yield clip_case("open_clip_average", no_ln_pre=True, pool_type="avg", final_ln_after_pool=True,
                    norm_kwargs={"eps": 1e-6}, act_kwargs={"approximate": "tanh"})
    yield trunk_case("open_clip_trunk")
    yield clip_case("openai_clip", save=openai_state_dict, quick=True, rounded=torch.float16)
    yield clip_case("openai_clip_vision", save=openai_vision, quick=True, rounded=torch.float16)
    yield clip_case("openai_clip_script", save=openai_script, quick=True, rounded=torch.float16)
    tv = torchvision.models.VisionTransformer(image_size=SIZE, patch_size=PATCH, num_layers=DEPTH, num_heads=HEADS,
                                              hidden_dim=DIM, mlp_dim=2 * DIM, num_classes=CLASSES)
    yield Case("torchvision", tv, lambda m, x: m(x), torchvision_file, **IMAGENET)
    yield hf_case("hf_vit", t.ViTForImageClassification, t.ViTConfig(**wide, **seven, **labels), logits)
    yield hf_case("hf_deit", t.DeiTForImageClassificationWithTeacher, t.DeiTConfig(**wide, **labels), logits)
    yield hf_case("hf_deit_alone", t.DeiTForImageClassification, t.DeiTConfig(**wide, **labels), logits)
    yield hf_case("hf_mae", t.ViTMAEModel, t.ViTMAEConfig(**wide, mask_ratio=0.0), mae_first, head=False)
    yield hf_case("hf_dinov2", t.Dinov2ForImageClassification, t.Dinov2Config(**dino, **labels), logits, **IMAGENET)
    yield hf_case("hf_dinov2_gated", t.Dinov2Model, t.Dinov2Config(**dino, use_swiglu_ffn=True), pooled, head=False)
    yield hf_case("hf_dinov2_registers", t.Dinov2WithRegistersModel,
                  t.Dinov2WithRegistersConfig(**dino, num_register_tokens=3), pooled, head=False, max_shard_size="20KB",
                  own=photos(size={"shortest_edge": 18}, crop_size={"height": SIZE, "width": SIZE}, do_center_crop=True,
                             resample=3))
    yield hf_case("hf_dinov3", t.DINOv3ViTModel, t.DINOv3ViTConfig(**wide, num_register_tokens=3), pooled, head=False)
    yield hf_case("hf_dinov3_gated", t.DINOv3ViTModel,
                  t.DINOv3ViTConfig(**wide, num_register_tokens=3, use_gated_mlp=True, hidden_act="silu"), pooled, head=False)
    yield hf_case("hf_beit", t.BeitForImageClassification,
                  t.BeitConfig(**wide, **labels, use_relative_position_bias=True), logits)
    yield hf_case("hf_clip", t.CLIPVisionModel, t.CLIPVisionConfig(**wide), pooled, head=False)
    yield hf_case("hf_clip_whole", t.CLIPModel, t.CLIPConfig(vision_config=wide, text_config=text, projection_dim=4),
                  lambda m, x: m.vision_model(x).pooler_output, head=False)
    yield hf_case("hf_siglip", t.SiglipVisionModel, t.SiglipVisionConfig(**wide), pooled, head=False)
    yield hf_case("hf_siglip_classes", t.SiglipForImageClassification,
                  t.SiglipConfig(vision_config=wide, text_config=text, **labels), logits)


def mae_first(model, images):
    """With nothing masked; the noise only orders the patches, so that it must not."""
    side = SIZE // PATCH
    noise = torch.arange(side * side, dtype=torch.float64).expand(len(images), -1)
    return model(images, noise=noise).last_hidden_state[:, 0]


def write_photos():
    photo = bytes_of(47, 61, 3)
    smooth = np.add.outer(np.arange(47) * 3, np.arange(61) * 2)[..., None] + np.array([0, 30, 60])
    photo = ((photo.astype(int) + smooth) // 2 % 256).astype(np.uint8)
    image = Image.fromarray(photo)
    golden = {"photo": photo}
    for name, size, share, mode, interpolation in (
            ("bicubic", 32, 0.9, "center", "bicubic"), ("bilinear", 32, 0.875, "center", "bilinear"),
            ("whole", 24, 1.0, "center", "bicubic"), ("squash", 32, 1.0, "squash", "bicubic"),
            ("larger", 80, 0.95, "center", "bicubic")):
        own = create_transform((3, size, size), crop_pct=share, crop_mode=mode, interpolation=interpolation,
                               mean=(0, 0, 0), std=(1, 1, 1))
        golden[name] = (own(image) * 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    write_golden(FOLDER / "pretrained_photos.safetensors", golden, "timm's transforms of a photo, by Pillow and torchvision")


def write_positions():
    grid = torch.from_numpy(bytes_of(1, 25, 6).astype(np.float32) / 255 - 0.5)
    golden = {"from": grid[0].numpy()}
    for side in (3, 4, 7, 12):
        resized = resample_abs_pos_embed(grid, [side, side], num_prefix_tokens=0)
        golden[f"to/{side}"] = resized[0].numpy()
    write_golden(FOLDER / "pretrained_positions.safetensors", golden, "timm's resample_abs_pos_embed of 5 x 5 positions")


def write_oblong():
    golden = {"photo": bytes_of(47, 61, 3)}
    for rows, columns, to in ((14, 14, (14, 24)), (7, 7, (5, 9)), (5, 9, (7, 7)), (5, 9, (9, 4))):
        grid = torch.from_numpy(bytes_of(1, rows * columns, 6).astype(np.float32) / 255 - 0.5)
        resized = resample_abs_pos_embed(grid, list(to), [rows, columns], num_prefix_tokens=0)
        golden[f"{rows}x{columns}/{to[0]}x{to[1]}"] = resized[0].numpy()
    for name, size, share in (("wide", (20, 36), 0.9), ("high", (36, 20), 1.0), ("larger", (60, 72), 0.95)):
        own = create_transform((3, *size), crop_pct=share, crop_mode="center", interpolation="bicubic", mean=(0, 0, 0),
                               std=(1, 1, 1))
        photo = own(Image.fromarray(golden["photo"]))
        golden[name] = (photo * 255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    write_golden(FOLDER / "pretrained_oblong.safetensors", golden,
                 "timm's resample_abs_pos_embed to grids that are not square, and its transforms to pictures that are not")


def write_patch_kernels():
    kernel = torch.from_numpy(bytes_of(4, 3, 5, 5).astype(np.float32) / 255 - 0.5)  # [D, C, P, P]
    golden = {"from": kernel.permute(0, 2, 3, 1).flatten(1).contiguous().numpy()}
    for side in (2, 4, 8, 13):
        resized = resample_patch_embed(kernel, [side, side])
        golden[f"to/{side}"] = resized.permute(0, 2, 3, 1).flatten(1).contiguous().numpy()
    write_golden(FOLDER / "pretrained_patch_kernels.safetensors", golden, "timm's resample_patch_embed of 5 x 5 pixels")


if __name__ == "__main__":
    wanted = sys.argv[1:]  # names of models; none: all, and the photos, positions and kernels
    print(f"timm {timm.__version__}, transformers {transformers.__version__}, OpenCLIP {open_clip.__version__}, "
          f"torchvision {torchvision.__version__}, torch {torch.__version__}")
    for case in cases():
        if wanted and case.name not in wanted:
            continue
        case.write()
        files = [f for f in (FOLDER / "pretrained" / case.name).rglob("*") if f.is_file()]
        print(f"{case.name:28} {sum(f.stat().st_size for f in files):>8,} bytes")
    if not wanted:
        write_photos()
        write_positions()
        write_oblong()
        write_patch_kernels()
