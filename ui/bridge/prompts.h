// SPDX-License-Identifier: GPL-3.0-or-later
// The seam for file and message dialogs: the window asks through it, tests answer in its place.
#pragma once

#include "core/runs/extension.h"
#include "ui/bridge/host_dialog.h"

#include <QString>
#include <QStringList>

#include <optional>

class QWidget;

namespace vit::ui {

class Prompts {
public:
    virtual ~Prompts() = default;

    // Empty when the user cancels. `folder` is where the dialog begins; `filter` as for QFileDialog.
    virtual QString openFile(QWidget* parent, const QString& title, const QString& folder, const QString& filter);
    virtual QString openFolder(QWidget* parent, const QString& title, const QString& folder);
    virtual QString saveFile(QWidget* parent, const QString& title, const QString& suggestion, const QString& filter);
    // So too, but the caller asks whether a file that is there may be replaced.
    virtual QString saveFileUnasked(QWidget* parent, const QString& title, const QString& suggestion,
                                    const QString& filter);

    // A line of text; empty when cancelled.
    virtual QString askText(QWidget* parent, const QString& title, const QString& label, const QString& suggestion);

    // How far to go on with a run past its planned end; nothing when cancelled.
    virtual std::optional<Extension> askExtension(QWidget* parent, const QString& runName, const Config& config);

    // True when the action named on the button `yes` ("Stop and close") is chosen; Escape and `no` decline.
    virtual bool confirm(QWidget* parent, const QString& title, const QString& text, const QString& yes,
                         const QString& no);

    // One of several ways on, named on the buttons: its place among them. Escape takes the last one, which declines.
    virtual int choose(QWidget* parent, const QString& title, const QString& text, const QStringList& ways);

    // How to reach another computer; nothing when cancelled.
    virtual std::optional<HostChoice> askHost(QWidget* parent, const HostChoice& suggestion);

    virtual void showError(QWidget* parent, const QString& title, const QString& text);
    virtual void showInformation(QWidget* parent, const QString& title, const QString& text);
};

// "Images (*.jpg *.png …);;All files (*)": what vit::loadImage reads.
QString imageFilter();

}  // namespace vit::ui
