// SPDX-License-Identifier: GPL-3.0-or-later
// Norms by layer, and the means of a trace.
#include "core/train/layer_meter.h"

#include "core/base/number_text.h"

#include <torch/utils.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace vit {

namespace {

constexpr std::int64_t kImages = 8;       // of a batch are looked at: hundreds of tokens, at some percent of a step
constexpr double kNothing = 0.01;         // a unit that gives no more than this gives nothing
constexpr int kDigits = 5;                // are what a plot needs, and keep the file small
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::int64_t columnOf(double LayerStatistics::*value) {
    const auto found = std::find_if(kLayerStatistics.begin(), kLayerStatistics.end(),
                                    [&](const LayerStatistic& statistic) { return statistic.value == value; });
    return found - kLayerStatistics.begin();
}

// Mean over images, heads and tokens of the entropy of where a token looks, as a share of the largest possible.
torch::Tensor relativeEntropy(const torch::Tensor& attention) {  // [B, H, N, N]
    return torch::special_entr(attention).sum(-1).mean() / std::log(static_cast<double>(attention.size(-1)));
}

// How many units give nothing for any token of any image.
torch::Tensor countDead(const torch::Tensor& units) {  // [B, …, units]
    return (units.abs().flatten(0, -2).amax(0) <= kNothing).sum();
}

}  // namespace

LayerMeter::LayerMeter(Classifier& classifier, std::int64_t everySteps)
    : m_classifier(classifier), m_everySteps(everySteps),
      m_layers(static_cast<std::int64_t>(classifier.network()->blocks.size()) + 2) {
    for (const Weight& weight : classifier.network()->weights()) {
        // What is fixed would hide how the rest of its layer moves.
        if (!isKernel(weight.row.role) || weight.row.fixed) continue;
        m_matrices.push_back(weight.tensor);
        m_depthOf.push_back(weight.row.depth);
    }
    m_depths = torch::tensor(m_depthOf).to(classifier.device());
}

bool LayerMeter::isDue(std::int64_t step) const {
    if (m_everySteps == 0) return false;
    const bool early = step < m_everySteps && std::has_single_bit(static_cast<std::uint64_t>(step));
    return early || step % m_everySteps == 0;
}

torch::Tensor LayerMeter::normsByLayer(const std::vector<torch::Tensor>& matrices) const {
    const torch::Tensor squares = torch::stack(at::_foreach_norm(matrices)).to(torch::kDouble).square();  // [matrices]
    return torch::zeros({m_layers}, squares.options()).index_add(0, m_depths, squares).sqrt();
}

void LayerMeter::beforeUpdate() {
    const torch::NoGradGuard noGrad;
    std::vector<torch::Tensor> gradients;
    std::vector<std::int64_t> learning;
    m_before.clear();
    for (std::size_t i = 0; i < m_matrices.size(); ++i) {
        const torch::Tensor& matrix = m_matrices[i];
        gradients.push_back(matrix.grad().defined() ? matrix.grad() : torch::zeros_like(matrix));
        if (matrix.grad().defined()) learning.push_back(m_depthOf[i]);
        m_before.push_back(matrix.clone());  // where the activations of the step lay until now
    }
    m_gradientNorms = normsByLayer(gradients);
    for (std::int64_t layer = 0; layer < m_layers; ++layer)
        if (std::ranges::find(learning, layer) == learning.end()) m_gradientNorms[layer].fill_(kNone);
}

// NaN where all weights are 0, and where nothing learns.
torch::Tensor LayerMeter::updateRatios() {
    std::vector<torch::Tensor> change = std::exchange(m_before, {});
    const torch::Tensor before = normsByLayer(change);
    at::_foreach_sub_(change, m_matrices);
    return (normsByLayer(change) / before).masked_fill(m_gradientNorms.isnan(), kNone);
}

torch::Tensor LayerMeter::afterUpdate(const torch::Tensor& images) {
    const torch::NoGradGuard noGrad;
    torch::Tensor measured = torch::full({m_layers, static_cast<std::int64_t>(kLayerStatistics.size())}, kNone,
                                         m_gradientNorms.options());
    measured.select(1, columnOf(&LayerStatistics::gradientNorm)).copy_(m_gradientNorms);
    measured.select(1, columnOf(&LayerStatistics::updateRatio)).copy_(updateRatios());
    measureActivations(measured, images.narrow(0, 0, std::min(kImages, images.size(0))));
    return measured;
}

void LayerMeter::measureActivations(torch::Tensor& measured, const torch::Tensor& images) {
    const auto put = [&](std::int64_t layer, double LayerStatistics::*value, const torch::Tensor& number) {
        measured[layer][columnOf(value)].copy_(number);
    };
    std::vector<torch::Tensor> dead(static_cast<std::size_t>(m_layers));
    std::vector<std::int64_t> units(static_cast<std::size_t>(m_layers));
    const ForwardTrace trace = m_classifier.network()->trace(images, [&](std::int64_t depth, const torch::Tensor& out) {
        const auto layer = static_cast<std::size_t>(depth);
        const torch::Tensor count = countDead(out);
        dead[layer] = dead[layer].defined() ? dead[layer] + count : count;
        units[layer] += out.size(-1);
    });
    for (std::int64_t layer = 0; layer < m_layers; ++layer) {
        const auto index = static_cast<std::size_t>(layer);
        const torch::Tensor& output = layer + 1 < m_layers ? trace.tokens[index] : trace.logits;
        put(layer, &LayerStatistics::outputMean, output.mean());
        put(layer, &LayerStatistics::outputDeviation, output.std(false));
        if (units[index] > 0) put(layer, &LayerStatistics::deadUnits, dead[index] / static_cast<double>(units[index]));
        const bool isBlock = layer > 0 && layer + 1 < m_layers;
        if (isBlock && trace.attention[index - 1].size(-1) > 1)
            put(layer, &LayerStatistics::attentionEntropy, relativeEntropy(trace.attention[index - 1]));
    }
}

std::vector<LayerStatistics> layerStatistics(const torch::Tensor& measured) {
    const auto numbers = measured.accessor<double, 2>();
    std::vector<LayerStatistics> layers(static_cast<std::size_t>(measured.size(0)));
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        for (std::size_t i = 0; i < kLayerStatistics.size(); ++i) {
            const double number = numbers[static_cast<std::int64_t>(layer)][static_cast<std::int64_t>(i)];
            layers[layer].*kLayerStatistics[i].value = std::isfinite(number) ? rounded(number, kDigits) : kNone;
        }
    }
    return layers;
}

}  // namespace vit
