// SPDX-License-Identifier: GPL-3.0-or-later
// Asks how far a run is to go past its planned end.
#pragma once

#include "core/runs/extension.h"

#include <QDialog>

class QRadioButton;
class QSpinBox;

namespace vit::ui {

class ExtensionDialog : public QDialog {
    Q_OBJECT

public:
    ExtensionDialog(const QString& runName, const Config& config, QWidget* parent);

    Extension extension() const;

private:
    QSpinBox* m_epochs;
    QRadioButton* m_keep;
    QRadioButton* m_stretch;
};

}  // namespace vit::ui
