// SPDX-License-Identifier: GPL-3.0-or-later
// What the program is and what it is made of.
#pragma once

#include <QString>

namespace vit::ui {

QString programVersion();
QString aboutText();  // rich text, with the versions of the libraries in use

}  // namespace vit::ui
