// SPDX-License-Identifier: GPL-3.0-or-later
// Colours that tell selected runs apart, and one that tells a good result from a bad one.
#pragma once

#include "ui/look/theme.h"

#include <QColor>

namespace vit::ui {

QColor runColor(int index, const Colors& colors);          // repeats after ten
QColor resultColor(double position, const Colors& colors);  // 0 the lowest value, 1 the highest

}  // namespace vit::ui
