// SPDX-License-Identifier: GPL-3.0-or-later
// The card with one patch, enlarged, and its elements.
#pragma once

#include "core/inspect/patches.h"

#include <QFrame>

class QLabel;
class QTableView;

namespace vit::ui {

class ImageView;
class PatchModel;

class PatchDetails : public QFrame {
    Q_OBJECT

public:
    explicit PatchDetails(QWidget* parent = nullptr);

    void showPatch(const PatchGrid& grid, int index);  // -1: none

private:
    QLabel* m_title;
    QLabel* m_hint;
    ImageView* m_preview;
    PatchModel* m_model;
    QTableView* m_table;
};

}  // namespace vit::ui
