// SPDX-License-Identifier: GPL-3.0-or-later
// Integrated gradients (Sundararajan, Taly and Yan, ICML 2017), from an input of zeros, which after normalisation is the
// training images' mean colour.
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/inspect/relevance_methods.h"
#include "core/inspect/removal.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vit {

namespace {

constexpr int kSteps = 50;

struct Node {
    double place;   // in 0–1
    double weight;  // the weights' sum is 1
};

// Gauss–Legendre: zeros of the Legendre polynomial by Newton's method from Tricomi's first guess.
std::vector<Node> gaussLegendre(int count) {
    std::vector<Node> nodes;
    for (int i = 0; i < count; ++i) {
        double x = -std::cos(std::numbers::pi * (i + 0.75) / (count + 0.5));
        double slope = 0;
        for (int round = 0; round < 100; ++round) {
            double before = 1, value = x;
            for (int n = 2; n <= count; ++n) {
                const double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
                before = value;
                value = next;
            }
            slope = count * (x * value - before) / (x * x - 1);
            const double change = value / slope;
            x -= change;
            if (std::abs(change) < 1e-15) break;
        }
        nodes.push_back({(x + 1) / 2, 1 / ((1 - x * x) * slope * slope)});
    }
    return nodes;
}

double logitOf(const RelevanceSubject& subject, const torch::Tensor& input) {
    const torch::NoGradGuard noGrad;
    return subject.network()->without(input, {})[0][subject.classNumber].item<double>();
}

}  // namespace

torch::Tensor integratedGradients(const RelevanceSubject& subject, std::string& note) {
    const std::vector<Node> nodes = gaussLegendre(kSteps);
    torch::Tensor mean = torch::zeros_like(subject.input, torch::kFloat64);
    // All blocks are kept for the way back.
    const std::int64_t atOnce =
        std::clamp<std::int64_t>(rowsAtOnce(subject.classifier.config()) / subject.classifier.config().model.layers, 1, 16);
    for (std::int64_t begin = 0; begin < kSteps; begin += atOnce) {
        if (subject.progress && !subject.progress(begin, kSteps)) throw Cancelled();
        const std::int64_t end = std::min<std::int64_t>(begin + atOnce, kSteps);
        std::vector<torch::Tensor> images;
        for (std::int64_t i = begin; i < end; ++i)
            images.push_back(subject.input * nodes[static_cast<std::size_t>(i)].place);
        const torch::AutoGradMode gradients(true);
        const torch::Tensor batch = torch::cat(images).requires_grad_();
        const torch::Tensor logits = subject.network()->without(batch, {}).select(1, subject.classNumber);
        const torch::Tensor slopes = torch::autograd::grad({logits.sum()}, {batch})[0].to(torch::kFloat64);
        for (std::int64_t i = begin; i < end; ++i)
            mean += slopes[i - begin].unsqueeze(0) * nodes[static_cast<std::size_t>(i)].weight;
    }
    const torch::Tensor attribution = (mean * subject.input).to(torch::kCPU);  // [1, C, S, S]
    const double change = logitOf(subject, subject.input) - logitOf(subject, torch::zeros_like(subject.input));
    const double missing = std::abs(attribution.sum().item<double>() - change);
    note = "completeness error " + roundedText(missing, 2) + " of " + roundedText(change, 3);
    return patchesOf(attribution, subject.grid.patchSize)[0].sum(1);
}

}  // namespace vit
