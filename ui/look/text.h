// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>

namespace vit::ui {

// The engine's text, which is UTF-8, as Qt's.
inline QString qstr(const std::string& text) { return QString::fromStdString(text); }

}  // namespace vit::ui
