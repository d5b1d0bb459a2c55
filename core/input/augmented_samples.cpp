// SPDX-License-Identifier: GPL-3.0-or-later
// Flip, rotation and zoom of a batch, as the published example's layers do them.
#include "core/input/augmented_samples.h"

#include "core/input/input_pipeline.h"

#include <cmath>
#include <numbers>

namespace vit {

namespace {

// Output pixel (x, y) takes the input at m·(x, y), coordinates relative to the centre of a picture of size H × W.
// `matrices` is [B, 2, 2] in pixel units, rows (x, y).
torch::Tensor sampleLinear(const torch::Tensor& images, const torch::Tensor& matrices) {
    const double height = static_cast<double>(images.size(2));
    const double width = static_cast<double>(images.size(3));
    torch::Tensor theta = torch::zeros({images.size(0), 2, 3}, matrices.options().dtype(torch::kFloat32));
    theta.slice(2, 0, 2).copy_(matrices);
    theta.select(1, 0).select(1, 1).mul_(height / width);  // to grid_sample's coordinates, which run from -1 to 1
    theta.select(1, 1).select(1, 0).mul_(width / height);
    const torch::Tensor grid =
        at::affine_grid_generator(theta.to(images.device()), images.sizes(), /*align_corners=*/false);
    constexpr std::int64_t kBilinear = 0;
    constexpr std::int64_t kReflection = 2;  // about the pixels' edges when corners are not aligned
    return at::grid_sampler_2d(images, grid, kBilinear, kReflection, /*align_corners=*/false);
}

template <typename Get>
torch::Tensor column(std::span<const Augmentation> augmentations, Get get) {
    torch::Tensor values = torch::empty({static_cast<std::int64_t>(augmentations.size())}, torch::kFloat64);
    double* out = values.mutable_data_ptr<double>();
    for (std::size_t i = 0; i < augmentations.size(); ++i) out[i] = get(augmentations[i]);
    return values;
}

Image toImage(const torch::Tensor& pixels) {  // [C, H, W], 0–255
    const torch::Tensor bytes =
        pixels.round().clamp(0, 255).to(torch::kUInt8).permute({1, 2, 0}).contiguous();  // [H, W, C]
    Image image{static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), static_cast<int>(bytes.size(2)), {}};
    const auto* data = bytes.const_data_ptr<std::uint8_t>();
    image.pixels.assign(data, data + bytes.numel());
    return image;
}

}  // namespace

Augmentation drawAugmentation(const AugmentationConfig& config, std::uint64_t seed, std::uint64_t step,
                              std::int64_t index) {
    const auto bits = philox(randomKey(seed, step, RandomSite::Augmentation), static_cast<std::uint32_t>(index));
    const auto signedUnit = [&](std::size_t i) { return 2 * toUnit(bits[i]) - 1; };
    Augmentation drawn;
    drawn.flip = config.horizontalFlip && toUnit(bits[0]) < 0.5;
    drawn.angle = signedUnit(1) * config.rotation * 2 * std::numbers::pi;
    drawn.zoomHeight = 1 + signedUnit(2) * config.zoomHeight;
    drawn.zoomWidth = 1 + signedUnit(3) * config.zoomWidth;
    return drawn;
}

torch::Tensor flipImages(const torch::Tensor& images, const torch::Tensor& which) {
    return torch::where(which.to(images.device()).view({-1, 1, 1, 1}), images.flip(3), images);
}

torch::Tensor rotateImages(const torch::Tensor& images, const torch::Tensor& angles) {
    const torch::Tensor c = angles.cos();
    const torch::Tensor s = angles.sin();
    return sampleLinear(images, torch::stack({c, -s, s, c}, 1).view({-1, 2, 2}));
}

torch::Tensor zoomImages(const torch::Tensor& images, const torch::Tensor& zoomHeight, const torch::Tensor& zoomWidth) {
    const torch::Tensor zero = torch::zeros_like(zoomWidth);
    return sampleLinear(images, torch::stack({zoomWidth, zero, zero, zoomHeight}, 1).view({-1, 2, 2}));
}

AugmentationTable AugmentationTable::slice(std::int64_t first, std::int64_t count) const {
    AugmentationTable part = *this;
    for (torch::Tensor* column : {&part.flip, &part.angle, &part.zoomHeight, &part.zoomWidth})
        *column = column->narrow(0, first, count);
    return part;
}

AugmentationTable tabulate(std::span<const Augmentation> augmentations, torch::Device device) {
    AugmentationTable table;
    for (const Augmentation& a : augmentations) {
        table.flips = table.flips || a.flip;
        table.turns = table.turns || a.angle != 0;
        table.zooms = table.zooms || a.zoomHeight != 1 || a.zoomWidth != 1;
    }
    table.flip = column(augmentations, [](const Augmentation& a) { return a.flip ? 1.0 : 0.0; })
                     .to(torch::kBool).to(device);
    table.angle = column(augmentations, [](const Augmentation& a) { return a.angle; }).to(device);
    table.zoomHeight = column(augmentations, [](const Augmentation& a) { return a.zoomHeight; }).to(device);
    table.zoomWidth = column(augmentations, [](const Augmentation& a) { return a.zoomWidth; }).to(device);
    return table;
}

torch::Tensor augmentImages(torch::Tensor images, const AugmentationTable& table) {
    if (table.flips) images = flipImages(images, table.flip);
    if (table.turns) images = rotateImages(images, table.angle);
    if (table.zooms) images = zoomImages(images, table.zoomHeight, table.zoomWidth);
    return images;
}

std::vector<Image> augmentedSamples(const Image& image, const Config& config, int count, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    const int size = static_cast<int>(config.model.imageSize);
    const ChannelStatistics unchanged{{0, 0, 0}, {1, 1, 1}};
    const InputPipeline pipeline(size, unchanged, image.channels, torch::kCPU);
    const torch::Tensor stored = torch::from_blob(const_cast<std::uint8_t*>(image.pixels.data()),
                                                  {1, image.height, image.width, image.channels}, torch::kUInt8);
    std::vector<Augmentation> drawn;
    for (int i = 0; i < count; ++i) drawn.push_back(drawAugmentation(config.augmentation, seed, 0, i));
    const torch::Tensor views = augmentImages(pipeline.prepare(stored).repeat({count, 1, 1, 1}), tabulate(drawn));
    std::vector<Image> images;
    for (int i = 0; i < count; ++i) images.push_back(toImage(views[i]));
    return images;
}

}  // namespace vit
