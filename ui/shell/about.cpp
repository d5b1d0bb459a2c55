// SPDX-License-Identifier: GPL-3.0-or-later
// The words of Help → About.
#include "ui/shell/about.h"

#include "core/device/device.h"
#include "ui/plot/qcustomplot_header.h"

#include <QCoreApplication>

namespace vit::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("About", text); }

}  // namespace

QString programVersion() { return VIT_VERSION; }

QString aboutText() {
    return tr("<h3>ViT Workbench %1</h3><p>Train a Vision Transformer, watch it learn, and look inside it.</p>"
              "<p>Qt %2<br>%3<br>QCustomPlot %4</p><p>Free software under the GNU General Public License, version 3 or "
              "later.</p>")
        .arg(programVersion(), qVersion(), QString::fromStdString(libraryVersions()).toHtmlEscaped(),
             QCUSTOMPLOT_VERSION_STR);
}

}  // namespace vit::ui
