// SPDX-License-Identifier: GPL-3.0-or-later
// The classes of a data set with the number of images of each in one split; the first row stands for all of them.
#pragma once

#include <QAbstractTableModel>
#include <QString>

#include <cstdint>
#include <string>
#include <vector>

namespace vit::ui {

class ClassCountModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Columns { Name, Count, ColumnCount };
    enum Roles { ClassRole = Qt::UserRole };  // index of the class, or DatasetSelection::kAllClasses

    explicit ClassCountModel(QObject* parent = nullptr);

    void setClasses(std::vector<std::string> names, std::vector<std::int64_t> counts);  // of the same length
    void clear() { setClasses({}, {}); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::vector<std::string> m_names;
    std::vector<std::int64_t> m_counts;
    std::int64_t m_total = 0;
};

}  // namespace vit::ui
