// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured of each layer while a model learns: one list, from which every file, table and plot of it follows.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>

namespace vit {

// NaN: the layer has no such thing, as what is held back has no gradient, or it is no number any more. Norms are those of a
// layer's matrices taken together: biases, scales and positions go on learning where nothing passes.
struct LayerStatistics {
    double gradientNorm = std::numeric_limits<double>::quiet_NaN();
    double updateRatio = std::numeric_limits<double>::quiet_NaN();  // norm of the step's change by that of the weights
    double outputMean = std::numeric_limits<double>::quiet_NaN();   // of the tokens after it; of a head, of its logits
    double outputDeviation = std::numeric_limits<double>::quiet_NaN();
    double deadUnits = std::numeric_limits<double>::quiet_NaN();    // share of the units behind a GELU, 0–1
    double attentionEntropy = std::numeric_limits<double>::quiet_NaN();  // share of the largest possible, 0–1
};

struct LayerStatistic {
    const char* key;    // in JSON, columns of CSV and tags of TensorBoard: "gradient_norm"
    const char* name;   // within a sentence: "gradient norm"
    const char* axis;   // of a plot, with the unit
    const char* help;   // what it tells, in a sentence
    bool share;         // 0–1, shown as a percentage
    bool logarithmic;   // spans powers of ten
    double LayerStatistics::*value;

    std::string label() const;               // the name as a title: "Gradient norm"
    std::string text(double number) const;   // "0.01234", "55.14 %"; "–" for NaN
};

inline constexpr std::array kLayerStatistics = {
    LayerStatistic{"gradient_norm", "gradient norm", "Norm of the gradient",
                   "How strongly the loss pulls at the layer's matrices; 0: it does not learn.", false, true,
                   &LayerStatistics::gradientNorm},
    LayerStatistic{"update_ratio", "update ratio", "Update / weights",
                   "How far a step moves the layer's matrices, as a part of their size; about 0.001 is usual.", false,
                   true, &LayerStatistics::updateRatio},
    LayerStatistic{"output_mean", "output mean", "Mean of the output",
                   "The mean of what the layer gives on; it stays near 0 in a healthy model.", false, false,
                   &LayerStatistics::outputMean},
    LayerStatistic{"output_deviation", "output deviation", "Standard deviation of the output",
                   "How widely what the layer gives on is spread; it grows slowly from block to block.", false, true,
                   &LayerStatistics::outputDeviation},
    LayerStatistic{"dead_units", "dead units", "Dead units (%)",
                   "The share of its units whose GELU gives next to nothing, whatever the token.", true, false,
                   &LayerStatistics::deadUnits},
    LayerStatistic{"attention_entropy", "attention entropy", "Entropy (% of the largest)",
                   "How widely each token looks around: 100 % at all alike, 0 % at a single one.", true, false,
                   &LayerStatistics::attentionEntropy},
};

// Whether nothing of the layer learns (optimizer.frozen_blocks, until it thaws): no gradient is taken of it, and no step moves
// it. Where numbers have been lost, those of its output are lost as well.
bool isHeldBack(const LayerStatistics& layer);

// "Embedding", "Block 1" …, "Head": of `count` layers the one at `index`, from 0.
std::string layerName(std::size_t index, std::size_t count);

}  // namespace vit
