// SPDX-License-Identifier: GPL-3.0-or-later
// File names as entries, whole paths as tips.
#include "ui/shell/recent_photos.h"

#include "ui/bridge/settings.h"

#include <QAction>
#include <QFileInfo>
#include <QMenu>

namespace vit::ui {

void fillRecentPhotos(QMenu* menu, Settings& settings, const std::function<void(const QString&)>& open) {
    menu->clear();
    menu->setToolTipsVisible(true);
    const QStringList photos = settings.recentPhotos();
    if (photos.isEmpty()) {
        menu->addAction(QMenu::tr("None yet"))->setEnabled(false);
        return;
    }
    for (const QString& path : photos)
        menu->addAction(QFileInfo(path).fileName(), menu, [open, path] { open(path); })->setToolTip(path);
    menu->addSeparator();
    menu->addAction(QMenu::tr("Clear list"), menu, [&settings] { settings.clearRecentPhotos(); });
}

}  // namespace vit::ui
