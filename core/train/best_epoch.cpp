// SPDX-License-Identifier: GPL-3.0-or-later
// One number an epoch, the higher the better.
#include "core/train/best_epoch.h"

#include <limits>

namespace vit {

namespace {

double valueOf(BestBy by, const EpochMetrics& validation, double macroF1) {
    if (by == BestBy::Loss) return -validation.loss;
    return by == BestBy::MacroF1 ? macroF1 : validation.accuracy;
}

}  // namespace

const char* nameOf(BestBy by) {
    if (by == BestBy::Loss) return "validation loss";
    return by == BestBy::MacroF1 ? "macro F1 of the validation images" : "validation accuracy";
}

bool noteIfBest(TrainingPosition& position, BestBy by, std::int64_t epoch,
                const std::optional<EpochMetrics>& validation, double macroF1) {
    const bool byAccuracy = by == BestBy::Accuracy;
    if (validation) {
        const double value = valueOf(by, *validation, macroF1);
        constexpr double kNone = -std::numeric_limits<double>::infinity();
        if (!(value > (byAccuracy ? position.bestAccuracy : position.bestValue.value_or(kNone)))) return false;
        if (!byAccuracy) position.bestValue = value;
    }
    position.bestEpoch = epoch;
    position.bestAccuracy = validation ? validation->accuracy : 0;
    return true;
}

}  // namespace vit
