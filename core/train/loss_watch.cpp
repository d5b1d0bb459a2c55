// SPDX-License-Identifier: GPL-3.0-or-later
// The bounds of a sound loss.
#include "core/train/loss_watch.h"

#include "core/base/number_text.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace vit {

namespace {

constexpr double kTimesGuessing = 10;  // fresh weights and a first step that is too large stay below
constexpr int kStepsInARow = 20;
constexpr const char* kAdvice =
    " Try a lower learning rate, a warm-up or another seed; with bf16, fp32.";

}  // namespace

LossWatch::LossWatch(std::int64_t classes)
    : m_limit(kTimesGuessing * std::log(static_cast<double>(std::max<std::int64_t>(classes, 2)))) {}

void LossWatch::see(double loss, std::int64_t step) {
    const std::string place = " (step " + groupedText(step) + ").";
    if (!std::isfinite(loss)) throw Diverged("The loss is no longer a number" + place + kAdvice);
    m_above = loss > m_limit ? m_above + 1 : 0;
    if (m_above < kStepsInARow) return;
    throw Diverged("The loss has exploded: it is " + numberText(std::round(loss)) + ", where guessing gives " +
                   numberText(std::round(m_limit) / kTimesGuessing) + place + kAdvice);
}

}  // namespace vit
