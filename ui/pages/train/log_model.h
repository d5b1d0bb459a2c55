// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the log, as an item model.
#pragma once

#include "core/events/event.h"

#include <QAbstractTableModel>
#include <QDateTime>
#include <QString>

#include <deque>

namespace vit::ui {

enum class LogLevel { Info, Success, Warning, Error };

class LogModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Columns { Time, Text, ColumnCount };
    enum Roles { LevelRole = Qt::UserRole + 1 };

    // The oldest lines go when there are more than this.
    static constexpr int kMaximumLines = 5000;

    using QAbstractTableModel::QAbstractTableModel;

    void append(LogLevel level, const QString& text, const QDateTime& time = QDateTime::currentDateTime());
    void clear();
    QString plainText(const QList<int>& rows = {}) const;  // of some rows, or of all

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Line {
        QDateTime time;
        LogLevel level;
        QString text;
    };
    std::deque<Line> m_lines;
};

}  // namespace vit::ui
