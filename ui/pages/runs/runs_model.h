// SPDX-License-Identifier: GPL-3.0-or-later
// All runs as a table: a row for each, a column for everything that core/runs can tell of one.
#pragma once

#include "core/events/event.h"
#include "core/runs/run_columns.h"

#include <QAbstractTableModel>
#include <QColor>

#include <map>
#include <vector>

namespace vit::ui {

class RunsModel : public QAbstractTableModel {
    Q_OBJECT

public:
    // The name comes first, then the curve of validation accuracy, then state and results, then all else.
    enum FixedColumn { NameColumn, CurveColumn };
    enum Role { CurveRole = Qt::UserRole, ColorRole };

    explicit RunsModel(QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    // Of name, tags and notes: asks for the change by changeRequested(); the value comes with the next setRuns().
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    // Where only values differ from what is shown, or a few runs came or went, selection and position stay.
    void setRuns(std::vector<RunSummary> runs);
    const std::vector<RunSummary>& runs() const { return m_runs; }
    const RunSummary& run(int row) const { return m_runs.at(static_cast<std::size_t>(row)); }
    int rowOf(const QString& folder) const;  // -1: none

    const RunColumn* column(int section) const;  // null: the curve
    int sectionOf(const std::string& key) const;  // -1: none

    // The run that this window is training, by its folder; empty: none.
    void setLive(const QString& folder);
    const QString& live() const { return m_live; }
    void addLiveEpoch(const EpochDone& epoch);

    // The colours of the selected runs' curves, by folder.
    void setRunColors(std::map<QString, QColor> colors);

Q_SIGNALS:
    void changeRequested(const QString& folder, const QString& key, const QString& text);

private:
    QVariant cell(const RunSummary& run, const RunColumn& column, int role) const;
    void changed(int row);
    bool moveRowsTo(const std::vector<RunSummary>& runs);  // false: only a reset brings them there

    std::vector<RunSummary> m_runs;
    std::vector<const RunColumn*> m_columns;
    std::map<QString, QColor> m_colors;
    QString m_live;
};

QString folderOf(const RunSummary& run);

}  // namespace vit::ui
