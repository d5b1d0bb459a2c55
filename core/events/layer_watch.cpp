// SPDX-License-Identifier: GPL-3.0-or-later
// The rules by which a layer is named. Their bounds lie far from what healthy training comes to: none of the presets
// breaks one.
#include "core/events/layer_watch.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vit {

namespace {

// A layer whose gradient is a millionth of the others' has all but lost touch with the loss. Where no layer has a
// gradient there is nothing left to learn, which is no layer's fault.
constexpr double kLeastGradient = 1e-6;
// Steps that each move a layer by so much of its size leave nothing of what it knew. Adam's first one comes near it at
// usual learning rates, and those after it are ever smaller.
constexpr double kLargestUpdate = 0.1;
// Gradients of a mean cross-entropy are around 1, and outputs of pre-norm blocks below 100.
constexpr double kLargestGradient = 1e4;
constexpr double kLargestDeviation = 1e4;
// Units that rest on a few images are usual, a layer of them is not.
constexpr double kMostDead = 0.98;
// Mean over heads and tokens: all of them look at one token alone.
constexpr double kLeastEntropy = 0.005;

struct Rule {
    LayerFault fault;
    const LayerStatistic* statistic;
    int inARow;  // measurements that must break it one after the other
    bool (*isBroken)(double value, double usualGradient);
    const char* consequence;  // after the statistic and its value
};

constexpr const LayerStatistic& kGradient = kLayerStatistics[0];
constexpr const LayerStatistic& kUpdate = kLayerStatistics[1];
constexpr const LayerStatistic& kDeviation = kLayerStatistics[3];
constexpr const LayerStatistic& kDead = kLayerStatistics[4];
constexpr const LayerStatistic& kEntropy = kLayerStatistics[5];

constexpr std::array kRules = {
    Rule{LayerFault::NotLearning, &kGradient, 3,
         [](double norm, double usual) { return usual > 0 && norm <= kLeastGradient * usual; },
         "it does not learn"},
    Rule{LayerFault::Exploding, &kGradient, 1, [](double norm, double) { return !std::isfinite(norm); },
         "it has exploded"},
    Rule{LayerFault::Exploding, &kGradient, 3, [](double norm, double) { return norm > kLargestGradient; },
         "it explodes"},
    Rule{LayerFault::Exploding, &kUpdate, 3, [](double ratio, double) { return ratio > kLargestUpdate; },
         "each step overthrows its weights; try a lower learning rate"},
    Rule{LayerFault::Exploding, &kDeviation, 3, [](double deviation, double) { return deviation > kLargestDeviation; },
         "it explodes"},
    Rule{LayerFault::DeadUnits, &kDead, 3, [](double share, double) { return share >= kMostDead; },
         "it is saturated and gives nothing on"},
    Rule{LayerFault::CollapsedAttention, &kEntropy, 3, [](double share, double) { return share < kLeastEntropy; },
         "its attention is saturated: each token looks at a single one"},
};

// The median of those that are not 0; 0 if there is none.
double usualGradient(const std::vector<LayerStatistics>& layers) {
    std::vector<double> norms;
    for (const LayerStatistics& layer : layers)
        if (layer.gradientNorm > 0) norms.push_back(layer.gradientNorm);
    if (norms.empty()) return 0;
    const auto middle = norms.begin() + static_cast<std::ptrdiff_t>(norms.size() / 2);
    std::nth_element(norms.begin(), middle, norms.end());
    return *middle;
}

std::string valueText(const LayerStatistic& statistic, double value) {
    if (!std::isfinite(value)) return "is no number";
    return statistic.share ? percentText(value) : roundedText(value, 2);
}

}  // namespace

void LayerWatch::see(const LayersMeasured& measured) {
    const std::size_t count = measured.layers.size();
    m_inARow.resize(count, std::vector<int>(kRules.size()));
    m_told.resize(count);
    const double usual = usualGradient(measured.layers);
    m_findings.clear();
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<LayerFault> found;
        for (std::size_t r = 0; r < kRules.size(); ++r) {
            const Rule& rule = kRules[r];
            const double value = measured.layers[i].*rule.statistic->value;
            int& inARow = m_inARow[i][r];
            const bool applies = rule.statistic != &kGradient || !isHeldBack(measured.layers[i]);
            inARow = applies && rule.isBroken(value, usual) ? inARow + 1 : 0;
            if (inARow < rule.inARow || std::find(found.begin(), found.end(), rule.fault) != found.end()) continue;
            found.push_back(rule.fault);
            m_findings.push_back({i, rule.fault, rule.statistic,
                                  layerName(i, count) + ": " + rule.statistic->name + " " +
                                      valueText(*rule.statistic, value) + ": " + rule.consequence});
        }
    }
}

std::vector<LayerFinding> LayerWatch::news() {
    std::vector<LayerFinding> news;
    for (const LayerFinding& finding : m_findings) {
        std::vector<LayerFault>& told = m_told[finding.layer];
        if (std::find(told.begin(), told.end(), finding.fault) != told.end()) continue;
        told.push_back(finding.fault);
        news.push_back(finding);
    }
    return news;
}

}  // namespace vit
