// SPDX-License-Identifier: GPL-3.0-or-later
// A sweep's trials as a table: best first, or in the order of the queue.
#pragma once

#include "core/sweeps/sweep_queue.h"

#include <QAbstractTableModel>

namespace vit::ui {

class SweepModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum class Order { BestFirst, Queue };
    enum Roles { NumberRole = Qt::UserRole, PositionRole };  // as planned; place in the queue from 1

    explicit SweepModel(QObject* parent = nullptr);

    void setState(SweepState state);
    void setOrder(Order order);
    Order order() const { return m_order; }
    void setProgress(double share);  // of the trial that runs, 0–1

    const SweepTrial* trialAt(int row) const;  // null if there is none
    int rowOf(int number) const;               // -1 if there is none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    // After the number and a column for each varied hyperparameter.
    enum Tail { Rung, Epochs, Value, Status, TailCount };

    int axes() const { return static_cast<int>(m_state.plan.axes.size()); }
    QString text(const SweepTrial& trial, int column) const;
    QString tailText(const SweepTrial& trial, int tail) const;
    QString statusOf(const SweepTrial& trial) const;

    SweepState m_state;
    std::vector<std::size_t> m_rows;  // places in m_state.trials
    Order m_order = Order::BestFirst;
    double m_progress = 0;
};

}  // namespace vit::ui
