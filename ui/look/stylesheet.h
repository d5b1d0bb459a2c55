// SPDX-License-Identifier: GPL-3.0-or-later
// The application's stylesheet: rounded inputs, quiet tool buttons, cards.
#pragma once

#include <QPalette>
#include <QString>

namespace vit::ui {

QString stylesheet(const QPalette& palette);

}  // namespace vit::ui
