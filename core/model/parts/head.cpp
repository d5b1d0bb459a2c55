// SPDX-License-Identifier: GPL-3.0-or-later
// Hidden layers, then the classifier.
#include "core/model/parts/head.h"

#include "core/model/parts/fused_kernels.h"

#include <string>

namespace vit {

namespace nn = torch::nn;

HeadImpl::HeadImpl(const HeadConfig& config, std::int64_t inputs, std::int64_t classes, std::int64_t part)
    : m_dropout(config.dropout), m_part(part) {
    std::vector<std::int64_t> widths = config.units;
    widths.push_back(classes);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        layers.push_back(register_module(std::to_string(i), nn::Linear(inputs, widths[i])));
        inputs = widths[i];
    }
}

torch::Tensor HeadImpl::forward(torch::Tensor features, const ForwardMode& mode, const FusedKernels* fused,
                                const UnitTap& tap) {
    features = dropout(features, m_dropout, mode, dropoutSite(m_part, 0));
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
        const std::uint32_t site = dropoutSite(m_part, static_cast<std::int64_t>(i) + 1);
        const torch::Tensor sums = layers[i](features);
        const bool fits =
            sums.is_cpu() && (sums.scalar_type() == torch::kFloat32 || sums.scalar_type() == torch::kBFloat16);
        features = fused != nullptr && fits ? fused->geluDropout(sums, m_dropout, mode, site)
                                            : dropout(torch::gelu(sums), m_dropout, mode, site);
        if (tap) tap(features);
    }
    return layers.back()(features);
}

}  // namespace vit
