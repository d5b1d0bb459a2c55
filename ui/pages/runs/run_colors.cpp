// SPDX-License-Identifier: GPL-3.0-or-later
// Two sets of hues, one for each ground; and the viridis map (https://bids.github.io/colormap), which stays readable
// for the colour-blind.
#include "ui/pages/runs/run_colors.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace vit::ui {

namespace {

constexpr std::array kLight = {0x2463d6, 0xd9610b, 0x18794a, 0xb9252b, 0x7a3fd0, 0x0e8a9c,
                               0xa6458f, 0x7a6a00, 0x5b6676, 0x8c4b2f};
constexpr std::array kDark = {0x62a4ff, 0xffa047, 0x4fce8b, 0xff8080, 0xb88fff, 0x4fd0e0,
                              0xf08ad8, 0xd9c74a, 0xaab4c2, 0xd9a07f};
constexpr std::array kViridis = {0x440154, 0x414487, 0x2a788e, 0x22a884, 0x7ad151, 0xfde725};
// On a light ground the last, bright yellow end would vanish; on a dark one the first, dark violet one.
constexpr double kLightEnd = 0.85;
constexpr double kDarkBegin = 0.22;

}  // namespace

QColor runColor(int index, const Colors& colors) {
    const auto& set = colors.dark ? kDark : kLight;
    return QColor::fromRgb(QRgb(set[static_cast<std::size_t>(index) % set.size()]));
}

QColor resultColor(double position, const Colors& colors) {
    const double within = std::clamp(position, 0.0, 1.0);
    const double onMap = colors.dark ? kDarkBegin + within * (1 - kDarkBegin) : within * kLightEnd;
    const double place = onMap * (kViridis.size() - 1);
    const auto lower = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
    const double share = place - double(lower);
    const QColor a = QColor::fromRgb(QRgb(kViridis[lower]));
    const QColor b = QColor::fromRgb(QRgb(kViridis[lower + 1]));
    const auto mix = [share](int from, int to) { return static_cast<int>(std::lround(from + (to - from) * share)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

}  // namespace vit::ui
