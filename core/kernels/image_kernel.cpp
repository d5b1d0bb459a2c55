// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/image_kernel.h"

#include <numeric>

namespace vit::kernels {

std::size_t ImageMemory::gradients() const {
    return std::accumulate(parameters.begin(), parameters.end(), std::size_t{0});
}

}  // namespace vit::kernels
