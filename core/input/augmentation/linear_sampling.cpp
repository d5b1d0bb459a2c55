// SPDX-License-Identifier: GPL-3.0-or-later
// From pixel coordinates to those of grid_sample.
#include "core/input/augmentation/linear_sampling.h"

namespace vit {

torch::Tensor sampleLinear(const torch::Tensor& images, const torch::Tensor& matrices) {
    const double height = static_cast<double>(images.size(2));
    const double width = static_cast<double>(images.size(3));
    torch::Tensor theta = torch::zeros({images.size(0), 2, 3}, matrices.options().dtype(torch::kFloat32));
    theta.slice(2, 0, matrices.size(2)).copy_(matrices);
    theta.select(1, 0).select(1, 1).mul_(height / width);  // to grid_sample's coordinates, which run from -1 to 1
    theta.select(1, 1).select(1, 0).mul_(width / height);
    theta.select(1, 0).select(1, 2).mul_(2 / width);
    theta.select(1, 1).select(1, 2).mul_(2 / height);
    const torch::Tensor grid =
        at::affine_grid_generator(theta.to(images.device()), images.sizes(), /*align_corners=*/false);
    constexpr std::int64_t kBilinear = 0;
    constexpr std::int64_t kReflection = 2;  // about the pixels' edges when corners are not aligned
    return at::grid_sampler_2d(images, grid, kBilinear, kReflection, /*align_corners=*/false);
}

}  // namespace vit
