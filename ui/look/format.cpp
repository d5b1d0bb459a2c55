// SPDX-License-Identifier: GPL-3.0-or-later
// English notation throughout, whatever the locale: the same as in files and on the command line.
#include "ui/look/format.h"

#include <QLocale>

#include <array>
#include <cmath>

namespace vit::ui {

namespace {

QString withPrefix(double value, const QString& unit) {
    static constexpr std::array<const char*, 6> kPrefixes = {"", "k", "M", "G", "T", "P"};
    std::size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < kPrefixes.size()) {
        value /= 1000;
        ++prefix;
    }
    const int decimals = prefix == 0 || value >= 99.95 ? 0 : 1;
    return QString::number(value, 'f', decimals) + ' ' + kPrefixes[prefix] + unit;
}

}  // namespace

QString withThousands(std::int64_t number) {
    return QLocale(QLocale::English).toString(static_cast<qlonglong>(number));
}

QString bytesText(double bytes) { return withPrefix(bytes, "B"); }

QString flopsText(double flops) { return withPrefix(flops, "FLOP"); }

QString durationText(double seconds) {
    if (seconds < 10) return QString::number(std::max(0.0, seconds), 'f', 1) + " s";
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 60) return QString("%1 s").arg(whole);
    if (whole < 3600) return QString("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QChar('0'));
    return QString("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60, 2, 10, QChar('0'));
}

QString percentText(double share) {
    if (std::isnan(share)) return "–";
    return QString::number(share * 100, 'f', 2) + " %";
}

QString plainNumber(double value, int digits) {
    if (std::isnan(value)) return "–";
    return QString::number(value, 'g', digits);
}

}  // namespace vit::ui
