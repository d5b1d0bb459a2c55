// SPDX-License-Identifier: GPL-3.0-or-later
// The learning rate over the epochs of the experiment in the form, as a small curve.
#pragma once

#include "core/config/config.h"

#include <QPolygonF>
#include <QWidget>

namespace vit::ui {

class SchedulePreview : public QWidget {
    Q_OBJECT

public:
    explicit SchedulePreview(QWidget* parent = nullptr);

    void showSchedule(const Config& config);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVector<double> m_rates;  // at equal distances from the first step to the last
    double m_highest = 0;
    std::int64_t m_epochs = 0;
};

}  // namespace vit::ui
