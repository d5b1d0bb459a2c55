// SPDX-License-Identifier: GPL-3.0-or-later
// The elements of one patch as a table: a line for each pixel, in the order in which the model gets them.
#pragma once

#include "core/inspect/patches.h"

#include <QAbstractTableModel>

namespace vit::ui {

class PatchModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Columns { Row, Column, Red, Green, Blue, ColumnCount };
    static constexpr int Grey = Red;  // the only value of a pixel without colour

    enum Roles { ColourRole = Qt::UserRole };  // of the pixel, QColor

    explicit PatchModel(QObject* parent = nullptr);

    void setPatch(const Image& patch);  // an empty one clears the table

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    Image m_patch;
};

}  // namespace vit::ui
