// SPDX-License-Identifier: GPL-3.0-or-later
// Softmax regression by L-BFGS: in fp32 where strengths are compared, in fp64 for the one that is kept.
#include "core/finetune/linear_probe.h"

#include "core/base/split_mix.h"
#include "core/finetune/lbfgs.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace vit {

namespace {

constexpr std::array kStrengths = {0.001, 0.01, 0.1, 1.0, 10.0};
constexpr std::int64_t kManyRows = 2000;  // from here on three folds tell enough
constexpr std::uint64_t kFoldSeed = 7;
constexpr LbfgsLimits kExact{1e-7, 1000};
constexpr LbfgsLimits kRough{1e-4, 60};

torch::Tensor valuesOf(const LabelledRows& rows, torch::ScalarType type) {
    return torch::from_blob(const_cast<float*>(rows.values.data()), {rows.count(), rows.width}).to(type);
}

struct Scale {
    torch::Tensor mean;       // [F]
    torch::Tensor deviation;  // [F]; 1 of a feature that is the same everywhere
};

Scale scaleOf(const torch::Tensor& values) {
    Scale scale{values.mean(0), values.std(c10::IntArrayRef{0}, /*unbiased=*/false, /*keepdim=*/false)};
    const torch::Tensor constant = scale.deviation <= 1e-6 * scale.mean.abs().clamp_min(1e-6);
    scale.deviation = torch::where(constant, torch::ones_like(scale.deviation), scale.deviation);
    return scale;
}

// The mean of the cross-entropies and what regularisation adds, as a function of [classes, F + 1], the biases last.
class Regression {
public:
    Regression(const LabelledRows& rows, std::int64_t classes, torch::ScalarType type)
        : m_classes(classes), m_labels(torch::empty({rows.count()}, torch::kLong)) {
        const torch::Tensor values = valuesOf(rows, type);
        m_scale = scaleOf(values);
        m_inputs = torch::cat({(values - m_scale.mean) / m_scale.deviation, torch::ones({rows.count(), 1}, values.options())},
                              1);
        std::copy(rows.labels.begin(), rows.labels.end(), m_labels.mutable_data_ptr<std::int64_t>());
    }

    torch::Tensor start() const { return torch::zeros({m_classes, m_inputs.size(1)}, m_inputs.options()); }

    void fit(torch::Tensor& weights, double c, const LbfgsLimits& limits, const std::function<bool()>& goOn) const {
        const auto count = static_cast<double>(m_inputs.size(0));
        // The weights of two classes are each half of the vector that tells them apart: half of its square together.
        const double penalty = (m_classes == 2 ? 2 : 1) / (c * count);
        const auto function = [&](const torch::Tensor& x, torch::Tensor& gradient) {
            const torch::Tensor logs = torch::log_softmax(m_inputs.matmul(x.t()), 1);  // [N, classes]
            const torch::Tensor labels = m_labels.unsqueeze(1);
            const torch::Tensor kernel = x.narrow(1, 0, x.size(1) - 1);
            const torch::Tensor loss = -logs.gather(1, labels).mean();
            torch::Tensor slopes = logs.exp();
            slopes.scatter_add_(1, labels, torch::full_like(labels, -1, slopes.options()));
            gradient = slopes.t().matmul(m_inputs).div_(count);
            gradient.narrow(1, 0, x.size(1) - 1).add_(kernel, penalty);
            return loss.item<double>() + 0.5 * penalty * kernel.square().sum().item<double>();
        };
        minimize(weights, function, limits, goOn);
    }

    // For features as they are.
    LinearProbe probe(const torch::Tensor& weights) const {
        const torch::Tensor kernel = weights.narrow(1, 0, weights.size(1) - 1) / m_scale.deviation;
        const torch::Tensor bias = weights.select(1, weights.size(1) - 1) - kernel.matmul(m_scale.mean);
        const auto plain = [](const torch::Tensor& tensor) {
            const torch::Tensor dense = tensor.to(torch::kDouble).contiguous();
            const double* numbers = dense.const_data_ptr<double>();
            return std::vector<double>(numbers, numbers + dense.numel());
        };
        return {m_classes, weights.size(1) - 1, plain(kernel), plain(bias)};
    }

private:
    std::int64_t m_classes;
    torch::Tensor m_labels;  // [N]
    Scale m_scale;
    torch::Tensor m_inputs;  // [N, F + 1], standardised, the last column 1
};

// The fold in which each row is left out; -1 = in none.
std::vector<std::int64_t> foldsOf(const LabelledRows& rows, std::int64_t classes, std::int64_t folds) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows.count()));
    std::iota(order.begin(), order.end(), 0);
    seededShuffle(order, kFoldSeed);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(classes)), met = counts;
    for (const std::int32_t label : rows.labels) ++counts[static_cast<std::size_t>(label)];
    std::vector<std::int64_t> fold(order.size(), -1);
    for (const std::int64_t row : order) {
        const auto label = static_cast<std::size_t>(rows.labels[static_cast<std::size_t>(row)]);
        if (counts[label] > 1) fold[static_cast<std::size_t>(row)] = (met[label]++ + rows.labels[static_cast<std::size_t>(row)]) % folds;
    }
    return fold;
}

