// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them.
#pragma once

#include <QString>

#include <cstdint>

namespace vit::ui {

QString withThousands(std::int64_t number);    // "21,759,012"
QString bytesText(double bytes);               // "1.5 GB" (powers of 1000), "640 MB"
QString flopsText(double flops);               // "1.2 GFLOP"
QString durationText(double seconds);          // "1 h 13 min", "4 min 05 s", "7.3 s"; below 0 → "–"
QString percentText(double share);             // 0.5514 → "55.14 %"; NaN → "–"
QString plainNumber(double value, int digits = 4);  // significant digits, no needless exponent; NaN → "–"

}  // namespace vit::ui
