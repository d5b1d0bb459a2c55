// SPDX-License-Identifier: GPL-3.0-or-later
// The menu of photos that were looked at before.
#pragma once

#include <QString>

#include <functional>

class QMenu;

namespace vit::ui {

class Settings;

void fillRecentPhotos(QMenu* menu, Settings& settings, const std::function<void(const QString&)>& open);

}  // namespace vit::ui