std::int64_t rightOnes(const LinearProbe& probe, const LabelledRows& rows) {
    const std::vector<float> logits = probe.logits(rows.values);
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < rows.count(); ++i) {
        const auto first = logits.begin() + i * probe.classes;
        right += std::max_element(first, first + probe.classes) - first == rows.labels[static_cast<std::size_t>(i)];
    }
    return right;
}

LinearProbe fitted(const LabelledRows& rows, std::int64_t classes, double c, torch::ScalarType type,
                   const LbfgsLimits& limits, const Progress& progress) {
    const torch::NoGradGuard noGrad;
    const Regression regression(rows, classes, type);
    torch::Tensor weights = regression.start();
    regression.fit(weights, c, limits, [&] {
        report(progress, "Fitting the linear probe", 0, 0);
        return true;
    });
    return regression.probe(weights);
}

}  // namespace

std::vector<float> LinearProbe::logits(std::span<const float> rows) const {
    const torch::NoGradGuard noGrad;
    const auto count = static_cast<std::int64_t>(rows.size()) / features;
    const torch::Tensor values = torch::from_blob(const_cast<float*>(rows.data()), {count, features}).to(torch::kDouble);
    const torch::Tensor kernel = torch::from_blob(const_cast<double*>(weight.data()), {classes, features}, torch::kDouble);
    const torch::Tensor shift = torch::from_blob(const_cast<double*>(bias.data()), {classes}, torch::kDouble);
    const torch::Tensor result = torch::addmm(shift, values, kernel.t()).to(torch::kFloat).contiguous();
    const float* numbers = result.const_data_ptr<float>();
    return {numbers, numbers + result.numel()};
}

double accuracyOf(const LinearProbe& probe, const LabelledRows& rows) {
    return static_cast<double>(rightOnes(probe, rows)) / static_cast<double>(rows.count());
}

LinearProbe fitProbe(const LabelledRows& rows, std::int64_t classes, double c, const Progress& progress) {
    return fitted(rows, classes, c, torch::kDouble, kExact, progress);
}

LinearProbe roughProbe(const LabelledRows& rows, std::int64_t classes, double c, const Progress& progress) {
    return fitted(rows, classes, c, torch::kFloat, kRough, progress);
}

ChosenStrength chooseStrength(const LabelledRows& rows, std::int64_t classes, const Progress& progress) {
    const torch::NoGradGuard noGrad;
    ChosenStrength chosen;
    chosen.folds = rows.count() < kManyRows ? 5 : 3;
    const std::vector<std::int64_t> fold = foldsOf(rows, classes, chosen.folds);
    std::array<std::int64_t, kStrengths.size()> right{};
    std::int64_t asked = 0;
    for (std::int64_t f = 0; f < chosen.folds; ++f) {
        std::vector<std::int64_t> kept, left;
        for (std::int64_t i = 0; i < rows.count(); ++i) (fold[static_cast<std::size_t>(i)] == f ? left : kept).push_back(i);
        if (left.empty() || kept.empty()) continue;
        asked += static_cast<std::int64_t>(left.size());
        const OwnRows training = chosenRows(rows, kept), held = chosenRows(rows, left);
        const Regression regression(training.view(), classes, torch::kFloat);
        torch::Tensor weights = regression.start();
        for (std::size_t i = 0; i < kStrengths.size(); ++i) {
            const auto done = f * static_cast<std::int64_t>(kStrengths.size()) + static_cast<std::int64_t>(i);
            regression.fit(weights, kStrengths[i], kRough, [&] {
                report(progress, "Choosing the regularisation", done,
                       chosen.folds * static_cast<std::int64_t>(kStrengths.size()));
                return true;
            });
            right[i] += rightOnes(regression.probe(weights), held.view());
        }
    }
    chosen.accuracy = std::numeric_limits<double>::quiet_NaN();
    if (asked == 0) return chosen;
    std::int64_t best = -1;
    for (std::size_t i = 0; i < kStrengths.size(); ++i) {
        chosen.tried.emplace_back(kStrengths[i], static_cast<double>(right[i]) / static_cast<double>(asked));
        if (right[i] <= best) continue;
        best = right[i];
        chosen.c = kStrengths[i];
        chosen.accuracy = chosen.tried.back().second;
    }
    return chosen;
}

}  // namespace vit
