// SPDX-License-Identifier: GPL-3.0-or-later
// Steps and positions of ticks.
#include "ui/plot/tickers.h"

#include <cmath>
#include <initializer_list>

namespace vit::ui {

double EpochTicker::getTickStep(const QCPRange& range) {
    const double step = QCPAxisTicker::getTickStep(range);
    return step > 1 ? std::round(step) : step;
}

// 1, 2, 5 of each decade; only the powers of ten over many decades; even steps within a small part of one.
QVector<double> LogTicker::createTickVector(double tickStep, const QCPRange& range) {
    if (range.lower <= 0) return {};
    const double decades = std::log10(range.upper / range.lower);
    if (decades < 0.6) return QCPAxisTicker::createTickVector(tickStep, range);

    QVector<double> ticks;
    const int first = static_cast<int>(std::floor(std::log10(range.lower)));
    const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
    for (int exponent = first; exponent <= last; ++exponent) {
        const double power = std::pow(10.0, exponent);
        ticks << power;
        if (decades < 4) ticks << 2 * power << 5 * power;
    }
    return ticks;
}

}  // namespace vit::ui
