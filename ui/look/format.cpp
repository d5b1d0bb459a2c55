// SPDX-License-Identifier: GPL-3.0-or-later
// English notation throughout, whatever the locale: the same as in files and on the command line.
#include "ui/look/format.h"

#include "core/base/number_text.h"

namespace vit::ui {

QString withThousands(std::int64_t number) { return QString::fromStdString(groupedText(number)); }

QString bytesText(double bytes) { return QString::fromStdString(vit::bytesText(bytes)); }

QString flopsText(double flops) { return QString::fromStdString(prefixedText(flops, "FLOP")); }

QString durationText(double seconds) { return QString::fromStdString(vit::durationText(seconds)); }

QString percentText(double share) { return QString::fromStdString(vit::percentText(share)); }

QString plainNumber(double value, int digits) { return QString::fromStdString(roundedText(value, digits)); }

}  // namespace vit::ui
